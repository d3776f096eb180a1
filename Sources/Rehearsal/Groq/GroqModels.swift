/// The models that the stand-in serves; it answers in the same words as each of them.
enum GroqModels {
    static let served = ["openai/gpt-oss-120b", "openai/gpt-oss-20b", "qwen/qwen3.6-27b", "qwen/qwen3.8-27b", "qwen/qwen3-32b"]
    /// Gone for ordinary accounts in summer 2026.
    private static let closed: Set = [
        "llama-3.3-70b-versatile", "llama-3.1-8b-instant", "meta-llama/llama-4-scout-17b-16e-instruct",
        "meta-llama/llama-4-maverick-17b-128e-instruct",
    ]
    private static let decommissioned: Set = [
        "llama3-70b-8192", "llama3-8b-8192", "mixtral-8x7b-32768", "gemma-7b-it", "gemma2-9b-it", "llama-guard-3-8b",
    ]
    static let contextTokens = 131_072

    static var list: JSONValue {
        let data = served.map { id -> JSONValue in
            [
                "id": .text(id), "object": "model", "created": 1_760_000_000, "owned_by": "linnet-rehearse", "active": true,
                "context_window": .integer(contextTokens), "max_completion_tokens": 65_536,
            ]
        }
        return ["object": "list", "data": .list(data)]
    }

    /// - Throws: as Groq does for a model that it does not serve, or serves no longer.
    static func check(_ model: String) throws(GroqRefusal) {
        guard !served.contains(model) else { return }
        if decommissioned.contains(model) {
            var refusal = GroqRefusal(
                "The model `\(model)` has been decommissioned and is no longer supported.", code: "model_decommissioned")
            refusal.isClientsFault = false
            throw refusal
        }
        var refusal = GroqRefusal(
            "The model `\(model)` does not exist or you do not have access to it.", status: .notFound, code: "model_not_found")
        refusal.isClientsFault = !closed.contains(model)
        throw refusal
    }

    /// Values of `reasoning_effort` that a model takes; nil when it refuses the parameter.
    static func efforts(of model: String) -> Set<String>? {
        if model.contains("gpt-oss") { return ["low", "medium", "high"] }
        if model.contains("qwen3.8") { return ["none", "default", "low", "medium", "high"] }
        return model.contains("qwen3") ? ["none", "default"] : nil
    }
}
