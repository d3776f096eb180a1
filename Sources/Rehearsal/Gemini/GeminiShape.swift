/// What a field of a request may hold, as protocol buffers map it to JSON.
indirect enum GeminiShape: Sendable {
    case text, flag, integer, number
    /// Base64 of either alphabet.
    case bytes
    /// Any JSON value; any JSON object.
    case anything, anyObject
    /// One of these names of the enumeration `type`, in any case.
    case choice(type: String, Set<String>)
    /// A single item may stand for a list of one.
    case list(GeminiShape)
    /// Names of the client's own.
    case map(GeminiShape)
    case message(@Sendable () -> [String: GeminiShape])
}

/// Reads a request as Google does: what the description does not name, it refuses. Names may be written with capitals or
/// underscores; the result has capitals.
enum GeminiReader {
    /// - Parameter path: of `value` inside the request, with underscores; empty for the request itself.
    static func read(_ value: JSONValue, as shape: GeminiShape, at path: String = "") throws(GeminiRefusal) -> JSONValue {
        switch shape {
        case .anything: return value
        case .message(let fields): return try message(value, fields(), path)
        case .list(let item):
            var read: [JSONValue] = []
            for (index, value) in (value.items ?? [value]).enumerated() {
                read.append(try self.read(value, as: item, at: "\(path)[\(index)]"))
            }
            return .list(read)
        case .map(let item):
            guard let fields = value.fields else { throw invalid(value, "TYPE_MESSAGE", path) }
            var read: [String: JSONValue] = [:]
            for (name, value) in fields { read[name] = try self.read(value, as: item, at: "\(path)[\(name)]") }
            return .object(read)
        case .choice(let type, let names):
            guard let name = value.string?.uppercased(), names.contains(name) else {
                throw invalid(value, "type.googleapis.com/google.ai.generativelanguage.v1beta.\(type)", path)
            }
            return .text(name)
        case .text, .flag, .integer, .number, .bytes, .anyObject: return try plain(value, shape, path)
        }
    }

    private static func message(
        _ value: JSONValue, _ fields: [String: GeminiShape], _ path: String
    ) throws(GeminiRefusal) -> JSONValue {
        guard let given = value.fields else { throw invalid(value, "TYPE_MESSAGE", path) }
        var read: [String: JSONValue] = [:]
        for (name, value) in given.sorted(by: { $0.key < $1.key }) where value != .null {
            let known = camelCase(name)
            guard let shape = fields[known] else {
                let place = path.isEmpty ? "" : " at '\(path)'"
                throw .field(path, "Invalid JSON payload received. Unknown name \"\(name)\"\(place): Cannot find field.")
            }
            guard read[known] == nil else { throw .field(path, "Invalid JSON payload received. \"\(name)\" is given twice.") }
            read[known] = try self.read(value, as: shape, at: (path.isEmpty ? "" : path + ".") + snakeCase(known))
        }
        return .object(read)
    }

    private static func plain(_ value: JSONValue, _ shape: GeminiShape, _ path: String) throws(GeminiRefusal) -> JSONValue {
        let (stands, type) =
            switch shape {
            case .text: (value.string != nil, "TYPE_STRING")
            case .flag: (value.flag != nil, "TYPE_BOOL")
            case .integer: (value.int != nil, "TYPE_INT32")
            case .number: (value.double != nil, "TYPE_DOUBLE")
            case .bytes: (value.string.map(isBase64) == true, "TYPE_BYTES")
            default: (value.fields != nil, "TYPE_MESSAGE")
            }
        guard stands else { throw invalid(value, type, path) }
        return value
    }

    private static func invalid(_ value: JSONValue, _ type: String, _ path: String) -> GeminiRefusal {
        .field(path, "Invalid value at '\(path)' (\(type)), \(value.serialized.prefix(100))")
    }

    private static func isBase64(_ text: String) -> Bool {
        text.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"):
                true
            default: "+/-_=".utf8.contains(byte)
            }
        }
    }

    static func camelCase(_ name: String) -> String {
        let parts = name.split(separator: "_", omittingEmptySubsequences: false)
        return parts.dropFirst().reduce(String(parts[0])) { $0 + $1.prefix(1).uppercased() + $1.dropFirst() }
    }

    private static func snakeCase(_ name: String) -> String {
        name.reduce(into: "") { $0 += $1.isUppercase ? "_" + $1.lowercased() : String($1) }
    }
}
