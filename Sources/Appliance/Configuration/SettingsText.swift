/// The bytes of a settings file as text, with what no text editor should have written into it.
struct SettingsText {
    private(set) var text: String
    private(set) var problems: [ConfigurationProblem] = []

    init(_ bytes: [UInt8], file: String) {
        if let encoding = Self.foreignEncoding(bytes) {
            text = ""
            problems = [ConfigurationProblem(file: file, "is \(encoding) text; save it as UTF-8")]
            return
        }
        // A byte order mark is harmless and common.
        let skipped = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
        let bytes = Array(bytes.dropFirst(skipped))
        let strangers = bytes.indices.lazy.compactMap { offset in
            Self.stranger(at: offset, in: bytes).map { (offset: offset, what: $0) }
        }
        for (offset, what) in strangers.prefix(10) {
            let (line, column) = Self.place(of: offset, in: bytes)
            problems.append(
                ConfigurationProblem(file: file, line: line, column: column, "\(what) at byte \(offset + skipped); delete it"))
        }
        if let offset = Self.firstNotUTF8(bytes) {
            let (line, column) = Self.place(of: offset, in: bytes)
            let shown = "0x" + String(bytes[offset], radix: 16, uppercase: true)
            problems.append(
                ConfigurationProblem(
                    file: file, line: line, column: column,
                    "is not UTF-8 text: byte \(offset + skipped) is \(shown); save the file as UTF-8"))
        }
        text = Self.repaired(bytes)
    }

    /// Without the strangers, so that what the rest says is still judged.
    private static func repaired(_ bytes: [UInt8]) -> String {
        var kept: [UInt8] = []
        kept.reserveCapacity(bytes.count)
        for (offset, byte) in bytes.enumerated() {
            if stranger(at: offset, in: bytes) == nil {
                kept.append(byte)
            } else if byte == UInt8(ascii: "\r") {
                kept.append(UInt8(ascii: "\n"))
            }
        }
        return String(decoding: kept, as: UTF8.self)
    }

    private static func foreignEncoding(_ bytes: [UInt8]) -> String? {
        if bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF]) { return "UTF-16" }
        // Every second byte of ASCII in UTF-16 is zero.
        let zeros = bytes.prefix(64).count { $0 == 0 }
        return zeros >= 8 && zeros * 3 > min(bytes.count, 64) ? "UTF-16" : nil
    }

    /// A control character, which is in no settings file on purpose; nil for all else.
    private static func stranger(at offset: Int, in bytes: [UInt8]) -> String? {
        switch bytes[offset] {
        case 0: return "there is a NUL byte"
        case UInt8(ascii: "\r"):
            let isLineEnd = offset + 1 < bytes.count && bytes[offset + 1] == UInt8(ascii: "\n")
            return isLineEnd ? nil : "there is a carriage return without a line feed"
        case UInt8(ascii: "\n"), UInt8(ascii: "\t"): return nil
        case 1..<0x20, 0x7F: return "there is a control character (0x\(String(bytes[offset], radix: 16, uppercase: true)))"
        default: return nil
        }
    }

    private static func firstNotUTF8(_ bytes: [UInt8]) -> Int? {
        var decoder = UTF8()
        var iterator = bytes.makeIterator()
        var offset = 0
        while true {
            switch decoder.decode(&iterator) {
            case .scalarValue(let scalar): offset += UTF8.width(scalar)
            case .emptyInput: return nil
            case .error: return offset
            }
        }
    }

    /// 1-based; columns in bytes of ASCII text, which is what they mostly are.
    private static func place(of offset: Int, in bytes: [UInt8]) -> (line: Int, column: Int) {
        let before = bytes[..<offset]
        let line = before.count { $0 == UInt8(ascii: "\n") } + 1
        let start = before.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
        return (line, String(decoding: before[start...], as: UTF8.self).count + 1)
    }
}
