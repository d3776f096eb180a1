import Glibc

/// Power over time and frequency: a frame each 10 ms under a Hann window of 32 ms, 257 bins from 0 to 8 kHz.
package struct Spectrogram {
    static let hopSamples = 160
    static let size = 512
    static let binCount = size / 2 + 1

    /// dB of a full-scale sine, by frame.
    package let decibels: [[Double]]

    /// - Parameter samples: mono, 16 kHz.
    package init(_ samples: [Int16]) {
        let window = (0..<Self.size).map { 0.5 - 0.5 * cos(2 * .pi * (Double($0) + 0.5) / Double(Self.size)) }
        let frames = max(1, samples.count / Self.hopSamples)
        decibels = (0..<frames).map { frame in
            let first = frame * Self.hopSamples + Self.hopSamples / 2 - Self.size / 2
            let part = (0..<Self.size).map { n in
                samples.indices.contains(first + n) ? Double(samples[first + n]) / 32_768 * window[n] : 0
            }
            return Self.powers(part).map { 10 * log10(max($0 / Double(Self.size * Self.size / 16), 1e-14)) }
        }
    }

    /// |X|^2 of 257 bins, by halving (Cooley and Tukey 1965).
    private static func powers(_ samples: [Double]) -> [Double] {
        var (re, im) = (samples, [Double](repeating: 0, count: samples.count))
        transform(&re, &im)
        return (0..<binCount).map { re[$0] * re[$0] + im[$0] * im[$0] }
    }

    private static func transform(_ re: inout [Double], _ im: inout [Double]) {
        let count = re.count
        guard count > 1 else { return }
        var (evenRe, evenIm) = (everySecond(re, from: 0), everySecond(im, from: 0))
        var (oddRe, oddIm) = (everySecond(re, from: 1), everySecond(im, from: 1))
        transform(&evenRe, &evenIm)
        transform(&oddRe, &oddIm)
        for k in 0..<count / 2 {
            let (c, s) = (cos(2 * .pi * Double(k) / Double(count)), -sin(2 * .pi * Double(k) / Double(count)))
            let (turnedRe, turnedIm) = (c * oddRe[k] - s * oddIm[k], c * oddIm[k] + s * oddRe[k])
            (re[k], im[k]) = (evenRe[k] + turnedRe, evenIm[k] + turnedIm)
            (re[k + count / 2], im[k + count / 2]) = (evenRe[k] - turnedRe, evenIm[k] - turnedIm)
        }
    }

    private static func everySecond(_ values: [Double], from first: Int) -> [Double] {
        stride(from: first, to: values.count, by: 2).map { values[$0] }
    }
}
