import Conversation
import Hardware
import Synchronization

/// Shows every state on the board's lights and, while the box listens, where the talker is.
package final class Lights: SessionObserver {
    private let board: any Board
    private let direction: @Sendable () -> Int?
    private let pointing = Mutex<Task<Void, Never>?>(nil)

    /// - Parameter direction: where the talker is now, degrees; nil when unknown.
    package init(board: any Board, direction: @escaping @Sendable () -> Int?) {
        self.board = board
        self.direction = direction
    }

    package func note(_ notice: SessionNotice, of session: SessionIdentity, turn: Int) {
        guard case .state(let state) = notice else { return }
        board.show(LightPattern(state))
        point(state == .listening)
    }

    /// Ten times a second, which is as fast as an eye follows; never while nobody is listened to.
    private func point(_ isListening: Bool) {
        let (board, direction) = (board, direction)
        pointing.withLock { task in
            task?.cancel()
            task = nil
            guard isListening else { return }
            task = Task {
                while !Task.isCancelled {
                    board.point(at: direction())
                    try? await Task.sleep(for: .milliseconds(100))
                }
            }
        }
    }
}

extension LightPattern {
    init(_ state: VisibleState) {
        switch state {
        case .idle: self = .idle
        case .listening: self = .listening
        case .thinking: self = .thinking
        case .speaking: self = .speaking
        case .followUp: self = .followUp
        case .muted: self = .muted
        case .offline: self = .offline
        case .error: self = .error
        }
    }
}
