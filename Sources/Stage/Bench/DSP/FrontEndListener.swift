import Audio
import DSP
import Glibc

/// The front end alone in a process, fed through standard input: what `linnet bench hour` measures. Nothing else runs between
/// two looks at the clocks.
public final class FrontEndListener {
    /// Times of all frames: how many took so many microseconds; the last counts all that took longer.
    struct Times {
        private(set) var counts = [Int](repeating: 0, count: 20_000)

        mutating func note(nanoseconds: Int64) {
            counts[max(0, min(counts.count - 1, Int((nanoseconds + 500) / 1000)))] += 1
        }

        func lines(_ name: String) -> [String] {
            counts.indices.filter { counts[$0] > 0 }.map { "\(name) \($0) \(counts[$0])" }
        }
    }

    /// Ten seconds: by then every page has been touched.
    private static let settledFrames = 1000

    private let microphones: Int
    private var frontEnd: FrontEnd
    private var row: [Int16]
    private var planar: [Int16]
    private var output = [Int16](repeating: 0, count: SpeechFormat.frameSamples)
    private var (processor, wall) = (Times(), Times())
    private var (processorNanoseconds, frames): (Int64, Int) = (0, 0)

    private init(_ configuration: FrontEnd.Configuration) {
        microphones = configuration.microphones
        frontEnd = FrontEnd(configuration)
        row = Array(repeating: 0, count: SpeechFormat.frameSamples * (microphones + 1))
        planar = row
    }

    /// Reads frames of interleaved 16-bit samples, the microphones' and what was played, until the end of standard input.
    ///
    /// - Parameters:
    ///   - microphones: 1...8.
    ///   - geometry: a name of `ArrayGeometry`; one of another number of microphones is unknown.
    /// - Returns: `key value` lines, and `cpu` and `wall` lines with a time in microseconds and how many frames took it.
    public static func run(microphones: Int, geometry: String) -> [String] {
        var configuration = FrontEnd.Configuration(microphones: microphones)
        configuration.geometry = ArrayGeometry(named: geometry).flatMap { $0.positions.count == microphones ? $0 : nil }
        let before = OwnMemory.written
        let listener = FrontEndListener(configuration)
        let allocations = AllocationWatch()
        allocations?.start(thread: "linnet-rehearse")
        listener.listen(frames: settledFrames)
        var count = allocations?.count
        let settled = OwnMemory.written
        allocations?.start(thread: "linnet-rehearse")
        listener.listen(frames: .max)
        if let later = allocations?.count { count = (count ?? 0) + later }
        var lines = [
            "frames \(listener.frames)", "cpu_ns \(listener.processorNanoseconds)", "peak_kib \(OwnMemory.peak)",
            "start_kib \(before)", "settled_kib \(settled)", "end_kib \(OwnMemory.written)",
        ]
        if let count { lines.insert("allocations \(count)", at: 0) }
        return lines + listener.processor.lines("cpu") + listener.wall.lines("wall")
    }

    /// At most so many frames.
    private func listen(frames count: Int) {
        var left = count
        while left > 0, readFrame() {
            process()
            left -= 1
        }
    }

    /// The next frame into `planar`; false at the end.
    private func readFrame() -> Bool {
        let wanted = row.count * 2
        let complete = row.withUnsafeMutableBytes { bytes in
            var filled = 0
            while filled < wanted, let base = bytes.baseAddress {
                let count = read(STDIN_FILENO, base + filled, wanted - filled)
                guard count > 0 else { break }
                filled += count
            }
            return filled == wanted
        }
        guard complete else { return false }
        for n in 0..<SpeechFormat.frameSamples {
            for channel in 0...microphones {
                planar[channel * SpeechFormat.frameSamples + n] = row[n * (microphones + 1) + channel]
            }
        }
        return true
    }

    private func process() {
        let (wallBefore, before) = (Self.now(CLOCK_MONOTONIC), Self.now(CLOCK_THREAD_CPUTIME_ID))
        planar.withUnsafeBufferPointer { planar in
            output.withUnsafeMutableBufferPointer { output in
                guard let samples = planar.baseAddress, let clean = output.baseAddress else { return }
                _ = frontEnd.process(
                    microphones: samples, farEnd: samples + microphones * SpeechFormat.frameSamples,
                    farEndCount: SpeechFormat.frameSamples, farEndOffset: FarEndOffset(samples: 0, fractionQ15: 0),
                    recognizerOutput: clean)
            }
        }
        let took = Self.now(CLOCK_THREAD_CPUTIME_ID) - before
        processor.note(nanoseconds: took)
        wall.note(nanoseconds: Self.now(CLOCK_MONOTONIC) - wallBefore)
        processorNanoseconds += took
        frames += 1
    }

    private static func now(_ clock: clockid_t) -> Int64 {
        var time = timespec()
        clock_gettime(clock, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }
}

/// What this process takes of the machine's memory, by two of its books in /proc/self.
enum OwnMemory {
    /// The most that was ever resident, KiB.
    static var peak: Int { number("VmHWM:", in: "/proc/self/status") }
    /// Written by this process and nobody else's, KiB.
    static var written: Int { number("Private_Dirty:", in: "/proc/self/smaps_rollup") }

    private static func number(_ name: String, in path: String) -> Int {
        let line = readFile(path)?.split(separator: "\n").first { $0.hasPrefix(name) }
        return line?.split { !$0.isNumber }.first.flatMap { Int($0) } ?? 0
    }
}

/// The counter of allocations that `scripts/dsp-bench.sh` builds, when it stands in front of this process's C library.
struct AllocationWatch {
    private let watch: @convention(c) (UnsafePointer<CChar>) -> Int32
    private let counted: @convention(c) () -> Int64

    init?() {
        guard let watch = dlsym(nil, "ln_watch_allocations"), let counted = dlsym(nil, "ln_watched_allocations")
        else {
            return nil
        }
        self.watch = unsafeBitCast(watch, to: (@convention(c) (UnsafePointer<CChar>) -> Int32).self)
        self.counted = unsafeBitCast(counted, to: (@convention(c) () -> Int64).self)
    }

    func start(thread: String) { _ = watch(thread) }
    var count: Int64 { counted() }
}
