/// How a context came to its end, and what a client that goes on using it may be told.
struct ContextEnding {
    enum Cause { case finished, expired, cancelled, failed }

    /// How long the news of an end may be on its way to the client.
    private static let graceNanoseconds: Int64 = 250_000_000

    var cause: Cause
    var nanoseconds = monotonicNanoseconds()

    /// Whether the client knows it: from its own doing, or because we said so some time ago.
    func isKnown(saidWhenExpired: Bool) -> Bool {
        switch cause {
        case .finished, .cancelled: true
        case .expired where !saidWhenExpired: false
        case .expired, .failed: monotonicNanoseconds() - nanoseconds > Self.graceNanoseconds
        }
    }

    func error(_ id: String, isKnown: Bool) -> CartesiaError {
        let why =
            switch cause {
            case .finished: "it got continue:false"
            case .expired: "it has expired"
            case .cancelled: "it was cancelled"
            case .failed: "it ended in an error"
            }
        return CartesiaError(title: "Context closed", message: "context \(id) is closed: \(why)", isClientsFault: isKnown)
    }
}

/// The contexts of a socket that are over; the oldest are forgotten.
struct ContextEndings {
    private static let bound = 4096
    private var endings: [String: ContextEnding] = [:]
    private var order: [String] = []

    subscript(_ id: String) -> ContextEnding? { endings[id] }

    mutating func note(_ id: String, _ cause: ContextEnding.Cause) {
        if endings.updateValue(ContextEnding(cause: cause), forKey: id) == nil { order.append(id) }
        guard order.count > Self.bound else { return }
        for old in order.prefix(Self.bound / 4) { endings[old] = nil }
        order.removeFirst(Self.bound / 4)
    }
}
