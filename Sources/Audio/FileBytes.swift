import Glibc

/// Whole files, without Foundation.
enum FileBytes {
    static func read(_ path: String, bound: Int) throws(WAVError) -> [UInt8] {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { throw WAVError(file: path, "cannot be read: \(reason)") }
        defer { close(file) }
        var all: [UInt8] = []
        var part = [UInt8](repeating: 0, count: 1 << 18)
        while true {
            let count = Glibc.read(file, &part, part.count)
            guard count >= 0 else { throw WAVError(file: path, "cannot be read: \(reason)") }
            if count == 0 { return all }
            all += part[..<count]
            guard all.count <= bound else { throw WAVError(file: path, "is larger than \(bound >> 20) MiB") }
        }
    }

    static func write(_ bytes: [UInt8], to path: String) throws(WAVError) {
        let file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        guard file >= 0 else { throw WAVError(file: path, "cannot be written: \(reason)") }
        defer { close(file) }
        var done = 0
        while done < bytes.count {
            let count = bytes.withUnsafeBytes { buffer in
                buffer.baseAddress.map { Glibc.write(file, $0 + done, bytes.count - done) } ?? 0
            }
            guard count > 0 else { throw WAVError(file: path, "cannot be written: \(reason)") }
            done += count
        }
    }

    private static var reason: String { String(cString: strerror(errno)) }
}
