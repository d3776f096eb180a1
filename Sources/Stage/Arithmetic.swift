import Glibc

/// Sine of a number of turns.
func sine(_ turns: Double) -> Double { sin(turns * 2 * .pi) }

func power10(_ x: Double) -> Double { pow(10, x) }

/// RMS in dB full scale; -120 for silence.
func levelDecibels(_ samples: some Collection<Int16>) -> Double {
    guard !samples.isEmpty else { return -120 }
    let power = samples.reduce(0.0) { $0 + Double($1) * Double($1) } / Double(samples.count)
    return max(-120, 10 * log10(max(power, 1e-12) / (32_768 * 32_768)))
}

/// One digit after the point, without Foundation.
func tenths(_ x: Double) -> String {
    let t = Int((x * 10).rounded())
    return "\(t < 0 ? "-" : "")\(abs(t) / 10).\(abs(t) % 10)"
}

extension String {
    func padded(to width: Int) -> String { count >= width ? self : self + String(repeating: " ", count: width - count) }
    func aligned(to width: Int) -> String { count >= width ? self : String(repeating: " ", count: width - count) + self }
}

/// Text as it may stand in a picture's markup.
func escaped(_ text: String) -> String {
    text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing("'", with: "&#39;")
}

/// A ratio of powers in decibels.
func levelRatioDecibels(_ power: Double, _ reference: Double) -> Double { 10 * log10(power / reference) }
