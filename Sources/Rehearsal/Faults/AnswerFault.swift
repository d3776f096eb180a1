/// What goes wrong inside one answer, or on one WebSocket, while it runs. Its connection's event loop only.
final class AnswerFault {
    enum Verdict { case passes, struck, lost }

    let service: RehearsalService
    let kind: Fault.Kind
    private var partsLeft: Int
    private var hasStruck = false

    init(_ fault: Fault) {
        service = fault.service
        kind = fault.kind
        partsLeft = fault.parts
    }

    /// Whether nothing of the answer may be sent any more.
    private(set) var isOver = false
    /// The speech context whose error was told: nothing of it follows.
    var lostContext: String?

    /// What becomes of the next part.
    func next() -> Verdict {
        if isOver { return .lost }
        if hasStruck || kind == .split { return .passes }
        guard partsLeft == 0 else {
            partsLeft -= 1
            return .passes
        }
        strike()
        return .struck
    }

    /// Whether it happens before anything was sent, and so without waiting for a part.
    var comesAtOnce: Bool {
        guard partsLeft == 0, !hasStruck else { return false }
        switch kind {
        case .reset, .stall, .close: return true
        default: return false
        }
    }

    func strike() {
        hasStruck = true
        switch kind {
        case .malformed, .oversized, .inBand: break
        default: isOver = true
        }
    }

    /// The answer has ended, after its own fashion.
    func end() { isOver = true }

    /// `text` as the fault has it: JSON that ends in the middle, or far too much of it, in the frame that it had. Others leave it.
    func damaged(_ text: String) -> String {
        switch kind {
        case .malformed:
            let frame = text.reversed().prefix { $0.isNewline }.count
            let content = text.dropLast(frame)
            return String(content.prefix(content.count / 2) + text.suffix(frame))
        case .oversized:
            guard let brace = text.firstIndex(of: "{") else { return text + Self.padding }
            return text[...brace] + "\"padding\":\"\(Self.padding)\"," + text[text.index(after: brace)...]
        default: return text
        }
    }

    private static let padding = String(repeating: "x", count: 4 << 20)
}
