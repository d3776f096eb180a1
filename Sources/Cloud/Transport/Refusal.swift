import Failures

extension Failure.Kind {
    /// What an HTTP status of 400 and above means at any of the providers; each knows some of its own besides.
    package init(status: Int) {
        self =
            switch status {
            case 401: .keyRefused
            case 402: .paymentRequired
            case 403: .forbidden
            case 404, 410: .modelGone
            case 408, 504: .timedOut
            case 413: .tooLarge
            case 429: .rateLimited
            case 498, 503, 529: .overloaded
            case 400..<500: .badRequest
            case 500..<600: .serverError
            default: .malformedAnswer
            }
    }
}

extension Failure.Retry {
    /// Of a `retry-after` header in seconds; nil when there is none that can be read.
    package init?(retryAfter text: String?) {
        guard let text, let seconds = Double(text), seconds >= 0, seconds < 1e6 else { return nil }
        self = .after(milliseconds: Int(seconds * 1_000))
    }
}

/// A provider's words as one line for the journal: cut, and without the key, which some providers quote.
package func journalLine(_ words: String, hiding secret: String?) -> String {
    var line = words.split(whereSeparator: \.isNewline).joined(separator: " ")
    if let secret, !secret.isEmpty { line = line.replacing(secret, with: "…") }
    return line.count > 300 ? line.prefix(300) + "…" : line
}
