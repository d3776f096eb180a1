import Failures

/// Whom a session works with, and how: replaced as a whole, between turns.
struct SessionOutfit: Sendable {
    let recognizer: any Recognizer
    let model: any LanguageModel
    let synthesizer: any Synthesizer
    let tools: [any Tool]
    let settings: SessionSettings

    init(
        recognizer: any Recognizer, model: any LanguageModel, synthesizer: any Synthesizer, tools: [any Tool],
        settings: SessionSettings
    ) {
        self.recognizer = recognizer
        self.model = model
        self.synthesizer = synthesizer
        self.tools = tools
        var settings = settings
        settings.model = model.provider
        self.settings = settings
    }

    /// One of each name.
    var toolDescriptions: [ToolDescription] {
        var names: Set<String> = []
        return tools.map(\.description).filter { names.insert($0.name).inserted }
    }

    func warm() {
        recognizer.warm()
        model.warm()
        synthesizer.warm()
        for tool in tools { tool.warm() }
    }
}

extension Session {
    var recognizer: any Recognizer { outfit.recognizer }
    var model: any LanguageModel { outfit.model }
    var synthesizer: any Synthesizer { outfit.synthesizer }
    var settings: SessionSettings { outfit.settings }

    func warm() { outfit.warm() }

    func changeOutfitIfQuiet() {
        if nextOutfit != nil, machine.isQuiet { changeOutfit() }
    }

    /// Only while the ears are closed: what is being said belongs to the recognizer that hears it.
    func changeOutfit() {
        guard let next = nextOutfit else { return }
        nextOutfit = nil
        outfit = next
        machine.settings = next.settings
        endpointer.adopt(next.settings)
        ears.adopt(next.settings)
        history.rebound(turns: next.settings.historyTurns, bytes: next.settings.historyBound)
        warm()
    }
}
