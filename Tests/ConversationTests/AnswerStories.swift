import Audio
import Conversation
import Failures
import Testing

@Suite struct AnswerStories {
    // MARK: Interruptions

    @Test func `real words over the answer interrupt it and begin the next turn`() {
        var story = Story.speaking()
        let onset = Story.time(story.now)
        story.startTalking()
        story.happens(.ducked(speechStart: onset))
        #expect(story.contains(.openEars(from: onset.advanced(byMilliseconds: -100), keepsWords: false)))
        story.wait(60)
        story.happens(.paused(speechStart: onset))
        #expect(story.state == .speaking, "people see no change before it is sure")
        story.wait(100)
        story.interim("no wait")
        #expect(story.contains(.silence))
        #expect(story.contains(.dropReply(story.asked)))
        #expect(story.outcomes == [.interrupted])
        #expect(story.starts == [.tap, .bargeIn])
        #expect(story.state == .listening)
        story.wait(500)
        story.stopTalking()
        story.wait(130)
        story.settled("No wait, what about Oslo?")
        story.wait(200)
        #expect(story.commits.last == "No wait, what about Oslo?")
    }

    @Test func `a cough ducks and pauses and then the answer goes on`() {
        var story = Story.speaking()
        let onset = Story.time(story.now)
        story.startTalking()
        story.happens(.ducked(speechStart: onset))
        story.wait(60)
        story.happens(.paused(speechStart: onset))
        let pausedAt = story.now
        story.wait(100)
        story.stopTalking()
        while !story.contains(.resume) && story.now < pausedAt + 1_000 { story.wait(10) }
        #expect(story.now - pausedAt <= 500)
        #expect(story.contains(.noteFalseAlarm))
        #expect(story.state == .speaking)
        #expect(story.outcomes.isEmpty)
        story.wait(1_300)
        #expect(story.contains(.closeEars))
    }

    @Test func `the recognizer can clear a cough at once`() {
        var story = Story.speaking()
        let onset = Story.time(story.now)
        story.startTalking()
        story.happens(.ducked(speechStart: onset))
        story.happens(.paused(speechStart: onset))
        story.stopTalking()
        #expect(!story.contains(.resume))
        story.settled("")
        #expect(story.contains(.resume))
    }

    @Test func `a sign of listening is no interruption`() {
        var story = Story.speaking()
        let onset = Story.time(story.now)
        story.startTalking()
        story.happens(.ducked(speechStart: onset))
        story.happens(.paused(speechStart: onset))
        story.stopTalking()
        story.settled("Mm-hm, yeah.")
        #expect(story.contains(.resume))
        #expect(story.outcomes.isEmpty)
    }

    @Test func `long speech interrupts even before its words are known`() {
        var story = Story.speaking()
        let onset = Story.time(story.now)
        story.startTalking()
        story.happens(.ducked(speechStart: onset))
        story.wait(50)
        story.happens(.paused(speechStart: onset))
        story.wait(370)
        #expect(story.outcomes == [.interrupted])
    }

    @Test func `words that come after a false alarm still interrupt`() {
        var story = Story.speaking()
        let onset = Story.time(story.now)
        story.startTalking()
        story.happens(.ducked(speechStart: onset))
        story.happens(.paused(speechStart: onset))
        story.wait(150)
        story.stopTalking()
        story.wait(600)
        #expect(story.contains(.resume))
        story.settled("Stop.")
        #expect(story.outcomes == [.interrupted, .stopped])
        #expect(story.state == .idle)
    }

    @Test func `a duck that came to nothing leaves no trace`() {
        var story = Story.speaking()
        story.happens(.ducked(speechStart: Story.time(story.now)))
        story.happens(.unducked)
        #expect(story.contains(.closeEars))
        #expect(story.contains(.forgetInterruption))
        #expect(story.state == .speaking)
    }

