import Conversation

/// One context at Cartesia. An answer usually needs one; when the model stalls for longer than Cartesia keeps a context
/// open (1 s after the last audio), the rest of the answer goes into another.
struct CartesiaSegment {
    struct Piece {
        var text: String
        var isLast: Bool
    }

    /// What came while an earlier segment was not over.
    enum Held {
        case audio([Int16])
        case words([SpokenWord])
    }

    let id: String
    var assembler = SampleAssembler()
    /// All that was sent, for the case that it must go again.
    var pieces: [Piece] = []
    /// Pieces that were sent before the newest audio came: they are being spoken or were.
    var answeredPieces = 0
    var lastSentAt: Int64 = 0
    var lastAudioAt: Int64?
    /// `continue: false` was sent.
    var isEndSent = false
    /// `done` came, or an error that means the same.
    var isOver = false
    var held: [Held] = []
    var heldSamples = 0

    /// Cartesia ends a context 1 s after its last audio; this much silence is too close to it.
    private static let staleNanoseconds: Int64 = 700_000_000
    /// By then its `done` has come, if there is ever to be one.
    private static let expiredNanoseconds: Int64 = 1_400_000_000

    init(id: String) { self.id = id }

    /// Pieces that no audio has answered.
    var unanswered: ArraySlice<Piece> { pieces[answeredPieces...] }

    func takesText(at now: Int64) -> Bool { !isEndSent && !isOver && !isStale(at: now) }

    /// All that was sent has sounded, and long ago: whatever is sent now may find the context expired.
    func isStale(at now: Int64) -> Bool {
        guard let lastAudioAt, lastAudioAt > lastSentAt else { return false }
        return now - lastAudioAt >= Self.staleNanoseconds
    }

    /// How long its `done` may still be on the way, milliseconds.
    func millisecondsToExpiry(at now: Int64) -> Int {
        Int(((lastAudioAt ?? now) + Self.expiredNanoseconds - now) / 1_000_000)
    }
}
