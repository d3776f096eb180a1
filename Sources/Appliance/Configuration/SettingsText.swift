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
        var bytes = Array(bytes.dropFirst(skipped))
        for (offset, what) in Self.strangers(in: bytes).prefix(10) {
            let (line, column) = Self.place(of: offset, in: bytes)
            problems.append(
                ConfigurationProblem(file: file, line: line, column: column, "\(what) at byte \(offset + skipped); delete it"))
            bytes[offset] = UInt8(ascii: " ")
        }
        if let offset = Self.firstNotUTF8(bytes) {
            let (line, column) = Self.place(of: offset, in: bytes)
            let shown = "0x" + String(bytes[offset], radix: 16, uppercase: true)
            problems.append(
                ConfigurationProblem(
                    file: file, line: line, column: column,
                    "is not UTF-8 text: byte \(offset + skipped) is \(shown); save the file as UTF-8"))
        }
        text = String(decoding: bytes, as: UTF8.self)
    }

    private static func foreignEncoding(_ bytes: [UInt8]) -> String? {
        if bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF]) { return "UTF-16" }
        // Every second byte of ASCII in UTF-16 is zero.
        let zeros = bytes.prefix(64).count { $0 == 0 }
        return zeros >= 8 && zeros * 3 > min(bytes.count, 64) ? "UTF-16" : nil
    }

    /// Control characters, which are in no settings file on purpose: their offsets.
    private static func strangers(in bytes: [UInt8]) -> [(offset: Int, what: String)] {
        bytes.enumerated().compactMap { offset, byte in
            switch byte {
            case 0: return (offset, "there is a NUL byte")
            case UInt8(ascii: "\r"):
                let next = offset + 1 < bytes.count ? bytes[offset + 1] : 0
                return next == UInt8(ascii: "\n") ? nil : (offset, "there is a carriage return without a line feed")
            case UInt8(ascii: "\n"), UInt8(ascii: "\t"): return nil
            case 1..<0x20, 0x7F: return (offset, "there is a control character (0x\(String(byte, radix: 16, uppercase: true)))")
            default: return nil
            }
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
