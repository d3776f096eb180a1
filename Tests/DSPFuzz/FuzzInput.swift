/// A string of octets read as choices. Every string is a valid one; when it ends, zeros follow.
struct FuzzInput {
    private let octets: UnsafeBufferPointer<UInt8>
    private var position = 0

    init(_ octets: UnsafeBufferPointer<UInt8>) { self.octets = octets }

    var isSpent: Bool { position >= octets.count }

    mutating func octet() -> UInt8 {
        guard position < octets.count else { return 0 }
        defer { position += 1 }
        return octets[position]
    }

    /// One of 0 ..< `count`, at most 256.
    mutating func choice(of count: Int) -> Int { Int(octet()) % count }

    mutating func bit() -> Bool { octet() & 1 == 1 }

    mutating func int16() -> Int16 { Int16(truncatingIfNeeded: UInt16(octet()) << 8 | UInt16(octet())) }

    mutating func int32() -> Int32 {
        Int32(truncatingIfNeeded: UInt32(UInt16(bitPattern: int16())) << 16 | UInt32(UInt16(bitPattern: int16())))
    }
}

/// SplitMix64: the same noise on every machine.
public struct SeededNoise: RandomNumberGenerator {
    private var state: UInt64

    public init(seed: UInt64) { state = seed }

    public mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    mutating func int16() -> Int16 { Int16(truncatingIfNeeded: next()) }
}
