import Audio
import CPlatform
import Glibc

/// Instructions, the one measure of cost that a busy machine does not blur.
public enum InstructionCount {
    /// Why it could not be counted, for the report.
    public struct Unavailable: Error, CustomStringConvertible {
        public var description: String
    }

    /// Millions of user-mode instructions per second of a running process, all its threads, by the processor's own counters.
    public static func ofProcess(_ processID: pid_t, seconds: Int) async throws(Unavailable) -> Double {
        let counters = try Counters(of: processID, instructions: true)
        let (before, start) = (counters.sum, ln_monotonic_ns())
        try? await Task.sleep(for: .seconds(seconds))
        let elapsed = Double(ln_monotonic_ns() - start) / 1e9
        return Double(counters.sum - before) / 1e6 / elapsed
    }

    /// Millions of instructions that the front end spends on a second of `channels` microphones in a quiet room: two sounds of
    /// different lengths through `linnet dsp front-end` under callgrind, the difference by the difference in length, so that
    /// start and end of the program fall out.
    public static func ofFrontEnd(programs: String, channels: Int) async throws -> Double {
        let work = try WorkFolder()
        let program = "\(work.path)/linnet"
        // valgrind does not read a Swift program's debugging information.
        try await run("strip", ["-g", "-o", program, "\(programs)/linnet"], in: work)
        let (short, long) = (2, 6)
        let counts = [
            try await frontEnd(program, seconds: short, channels: channels, in: work),
            try await frontEnd(program, seconds: long, channels: channels, in: work),
        ]
        return (counts[1] - counts[0]) / 1e6 / Double(long - short)
    }

    private static func frontEnd(_ program: String, seconds: Int, channels: Int, in work: WorkFolder) async throws -> Double {
        let (input, output) = ("\(work.path)/\(seconds).wav", "\(work.path)/out.wav")
        let quiet = RoomNoise.kitchen(seconds: seconds, levelDecibels: -58)
        let samples = quiet.flatMap { sample in Array(repeating: sample, count: channels) }
        try WAVFile(rateHz: SceneSound.rateHz, channels: channels, samples: samples).write(path: input)
        let lines = try await run(
            "valgrind",
            ["--tool=callgrind", "--callgrind-out-file=\(work.path)/callgrind.out", program]
                + ["dsp", "front-end", "--in", input, "--out", output], in: work)
        return try Callgrind.total(lines)
    }

    /// Runs a program of the `PATH` to its end.
    /// - Returns: what it wrote on standard error, or on standard output when `output` is 1.
    @discardableResult
    static func run(
        _ program: String, _ arguments: [String], in work: WorkFolder, gathering output: Int32 = 2,
        deadlineMilliseconds: Int = 120_000
    ) async throws -> [String] {
        guard let child = try? ChildProcess(program, arguments, environment: ["PATH": "/usr/bin:/bin"], gathering: output) else {
            throw Unavailable(description: "\(program) is not installed")
        }
        let status = await child.wait(deadlineMilliseconds: deadlineMilliseconds)
        guard status == 0 else {
            throw Unavailable(description: "\(program) ended with \(status): \(child.lines().suffix(2).joined(separator: " "))")
        }
        return child.lines()
    }
}

/// One of the kernel's counters on every thread of a process; what threads start later is counted with their parents.
package final class Counters {
    private var descriptors: [Int32] = []

    /// - Parameter instructions: counts those in user mode; else nanoseconds on a processor.
    package init(of processID: pid_t, instructions: Bool) throws(InstructionCount.Unavailable) {
        for thread in ProcessFacts.threads(of: processID) {
            let descriptor = ln_counter_open(thread, instructions ? 1 : 0)
            guard descriptor >= 0 else {
                throw InstructionCount.Unavailable(description: Self.reason(-descriptor))
            }
            descriptors.append(descriptor)
        }
    }

    deinit { for descriptor in descriptors { close(descriptor) } }

    package var sum: UInt64 {
        descriptors.reduce(0) { sum, descriptor in
            var count: UInt64 = 0
            return read(descriptor, &count, 8) == 8 ? sum + count : sum
        }
    }

    private static func reason(_ code: Int32) -> String {
        switch code {
        case ENOENT, EOPNOTSUPP: "the processor's counters cannot be had here (a virtual machine, most likely)"
        case EACCES, EPERM: "the kernel does not let this user count (kernel.perf_event_paranoid)"
        default: "the kernel's counters failed: \(String(cString: strerror(code)))"
        }
    }
}
