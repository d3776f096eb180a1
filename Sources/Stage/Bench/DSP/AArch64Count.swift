import Audio
import Glibc

/// The stages as a bare AArch64 program (Embedded Swift, no operating system, no library) in qemu's machine, whose clock here
/// counts instructions: `-icount shift=0` makes each of them one nanosecond.
package enum AArch64Count {
    /// Where qemu puts the scenes, and where the program looks for them.
    private static let sceneAddress = 0x4800_0000

    /// - Parameter image: what `make dsp-bench` has built.
    /// - Returns: instructions per frame of every stage.
    static func stages(
        image: String, talk: WAVFile, idle: WAVFile, warmUp: Int, frames: Int, in work: WorkFolder
    ) async throws -> [DSPStage: Double] {
        guard access(image, R_OK) == 0 else { throw InstructionCount.Unavailable(description: "make dsp-bench has not built it") }
        let blob = "\(work.path)/scenes"
        try write(words([talk.frames / 160, warmUp, frames, 0]) + words16(talk.samples) + words16(idle.samples), to: blob)
        let lines = try await InstructionCount.run(
            "qemu-system-aarch64",
            [
                // No network card, or qemu wants the boot image of one, which Debian packs apart.
                "-M", "virt", "-nic", "none", "-cpu", "cortex-a53", "-m", "256", "-display", "none", "-monitor", "none",
                "-serial", "stdio",
                "-icount", "shift=0,sleep=off", "-semihosting-config", "enable=on,target=native", "-kernel", image, "-device",
                "loader,file=\(blob),addr=\(sceneAddress),force-raw=on",
            ], in: work, gathering: 1, deadlineMilliseconds: 600_000)
        return counts(lines, frames: frames)
    }

    /// `stage 3 1234567`: a stage and its instructions over all frames.
    package static func counts(_ lines: [String], frames: Int) -> [DSPStage: Double] {
        var counts: [DSPStage: Double] = [:]
        for line in lines {
            let fields = line.split { !$0.isLetter && !$0.isNumber }
            guard fields.count == 3, fields[0] == "stage", let stage = Int(fields[1]).flatMap(DSPStage.init(rawValue:)) else {
                continue
            }
            counts[stage] = Double(fields[2]).map { $0 / Double(max(frames, 1)) }
        }
        return counts
    }

    private static func words(_ values: [Int]) -> [UInt8] {
        values.flatMap { value in (0..<4).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) } }
    }

    private static func words16(_ samples: [Int16]) -> [UInt8] {
        samples.flatMap { [UInt8(truncatingIfNeeded: $0), UInt8(truncatingIfNeeded: $0 >> 8)] }
    }

    private static func write(_ bytes: [UInt8], to path: String) throws {
        guard let file = fopen(path, "we") else { throw InstructionCount.Unavailable(description: "cannot write \(path)") }
        let written = fwrite(bytes, 1, bytes.count, file)
        guard fclose(file) == 0, written == bytes.count else {
            throw InstructionCount.Unavailable(description: "cannot write \(path)")
        }
    }
}
