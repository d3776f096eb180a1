import Foundation

/// What the pages under `docs/` say of the sources, held against the sources.
enum Papers {
    /// `Module/File.member` in backticks, as the pages name a place in the code.
    struct Place: Hashable {
        var module: String
        var file: String
        /// A function, property, case or nested type; nil for the file as a whole.
        var member: String?
    }

    static func places(in text: String) -> [Place] {
        text.matches(of: /`([A-Z]\w*)\/([A-Z][\w+]*)(?:\.(\w+))?(?:\([^`]*\))?`/).map { match in
            Place(module: String(match.1), file: String(match.2), member: match.3.map(String.init))
        }
    }

    /// Every place named in a page that is not there (any more).
    static func missingPlaces(_ tree: SourceTree) throws -> [String] {
        let files = try tree.swiftFiles(in: "Sources")
        return try pages(tree).flatMap { page in
            places(in: try tree.text(page)).compactMap { missing($0, in: tree, among: files).map { "\(page): \($0)" } }
        }
    }

    private static func missing(_ place: Place, in tree: SourceTree, among files: [SourceTree.File]) -> String? {
        if FileManager.default.fileExists(atPath: tree.root.appending(path: "\(place.module)/\(place.file)").path) { return nil }
        let inModule = files.filter { $0.module == place.module }
        guard !inModule.isEmpty else { return "there is no module \(place.module)" }
        guard let file = inModule.first(where: { $0.path.hasSuffix("/\(place.file).swift") }) else {
            return "\(place.module) has no file \(place.file).swift"
        }
        guard let member = place.member else { return nil }
        let declarations = ["func", "var", "let", "case", "struct", "class", "enum", "init"].map { "\($0) \(member)" }
        let isThere = file.lines.contains { line in declarations.contains { line.contains($0) } || line.contains(" \(member)(") }
        return isThere ? nil : "\(file.path) declares no \(member)"
    }

    /// `make TARGET` in backticks or as a command line of its own.
    static func missingTargets(_ tree: SourceTree) throws -> [String] {
        let made = Set(try tree.text("Makefile").matches(of: /(?m)^([a-z][a-z-]*):/).map { String($0.1) })
        return try (pages(tree) + ["README.md", "CONTRIBUTING.md"]).flatMap { page in
            try tree.text(page).matches(of: /(?:`|^ {4})make ([a-z][a-z-]*)/.anchorsMatchLineEndings()).map { String($0.1) }
                .filter { !made.contains($0) }.map { "\(page): there is no `make \($0)`" }
        }
    }

    /// Types in the drawings (indented lines with a stroke in them) that the sources do not declare.
    static func missingTypes(_ tree: SourceTree) throws -> [String] {
        let kinds = /\b(?:class|struct|enum|actor|protocol) (\w+)/
        let declared = Set(
            try tree.swiftFiles(in: "Sources").flatMap(\.lines).flatMap { $0.matches(of: kinds).map { String($0.1) } })
        return try pages(tree).flatMap { page in
            try tree.text(page).split(separator: "\n").filter { $0.hasPrefix("    ") && $0.contains("─") }
                .flatMap { $0.matches(of: /\b([A-Z]+[a-z]+\w*[A-Z]\w*|Session|Board|Tool)\b/).map { String($0.1) } }
                .filter { !declared.contains($0) }.map { "\(page): its drawing shows \($0), which is no type" }
        }
    }

    /// The table of `docs/architecture.md`: module → modules of ours that it may import.
    static func drawnImports(_ tree: SourceTree) throws -> [String: Set<String>] {
        let rows = try tree.text("docs/architecture.md").split(separator: "\n").filter { $0.hasPrefix("| `") }
        return Dictionary(
            rows.compactMap { row -> (String, Set<String>)? in
                let cells = row.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
                guard cells.count == 3 else { return nil }
                return (names(in: cells[0]).first ?? "", Set(names(in: cells[2])))
            }, uniquingKeysWith: { first, _ in first })
    }

    private static func names(in cell: String) -> [String] { cell.matches(of: /`([\w-]+)`/).map { String($0.1) } }

    private static func pages(_ tree: SourceTree) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: tree.root.appending(path: "docs").path).filter { $0.hasSuffix(".md") }
            .sorted().map { "docs/\($0)" }
    }
}
