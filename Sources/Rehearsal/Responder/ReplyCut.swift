/// What of a reply the limit of tokens leaves. Thinking spends it first; a call is kept whole or not at all.
struct ReplyCut {
    var thought: [String]
    var words: [String]
    var calls: [ToolUse]
    /// Of the calls that are kept.
    var callTokens: Int
    /// Something was left out.
    var isCut: Bool
    private let limit: Int

    /// - Parameters:
    ///   - thought: the tokens of the thinking that the model does.
    ///   - limit: of tokens in all.
    ///   - tokensAroundCall: what a call costs beside its arguments.
    init(_ reply: Reply, thought: [String], limit: Int, tokensAroundCall: Int) {
        let all = Reply.tokens(of: reply.text)
        let wanted = reply.calls.reduce(0) { $0 + tokensAroundCall + Reply.tokens(of: $1.argumentsJSON).count }
        let left = max(0, limit - thought.count)
        let keepsCalls = wanted <= left
        self.limit = limit
        self.thought = Array(thought.prefix(limit))
        words = Array(all.prefix(left))
        calls = keepsCalls ? reply.calls : []
        callTokens = keepsCalls ? wanted : 0
        isCut = all.count > left || !keepsCalls || thought.count > limit
    }

    /// All that were written: what does not fit is written up to the limit.
    var tokens: Int { isCut ? limit : thought.count + words.count + callTokens }
}
