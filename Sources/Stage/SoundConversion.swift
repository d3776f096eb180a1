import Audio
import DSP

/// Recordings as a scene wants them.
public enum SoundConversion {
    public struct NotConvertible: Error, CustomStringConvertible {
        public var rateHz: Int
        public var description: String { "a recording at \(rateHz) Hz; wants 8000, 16000, 22050, 24000, 44100 or 48000" }
    }

    /// All channels averaged, 16 kHz.
    public static func speech(_ file: WAVFile) throws -> [Int16] {
        guard var converter = RateConverter(fromHz: file.rateHz, toHz: 16_000) else { throw NotConvertible(rateHz: file.rateHz) }
        let mono = file.mono
        var output = [Int16](repeating: 0, count: converter.capacity(forInput: mono.count))
        let count = mono.withUnsafeBufferPointer { source in
            output.withUnsafeMutableBufferPointer { target in
                guard let from = source.baseAddress, let to = target.baseAddress else { return 0 }
                return converter.process(from, count: source.count, into: to)
            }
        }
        return Array(output[..<count])
    }
}
