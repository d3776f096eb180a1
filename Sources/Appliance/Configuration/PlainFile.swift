import Glibc

/// Reads small files that people write, and says in their words why one cannot be read. Never waits, whatever the path names.
enum PlainFile {
    struct Unreadable: Error, Equatable {
        /// Goes behind the path: "is a directory; …".
        var message: String
        /// There is no such file.
        var isMissing = false
    }

    /// - Parameter bound: the largest size that is read, bytes.
    static func read(_ path: String, atMost bound: Int) -> Result<[UInt8], Unreadable> {
        // Asked before it is opened: opening a device can have effects of its own.
        var status = stat()
        guard stat(path, &status) == 0 else { return .failure(refused(path, errno)) }
        if let kind = kind(status.st_mode) { return .failure(Unreadable(message: "is \(kind), not a file")) }
        // Without O_NONBLOCK opening what has become a FIFO since would wait for its writer.
        let file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard file >= 0 else { return .failure(refused(path, errno)) }
        defer { close(file) }
        return contents(of: file, path, bound)
    }

    /// Permission bits of a file; nil when there is none.
    static func mode(_ path: String) -> mode_t? {
        var status = stat()
        return stat(path, &status) == 0 ? status.st_mode & 0o7777 : nil
    }

    private static func contents(of file: Int32, _ path: String, _ bound: Int) -> Result<[UInt8], Unreadable> {
        var bytes = [UInt8](repeating: 0, count: bound + 1)
        var count = 0
        while count < bytes.count {
            let got = bytes.withUnsafeMutableBytes { Glibc.read(file, $0.baseAddress.map { $0 + count }, $0.count - count) }
            guard got >= 0 else { return .failure(refused(path, errno)) }
            if got == 0 { break }
            count += got
        }
        guard count <= bound else {
            return .failure(Unreadable(message: "is larger than \(size(bound)): not what belongs here"))
        }
        return .success(Array(bytes[..<count]))
    }

    private static func refused(_ path: String, _ code: Int32) -> Unreadable {
        switch code {
        case ENOENT: Unreadable(message: "cannot be read: there is no such file", isMissing: true)
        case EACCES, EPERM: Unreadable(message: "cannot be read by the user \(userName(geteuid())): \(whoMay(path))")
        default: Unreadable(message: "cannot be read: \(String(cString: strerror(code)))")
        }
    }

    private static func whoMay(_ path: String) -> String {
        var status = stat()
        guard stat(path, &status) == 0 else {
            return "a directory above it is closed to that user"
        }
        let mode = String(status.st_mode & 0o777, radix: 8)
        return "it belongs to \(userName(status.st_uid)):\(groupName(status.st_gid)) with mode 0\(mode)"
            + "; `chgrp linnet \(path) && chmod 640 \(path)` lets the daemon read it"
    }

    private static func kind(_ mode: mode_t) -> String? {
        switch mode & S_IFMT {
        case S_IFREG: nil
        case S_IFDIR: "a directory"
        case S_IFIFO: "a FIFO"
        case S_IFSOCK: "a socket"
        default: "a device"
        }
    }

    private static func size(_ bytes: Int) -> String { bytes >= 1 << 20 ? "\(bytes >> 20) MiB" : "\(bytes >> 10) KiB" }

    private static func userName(_ id: uid_t) -> String { getpwuid(id).map { String(cString: $0.pointee.pw_name) } ?? "\(id)" }
    private static func groupName(_ id: gid_t) -> String { getgrgid(id).map { String(cString: $0.pointee.gr_name) } ?? "\(id)" }
}
