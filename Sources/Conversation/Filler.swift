/// What is said while a tool takes its time: short, true whatever the tool, and in the person's language.
enum Filler {
    private static let texts = [
        "da": "Et øjeblik, det slår jeg lige op.",
        "de": "Moment, ich sehe kurz nach.",
        "en": "One moment, let me check.",
        "es": "Un momento, lo estoy mirando.",
        "fi": "Hetki, minä tarkistan.",
        "fr": "Un instant, je regarde.",
        "it": "Un momento, controllo subito.",
        "nb": "Et øyeblikk, jeg sjekker.",
        "nl": "Een moment, ik kijk het na.",
        "no": "Et øyeblikk, jeg sjekker.",
        "pl": "Chwileczkę, już sprawdzam.",
        "pt": "Um momento, vou verificar.",
        "sv": "Ett ögonblick, jag kollar.",
    ]

    /// - Parameter language: BCP 47 code; its first part counts.
    /// - Returns: nil for a language that is not known here: the thinking sound must do.
    static func text(language: String) -> String? {
        texts[language.prefix { $0 != "-" && $0 != "_" }.lowercased()]
    }
}

extension SessionSettings {
    /// What to say; nil when nothing is to be said.
    var spokenFiller: String? { filler.isEmpty ? Filler.text(language: language) : filler }
}
