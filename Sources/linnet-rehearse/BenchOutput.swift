import ArgumentParser
import Glibc
import Stage

/// Where a bench's report goes.
struct BenchOutput: ParsableArguments {
    /// What `--json` without a file means.
    private static let standardOutput = "-"

    @Option(
        defaultAsFlag: BenchOutput.standardOutput,
        help: "The report as JSON: into a file, or instead of the table when none is named.")
    var json: String?
    @Option(help: "The distributions as a picture (SVG) into this file.") var picture: String?

    /// Progress goes to standard error, so that what is printed is the report alone.
    static func progress(_ line: String) {
        complain("  \(line)")
    }

    private static func complain(_ line: String) {
        let bytes = Array("\(line)\n".utf8)
        _ = bytes.withUnsafeBytes { Glibc.write(STDERR_FILENO, $0.baseAddress, $0.count) }
    }

    static func require(_ range: ClosedRange<Int>, _ value: Int, _ option: String) throws {
        guard range.contains(value) else {
            throw ValidationError("\(option) must be from \(range.lowerBound) to \(range.upperBound)")
        }
    }

    /// Prints and writes; fails when something did not hold.
    func show(_ report: BenchReport) throws {
        if json == Self.standardOutput {
            print(report.json)
        } else {
            print(report.text.joined(separator: "\n"))
            if let json { try Self.write(report.json + "\n", to: json) }
        }
        if let picture { try Self.write(BenchPicture(report).svg(), to: picture) }
        guard report.allHold else {
            Self.complain("Not everything that must be true was; the checks say what.")
            throw ExitCode.failure
        }
    }

    static func write(_ text: String, to path: String) throws {
        guard let file = fopen(path, "we") else {
            throw ValidationError("cannot write \(path): \(String(cString: strerror(errno)))")
        }
        fputs(text, file)
        guard fclose(file) == 0 else { throw ValidationError("cannot write \(path): \(String(cString: strerror(errno)))") }
    }
}
