import ArgumentParser
import Audio
import Glibc
import Rehearsal
import Stage

/// `make demo`: the daemon itself in a room, a person who asks, and what came of it.
struct DemoCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "demo", abstract: "Spoken questions through the real daemon; answers, waterfall, sound and a picture.")

    @Option(help: "A recording of your own question: WAV of any rate and channel count.") var wav: String?
    @Option(help: "Folder for sound, picture and tables.") var out = "demo-out"

    func run() async throws {
        let script = try wav.map { try Script.own(question($0)) } ?? .demo
        print("The language model here is a list of rules over a page of facts; it has not been told the questions.\n")
        let work = try WorkFolder()
        var settings = Scene.Settings(programs: WorkFolder.programs, folder: work.path)
        settings.bargeInAfterMilliseconds = 2500
        let scene = try await Scene(script, settings, services: RehearsalOptions()) { line in
            print("  \(line)")
            fflush(nil)
        }
        let record = try await scene.play()
        let report = SceneReport(script, record)
        print(report.text.joined(separator: "\n"))
        mkdir(out, 0o755)
        print("\nWritten: " + (try report.write(into: out)).joined(separator: ", "))
        if !report.allHold {
            print("\nNot everything that must be true was; the checks above say what.")
            throw ExitCode.failure
        }
    }

    private func question(_ path: String) throws -> [Int16] {
        let samples = try SoundConversion.speech(WAVFile.read(path: path))
        guard samples.contains(where: { abs(Int($0)) > 300 }) else {
            throw ValidationError("\(path) is silent: record a spoken question")
        }
        guard samples.count <= 30 * 16_000 else { throw ValidationError("\(path) is longer than 30 s: a question, please") }
        return samples
    }
}
