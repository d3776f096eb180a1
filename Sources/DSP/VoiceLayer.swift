/// One fully connected layer of the voice network: eight-bit weights, sixteen-bit inputs, one scale and one bias per output.
///
/// output = bias + (sum of weight x input) x scale, Q16. Weights are kept as `Int16`, one row per output, rows padded with zeros
/// to steps of sixteen: pairs of products are then one instruction on x86 and on ARM. With at most 192 inputs below 2^15 and
/// weights within +-127 a sum stays below 2^30; scales are Q24 below 2^31, so the product fits `Int64`.
public struct VoiceLayer: ~Copyable {
    public let inputCount: Int
    public let outputCount: Int
    /// `inputCount`, rounded up to sixteens: how many inputs `apply` reads; those beyond `inputCount` meet zeros.
    let paddedCount: Int
    private let rightShift: Int64
    private let weights: FixedArray<Int16>
    private let scalesQ24: FixedArray<Int32>
    private let biasesQ16: FixedArray<Int32>

    /// What training gives a layer.
    public struct Weights: Sendable {
        /// At most 192.
        public let inputs: Int
        /// The inputs' binary places, 8...15.
        public let inputBits: Int
        /// What a weight of 1 stands for, one per output.
        public let scalesQ24: [Int32]
        /// One per output.
        public let biasesQ16: [Int32]
        /// Signed bytes, eight to a word, the first in the lowest: all inputs of the first output, then of the second.
        public let words: [UInt64]

        @inline(__always)
        public func weight(output: Int, input: Int) -> Int8 {
            let index = output &* inputs &+ input
            return Int8(
                truncatingIfNeeded: words[index &>> 3] &>> UInt64(truncatingIfNeeded: index & 7 &* 8))
        }
    }

    init(_ trained: Weights) {
        precondition(trained.inputs <= 192 && trained.scalesQ24.count == trained.biasesQ16.count)
        (inputCount, outputCount) = (trained.inputs, trained.scalesQ24.count)
        paddedCount = (inputCount + 15) / 16 * 16
        rightShift = Int64(8 + trained.inputBits)
        weights = FixedArray(count: outputCount * paddedCount, repeating: 0)
        scalesQ24 = FixedArray(count: outputCount, repeating: 0)
        biasesQ16 = FixedArray(count: outputCount, repeating: 0)
        for output in 0..<outputCount {
            scalesQ24[output] = trained.scalesQ24[output]
            biasesQ16[output] = trained.biasesQ16[output]
            for input in 0..<inputCount {
                weights[output * paddedCount + input] = Int16(trained.weight(output: output, input: input))
            }
        }
    }

    /// - Parameters:
    ///   - inputs: `paddedCount` values with `inputBits` binary places.
    ///   - outputsQ16: receives `outputCount` values within +-2^31, saturated.
    @_noAllocation @_noLocks
    func apply(_ inputs: UnsafePointer<Int16>, into outputsQ16: UnsafeMutablePointer<Int32>) {
        for output in 0..<outputCount {
            let sum = dotProduct(inputs, weights.base + output &* paddedCount, count: paddedCount)
            let product = roundingShift(Int64(sum) &* Int64(scalesQ24.base[output]), rightShift)
            outputsQ16[output] = saturatedInt32(product &+ Int64(biasesQ16.base[output]))
        }
    }
}

#if arch(x86_64)
    /// Sum of products of `count` pairs, a multiple of sixteen: neighbours' products added is what `pmaddwd` does.
    @_noAllocation @_noLocks @inline(__always)
    func dotProduct(_ left: UnsafePointer<Int16>, _ right: UnsafePointer<Int16>, count: Int) -> Int32 {
        let (left, right) = (UnsafeRawPointer(left), UnsafeRawPointer(right))
        var lanes = SIMD4<Int32>(repeating: 0)
        for step in 0..<count &>> 4 {
            lanes &+= pairSums(left + 32 &* step, right + 32 &* step)
            lanes &+= pairSums(left + 32 &* step + 16, right + 32 &* step + 16)
        }
        return lanes.wrappedSum()
    }

    @_noAllocation @_noLocks @inline(__always)
    private func pairSums(_ left: UnsafeRawPointer, _ right: UnsafeRawPointer) -> SIMD4<Int32> {
        let a = SIMD8<Int32>(truncatingIfNeeded: left.loadUnaligned(as: SIMD8<Int16>.self))
        let b = SIMD8<Int32>(truncatingIfNeeded: right.loadUnaligned(as: SIMD8<Int16>.self))
        let products = a &* b
        return products.evenHalf &+ products.oddHalf
    }
#else
    /// Sum of products of `count` pairs, a multiple of sixteen: as plain as this the compiler makes `smlal` of it.
    @_noAllocation @_noLocks @inline(__always)
    func dotProduct(_ left: UnsafePointer<Int16>, _ right: UnsafePointer<Int16>, count: Int) -> Int32 {
        var sum: Int32 = 0
        for n in 0..<count {
            sum &+= Int32(left[n]) &* Int32(right[n])
        }
        return sum
    }
#endif
