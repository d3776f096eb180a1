/// What the front end's process said of itself at the end of an hour.
package struct HourMeasurement {
    private var values: [String: Double] = [:]
    /// Microseconds and frames.
    private var times: [String: [(Double, Int)]] = [:]

    /// - Parameter lines: of `FrontEndListener`.
    package init(lines: [String]) {
        for line in lines {
            let fields = line.split(separator: " ").map(String.init)
            if fields.count == 2 {
                values[fields[0]] = Double(fields[1])
            } else if fields.count == 3, let microseconds = Double(fields[1]), let frames = Int(fields[2]) {
                times[fields[0], default: []].append((microseconds, frames))
            }
        }
    }

    private var soundSeconds: Double { (values["frames"] ?? 0) / 100 }
    private func late(_ clock: String) -> Int { (times[clock] ?? []).filter { $0.0 >= 10_000 }.reduce(0) { $0 + $1.1 } }

    package func report(_ settings: HourBench.Settings, machine: MachineFacts, sound: String) -> BenchReport {
        let allocations = values["allocations"]
        return BenchReport(
            bench: "hour", machine: machine, options: ["seconds": "\(settings.seconds)", "sound": sound],
            figures: costs + [distribution("cpu", "frame, on the processor"), distribution("wall", "frame, by the wall clock")]
                + memory,
            checks: [
                SceneCheck(
                    claim: "the whole recording went through",
                    holds: Int(soundSeconds) >= settings.seconds || settings.recording != nil,
                    seen: "\(tenths(soundSeconds)) s"),
                SceneCheck(
                    claim: "not one frame in ten thousand needed more than its 10 ms of processor",
                    holds: late("cpu") <= mayBeLate,
                    seen: "\(late("cpu")) late; \(late("wall")) by the wall clock, with whatever else this machine did"),
                SceneCheck(
                    claim: "nothing was allocated or freed after the start", holds: allocations == 0,
                    seen: allocations.map { "\(Int($0)) calls of the allocator" }
                        ?? "not counted; make dsp-hour builds the counter first"),
                SceneCheck(
                    claim: "no more memory at the end than after ten seconds", holds: growth <= 64,
                    seen: "\(Int(growth)) KiB more"
                ),
            ], notes: ["the sound: \(sound)"])
    }

    private var growth: Double { (values["end_kib"] ?? 0) - (values["settled_kib"] ?? 0) }
    /// One frame in ten thousand may be late: a virtual machine counts what its host took from it as its own.
    private var mayBeLate: Int { Int(values["frames"] ?? 0) / 10_000 }

    private var costs: [Figure] {
        let seconds = (values["cpu_ns"] ?? 0) / 1e9
        return [
            Figure(
                "processor time", .seconds, group: "The whole recording",
                method: "time on a processor (CLOCK_THREAD_CPUTIME_ID) of `FrontEnd.process`, all frames", values: [seconds]),
            Figure(
                "share of real time", .percent, group: "The whole recording",
                method: "processor time by the recording's length, of one core",
                values: [100 * seconds / max(soundSeconds, 0.01)]),
        ]
    }

    private func distribution(_ clock: String, _ name: String) -> Figure {
        var figure = Figure(
            name, .milliseconds, group: "A frame of 10 ms",
            method: clock == "cpu"
                ? "the same, frame by frame" : "CLOCK_MONOTONIC around the same calls: pre-emptions are in it")
        for (microseconds, frames) in times[clock] ?? [] { figure.record(microseconds / 1000, times: frames) }
        return figure
    }

    private var memory: [Figure] {
        [
            Figure(
                "peak resident", .kibibytes, group: "Memory",
                method: "VmHWM of the process that runs nothing but the front end, Swift's and C's libraries included",
                values: [values["peak_kib"] ?? 0]),
            Figure(
                "the front end's own", .kibibytes, group: "Memory",
                method:
                    "Private_Dirty at the end less before the front end was made: its state, and 0.4 MiB of this bench's buffers",
                values: [(values["end_kib"] ?? 0) - (values["start_kib"] ?? 0)]),
        ]
    }
}
