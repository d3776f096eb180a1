import Glibc

/// A studio recording of a person: the prompts of Debian's package asterisk-core-sounds-en-g722.
public enum RecordedPrompt {
    private static let root = "/usr/share/asterisk/sounds"
    private static let package = "asterisk-core-sounds-en-g722"

    /// - Parameter name: path below the language's folder, without its ending: `digits/17`, `letters/plus`.
    /// - Returns: 16 kHz, mono.
    public static func load(_ name: String) throws(RehearsalError) -> [Int16] {
        for voice in voices {
            if let bytes = contents(of: "\(root)/\(voice)/\(name).g722") { return G722Decoder.decode(bytes) }
        }
        throw RehearsalError("no recording '\(name)' below \(root)/en*; install Debian's \(package) (scripts/dependencies.sh)")
    }

    /// The names of the English voices' folders: `en` where a link stands, `en_US_f_Allison`.
    private static var voices: [String] {
        guard let folder = opendir(root) else { return [] }
        defer { closedir(folder) }
        var names: [String] = []
        while let entry = readdir(folder) {
            names.append(
                withUnsafePointer(to: &entry.pointee.d_name) { name in
                    name.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
                })
        }
        return names.filter { $0.hasPrefix("en") }.sorted()
    }

    private static func contents(of path: String) -> [UInt8]? {
        guard let file = fopen(path, "rb") else { return nil }
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var block = [UInt8](repeating: 0, count: 65_536)
        while case let count = fread(&block, 1, block.count, file), count > 0 { bytes += block[..<count] }
        return bytes
    }
}
