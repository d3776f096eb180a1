import Glibc

/// The value of an environment variable; nil when it is not set.
@Sendable func environmentValue(_ name: String) -> String? { getenv(name).map { String(cString: $0) } }

/// Writes a line on standard error.
func complain(_ text: String) {
    let bytes = Array("\(text)\n".utf8)
    _ = bytes.withUnsafeBytes { write(STDERR_FILENO, $0.baseAddress, $0.count) }
}
