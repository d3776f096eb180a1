import ArgumentParser
import Glibc

/// `demo` and `bench` need the stand-ins of room and services, which are never linked into the daemon: they live in
/// `linnet-rehearse`, beside this program.
enum RehearsalProgram {
    /// Becomes `linnet-rehearse` with these arguments; returns only when that is impossible.
    static func become(_ arguments: [String]) throws -> Never {
        let path = "\(ownDirectory)/linnet-rehearse"
        var pointers: [UnsafeMutablePointer<CChar>?] = ([path] + arguments).map { strdup($0) } + [nil]
        execv(path, &pointers)
        complain("linnet: cannot run \(path): \(String(cString: strerror(errno))); it is built by `make build`, beside linnet")
        throw ExitCode.failure
    }

    private static var ownDirectory: String {
        var buffer = [CChar](repeating: 0, count: 4096)
        let count = readlink("/proc/self/exe", &buffer, buffer.count)
        let path = String(decoding: buffer.prefix(max(0, count)).map(UInt8.init(bitPattern:)), as: UTF8.self)
        return path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
    }
}

struct DemoCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "demo",
        abstract: "Spoken questions through the real daemon in a virtual room; shows where the milliseconds went.")
    @Option(help: "A recording of your own question, WAV of any rate and channel count.") var wav: String?
    @Option(help: "Folder for sound, picture and table.") var out = "demo-out"

    func run() throws {
        try RehearsalProgram.become(["demo", "--out", out] + (wav.map { ["--wav", $0] } ?? []))
    }
}

struct BenchCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench", abstract: "Measures the daemon's own paths.", subcommands: [Turn.self])

    struct Turn: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "turn", abstract: "Engine overhead, added latency and barge-in over many turns: median and p95.")
        @Option(help: "How many turns.") var turns = 20

        func run() throws { try RehearsalProgram.become(["bench", "turn", "--turns", String(turns)]) }
    }
}
