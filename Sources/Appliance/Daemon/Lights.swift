import Conversation
import Hardware

/// Shows every state on the board's lights.
struct Lights: SessionObserver {
    let board: any Board

    func note(_ notice: SessionNotice, of session: SessionIdentity, turn: Int) {
        if case .state(let state) = notice { board.show(LightPattern(state)) }
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
