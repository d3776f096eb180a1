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

    /// What a WebSocket's close code means at any of the providers; nil is none, as after a hang-up.
    package init(closeCode: UInt16?) {
        self =
            switch closeCode {
            case 1003, 1007, 1008, 1009: .badRequest
            case 1011: .serverError
            case 1013: .overloaded
            default: .connectionLost
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
