/// What was said in a conversation, as the model is to remember it: of every answer only what the person heard.
public struct History: Sendable, Equatable {
    public struct Exchange: Sendable, Equatable {
        public var said: String
        public var heard: String
    }

    /// Oldest first.
    public private(set) var exchanges: [Exchange] = []
    private var turnBound: Int
    private var byteBound: Int

    /// - Parameters:
    ///   - turns: exchanges kept.
    ///   - bytes: size of all of them in UTF-8.
    public init(turns: Int, bytes: Int) {
        turnBound = max(0, turns)
        byteBound = max(0, bytes)
    }

    /// Adds a finished exchange; the oldest go when the bounds are passed.
    public mutating func add(said: String, heard: String) {
        exchanges.append(Exchange(said: said, heard: heard))
        trim()
    }

    /// Other bounds from now on.
    mutating func rebound(turns: Int, bytes: Int) {
        turnBound = max(0, turns)
        byteBound = max(0, bytes)
        trim()
    }

    private mutating func trim() {
        while exchanges.count > turnBound || (bytes > byteBound && !exchanges.isEmpty) { exchanges.removeFirst() }
    }

    private var bytes: Int { exchanges.reduce(0) { $0 + $1.said.utf8.count + $1.heard.utf8.count } }

    /// The messages to send for a new question.
    public func messages(asking question: String) -> [ChatMessage] {
        let earlier = exchanges.flatMap { exchange -> [ChatMessage] in
            let said = ChatMessage.user(exchange.said)
            return exchange.heard.isEmpty ? [said] : [said, .assistant(exchange.heard)]
        }
        return earlier + [.user(question)]
    }
}
