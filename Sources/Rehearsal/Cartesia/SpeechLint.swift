/// What Cartesia takes without a word and nobody wants to hear.
enum SpeechLint {
    private static let marks = ["**", "__", "`", "http://", "https://", "www.", "](", "\n", "\t"]
    private static let lineMarks = ["# ", "- ", "* ", "> ", "| "]

    static func complaints(_ request: SpeechRequest, after earlier: String) -> [String] {
        var found = request.unknownFields.map { "the field '\($0)' is unknown" }
        let text = request.transcript
        if text.isEmpty, request.isContinued, !request.isFlush {
            found.append("an empty transcript that neither ends nor flushes")
        }
        let read = marks.filter { text.contains($0) } + lineMarks.filter { text.hasPrefix($0) }
        found += read.map { "the transcript has '\($0)' in it, which is read aloud" }
        if text.unicodeScalars.contains(where: \.properties.isEmojiPresentation) {
            found.append("the transcript has emoji in it")
        }
        if let last = earlier.last, let first = text.first, !last.isWhitespace, !first.isWhitespace, !first.isPunctuation {
            found.append("transcripts are joined verbatim: '\(last)' meets '\(first)' without a space")
        }
        return found
    }
}
