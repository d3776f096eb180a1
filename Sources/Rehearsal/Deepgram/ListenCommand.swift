/// What a client may say in a text frame.
enum ListenCommand: Equatable {
    case keepAlive, finalize, closeStream
    case configure(keyterms: [String]?)

    /// Why a message is not understood.
    struct Unknown: Error {
        var reason: String
    }

    init(_ text: String) throws(Unknown) {
        guard let message = JSONValue(parsing: text.utf8), let type = message["type"]?.string else {
            throw Unknown(reason: "no JSON object with a type")
        }
        switch type {
        case "KeepAlive": self = .keepAlive
        case "Finalize": self = .finalize
        case "CloseStream": self = .closeStream
        case "Configure": self = .configure(keyterms: message["keyterms"]?.items?.compactMap(\.string))
        default: throw Unknown(reason: "unknown variant `\(type)`")
        }
    }
}
