import ArgumentParser
import Audio
import DSP

/// Sound files as the front end wants them: 16 kHz, a channel at a time.
enum SoundFile {
    /// All channels averaged.
    static func speech(_ path: String) throws -> [Int16] {
        let file = try WAVFile.read(path: path)
        return try converted(file.mono, fromHz: file.rateHz, path)
    }

    static func channels(_ path: String) throws -> [[Int16]] {
        let file = try WAVFile.read(path: path)
        return try (0..<file.channels).map { try converted(file.channel($0), fromHz: file.rateHz, path) }
    }

    static func write(_ samples: [Int16], to path: String) throws {
        try WAVFile(rateHz: SpeechFormat.rateHz, channels: 1, samples: samples).write(path: path)
    }

    /// Q15 as a decimal fraction with four digits.
    static func fraction(_ valueQ15: Int16) -> String {
        let tenThousandths = min(10_000, (Int(max(0, valueQ15)) * 10_000 + 16_383) / 32_767)
        let digits = String(tenThousandths % 10_000)
        return "\(tenThousandths / 10_000)." + String(repeating: "0", count: 4 - digits.count) + digits
    }

    private static func converted(_ samples: [Int16], fromHz rateHz: Int, _ path: String) throws -> [Int16] {
        guard rateHz != SpeechFormat.rateHz else { return samples }
        guard var converter = RateConverter(fromHz: rateHz, toHz: SpeechFormat.rateHz) else {
            throw ValidationError("\(path) has \(rateHz) Hz; wants 8000, 16000, 22050, 24000, 44100 or 48000")
        }
        // The converter's delay is cut away at the front and fed after at the end, so that the sound stays where it was.
        let padded = samples + [Int16](repeating: 0, count: converter.delayInputSamples)
        var output = [Int16](repeating: 0, count: converter.capacity(forInput: padded.count))
        let count = padded.withUnsafeBufferPointer { source in
            output.withUnsafeMutableBufferPointer { target in
                guard let from = source.baseAddress, let to = target.baseAddress else { return 0 }
                return converter.process(from, count: source.count, into: to)
            }
        }
        return Array(output[..<count].dropFirst(converter.delayInputSamples * SpeechFormat.rateHz / rateHz))
    }
}
