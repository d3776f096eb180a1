import LocalEndpoint
import Testing

@Suite struct ReflexMachineTests {
    private typealias Action = ReflexMachine.Action
    private static let limits = ReflexMachine.Limits(duckAfterMilliseconds: 50, pauseAfterMilliseconds: 120)

    /// Runs frames through a machine; the letters say what they are: `s` speech, `.` none.
    /// - Returns: frame number and action, for each action.
    private func story(
        _ frames: String, sounds: (Int) -> Bool = { _ in true }, limits: ReflexMachine.Limits? = Self.limits
    ) -> [(frame: Int, action: Action)] {
        var machine = ReflexMachine()
        var told: [(frame: Int, action: Action)] = []
        for (n, letter) in frames.enumerated() {
            let action = machine.step(
                frame: Int64(n), probabilityQ15: letter == "s" ? 30_000 : 1000, replySounds: sounds(n), limits: limits)
            if let action { told.append((n, action)) }
        }
        return told
    }

    private func repeated(_ letter: String, _ count: Int) -> String { String(repeating: letter, count: count) }

    @Test func `speech over a reply ducks it, then pauses it, and both say when the speech began`() {
        let told = story("..." + repeated("s", 20))
        #expect(told.map(\.action) == [.duck(speechStart: 3), .pause(speechStart: 3)])
        #expect(told.map(\.frame) == [3 + 4, 3 + 11])
    }

    @Test func `speech that stops before the pause lets the reply rise again`() {
        let told = story(repeated("s", 6) + repeated(".", 20))
        #expect(told.map(\.action) == [.duck(speechStart: 0), .unduck])
        #expect(told.last?.frame == 5 + 10)
    }

    @Test func `a cough shorter than the first limit does nothing`() {
        #expect(story("ssss" + repeated(".", 20) + "ssss" + repeated(".", 20)).isEmpty)
    }

    @Test func `the closure of a consonant does not end the speech`() {
        let told = story("sss...sss..." + repeated("s", 8))
        #expect(told.map(\.action) == [.duck(speechStart: 0), .pause(speechStart: 0)])
    }

    @Test func `speech while nothing sounds is no business of the reflex`() {
        #expect(story(repeated("s", 30), sounds: { _ in false }).isEmpty)
    }

    @Test func `only speech over the reply counts, but it began where it began`() {
        let told = story(repeated("s", 30), sounds: { $0 >= 10 })
        #expect(told.map(\.action) == [.duck(speechStart: 0), .pause(speechStart: 0)])
        #expect(told.first?.frame == 14)
    }

    @Test func `after a pause the resumed reply can be interrupted again, by new speech`() {
        let told = story(repeated("s", 14) + repeated(".", 20) + repeated("s", 14), sounds: { $0 < 12 || $0 > 30 })
        #expect(
            told.map(\.action) == [
                .duck(speechStart: 0), .pause(speechStart: 0), .duck(speechStart: 34), .pause(speechStart: 34),
            ])
    }

    @Test func `switched off it does nothing`() {
        #expect(story(repeated("s", 30), limits: nil).isEmpty)
    }
}
