import Rehearsal
import Testing

@Suite("How faults are written")
struct FaultGrammarTests {
    @Test(arguments: [
        ("groq:503", Fault(.groq, .status(503))), ("groq:503*1", Fault(.groq, .status(503))),
        ("gemini:429:30*3", Fault(.gemini, .status(429, retryAfterSeconds: 30), times: 3)),
        ("deepgram:close:1011:NET-0001@2", Fault(.deepgram, .close(1011, reason: "NET-0001"), parts: 2)),
        ("cartesia:stall+1*always", Fault(.cartesia, .stall, times: nil, after: 1)),
        ("tavily:refused", Fault(.tavily, .refused(milliseconds: nil))),
        ("tavily:refused:800", Fault(.tavily, .refused(milliseconds: 800))),
        ("groq:slow-handshake:3000", Fault(.groq, .slowHandshake(milliseconds: 3000))),
        ("groq:certificate:wrong-host", Fault(.groq, .certificate(.wrongHost))),
        ("gemini:in-band:503@3", Fault(.gemini, .inBand(503), parts: 3)), ("groq:split", Fault(.groq, .split)),
        ("groq:half-frame", Fault(.groq, .halfFrame, parts: 1)), ("groq:oversized", Fault(.groq, .oversized)),
        ("groq:malformed@1", Fault(.groq, .malformed, parts: 1)), ("deepgram:reset@0", Fault(.deepgram, .reset, parts: 0)),
    ])
    func `A fault reads as it is meant, and is written as it reads`(text: String, fault: Fault) throws {
        #expect(try Fault(parsing: text) == fault)
        #expect(try Fault(parsing: fault.description) == fault)
    }

    @Test(arguments: [
        "", "groq", "grok:503", "groq:bang", "groq:200", "groq:503*", "groq:503*0", "groq:503+x", "groq:503:30", "groq:429:soon",
        "groq:close:1000", "deepgram:close:99", "deepgram:close", "tavily:in-band:500", "groq:slow-handshake", "groq:refused:0",
        "groq:refused*2", "groq:certificate:ugly", "groq:stall:1",
    ])
    func `What cannot be is refused with the grammar`(text: String) {
        let error = #expect(throws: RehearsalError.self) { try Fault(parsing: text) }
        #expect(error?.description.contains("\"\(text)\"") == true)
        #expect(error?.description.contains("SERVICE:KIND") == true)
    }
}

@Suite("Which request meets which fault")
struct FaultScheduleTests {
    private func story(_ faults: [String], of count: Int) throws -> [String] {
        var schedule = FaultSchedule()
        for fault in faults { schedule.add(try Fault(parsing: fault)) }
        return (0..<count).map { _ in schedule.meet(.request, at: .groq).map { "\($0.kind)" } ?? "-" }
    }

    @Test func `As many as were planned, after as many as were let through`() throws {
        #expect(try story(["groq:503"], of: 3) == ["503", "-", "-"])
        #expect(try story(["groq:503*2+1"], of: 5) == ["-", "503", "503", "-", "-"])
        #expect(try story(["groq:503*always+2"], of: 5) == ["-", "-", "503", "503", "503"])
    }

    @Test func `Several faults at one service follow each other`() throws {
        #expect(try story(["groq:503", "groq:429+1"], of: 3) == ["503", "429", "-"])
        #expect(try story(["groq:503*2", "groq:stall"], of: 4) == ["503", "503", "stall", "-"])
    }

    @Test func `Services and occasions keep apart, and clearing forgets all`() throws {
        #expect(try story(["gemini:503*always", "groq:slow-handshake:10*always"], of: 2) == ["-", "-"])
        var schedule = FaultSchedule()
        schedule.add(Fault(.groq, .slowHandshake(milliseconds: 10)))
        #expect(schedule.meet(.connection, at: .groq) != nil)
        schedule.add(Fault(.groq, .stall, times: nil))
        schedule.clear()
        #expect(schedule.meet(.request, at: .groq) == nil)
    }
}
