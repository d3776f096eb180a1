import Audio
import Conversation
import Failures
import Testing

@Suite struct QuestionStories {
    @Test func `a tapped question is answered and then more is listened for`() {
        var story = Story()
        story.tap()
        #expect(story.state == .listening)
        story.wait(300)
        story.talk(1_200)
        story.wait(140)
        #expect(story.contains(.finalize), "the recognizer is told to settle at the first pause")
        story.settled("What time is it?")
        #expect(story.commits.isEmpty, "nothing is decided before the pause is long enough")
        story.wait(150)
        #expect(story.commits == ["What time is it?"])
        #expect(story.state == .thinking)
        story.replySounds(1_000)
        #expect(story.state == .speaking)
        story.wait(1_000)
        story.happens(.played(story.asked))
        #expect(story.state == .followUp)
        #expect(story.outcomes == [.answered])
        story.wait(5_900)
        #expect(story.state == .followUp)
        story.wait(200)
        #expect(story.states == [.idle, .listening, .thinking, .speaking, .followUp, .idle])
    }

    @Test func `the model is asked at the first pause and nothing sounds before the commit`() {
        var story = Story()
        story.tap()
        story.talk(1_000)
        story.wait(130)
        story.settled("Turn on the light.")
        #expect(story.contains(.ask(UtteranceID(1), text: "Turn on the light.", speculative: true)))
        #expect(!story.contains(.release(UtteranceID(1))))
        story.wait(200)
        #expect(story.contains(.release(UtteranceID(1))))
        #expect(story.count { if case .ask = $0 { true } else { false } } == 1, "what was speculated is used")
    }

    @Test func `when the person goes on after a pause the speculation is dropped unheard`() {
        var story = Story()
        story.tap()
        story.talk(1_000)
        story.wait(130)
        story.settled("What is the weather.")
        story.talk(800)
        #expect(story.contains(.dropReply(UtteranceID(1))))
        #expect(story.commits.isEmpty)
        story.wait(130)
        story.settled("What is the weather. In Oslo?")
        story.wait(300)
        #expect(story.commits == ["What is the weather. In Oslo?"])
        #expect(!story.contains(.release(UtteranceID(1))))
        #expect(story.contains(.release(UtteranceID(2))))
    }

    @Test func `speculation can be switched off`() {
        var settings = SessionSettings()
        settings.speculates = false
        var story = Story(settings)
        story.tap()
        story.talk(1_000)
        story.wait(130)
        story.settled("What time is it?")
        #expect(story.count { if case .ask = $0 { true } else { false } } == 0)
        story.wait(300)
        #expect(story.contains(.ask(UtteranceID(1), text: "What time is it?", speculative: false)))
    }

    @Test(arguments: [("What time is it?", 350), ("What time is it", 625), ("Tell me about Rome and", 900), ("I want the.", 900)])
    func `the pause that ends a turn depends on what was said`(text: String, milliseconds: Int) {
        var story = Story()
        story.tap()
        story.talk(1_000)
        story.wait(130)
        story.settled(text)
        // 80 ms until the detector was sure and 130 ms until the text was settled have passed.
        story.wait(milliseconds - 80 - 130 - 20)
        #expect(story.commits.isEmpty)
        story.wait(40)
        #expect(story.commits == [text])
        #expect(story.contains(.commit(text: text, endpointingMilliseconds: milliseconds)))
    }

    @Test func `holding the button keeps the turn through a pause and letting go ends it at once`() {
        var story = Story()
        story.happens(.press)
        story.wait(200)
        story.talk(800)
        story.wait(2_000)
        #expect(story.commits.isEmpty && !story.contains(.finalize), "silence inside a hold ends nothing")
        story.talk(800)
        story.wait(100)
        story.happens(.release)
        #expect(story.effects.last { $0 == .finalize } != nil)
        story.settled("Remind me to buy milk")
        #expect(story.commits == ["Remind me to buy milk"])
        #expect(story.contains(.startedBy(.hold)))
        #expect(story.contains(.commit(text: "Remind me to buy milk", endpointingMilliseconds: 0)))
    }

    @Test func `a hold that is let go in mid-word still takes the last consonant`() {
        var story = Story()
        story.happens(.press)
        story.startTalking()
        story.wait(700)
        story.happens(.release)
        #expect(!story.contains(.finalize))
        story.wait(60)
        #expect(story.contains(.finalize))
    }

