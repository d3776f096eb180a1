import Foundation
import Rehearsal
import Stage
import Testing

/// A daemon in a room, whose devices a test breaks.
private final class Bench {
    /// What `linnet status --json` says, as far as these tests ask.
    struct Status: Decodable {
        struct Device: Decodable {
            var state: String
            var format: String
            var xruns: Int
        }
        var state: String
        var lights: String
        var capture: Device
        var playback: Device
        var troubles: [String]

        func device(_ device: Room.Device) -> Device { device == .microphones ? capture : playback }
    }

    let room: Room
    let services: RehearsalServer
    private(set) var daemon: HostedDaemon
    let work: WorkFolder
    private let hosted: HostedDaemon.Settings
    private let question: [Int16]

    /// - Parameters:
    ///   - before: done to the room before the daemon starts.
    ///   - names: the PCMs of microphones and loudspeaker.
    ///   - geometry: where the microphones stand.
    init(
        _ settings: Room.Settings = Room.Settings(), names: (capture: String, playback: String) = ("room_mic", "room_speaker"),
        geometry: String = "unknown", before: (Room) -> Void = { _ in }
    ) async throws {
        question = try Line("What is the capital of Portugal?", .flite("rms"), .tap).rendered()
        work = try WorkFolder()
        room = try Room(at: "\(work.path)/air", settings: settings)
        before(room)
        var options = RehearsalOptions()
        options.recognizer = .echo()
        services = try await RehearsalServer.start(options)
        var hosted = HostedDaemon.Settings(
            programs: WorkFolder.programs, folder: work.path,
            alsaConfiguration: room.configuration(pluginPath: try Room.pluginPath()),
            deepgramURL: services.addresses.deepgram, groqURL: services.addresses.groq, cartesiaURL: services.addresses.cartesia)
        (hosted.capture, hosted.playback) = names
        hosted.moreSettings = "[conversation]\nfollow_up_s = 0\n"
        hosted.geometry = geometry
        self.hosted = hosted
        daemon = try await HostedDaemon(hosted)
    }

    /// Ends the daemon and starts it again.
    func restart(meanwhile: () throws -> Void = {}) async throws {
        #expect(await daemon.terminate().status == 0, "\(daemon.log.suffix(5).joined(separator: "\n"))")
        try meanwhile()
        daemon = try await HostedDaemon(hosted)
    }

    func end() async {
        #expect(await daemon.terminate().status == 0, "\(daemon.log.suffix(5).joined(separator: "\n"))")
        await services.stop()
    }

    func status() async throws -> Status {
        let text = try await daemon.command("status", "--json").joined(separator: "\n")
        return try JSONDecoder().decode(Status.self, from: Data(text.utf8))
    }

    /// Waits for a status that is as it should be; the last one is told when none was.
    func expectStatus(
        _ what: String, withinMilliseconds limit: Int = 3000, where isRight: (Status) -> Bool
    ) async throws {
        let deadline = ContinuousClock.now + .milliseconds(limit)
        var last = try await status()
        while !isRight(last), ContinuousClock.now < deadline { last = try await status() }
        #expect(isRight(last), "\(what): \(last); \(daemon.log.suffix(4).joined(separator: "\n"))")
    }

    func said(_ event: String, of subject: String, _ kind: String? = nil, from first: Int) -> Bool {
        daemon.entries(from: first).contains {
            $0["LINNET_EVENT"] == event && $0["LINNET_PROVIDER"] == subject && (kind == nil || $0["LINNET_FAILURE"] == kind)
        }
    }

    /// Asks a question; whether it was answered.
    func isAnswered() async throws -> Bool {
        let before = daemon.turns.count
        try await daemon.press()
        room.speak(question)
        return await daemon.wait(withinMilliseconds: 12_000) {
            daemon.turns.dropFirst(before).contains { $0.outcome == "answered" }
        }
    }

    /// Begins to ask, and waits until the person has been speaking for a moment.
    func ask(untilState state: String) async throws -> Bool {
        try await daemon.press()
        room.speak(question)
        return await daemon.wait(withinMilliseconds: 10_000) { daemon.state == state }
    }
}

/// One thing that can happen to a device, and how it must be told.
private struct Fault: Sendable {
    var name: String
    var device: Room.Device
    var kind: String
    var state: String
    var plant: @Sendable (Room) -> Void
    var cure: @Sendable (Room) -> Void

    var subject: String { device == .microphones ? "capture" : "playback" }

    static let all =
        [Room.Device.microphones, .loudspeaker].flatMap { [unplugged($0), held($0), standingStill($0)] } + [
            sounding("nothing but zeros", kind: "silent", .zeros),
            sounding("the same sound again and again", kind: "stalled", .frozen),
        ]

    private static func unplugged(_ device: Room.Device) -> Fault {
        Fault(name: "unplugged", device: device, kind: "unplugged", state: "waiting") {
            $0.unplug(device)
        } cure: {
            $0.replug(device)
        }
    }

    private static func held(_ device: Room.Device) -> Fault {
        Fault(name: "held by another program when it is back", device: device, kind: "busy", state: "waiting") {
            $0.occupy(device)
            $0.unplug(device)
            $0.replug(device)
        } cure: {
            $0.vacate(device)
        }
    }

