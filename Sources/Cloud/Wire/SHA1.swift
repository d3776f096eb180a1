/// SHA-1 of a short text, for the one place that still asks for it: the WebSocket handshake (RFC 6455 section 4.2.2), where
/// it protects nothing. Source: FIPS 180-4 section 6.1.
package func sha1(_ message: [UInt8]) -> [UInt8] {
    var state: [UInt32] = [0x6745_2301, 0xEFCD_AB89, 0x98BA_DCFE, 0x1032_5476, 0xC3D2_E1F0]
    var padded = message + [0x80]
    padded += [UInt8](repeating: 0, count: (120 - padded.count % 64) % 64)
    padded += (0..<8).map { UInt8(truncatingIfNeeded: UInt64(message.count * 8) >> UInt64(56 - 8 * $0)) }
    for block in stride(from: 0, to: padded.count, by: 64) { sha1Block(padded[block..<block + 64], &state) }
    return state.flatMap { word in (0..<4).map { UInt8(truncatingIfNeeded: word >> UInt32(24 - 8 * $0)) } }
}

private func sha1Block(_ block: ArraySlice<UInt8>, _ state: inout [UInt32]) {
    func rotated(_ x: UInt32, _ bits: UInt32) -> UInt32 { x << bits | x >> (32 - bits) }
    var words = (0..<16).map { i in
        (0..<4).reduce(UInt32(0)) { $0 << 8 | UInt32(block[block.startIndex + 4 * i + $1]) }
    }
    for i in 16..<80 { words.append(rotated(words[i - 3] ^ words[i - 8] ^ words[i - 14] ^ words[i - 16], 1)) }
    var (a, b, c, d, e) = (state[0], state[1], state[2], state[3], state[4])
    for i in 0..<80 {
        let (f, k): (UInt32, UInt32) =
            switch i {
            case ..<20: (b & c | ~b & d, 0x5A82_7999)
            case ..<40: (b ^ c ^ d, 0x6ED9_EBA1)
            case ..<60: (b & c | b & d | c & d, 0x8F1B_BCDC)
            default: (b ^ c ^ d, 0xCA62_C1D6)
            }
        (a, b, c, d, e) = (rotated(a, 5) &+ f &+ e &+ k &+ words[i], a, rotated(b, 30), c, d)
    }
    for (i, word) in [a, b, c, d, e].enumerated() { state[i] &+= word }
}
