import Glibc

/// A folder for one run: settings, sockets and the room's air. Goes away with its last reference.
public final class WorkFolder: Sendable {
    public let path: String

    public init() throws {
        var template = Array("/tmp/linnet-XXXXXX".utf8CString)
        guard let made = mkdtemp(&template) else { throw ChildProcess.CannotStart(program: "/tmp/linnet-XXXXXX", code: errno) }
        path = String(cString: made)
    }

    deinit {
        guard let folder = opendir(path) else { return }
        while let entry = readdir(folder) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            unlink("\(path)/\(name)")
        }
        closedir(folder)
        rmdir(path)
    }

    /// Where the running program lies, and `linnet` and the virtual card beside it.
    public static var programs: String {
        let card = try? Room.pluginPath()
        return card.flatMap { path in path.lastIndex(of: "/").map { String(path[..<$0]) } } ?? "."
    }
}
