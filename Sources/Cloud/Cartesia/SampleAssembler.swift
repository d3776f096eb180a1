/// Bytes to 16-bit samples, little-endian; half a sample waits for its other half.
package struct SampleAssembler: Sendable {
    private var carried: UInt8?

    package init() {}

    package mutating func feed(_ bytes: [UInt8]) -> [Int16] {
        let whole = carried.map { [$0] + bytes } ?? bytes
        carried = whole.count % 2 == 1 ? whole.last : nil
        return whole.withUnsafeBytes { raw in
            (0..<raw.count / 2).map { Int16(littleEndian: raw.loadUnaligned(fromByteOffset: 2 * $0, as: Int16.self)) }
        }
    }
}