    @Test func `a press during speech stops it and listens`() {
        var story = Story.speaking()
        story.happens(.press)
        #expect(story.contains(.silence))
        #expect(story.outcomes == [.interrupted])
        #expect(story.state == .listening)
        let opened = story.effects.last { if case .openEars = $0 { true } else { false } }
        #expect(
            opened == .openEars(from: Story.time(story.now), keepsWords: false), "before the press there was only its own voice")
    }

    // MARK: Follow-up

    @Test func `an answer to the answer needs no press`() {
        var story = Story.speaking()
        story.happens(.played(story.asked))
        #expect(story.state == .followUp)
        story.wait(2_000)
        story.talk(800)
        #expect(story.starts == [.tap, .followUp])
        story.wait(130)
        story.settled("And in Oslo?")
        story.wait(200)
        #expect(story.commits.last == "And in Oslo?")
        #expect(story.state == .thinking)
    }

    @Test func `the follow-up can be switched off`() {
        var settings = SessionSettings()
        settings.followUpMilliseconds = 0
        var story = Story.speaking(settings)
        story.happens(.played(story.asked))
        #expect(story.state == .idle)
    }

    // MARK: Silence explained

    @Test func `a slow answer is bridged by a sound after 700 ms`() {
        var story = Story()
        story.happens(.ask("Why?"))
        story.wait(690)
        #expect(!story.contains(.signal(.thinking)))
        story.wait(20)
        #expect(story.contains(.signal(.thinking)))
    }

    // MARK: Failures

    @Test func `a model that fails is told aloud`() {
        var story = Story()
        story.happens(.ask("Why?"))
        let failure = Failure(.groq, .serverError, "500")
        story.happens(.reply(story.asked, .failed(failure, isAudible: false)))
        #expect(story.contains(.endTurn(.failed, failure)))
        #expect(story.contains(.signal(.failed)))
        #expect(story.contains(.speak(UtteranceID(2), text: failure.spoken)))
        #expect(story.state == .error)
        story.replySounds(500)
        story.happens(.played(UtteranceID(2)))
        story.wait(2_500)
        #expect(story.state == .idle)
    }

    @Test func `a network that is gone shows offline for a while`() {
        var story = Story()
        story.tap()
        story.happens(.recognizerFailed(Failure(.deepgram, .unreachable, "no route")))
        #expect(story.state == .offline)
        story.happens(.reply(story.asked, .failed(Failure(.cartesia, .unreachable, "no route"), isAudible: false)))
        #expect(story.state == .offline)
        story.wait(31_000)
        #expect(story.state == .idle)
    }

    @Test func `a model that breaks after its first clause is heard out and then explained`() {
        var story = Story.speaking()
        let failure = Failure(.groq, .connectionLost, "reset")
        story.happens(.reply(story.asked, .failed(failure, isAudible: true)))
        #expect(story.outcomes.isEmpty)
        story.happens(.played(story.asked))
        #expect(story.contains(.endTurn(.failed, failure)))
        #expect(story.state == .error)
    }

    @Test func `a voice that fails leaves a sound and a light`() {
        var story = Story()
        story.happens(.ask("Why?"))
        story.happens(.reply(story.asked, .firstToken))
        story.happens(.reply(story.asked, .failed(Failure(.cartesia, .serverError, "500"), isAudible: false)))
        #expect(story.contains(.signal(.failed)))
        #expect(story.count { if case .speak = $0 { true } else { false } } == 0)
        #expect(story.state == .error)
        story.wait(2_100)
        #expect(story.state == .idle)
    }

    @Test func `a model without a word and a voice without a sound are given up`() {
        var story = Story()
        story.happens(.ask("Why?"))
        story.wait(8_100)
        #expect(story.outcomes == [.failed])
        var second = Story()
        second.happens(.ask("Why?"))
        second.happens(.reply(second.asked, .firstToken))
        second.wait(5_100)
        #expect(second.outcomes == [.failed])
    }

    @Test func `a loudspeaker that stops in mid-answer is given up`() {
        var story = Story.speaking(milliseconds: 1_000)
        story.wait(7_000)
        #expect(story.outcomes == [.failed])
    }

    @Test func `a microphone that is gone is told at the press`() {
        var story = Story()
        story.happens(.deviceFailed(Failure(.capture, .unplugged, "gone")))
        #expect(story.state == .error)
        story.tap()
        #expect(story.contains(.speak(UtteranceID(1), text: Failure(.capture, .unplugged, "").spoken)))
        story.happens(.deviceRecovered(.capture))
        story.happens(.reply(UtteranceID(1), .failed(Failure(.cartesia, .timedOut, ""), isAudible: false)))
        story.wait(3_000)
        #expect(story.state == .idle)
    }

    // MARK: Mute, stop, announcements

    @Test func `mute in mid-speech ends everything and hears nothing`() {
        var story = Story.speaking()
        story.happens(.mute)
        #expect(story.contains(.silence) && story.contains(.deafen))
        #expect(story.outcomes == [.stopped])
        #expect(story.state == .muted)
        story.tap()
        #expect(story.state == .muted)
        story.happens(.unmute)
        #expect(story.state == .idle)
    }

    @Test func `mute in the middle of a question throws it away`() {
        var story = Story()
        story.tap()
        story.talk(500)
        story.happens(.mute)
        #expect(story.outcomes == [.stopped])
        story.settled("My password is")
        #expect(story.commits.isEmpty)
    }

    @Test func `stop ends an answer and the announcements behind it`() {
        var story = Story.speaking()
        story.happens(.say(Announcement(id: 7, text: "The tea is ready.")))
        story.happens(.stop)
        #expect(story.contains(.announced(7, isHeard: false)))
        #expect(story.state == .idle)
    }

    @Test func `an announcement waits for quiet`() {
        var story = Story.speaking()
        let answer = story.asked
        story.happens(.say(Announcement(id: 7, text: "The tea is ready.")))
        #expect(story.count { if case .speak = $0 { true } else { false } } == 0)
        story.happens(.played(answer))
        #expect(story.contains(.speak(UtteranceID(2), text: "The tea is ready.")))
        story.replySounds(500)
        #expect(story.state == .speaking)
        story.happens(.played(UtteranceID(2)))
        #expect(story.contains(.announced(7, isHeard: true)))
        #expect(story.state == .idle)
    }

    @Test func `late events change nothing`() {
        var story = Story.speaking()
        let old = story.asked
        story.happens(.stop)
        let before = story.effects.count
        for event: TurnEvent.Kind in [
            .played(old), .playing(old), .reply(old, .complete), .reply(old, .audio(milliseconds: 20)), .unducked,
            .paused(speechStart: nil), .ducked(speechStart: Story.time(0)), .words("late words", isSettled: true), .release,
            .deadline(.decision), .deadline(.endOfTurn), .deadline(.stall), .speechEnded(end: Story.time(story.now)),
        ] {
            story.happens(event)
        }
        #expect(story.effects.count == before)
        #expect(story.state == .idle)
    }
}