    @Test func `a button that sticks ends by itself`() {
        var story = Story()
        story.happens(.press)
        story.wait(65_000)
        #expect(story.state == .idle)
        #expect(story.outcomes == [.unheard])
    }

    @Test func `nothing said leads back to idle`() {
        var story = Story()
        story.tap()
        story.wait(5_800)
        #expect(story.state == .listening)
        story.wait(300)
        #expect(story.outcomes == [.unheard])
        #expect(story.state == .idle)
    }

    @Test func `a second tap without a word cancels`() {
        var story = Story()
        story.tap()
        story.wait(500)
        story.tap()
        #expect(story.outcomes == [.stopped])
        #expect(story.state == .idle)
    }

    @Test func `a second tap after words ends the turn at once`() {
        var story = Story()
        story.tap()
        story.talk(900)
        story.happens(.press)
        story.settled("What time is it")
        #expect(story.commits == ["What time is it"])
    }

    @Test func `a cough before the question does not end the turn`() {
        var story = Story()
        story.tap()
        story.talk(200)
        story.wait(150)
        story.settled("")
        story.wait(1_000)
        #expect(story.state == .listening)
        story.talk(1_000)
        story.wait(130)
        story.settled("What time is it?")
        story.wait(200)
        #expect(story.commits == ["What time is it?"])
    }

    @Test func `a noise that never pauses ends the question after twelve seconds`() {
        var story = Story()
        story.tap()
        story.startTalking()
        story.interim("What time is it")
        story.wait(11_900)
        #expect(!story.contains(.finalize))
        story.wait(200)
        #expect(story.contains(.finalize))
        story.settled("What time is it?")
        #expect(story.commits == ["What time is it?"])
    }

    @Test func `a recognizer that never settles cannot hold the turn`() {
        var story = Story()
        story.tap()
        story.talk(1_000)
        story.interim("What time is it")
        story.wait(2_500)
        #expect(story.commits == ["What time is it"])
    }

    @Test func `words that the detector is deaf to are taken all the same`() {
        var story = Story()
        story.tap()
        story.wait(1_000)
        story.interim("what time")
        story.wait(500)
        story.interim("what time is it")
        story.wait(950)
        #expect(story.contains(.finalize))
        story.settled("What time is it?")
        story.wait(500)
        #expect(story.commits == ["What time is it?"])
    }

    @Test func `late frames hold the clock back`() {
        var story = Story()
        story.tap()
        story.talk(1_000)
        story.framesArrive = false
        story.wait(600)
        #expect(!story.contains(.finalize), "what the late frames hold may be speech")
        story.framesArrive = true
        story.wait(50)
        #expect(story.contains(.finalize))
    }

    @Test func `frames that always take long, as from afar, hold nothing back`() {
        var story = Story()
        story.frameLag = 250
        story.wait(500)
        story.tap()
        story.talk(1_000)
        story.wait(200)
        story.settled("What time is it?")
        story.wait(300)
        #expect(story.commits == ["What time is it?"])
    }

    @Test func `who talks on after the commit and before the first sound is still asking`() {
        var story = Story()
        story.tap()
        story.talk(1_000)
        story.wait(130)
        story.settled("What is the weather?")
        story.wait(200)
        #expect(story.state == .thinking)
        story.talk(600)
        #expect(story.contains(.dropReply(UtteranceID(1))))
        #expect(story.state == .listening)
        story.wait(130)
        story.settled("What is the weather? In Oslo?")
        story.wait(300)
        #expect(story.commits.last == "What is the weather? In Oslo?")
        #expect(story.starts == [.tap], "it is the same turn")
    }

    @Test func `stop is obeyed without asking the model`() {
        var story = Story()
        story.tap()
        story.talk(500)
        story.wait(130)
        story.settled("Stop.")
        story.wait(300)
        #expect(story.outcomes == [.stopped])
        #expect(story.state == .idle)
    }

    @Test func `a written question is answered without a follow-up`() {
        var story = Story()
        story.happens(.ask("What time is it?"))
        #expect(story.state == .thinking)
        story.replySounds(500)
        story.happens(.played(story.asked))
        #expect(story.state == .idle)
        #expect(story.outcomes == [.answered])
    }
}