    private static func standingStill(_ device: Room.Device) -> Fault {
        Fault(name: "standing still without an error", device: device, kind: "stalled", state: "stalled") {
            $0.stall(device)
        } cure: {
            $0.unstall(device)
        }
    }

    private static func sounding(_ name: String, kind: String, _ capture: Room.Capture) -> Fault {
        Fault(name: name, device: .microphones, kind: kind, state: kind) {
            $0.deliver(capture)
        } cure: {
            $0.deliver(.sound)
        }
    }
}

@Suite(.serialized) struct `The devices at the edge` {
    /// From the cause's end to the daemon's word. Two seconds are promised; the rest is for a machine that is busy.
    private static let recoveryMilliseconds = 4000.0

    @Test func `whatever happens to a device is said, shown, survived, and over when its cause is`() async throws {
        let bench = try await Bench()
        for fault in Fault.all { try await play(fault, bench) }
        #expect(try await bench.isAnswered(), "\(bench.daemon.log.suffix(5).joined(separator: "\n"))")
        await bench.end()
    }

    private func play(_ fault: Fault, _ bench: Bench) async throws {
        let what = "\(fault.subject): \(fault.name)"
        let first = bench.daemon.entries().count
        fault.plant(bench.room)
        let isSaid = await bench.daemon.wait(withinMilliseconds: 8000) {
            bench.said("device-failed", of: fault.subject, fault.kind, from: first)
        }
        #expect(isSaid, "\(what): not said; \(bench.daemon.log.suffix(4).joined(separator: "\n"))")
        try await bench.expectStatus(what) {
            $0.device(fault.device).state == fault.state && $0.lights == "error" && $0.state == "error" && !$0.troubles.isEmpty
        }
        let second = bench.daemon.entries().count
        let cured = ContinuousClock.now
        fault.cure(bench.room)
        let isOver = await bench.daemon.wait(withinMilliseconds: 8000) {
            bench.said("recovered", of: fault.subject, from: second)
        }
        let milliseconds = (ContinuousClock.now - cured) / .milliseconds(1)
        print("\(what): works again after \(Int(milliseconds)) ms")
        #expect(
            isOver && milliseconds < Self.recoveryMilliseconds, "\(what): \(bench.daemon.log.suffix(4).joined(separator: "\n"))")
        try await bench.expectStatus("\(what), cured") {
            $0.device(fault.device).state == "running" && $0.lights == "idle" && $0.troubles.isEmpty
        }
    }

    @Test func `a device that goes in the middle of a turn ends that turn, and the next one is answered`() async throws {
        let bench = try await Bench()
        // In mid-sentence.
        #expect(try await bench.ask(untilState: "listening"))
        try await Task.sleep(for: .milliseconds(700))
        bench.room.unplug(.microphones)
        #expect(await bench.daemon.wait(withinMilliseconds: 4000) { bench.daemon.turns.last?.outcome == "failed" })
        bench.room.replug(.microphones)
        #expect(await bench.daemon.wait(withinMilliseconds: 8000) { bench.daemon.state == "idle" })
        #expect(try await bench.isAnswered(), "after the microphones: \(bench.daemon.log.suffix(4).joined(separator: "\n"))")
        // In mid-answer, both.
        #expect(try await bench.ask(untilState: "speaking"))
        bench.room.unplug(.loudspeaker)
        bench.room.unplug(.microphones)
        #expect(await bench.daemon.wait(withinMilliseconds: 4000) { bench.daemon.turns.last?.outcome == "failed" })
        try await bench.expectStatus("both away") { $0.capture.state == "waiting" && $0.playback.state == "waiting" }
        bench.room.replug(.loudspeaker)
        bench.room.replug(.microphones)
        try await bench.expectStatus("both back", withinMilliseconds: 4000) {
            $0.capture.state == "running" && $0.playback.state == "running" && $0.lights == "idle"
        }
        try await Task.sleep(for: .milliseconds(500))
        #expect(!bench.room.boxIsSounding(within: 450), "what was meant for before is not played now")
        #expect(try await bench.isAnswered(), "after both: \(bench.daemon.log.suffix(4).joined(separator: "\n"))")
        await bench.end()
    }

    @Test func `devices that are not there at the start are told of, and come as whatever they are`() async throws {
        let bench = try await Bench {
            $0.unplug(.microphones)
            $0.occupy(.loudspeaker)
        }
        try await bench.expectStatus("absent and busy") {
            $0.capture.state == "waiting" && $0.playback.state == "waiting" && $0.lights == "error"
                && $0.troubles.contains { $0.contains("busy") }
        }
        bench.room.reshape(.loudspeaker, Room.Shape(rateHz: 44_100, format: .s24Packed))
        bench.room.vacate(.loudspeaker)
        try await bench.expectStatus("a loudspeaker at 44.1 kHz", withinMilliseconds: 4000) {
            $0.playback.state == "running" && $0.playback.format.contains("44100 Hz, 24 bits")
        }
        // With a loudspeaker alone the person is told why nothing else works.
        try await bench.daemon.press()
        #expect(await bench.daemon.wait(withinMilliseconds: 8000) { bench.room.boxIsSounding(within: 100) })
        bench.room.replug(.microphones)
        try await bench.expectStatus("four microphones", withinMilliseconds: 4000) { $0.capture.format.contains("4 × 16000 Hz") }
        #expect(await bench.daemon.wait(withinMilliseconds: 8000) { bench.daemon.state == "idle" })
        #expect(try await bench.isAnswered(), "\(bench.daemon.log.suffix(4).joined(separator: "\n"))")
        // And as something else again, in the middle of its life.
        bench.room.unplug(.microphones)
        bench.room.reshape(.microphones, Room.Shape(channels: 1, rateHz: 48_000, format: .s24))
        bench.room.replug(.microphones)
        try await bench.expectStatus("one microphone at 48 kHz", withinMilliseconds: 4000) {
            $0.capture.state == "running" && $0.capture.format == "1 × 48000 Hz, 24 bits"
        }
        #expect(try await bench.isAnswered(), "\(bench.daemon.log.suffix(4).joined(separator: "\n"))")
        await bench.end()
    }

    @Test func `cards that come back under other numbers are found by their ids`() async throws {
        let bench = try await Bench(names: ("hw:1,0", "plughw:2"))
        #expect(try await bench.status().capture.state == "running")
        for device in Room.Device.allCases { bench.room.unplug(device) }
        try await bench.expectStatus("away") { $0.capture.state == "waiting" && $0.playback.state == "waiting" }
        // Each has the number that the other one had.
        bench.room.setCardNumber(.microphones, 2)
        bench.room.setCardNumber(.loudspeaker, 1)
        for device in Room.Device.allCases { bench.room.replug(device) }
        try await bench.expectStatus("found again", withinMilliseconds: 4000) {
            $0.capture.state == "running" && $0.playback.state == "running" && $0.lights == "idle"
        }
        await bench.end()
    }

    @Test func `a dead channel and a storm of XRUNs are told, and kill nothing`() async throws {
        let bench = try await Bench()
        bench.room.kill(channels: [2])
        try await bench.expectStatus("a dead channel", withinMilliseconds: 8000) {
            $0.capture.state == "running" && $0.troubles.contains { $0.contains("on channel 2") } && $0.lights == "idle"
        }
        bench.room.kill(channels: [])
        try await bench.expectStatus("mended") { $0.troubles.isEmpty }
        for device in Room.Device.allCases {
            for _ in 0..<40 {
                bench.room.forceXRUN(device)
                try await Task.sleep(for: .milliseconds(50))
            }
            try await bench.expectStatus("a storm") { $0.troubles.contains { $0.contains("many times a second") } }
            try await bench.expectStatus("a calm", withinMilliseconds: 5000) { $0.troubles.isEmpty && $0.lights == "idle" }
        }
        #expect(try await bench.isAnswered(), "\(bench.daemon.log.suffix(4).joined(separator: "\n"))")
        await bench.end()
    }

    @Test func `what was learned of the echo outlives the daemon, and a damaged file costs one warning`() async throws {
        let bench = try await Bench()
        let file = URL(filePath: "\(bench.work.path)/echo-path")
        let warnings = { bench.daemon.entries(from: 0).filter { $0["LINNET_FAILURE"] == "state-unusable" }.count }
        #expect(try await bench.isAnswered(), "\(bench.daemon.log.suffix(4).joined(separator: "\n"))")
        try await bench.restart()
        let kept = try Data(contentsOf: file)
        #expect(kept.count > 20_000 && warnings() == 0)
        try await bench.restart {
            var damaged = kept
            damaged[10_000] ^= 1
            try damaged.write(to: file)
        }
        #expect(warnings() == 1)
        // Nobody is bothered by it, and what the next reply teaches is kept in its place.
        #expect(try await bench.isAnswered(), "\(bench.daemon.log.suffix(4).joined(separator: "\n"))")
        try await bench.restart()
        #expect(warnings() == 0)
        await bench.end()
    }

    @Test func `a microphone that goes deaf is named once in the journal, and once when it hears again`() async throws {
        let bench = try await Bench(geometry: "circular4")
        let told = { (event: String) in
            bench.daemon.entries(from: 0).filter { $0["LINNET_EVENT"] == event && $0["LINNET_MICROPHONE"] == "2" }.count
        }
        #expect(try await bench.isAnswered(), "\(bench.daemon.log.suffix(4).joined(separator: "\n"))")
        bench.room.kill(channels: [2])
        for _ in 0..<3 where told("device-failed") == 0 { _ = try await bench.isAnswered() }
        #expect(await bench.daemon.wait(withinMilliseconds: 6000) { told("device-failed") == 1 })
        bench.room.kill(channels: [])
        for _ in 0..<3 where told("recovered") == 0 { _ = try await bench.isAnswered() }
        #expect(await bench.daemon.wait(withinMilliseconds: 6000) { told("recovered") == 1 })
        #expect(told("device-failed") == 1)
        await bench.end()
    }
}
