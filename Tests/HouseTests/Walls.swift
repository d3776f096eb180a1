/// The walls of the house: which module may import which, and what no dependency list can say. Each rule answers with the
/// places that break it, `path:line: what`.
enum Walls {
    /// Beside the standard library's own modules.
    static let mayImport: [String: Set<String>] = [
        "DSP": [],
        "DSPWeb": ["DSP"],
        "Failures": [],
        "Audio": ["DSP", "CPlatform", "Glibc", "Synchronization"],
        "Hardware": ["Audio", "Failures", "CALSA", "CGPIO", "CPlatform", "Glibc", "Synchronization"],
        "LocalEndpoint": ["Hardware", "DSP", "Audio", "Conversation", "Failures", "CPlatform", "Glibc", "Synchronization"],
        "Conversation": ["Audio", "Failures", "Synchronization"],
        "Cloud": ["Audio", "Conversation", "Failures", "CCurl", "CPlatform", "Glibc", "Synchronization", "FoundationEssentials"],
        "Appliance": [
            "LocalEndpoint", "Hardware", "Conversation", "Cloud", "Audio", "DSP", "Failures", "CSystemd", "CPlatform", "Glibc",
            "Synchronization", "Dispatch", "FoundationEssentials", "ArgumentParser", "TOMLKit",
        ],
        "linnet": ["Appliance"],
    ]

    static func imports(_ tree: SourceTree) throws -> [String] {
        try places(tree) { file, line in
            guard let allowed = mayImport[file.module], let module = imported(by: line), !allowed.contains(module) else {
                return nil
            }
            return "\(file.module) must not import \(module)"
        }
    }

    /// Modules that nobody wrote a rule for would have no walls at all.
    static func modulesWithoutRule(_ tree: SourceTree) throws -> [String] {
        let equipment: Set = ["Rehearsal", "Stage", "linnet-rehearse"]
        return Set(try tree.swiftFiles(in: "Sources").map(\.module)).subtracting(mayImport.keys).subtracting(equipment).sorted()
    }

    static func floatingPointInDSP(_ tree: SourceTree) throws -> [String] {
        try places(tree, in: "DSP") { _, line in
            ["Double", "Float", "Float16"].first { contains(line, word: $0) }.map {
                "\($0) in DSP, which is integer arithmetic alone"
            }
        }
    }

    static func clocksInConversation(_ tree: SourceTree) throws -> [String] {
        let clocks = [
            "ContinuousClock", "SuspendingClock", "Date", "Task.sleep", "clock_gettime", "ln_monotonic_ns", "DispatchTime",
        ]
        return try places(tree, in: "Conversation") { _, line in
            clocks.first { contains(line, word: $0) }.map { "\($0) in Conversation, which gets its time as events" }
        }
    }

    /// The turn machine decides, others act.
    static func effectsInTurnMachine(_ tree: SourceTree) throws -> [String] {
        try places(tree, in: "Conversation") { file, line in
            guard file.path.contains("/Turn") else { return nil }
            return ["await", "Task", "async", "actor"].first { contains(line, word: $0) }.map {
                "\($0) in the turn machine, a pure value"
            }
        }
    }

    /// Traps on what the world does, and promises to the compiler without a reason.
    static func carelessness(_ tree: SourceTree) throws -> [String] {
        try places(tree) { _, line in
            if contains(line, word: "fatalError") { return "fatalError" }
            if line.contains("try" + "!") { return "a trap on an error" }
            let promise = "@unchecked " + "Sendable"
            if line.contains(promise), !line.contains("//") { return "\(promise) without a reason on the line" }
            return nil
        }
    }

    static func longFiles(_ tree: SourceTree, bound: Int = 400) throws -> [String] {
        try (tree.swiftFiles(in: "Sources") + tree.swiftFiles(in: "Tests")).filter { $0.lines.count > bound }
            .map { "\($0.path): \($0.lines.count) lines; a file is one idea, at most \(bound)" }
    }

    // MARK: Reading

    private static func places(
        _ tree: SourceTree, in module: String? = nil, _ breach: (SourceTree.File, Substring) -> String?
    ) throws -> [String] {
        try tree.swiftFiles(in: "Sources").filter { module == nil || $0.module == module }.flatMap { file in
            file.lines.enumerated().compactMap { index, line in
                let code = line.prefix(upTo: line.firstRange(of: "///")?.lowerBound ?? line.endIndex)
                return breach(file, code).map { "\(file.path):\(index + 1): \($0)" }
            }
        }
    }

    /// `@preconcurrency internal import struct Module.Thing` → `Module`
    private static func imported(by line: Substring) -> String? {
        let words = line.split(separator: " ")
        guard let at = words.firstIndex(of: "import"), words[..<at].allSatisfy(isImportModifier) else { return nil }
        let kinds: Set<Substring> = ["struct", "class", "enum", "protocol", "func", "var", "typealias"]
        return words[(at + 1)...].first { !kinds.contains($0) }.map { String($0.prefix { $0 != "." }) }
    }

    private static func isImportModifier(_ word: Substring) -> Bool {
        word.first == "@" || ["public", "package", "internal", "fileprivate", "private"].contains(word)
    }

    private static func contains(_ line: Substring, word: String) -> Bool {
        line.ranges(of: word).contains { range in
            let before = range.lowerBound > line.startIndex ? line[line.index(before: range.lowerBound)] : " "
            let after = range.upperBound < line.endIndex ? line[range.upperBound] : " "
            return !isPartOfName(before) && !isPartOfName(after)
        }
    }

    private static func isPartOfName(_ letter: Character) -> Bool { letter.isLetter || letter.isNumber || letter == "_" }
}
