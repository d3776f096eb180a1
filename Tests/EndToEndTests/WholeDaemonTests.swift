import Foundation
import Rehearsal
import Stage
import Testing

@Suite(.serialized) struct `The whole daemon in a room` {
    @Test func `answers, is interrupted, and remembers only what was heard`() async throws {
        let script = Script(lines: [
            Line("What is the capital of Portugal?", .flite("rms"), .tap),
            Line("What day comes after Monday?", .flite("rms"), .followUp),
            Line("Tell me about the first landing on the moon.", .flite("awb"), .hold),
            Line("How many planets are there?", .flite("rms"), .bargeIn),
        ])
        let facts = ["Lisbon", "Tuesday", "landed on the moon", "ight planets"]
        let work = try WorkFolder()
        let settings = Scene.Settings(programs: WorkFolder.programs, folder: work.path)
        let record = try await Scene(script, settings, services: RehearsalOptions()) { _ in }.play()
        for check in SceneCheck.all(script, record) where !check.claim.contains("understood") {
            #expect(check.holds, "\(check.claim): \(check.seen); \(record.status)")
        }
        let answers = record.turns.map(\.heard)
        try #require(answers.count == 4, "\(record.log.suffix(20).joined(separator: "\n"))")
        // The stand-in's recognizer is small and mishears a synthetic voice now and then; what it hears right must be answered right.
        let right = zip(answers, facts).count { $0.contains($1) }
        #expect(right >= 2, "heard \(record.turns.map(\.transcript)), answered \(answers)")
        let bargeIn = try #require(record.sound.bargeIn(onset: record.spoken[3].onset))
        #expect(bargeIn < 1000, "from the person's first sample to the answer's last: \(bargeIn) ms")
    }

    @Test func `lives on one microphone at 48 kHz and a loudspeaker at 44.1, 32 bits each`() async throws {
        let work = try WorkFolder()
        var settings = Scene.Settings(programs: WorkFolder.programs, folder: work.path)
        settings.room.microphones = .init(channels: 1, rateHz: 48_000, sampleBits: 32, clockPartsPerMillion: -60)
        settings.room.loudspeaker = .init(channels: 1, rateHz: 44_100, sampleBits: 32, clockPartsPerMillion: 80)
        settings.room.seed = 7
        let script = Script(lines: [Line("What is the capital of Portugal?", .flite("rms"), .tap)])
        let scene = try await Scene(script, settings, services: RehearsalOptions()) { _ in }
        let record = try await scene.play()
        for check in SceneCheck.all(script, record) where !check.claim.contains("understood") {
            #expect(check.holds, "\(check.claim): \(check.seen)")
        }
        #expect(record.turns.first?.heard.isEmpty == false)
    }

    @Test func `says what it lacks when it has no key, and stays alive`() async throws {
        let work = try WorkFolder()
        let room = try Room(at: "\(work.path)/air")
        var hosted = HostedDaemon.Settings(
            programs: WorkFolder.programs, folder: work.path,
            alsaConfiguration: room.configuration(pluginPath: try Room.pluginPath()),
            deepgramURL: "ws://127.0.0.1:9", groqURL: "http://127.0.0.1:9", cartesiaURL: "ws://127.0.0.1:9")
        hosted.keys = [:]
        let daemon = try await HostedDaemon(hosted)
        try await daemon.press()
        #expect(await daemon.wait(withinMilliseconds: 3000) { daemon.turns.contains { $0.outcome == "failed" } })
        let status = try await daemon.command("status")
        #expect(status.contains { $0.contains("deepgram: key-missing") && $0.contains("deepgram-api-key") }, "\(status)")
        #expect(await daemon.wait(withinMilliseconds: 6000) { daemon.state == "idle" })
        #expect(await daemon.terminate().status == 0)
    }

    @Test func `waits for sound cards that are not there and starts when they come`() async throws {
        let work = try WorkFolder()
        let room = try Room(at: "\(work.path)/air")
        room.unplug(.microphones)
        let hosted = HostedDaemon.Settings(
            programs: WorkFolder.programs, folder: work.path,
            alsaConfiguration: room.configuration(pluginPath: try Room.pluginPath()),
            deepgramURL: "ws://127.0.0.1:9", groqURL: "http://127.0.0.1:9", cartesiaURL: "ws://127.0.0.1:9")
        let daemon = try await HostedDaemon(hosted)
        #expect(try await daemon.command("status").contains { $0.contains("microphones room_mic: waiting") })
        room.replug(.microphones)
        #expect(await daemon.wait(withinMilliseconds: 3000) { room.isRunning(.microphones) })
        #expect(await daemon.wait(withinMilliseconds: 1000) { daemon.entries().contains { $0["LINNET_EVENT"] == "recovered" } })
        #expect(await daemon.terminate().status == 0)
    }
}
