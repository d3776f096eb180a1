import Audio
import DSP
import Rehearsal

extension Line {
    /// Talkers are set to this level at the mouth, dB full scale; the room does the rest.
    static let speechLevelDecibels = -24.0

    /// The line as sound: mono, 16 kHz, without silence in front of it or behind it.
    public func rendered() throws -> [Int16] {
        let words = words.split(separator: " ")
        guard pauseAfterWords > 0, pauseAfterWords < words.count else { return try levelled(voice.speak(self.words)) }
        let first = try voice.speak(words[..<pauseAfterWords].joined(separator: " "))
        let second = try voice.speak(words[pauseAfterWords...].joined(separator: " "))
        let pause = [Int16](repeating: 0, count: pauseMilliseconds * SpeechFormat.rateHz / 1000)
        return try levelled(trimmed(first) + pause + trimmed(second))
    }

    private func levelled(_ samples: [Int16]) throws -> [Int16] {
        let speech = trimmed(samples)
        let loud = speech.filter { abs(Int($0)) > 200 }
        let gain = power10((Self.speechLevelDecibels - levelDecibels(loud)) / 20)
        return speech.map { Int16(max(-32_768, min(32_767, (Double($0) * gain).rounded()))) }
    }
}

extension Voice {
    func speak(_ words: String) throws -> [Int16] {
        switch self {
        case .recorded(let prompts): try fluently(prompts.map { try RecordedPrompt.load($0) })
        case .flite(let name): try FliteVoice(name).synthesize(words).at16kHz
        case .samples(let samples): samples
        }
    }

    /// Prompts that were recorded one by one, joined as one says them in a row: 60 ms between words.
    private func fluently(_ prompts: [[Int16]]) -> [Int16] {
        let gap = [Int16](repeating: 0, count: SpeechFormat.rateHz * 60 / 1000)
        return Array(prompts.map(trimmed).joined(separator: gap))
    }
}

/// Cuts what is quieter than a hundredth of the peak at both ends.
private func trimmed(_ samples: [Int16]) -> [Int16] {
    let threshold = (samples.lazy.map { abs(Int($0)) }.max() ?? 0) / 100
    guard let first = samples.firstIndex(where: { abs(Int($0)) > threshold }),
        let last = samples.lastIndex(where: { abs(Int($0)) > threshold })
    else { return [] }
    return Array(samples[first...last])
}
