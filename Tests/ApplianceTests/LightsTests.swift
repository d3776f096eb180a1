import Appliance
import Conversation
import Hardware
import Synchronization
import Testing

@Suite struct `The lights` {
    @Test(.timeLimit(.minutes(1)))
    func `point at the talker as long as the box listens`() async throws {
        let board = SimulatedBoard()
        let direction = Atomic<Int>(30)
        let lights = Lights(board: board) { direction.load(ordering: .relaxed) }
        let session = SessionIdentity(conversationID: "c", sessionID: "s")
        lights.note(.state(.idle), of: session, turn: 0)
        try await Task.sleep(for: .milliseconds(250))
        #expect(board.pointedAt == [])

        lights.note(.state(.listening), of: session, turn: 1)
        while board.pointedAt != [30] { try await Task.sleep(for: .milliseconds(10)) }
        direction.store(75, ordering: .relaxed)
        while board.pointedAt != [30, 75] { try await Task.sleep(for: .milliseconds(10)) }

        lights.note(.state(.thinking), of: session, turn: 1)
        try await Task.sleep(for: .milliseconds(150))
        direction.store(200, ordering: .relaxed)
        try await Task.sleep(for: .milliseconds(250))
        #expect(board.pointedAt == [30, 75])
        #expect(board.shown == [.idle, .listening, .thinking])
    }
}
