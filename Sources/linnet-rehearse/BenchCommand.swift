import ArgumentParser
import Glibc
import Stage

struct BenchCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench", abstract: "Measures the daemon in the room.", subcommands: [Turn.self])

    struct Turn: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "turn", abstract: "Engine overhead over many turns: median, p95 and worst.")
        @Option(help: "How many turns.") var turns = 20

        func run() async throws {
            let work = try WorkFolder()
            let bench = try await TurnBench.run(turns: turns, programs: WorkFolder.programs, folder: work.path) { line in
                if line.hasPrefix("Box:") {
                    print(".", terminator: "")
                    fflush(nil)
                }
            }
            print("\n" + bench.text.joined(separator: "\n"))
            guard bench.turns.count == turns else {
                print("only \(bench.turns.count) of \(turns) turns were answered")
                throw ExitCode.failure
            }
        }
    }
}
