import Failures
import Glibc

/// The file in which what the echo canceller has learned outlives a restart: `echo-path` in the unit's state directory.
public struct EchoPathFile: Sendable {
    public let path: String

    /// - Returns: nil without a state directory: then nothing is kept.
    public init?(environment: (String) -> String?) {
        // Several are separated by colons.
        guard let folder = environment("STATE_DIRECTORY")?.split(separator: ":").first else { return nil }
        path = "\(folder)/echo-path"
    }

    /// - Returns: nil when there is no such file yet.
    public func read() throws(Failure) -> [UInt8]? {
        switch PlainFile.read(path, atMost: 1 << 20) {
        case .success(let bytes): return bytes
        case .failure(let reason) where reason.isMissing: return nil
        case .failure(let reason): throw unusable(reason.message)
        }
    }

    /// Replaces the file as a whole: after a power cut it is the old one or the new one.
    public func write(_ bytes: [UInt8]) throws(Failure) {
        let new = "\(path).new"
        unlink(new)
        let file = open(new, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard file >= 0 else { throw unusable("cannot be written: \(Self.reason)") }
        var done = 0
        while done < bytes.count {
            let count = bytes.withUnsafeBytes { buffer in
                buffer.baseAddress.map { Glibc.write(file, $0 + done, bytes.count - done) } ?? 0
            }
            guard count > 0 else { break }
            done += count
        }
        let isWritten = done == bytes.count && fsync(file) == 0
        let reason = Self.reason
        guard close(file) == 0, isWritten, rename(new, path) == 0 else {
            unlink(new)
            throw unusable("cannot be written: \(isWritten ? Self.reason : reason)")
        }
    }

    /// - Parameter what: goes behind the path: "is damaged".
    public func unusable(_ what: String) -> Failure { Failure(.system, .stateUnusable, "\(path) \(what)", retry: .withBackOff) }

    private static var reason: String { String(cString: strerror(errno)) }
}
