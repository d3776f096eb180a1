import Audio
import Glibc

/// `linnet bench dsp`: what the stages of the front end cost in instructions, beside other people's code on the same scene.
public enum DSPBench {
    public struct Settings: Sendable {
        /// Before anything is counted.
        public var warmUpSeconds = 2
        /// What is counted.
        public var seconds = 4

        public init() {}
    }

    /// - Parameter programs: folder with `linnet-rehearse`, and with `dsp-bench/` where `make dsp-bench` has built the peers.
    public static func run(
        _ settings: Settings, programs: String, progress: @Sendable (String) -> Void
    ) async throws -> BenchReport {
        let machine = await MachineFacts.here(programs: programs)
        let work = try WorkFolder()
        let scenes = try Scenes(settings, in: work)
        progress("Counting the stages")
        let x86 = try await scenes.countHere(programs, in: work)
        progress("Counting the stages for AArch64")
        let (arm, armNote) = await scenes.countAArch64("\(programs)/dsp-bench/aarch64.elf", in: work)
        let (peers, peerNotes) = await scenes.countPeers("\(programs)/dsp-bench", in: work, progress)
        let costs = stages(x86, arm) + sums(x86, arm) + peers
        var report = BenchReport(
            bench: "dsp", machine: machine,
            options: ["seconds": "\(settings.seconds)", "warm_up_seconds": "\(settings.warmUpSeconds)"],
            figures: costs.flatMap(figures), checks: costs.compactMap(check), notes: [armNote].compactMap { $0 } + peerNotes)
        report.table = DSPTable.lines(costs)
        return report
    }

    /// The scenes on disk and how much of them counts.
    private struct Scenes {
        let (talk, idle): (String, String)
        let (warmUp, frames): (Int, Int)
        private let (talking, silent): (WAVFile, WAVFile)

        init(_ settings: Settings, in work: WorkFolder) throws {
            (talk, idle) = ("\(work.path)/talk.wav", "\(work.path)/idle.wav")
            (warmUp, frames) = (100 * settings.warmUpSeconds, 100 * settings.seconds)
            let seconds = settings.warmUpSeconds + settings.seconds
            talking = try DSPSceneSound.render(seconds: seconds, farEnd: true, folder: work.path)
            silent = try DSPSceneSound.render(seconds: seconds, farEnd: false, folder: work.path)
            try talking.write(path: talk)
            try silent.write(path: idle)
        }

        func countHere(_ programs: String, in work: WorkFolder) async throws -> [DSPStage: Double] {
            let program = "\(work.path)/linnet-rehearse"
            // valgrind does not read a Swift program's debugging information.
            try await InstructionCount.run("strip", ["-g", "-o", program, "\(programs)/linnet-rehearse"], in: work)
            let counts = try await Callgrind.inclusive(
                program,
                ["dsp-stages", "--talk", talk, "--idle", idle, "--warm-up", String(warmUp), "--frames", String(frames)], in: work)
            let pairs = DSPStage.allCases.compactMap { stage in counts[stage.symbol].map { (stage, $0 / Double(frames)) } }
            return Dictionary(uniqueKeysWithValues: pairs)
        }

        func countAArch64(_ image: String, in work: WorkFolder) async -> ([DSPStage: Double], note: String?) {
            do {
                let counts = try await AArch64Count.stages(
                    image: image, talk: talking, idle: silent, warmUp: warmUp, frames: frames, in: work)
                return (counts, nil)
            } catch { return ([:], "no instructions of a generic AArch64: \(error)") }
        }

        func countPeers(
            _ folder: String, in work: WorkFolder, _ progress: (String) -> Void
        ) async -> ([DSPCost], notes: [String]) {
            var (costs, notes): ([DSPCost], [String]) = ([], [])
            for peer in DSPPeer.all {
                progress("Counting \(peer.name)")
                let (count, note) = await peer.count(talk, warmUp: warmUp, frames: frames, folder: folder, in: work)
                notes += [note].compactMap { $0 }
                if let count {
                    costs.append(DSPCost(name: peer.name, group: .peer, method: Method.peer, x86: count))
                }
            }
            return (costs, notes)
        }
    }

    private enum Method {
        static let stage = "callgrind, inclusive of all that it calls, over the counted frames of the scene"
        static let peer = "callgrind over the same frames of the same scene, first microphone; Debian's library"
        static let bare = "the same for a generic AArch64, counted by qemu's clock"
    }

    private static func stages(_ x86: [DSPStage: Double], _ arm: [DSPStage: Double]) -> [DSPCost] {
        DSPStage.allCases.map { stage in
            DSPCost(
                name: stage.name, group: stage.isPart ? .stage : .sum, method: Method.stage, x86: x86[stage], arm: arm[stage],
                atMost: stage.atMost)
        }
    }

    private static func sums(_ x86: [DSPStage: Double], _ arm: [DSPStage: Double]) -> [DSPCost] {
        DSPSum.all.map { sum in
            DSPCost(
                name: sum.name, group: .sum, method: "the sum of: \(sum.stages.map(\.name).joined(separator: ", "))",
                x86: total(sum.stages, x86), arm: total(sum.stages, arm), atMost: sum.atMost)
        }
    }

    private static func total(_ stages: [DSPStage], _ counts: [DSPStage: Double]) -> Double? {
        let known = stages.compactMap { counts[$0] }
        return known.count == stages.count ? known.reduce(0, +) : nil
    }

    private static func figures(_ cost: DSPCost) -> [Figure] {
        let here = Figure(
            cost.name, .instructionsPerFrame, group: cost.group.rawValue, method: cost.method, values: cost.x86.map { [$0] } ?? []
        )
        guard let arm = cost.arm else { return [here] }
        return [
            here,
            Figure(
                "\(cost.name), AArch64", .instructionsPerFrame, group: "\(cost.group.rawValue), AArch64", method: Method.bare,
                values: [arm]),
        ]
    }

    private static func check(_ cost: DSPCost) -> SceneCheck? {
        guard let atMost = cost.atMost else { return nil }
        return SceneCheck(
            claim: "\(cost.name): at most \(grouped(atMost))", holds: cost.isHeld ?? false,
            seen: cost.x86.map(grouped) ?? "not counted")
    }
}
