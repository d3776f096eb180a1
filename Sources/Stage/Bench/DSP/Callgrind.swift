/// Valgrind's counter of instructions, over the functions whose names begin with `linnet_dsp_`.
package enum Callgrind {
    private static func options(_ work: WorkFolder) -> [String] {
        [
            "--tool=callgrind", "--collect-atstart=no", "--toggle-collect=linnet_dsp_*",
            "--callgrind-out-file=\(work.path)/callgrind.out",
        ]
    }

    /// All instructions that were collected.
    static func count(_ program: String, _ arguments: [String], in work: WorkFolder) async throws -> Double {
        try total(
            await InstructionCount.run("valgrind", options(work) + [program] + arguments, in: work, deadlineMilliseconds: 600_000)
        )
    }

    /// What each of those functions took, with all that it called, by its name.
    static func inclusive(_ program: String, _ arguments: [String], in work: WorkFolder) async throws -> [String: Double] {
        _ = try await count(program, arguments, in: work)
        let lines = try await InstructionCount.run(
            "callgrind_annotate", ["--inclusive=yes", "--threshold=100", "--show-percs=no", "\(work.path)/callgrind.out"],
            in: work,
            gathering: 1)
        return inclusive(lines)
    }

    /// `12,345  ???:linnet_dsp_high_pass [/usr/bin/linnet-rehearse]`
    package static func inclusive(_ lines: [String]) -> [String: Double] {
        var counts: [String: Double] = [:]
        for line in lines {
            guard let name = line.firstRange(of: "linnet_dsp_") else { continue }
            let digits = line.prefix { $0 != "?" && $0 != "(" }.filter(\.isNumber)
            counts[String(line[name.lowerBound...].prefix { !$0.isWhitespace })] = Double(digits)
        }
        return counts
    }

    /// From the last lines that valgrind writes on standard error.
    package static func total(_ lines: [String]) throws(InstructionCount.Unavailable) -> Double {
        let total = lines.last { $0.contains("Collected :") }?.split(separator: " ").last.flatMap { Double($0) }
        guard let total else { throw InstructionCount.Unavailable(description: "callgrind printed no count") }
        return total
    }
}
