import Conversation
import Failures
import Testing

/// The machine's view of tools and of the second model: whose time it is.
@Suite struct ToolGapStories {
    private func asked(_ settings: SessionSettings = SessionSettings()) -> Story {
        var story = Story(settings)
        story.happens(.ask("What is new?"))
        return story
    }

    private func failure(_ story: Story) -> Failure? {
        story.effects.lazy.compactMap { if case .endTurn(_, let failure) = $0 { failure } else { nil } }.first
    }

    @Test func `the second model has the whole time once more`() {
        var story = asked()
        story.wait(7_000)
        story.happens(.reply(story.asked, .fellBack(to: .gemini)))
        story.wait(7_500)
        #expect(story.state == .thinking && story.outcomes == [])
        story.wait(600)
        #expect(story.outcomes == [.failed])
        #expect(failure(story)?.subject == .gemini, "it is the second model that is late")
    }

    @Test func `a tool's time is not the model's, and the model's begins anew behind it`() {
        var story = asked()
        story.wait(7_000)
        story.happens(.reply(story.asked, .toolsRunning(boundMilliseconds: 20_000)))
        story.wait(19_000)
        story.happens(.reply(story.asked, .toolsDone))
        story.wait(7_500)
        #expect(story.outcomes == [])
        story.wait(600)
        #expect(failure(story)?.subject == .groq && failure(story)?.kind == .timedOut)
    }

    @Test func `tools that never come back end the turn a second after their time`() {
        var story = asked()
        story.happens(.reply(story.asked, .toolsRunning(boundMilliseconds: 3_000)))
        story.wait(3_900)
        #expect(story.outcomes == [])
        story.wait(200)
        #expect(story.outcomes == [.failed] && failure(story)?.subject == .system)
    }

    @Test func `never more than a second and a half of silence before the first word`() {
        var story = asked()
        story.happens(.reply(story.asked, .toolsRunning(boundMilliseconds: 10_000)))
        story.wait(690)
        #expect(!story.contains(.signal(.thinking)))
        story.wait(20)
        #expect(story.contains(.signal(.thinking)))
        story.wait(500)
        #expect(story.count { if case .sayFiller = $0 { true } else { false } } == 1)
        story.happens(.reply(story.asked, .toolsDone))
        story.happens(.reply(story.asked, .toolsRunning(boundMilliseconds: 10_000)))
        story.wait(5_000)
        #expect(story.count { if case .sayFiller = $0 { true } else { false } } == 1, "once a turn")
    }

    @Test func `a gap after the first words is no stall`() {
        var story = asked()
        let id = story.asked
        story.happens(.reply(id, .firstToken))
        story.happens(.reply(id, .audio(milliseconds: 500)))
        story.happens(.playing(id))
        story.happens(.reply(id, .toolsRunning(boundMilliseconds: 9_000)))
        story.wait(8_900)
        #expect(story.state == .thinking && story.outcomes == [])
        story.happens(.reply(id, .toolsDone))
        story.wait(7_000)
        story.happens(.reply(id, .firstToken))
        story.happens(.reply(id, .audio(milliseconds: 500)))
        #expect(story.state == .speaking)
        story.wait(600)
        story.happens(.reply(id, .complete))
        story.happens(.played(id))
        #expect(story.outcomes == [.answered])
    }

    @Test func `after the last word comes a stall again`() {
        var story = asked()
        let id = story.asked
        story.happens(.reply(id, .toolsRunning(boundMilliseconds: 3_000)))
        story.happens(.reply(id, .toolsDone))
        story.happens(.reply(id, .firstToken))
        story.happens(.reply(id, .audio(milliseconds: 500)))
        story.happens(.playing(id))
        story.wait(6_400)
        #expect(story.outcomes == [])
        story.wait(200)
        #expect(story.outcomes == [.failed] && failure(story)?.kind == .stalled)
    }
}
