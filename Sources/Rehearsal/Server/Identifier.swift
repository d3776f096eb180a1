/// Identifiers in the shape of UUIDs.
enum Identifier {
    /// The same for the same seed (FNV-1a, twice).
    static func uuid(seed: String) -> String {
        let high = hash(seed, 0xcbf2_9ce4_8422_2325)
        let low = hash(seed, high)
        let digits = [high, low].map { value in
            let text = String(value, radix: 16)
            return String(repeating: "0", count: 16 - text.count) + text
        }.joined()
        let cuts = [0, 8, 12, 16, 20, 32]
        let letters = Array(digits)
        return zip(cuts, cuts.dropFirst()).map { String(letters[$0..<$1]) }.joined(separator: "-")
    }

    private static func hash(_ text: String, _ start: UInt64) -> UInt64 {
        text.utf8.reduce(start) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
    }

    /// Whether `text` has the shape of a UUID.
    static func isUUID(_ text: String) -> Bool {
        let groups = text.split(separator: "-", omittingEmptySubsequences: false)
        return groups.map(\.count) == [8, 4, 4, 4, 12] && groups.allSatisfy { $0.allSatisfy(\.isHexDigit) }
    }
}
