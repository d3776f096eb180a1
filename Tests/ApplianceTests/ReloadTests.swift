import Appliance
import Foundation
import Testing

@Suite struct `A reload` {
    private func settings(_ text: String) throws -> Configuration { try Configuration.parse(text: text, file: "box.toml") }

    @Test func `applies how it talks and who answers, and says old and new`() throws {
        let plan = ReloadPlan(
            running: Configuration(),
            read: try settings("[conversation]\nfollow_up_s = 9\n[cloud.groq]\nmodel = \"small\"\n[journal]\nwords = false\n"))
        #expect(plan.applied.map(\.key) == ["conversation.follow_up_s", "cloud.groq.model", "journal.words"])
        #expect(plan.applied[0] == ReloadPlan.Change(key: "conversation.follow_up_s", old: "6", new: "9"))
        #expect(plan.needsRestart == [])
        #expect(plan.effective.conversation.followUpSeconds == 9)
    }

    @Test func `keeps the devices as they are until a restart, and says which keys wait for it`() throws {
        let plan = ReloadPlan(
            running: Configuration(),
            read: try settings("[audio]\ncapture = \"hw:1\"\n[board.leds]\nerror = 5\n[conversation]\nfollow_up_s = 9"))
        #expect(plan.needsRestart.map(\.key) == ["audio.capture", "board.leds.error"])
        #expect(plan.needsRestart[0].old == "\"default\"" && plan.needsRestart[0].new == "\"hw:1\"")
        #expect(plan.effective.audio == Configuration().audio && plan.effective.board == Configuration().board)
        #expect(plan.effective.conversation.followUpSeconds == 9)
        let again = ReloadPlan(
            running: plan.effective,
            read: try settings("[audio]\ncapture = \"hw:1\"\n[board.leds]\nerror = 5\n[conversation]\nfollow_up_s = 9"))
        #expect(again.applied == [] && again.needsRestart == plan.needsRestart, "it is said again as long as it waits")
    }

    @Test func `of an unchanged file changes nothing`() {
        let plan = ReloadPlan(running: Configuration(), read: Configuration())
        #expect(!plan.changesAnything && plan.needsRestart == [])
        #expect(ReloadReport().lines == ["nothing changed"])
    }

    @Test func `takes a new key, and never says it`() {
        let plan = ReloadPlan(
            running: Configuration(), credentials: Credentials(), read: Configuration(),
            credentials: Credentials.read { $0 == "GROQ_API_KEY" ? "gsk_abcdefgh12345678" : nil })
        #expect(plan.credentials == [.groq] && plan.changesAnything)
        let report = ReloadReport(credentials: plan.credentials.map(\.rawValue))
        #expect(report.lines == ["the credential groq-api-key was read again"])
    }

    @Test func `of a bad file says every error`() {
        let report = ReloadReport(errors: ["a", "b", "c", "d", "e"])
        #expect(report.lines.count == 6)
        #expect(report.summary == "New settings refused, the old ones hold: a | b | c | d | and 1 more")
    }
}
