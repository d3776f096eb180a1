/// A sound file: RIFF WAVE with PCM of 8, 16, 24 or 32 bits or 32-bit float, also as WAVE_FORMAT_EXTENSIBLE; 16-bit PCM when
/// written. Source: Microsoft, "Multimedia Programming Interface and Data Specifications 1.0" and its "Multiple channel audio" note.
public struct WAVFile: Sendable, Equatable {
    public var rateHz: Int
    public var channels: Int
    /// Interleaved.
    public var samples: [Int16]

    public init(rateHz: Int, channels: Int, samples: [Int16]) {
        precondition(channels > 0 && samples.count % channels == 0, "whole frames")
        self.rateHz = rateHz
        self.channels = channels
        self.samples = samples
    }

    public var frames: Int { samples.count / channels }

    /// One channel alone.
    public func channel(_ index: Int) -> [Int16] {
        stride(from: index, to: samples.count, by: channels).map { samples[$0] }
    }

    /// All channels averaged into one.
    public var mono: [Int16] {
        guard channels > 1 else { return samples }
        return (0..<frames).map { frame in
            let sum = (0..<channels).reduce(0) { $0 + Int(samples[frame * channels + $1]) }
            return Int16(sum / channels)
        }
    }

    // MARK: Reading

    /// The largest file that is read, bytes.
    public static let sizeBound = 1 << 30

    /// - Throws: ``WAVError`` that says what is wrong where, and what would be right.
    public static func read(path: String) throws(WAVError) -> WAVFile {
        try parse(try FileBytes.read(path, bound: sizeBound), name: path)
    }

    /// - Parameter name: for error messages.
    public static func parse(_ bytes: [UInt8], name: String) throws(WAVError) -> WAVFile {
        guard bytes.count >= 12, tag(bytes, 0) == "RIFF", tag(bytes, 8) == "WAVE" else {
            throw WAVError(file: name, "is not a WAV file (it does not begin with RIFF … WAVE)")
        }
        var format: Format?
        var at = 12
        while at + 8 <= bytes.count {
            let (kind, size) = (tag(bytes, at), min(Int(clamping: little(bytes, at + 4, 4)), bytes.count))
            let body = at + 8
            if kind == "fmt " {
                format = try Format(bytes, at: body, size: min(size, bytes.count - body), name: name)
            } else if kind == "data" {
                guard let format else { throw WAVError(file: name, "byte \(at): the data come before their format") }
                // A recorder that was cut off leaves a size of 0 or one that is too large: what is there counts.
                let available = bytes.count - body
                let count = size == 0 || size > available ? available : size
                return WAVFile(
                    rateHz: format.rateHz, channels: format.channels, samples: format.decode(bytes[body..<(body + count)]))
            }
            at = body + size + size % 2
        }
        throw WAVError(file: name, "holds no sound (no data chunk)")
    }

    private struct Format {
        let rateHz: Int
        let channels: Int
        let bytesPerSample: Int
        let isFloat: Bool

        init(_ bytes: [UInt8], at: Int, size: Int, name: String) throws(WAVError) {
            guard size >= 16 else { throw WAVError(file: name, "byte \(at): the format chunk is too short") }
            var code = little(bytes, at, 2)
            if code == 0xFFFE, size >= 26 { code = little(bytes, at + 24, 2) }
            channels = Int(little(bytes, at + 2, 2))
            rateHz = Int(clamping: little(bytes, at + 4, 4))
            bytesPerSample = Int(little(bytes, at + 14, 2)) / 8
            isFloat = code == 3
            guard code == 1 && (1...4).contains(bytesPerSample) || code == 3 && bytesPerSample == 4 else {
                throw WAVError(
                    file: name,
                    "byte \(at): coding \(code) with \(bytesPerSample * 8) bits; wants PCM of 8 to 32 bits or 32-bit float")
            }
            guard (1...64).contains(channels), (1000...384_000).contains(rateHz) else {
                throw WAVError(file: name, "byte \(at): \(channels) channels at \(rateHz) Hz; wants 1 to 64 at 1000 to 384000 Hz")
            }
        }

        func decode(_ data: ArraySlice<UInt8>) -> [Int16] {
            let frames = data.count / (bytesPerSample * channels)
            return (0..<(frames * channels)).map { sample(data, data.startIndex + $0 * bytesPerSample) }
        }

        private func sample(_ data: ArraySlice<UInt8>, _ at: Int) -> Int16 {
            switch bytesPerSample {
            case 1: Int16(Int(data[at]) - 128) << 8
            case 2: Int16(truncatingIfNeeded: Int(data[at]) | Int(data[at + 1]) << 8)
            case 3: rounded(Int(Int8(bitPattern: data[at + 2])) << 16 | Int(data[at + 1]) << 8 | Int(data[at]), bits: 8)
            default: isFloat ? float(bits(data, at)) : rounded(Int(Int32(bitPattern: bits(data, at))), bits: 16)
            }
        }

        private func bits(_ data: ArraySlice<UInt8>, _ at: Int) -> UInt32 {
            UInt32(data[at]) | UInt32(data[at + 1]) << 8 | UInt32(data[at + 2]) << 16 | UInt32(data[at + 3]) << 24
        }

        private func rounded(_ value: Int, bits: Int) -> Int16 { Int16(clamping: (value + 1 << (bits - 1)) >> bits) }

        private func float(_ pattern: UInt32) -> Int16 {
            let value = Float(bitPattern: pattern) * 32_768
            return value.isNaN ? 0 : Int16(max(-32_768, min(32_767, value.rounded())))
        }
    }

    // MARK: Writing

    public func write(path: String) throws(WAVError) {
        let size = samples.count * 2
        var bytes = Array("RIFF".utf8) + Self.littleBytes(36 + size, 4) + Array("WAVEfmt ".utf8)
        bytes += Self.littleBytes(16, 4) + Self.littleBytes(1, 2) + Self.littleBytes(channels, 2) + Self.littleBytes(rateHz, 4)
        bytes += Self.littleBytes(rateHz * channels * 2, 4) + Self.littleBytes(channels * 2, 2) + Self.littleBytes(16, 2)
        bytes += Array("data".utf8) + Self.littleBytes(size, 4)
        bytes.reserveCapacity(bytes.count + size)
        for sample in samples {
            bytes.append(UInt8(truncatingIfNeeded: sample))
            bytes.append(UInt8(truncatingIfNeeded: sample >> 8))
        }
        try FileBytes.write(bytes, to: path)
    }

    // MARK: Bytes

    private static func tag(_ bytes: [UInt8], _ at: Int) -> String { String(decoding: bytes[at..<(at + 4)], as: UTF8.self) }

    private static func little(_ bytes: [UInt8], _ at: Int, _ count: Int) -> UInt32 {
        (0..<count).reduce(0) { $0 | UInt32(bytes[at + $1]) << UInt32(8 * $1) }
    }

    private static func littleBytes(_ value: Int, _ count: Int) -> [UInt8] {
        (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
    }
}

/// What is wrong with a sound file.
public struct WAVError: Error, Sendable, Equatable, CustomStringConvertible {
    public var file: String
    public var message: String

    public init(file: String, _ message: String) {
        self.file = file
        self.message = message
    }

    public var description: String { "\(file): \(message)" }
}
