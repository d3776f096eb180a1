/// What keeps the front end's frames pure: the annotations by which the compiler proves, callees included, that a function neither
/// allocates nor locks; and numbers that a 32-bit `Int` would break.
enum Purity {
    /// Functions of DSP that run per frame (`mutating`, or named like a stage's work) without the two annotations.
    static func unprovenFunctions(_ tree: SourceTree) throws -> [String] {
        try tree.swiftFiles(in: "Sources").filter { $0.module == "DSP" }.flatMap { file in
            file.lines.indices.compactMap { index -> String? in
                guard let name = perFrameFunction(file.lines[index]) else { return nil }
                let attributes = attributes(of: index, in: file.lines)
                guard !(attributes.contains("@_noAllocation") && attributes.contains("@_noLocks")) else { return nil }
                return "\(file.path):\(index + 1): \(name) lacks @_noAllocation @_noLocks"
            }
        }
    }

    private static let works: Set = ["process", "form", "learn", "judge", "cancel", "apply", "step", "measure"]

    private static func perFrameFunction(_ line: Substring) -> String? {
        guard let match = line.prefixMatch(of: /\s*(@[\w()]+ )*((public|package|private|static|mutating) )*func (\w+)/) else {
            return nil
        }
        let name = String(match.4)
        return works.contains(name) || line.contains(" mutating func ") || line.hasPrefix("mutating func ") ? name : nil
    }

    /// Those on the declaration's own line and on the lines of attributes above it.
    private static func attributes(of index: Int, in lines: [Substring]) -> String {
        let above = lines[..<index].reversed().prefix { $0.drop { $0 == " " }.first == "@" }
        return (above + [lines[index].prefix { $0 != "(" }]).joined(separator: " ")
    }

    /// `<<` by 31 or more of an `Int`: nothing is left of it on a 32-bit machine. A line that names a wider type is believed.
    static func wideShifts(_ tree: SourceTree) throws -> [String] {
        try tree.swiftFiles(in: "Sources").filter { $0.module == "DSP" }.flatMap { file in
            file.lines.enumerated().compactMap { index, line -> String? in
                let code = line.prefix(upTo: line.firstRange(of: "//")?.lowerBound ?? line.endIndex)
                let isWide = code.matches(of: /<< (\d+)/).contains { Int($0.1).map { $0 > 30 } == true }
                guard isWide, !["Int64", "Q", "1 <<", "1 &<<"].contains(where: code.contains) else { return nil }
                return "\(file.path):\(index + 1): an Int may have 32 bits"
            }
        }
    }
}
