/// What a client may say in a text frame.
enum ListenCommand: Equatable {
    case keepAlive, finalize, closeStream
    /// Nil keeps the terms that there are.
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
        case "Finalize":
            guard message["channel"].map({ $0.int == 0 }) ?? true else { throw Unknown(reason: "channel must be 0 here") }
            self = .finalize
        case "CloseStream": self = .closeStream
        case "Configure": self = .configure(keyterms: try Self.keyterms(message))
        default: throw Unknown(reason: "unknown variant `\(type)`")
        }
    }

    private static func keyterms(_ message: JSONValue) throws(Unknown) -> [String]? {
        if let features = message["features"], features != .null {
            guard features.fields != nil else { throw Unknown(reason: "features must be an object") }
            guard features["numerals"].map({ $0.flag != nil }) ?? true else {
                throw Unknown(reason: "features.numerals must be true or false")
            }
        }
        guard let value = message["keyterms"], value != .null else { return nil }
        guard let items = value.items, items.allSatisfy({ $0.string != nil }) else {
            throw Unknown(reason: "keyterms must be a list of strings")
        }
        return items.compactMap(\.string)
    }
}
