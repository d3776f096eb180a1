import Foundation

/// The checkout that the tests were built from, or a small one planted by a test.
struct SourceTree {
    let root: URL

    static let own = SourceTree(
        root: URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent())

    struct File {
        var module: String
        /// Below the tree's root.
        var path: String
        var lines: [Substring]
    }

    func text(_ path: String) throws -> String { try String(contentsOf: root.appending(path: path), encoding: .utf8) }

    /// All Swift files below `folder`, by module (the first folder below it).
    func swiftFiles(in folder: String) throws -> [File] {
        let base = root.appending(path: folder)
        guard let walk = FileManager.default.enumerator(at: base, includingPropertiesForKeys: nil) else { return [] }
        return try walk.compactMap { $0 as? URL }.filter { $0.pathExtension == "swift" }.map { url in
            let below = url.path.dropFirst(base.path.count + 1)
            let text = try String(contentsOf: url, encoding: .utf8)
            return File(
                module: String(below.prefix { $0 != "/" }), path: "\(folder)/\(below)",
                lines: text.split(separator: "\n", omittingEmptySubsequences: false))
        }.sorted { $0.path < $1.path }
    }

    /// A tree of its own with these files, in a temporary folder.
    static func planted(_ files: [String: String]) throws -> SourceTree {
        let root = URL(filePath: NSTemporaryDirectory()).appending(path: "house-\(UUID().uuidString)")
        for (path, text) in files {
            let url = root.appending(path: path)
            try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data(text.utf8).write(to: url)
        }
        return SourceTree(root: root)
    }
}
