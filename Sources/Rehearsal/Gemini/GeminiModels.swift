/// A model that the stand-in serves; each answers in the same words.
struct GeminiModel: Equatable {
    /// How its thinking is set.
    enum Control: Equatable {
        /// 2.5: tokens in this range; -1 leaves it to the model.
        case budget(ClosedRange<Int>, canBeOff: Bool)
        /// 3 and later: one of these levels.
        case levels(Set<String>)
    }

    var id: String
    var control: Control

    /// Whether function calls carry signatures that must come back, and ids.
    var signs: Bool { if case .levels = control { true } else { false } }

    private static let allLevels: Set = ["MINIMAL", "LOW", "MEDIUM", "HIGH"]

    static let served = [
        GeminiModel(id: "gemini-3.8-flash", control: .levels(allLevels.subtracting(["MINIMAL"]))),
        GeminiModel(id: "gemini-3.7-flash", control: .levels(allLevels.subtracting(["MINIMAL"]))),
        GeminiModel(id: "gemini-3.6-flash", control: .levels(allLevels)),
        GeminiModel(id: "gemini-3.5-flash", control: .levels(allLevels)),
        GeminiModel(id: "gemini-3.5-flash-lite", control: .levels(allLevels)),
        GeminiModel(id: "gemini-2.5-flash", control: .budget(1...24_576, canBeOff: true)),
        GeminiModel(id: "gemini-2.5-flash-lite", control: .budget(512...24_576, canBeOff: true)),
        GeminiModel(id: "gemini-2.5-pro", control: .budget(128...32_768, canBeOff: false)),
    ]
    private static let retired: Set = [
        "gemini-1.0-pro", "gemini-1.5-flash", "gemini-1.5-flash-8b", "gemini-1.5-pro", "gemini-2.0-flash",
        "gemini-2.0-flash-lite",
        "gemini-pro", "gemini-3-pro-preview", "gemini-3-flash-preview",
    ]

    /// - Throws: NOT_FOUND, as for a model that never was or is no more.
    static func find(_ id: String, version: String) throws(GeminiRefusal) -> GeminiModel {
        if let model = served.first(where: { $0.id == id }) { return model }
        if retired.contains(id) {
            throw .notFound(
                "This model models/\(id) is no longer available. Please update your code to use a newer model.",
                isClientsFault: false)
        }
        throw .notFound(
            "models/\(id) is not found for API version \(version), or is not supported for generateContent. "
                + "Call ListModels to see the list of available models and their supported methods.")
    }

    var description: JSONValue {
        [
            "name": .text("models/\(id)"), "version": "001", "displayName": .text(id), "description": "linnet-rehearse",
            "inputTokenLimit": 1_048_576, "outputTokenLimit": 65_536, "supportedGenerationMethods": ["generateContent"],
            "thinking": true,
        ]
    }

    static var list: JSONValue { ["models": .list(served.map(\.description))] }
}
