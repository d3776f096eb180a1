import Audio
import Glibc

/// A long recording read piece by piece: PCM of 16 bits at 16 kHz.
final class WAVStream {
    let path: String
    private(set) var channels = 0
    private let file: UnsafeMutablePointer<FILE>

    init(path: String) throws(WAVError) {
        self.path = path
        guard let file = fopen(path, "re") else { throw WAVError(file: path, String(cString: strerror(errno))) }
        self.file = file
        try findData()
    }

    deinit { fclose(file) }

    /// At most `frames` frames, interleaved; fewer at the end.
    func read(frames: Int) -> [Int16] {
        [Int16](unsafeUninitializedCapacity: frames * channels) { samples, count in
            count = fread(samples.baseAddress, 2 * channels, frames, file) * channels
        }
    }

    /// Stands at the first sample afterwards.
    private func findData() throws(WAVError) {
        guard let head = bytes(12), head[0..<4] == Array("RIFF".utf8)[...], head[8..<12] == Array("WAVE".utf8)[...] else {
            throw WAVError(file: path, "is not a WAV file (it does not begin with RIFF … WAVE)")
        }
        while let head = bytes(8) {
            let size = head[4..<8].reversed().reduce(0) { $0 << 8 | Int($1) }
            if head[0..<4] == Array("data".utf8)[...], channels > 0 { return }
            guard let body = bytes(min(size + size % 2, 1 << 20)) else { break }
            if head[0..<4] == Array("fmt ".utf8)[...] { try take(format: body) }
        }
        throw WAVError(file: path, "holds no sound (no data chunk)")
    }

    private func take(format: [UInt8]) throws(WAVError) {
        func field(_ at: Int, _ size: Int) -> Int { format[at..<at + size].reversed().reduce(0) { $0 << 8 | Int($1) } }
        guard format.count >= 16, field(4, 4) == 16_000, field(14, 2) == 16, (1...8).contains(field(2, 2)) else {
            throw WAVError(file: path, "is not what is read piece by piece: 1 to 8 channels of 16 bits at 16000 Hz")
        }
        channels = field(2, 2)
    }

    private func bytes(_ count: Int) -> [UInt8]? {
        var bytes = [UInt8](repeating: 0, count: count)
        return fread(&bytes, 1, count, file) == count ? bytes : nil
    }
}
