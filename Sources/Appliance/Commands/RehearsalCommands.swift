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

/// Its options are the rehearsal's own, `--help` included.
struct DemoCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "demo",
        abstract: "Spoken questions through the real daemon in a virtual room; shows where the milliseconds went.")
    @Argument(parsing: .captureForPassthrough, help: "--wav FILE, --out FOLDER; see linnet demo --help.") var options: [String] =
        []

    func run() throws { try RehearsalProgram.become(["demo"] + options) }
}

/// Its options are the rehearsal's own, `--help` included.
struct BenchCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench",
        abstract: "Measures the daemon's own paths and its front end: bench turn, barge-in, idle, dsp, hour.")
    @Argument(
        parsing: .captureForPassthrough, help: "turn, barge-in, idle, dsp or hour, and its options; see linnet bench --help.")
    var options: [String] = []

    func run() throws { try RehearsalProgram.become(["bench"] + options) }
}

/// Its options are the rehearsal's own, `--help` included.
struct PictureCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "picture", abstract: "Sounds as spectrograms, one above the other, in one picture (SVG).")
    @Argument(parsing: .captureForPassthrough, help: "--in A.wav [--in B.wav …] --out P.svg; see linnet dsp picture --help.")
    var options: [String] = []

    func run() throws { try RehearsalProgram.become(["picture"] + options) }
}
