/// One fully connected layer of the voice network: eight-bit weights, sixteen-bit inputs, one scale and one bias per output.
///
/// output = bias + (sum of weight x input) x scale, Q16. Weights are kept as `Int16`, one row per output, rows padded with zeros
/// to steps of sixteen: pairs of products are then one instruction on x86 and on ARM. Four rows are taken at a time, so that an
/// input is loaded once for four; their number is made up with rows of zeros. With at most 192 inputs below 2^15 and
/// weights within +-127 a sum stays below 2^30; scales are Q24 below 2^31, so the product fits `Int64`. What a layer gives fits
/// `Int32` whatever comes in, which is a property of the trained numbers (`VoiceNetworkTests` adds them up).
public struct VoiceLayer: ~Copyable {
    public let inputCount: Int
    /// Outputs, rounded up to fours: how many values `apply` gives; those that nobody asked for are 0.
    let outputCount: Int
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
        (inputCount, outputCount) = (trained.inputs, (trained.scalesQ24.count + 3) / 4 * 4)
        paddedCount = (inputCount + 15) / 16 * 16
        rightShift = Int64(8 + trained.inputBits)
        weights = FixedArray(count: outputCount * paddedCount, repeating: 0)
        scalesQ24 = FixedArray(count: outputCount, repeating: 0)
        biasesQ16 = FixedArray(count: outputCount, repeating: 0)
        for output in 0..<trained.scalesQ24.count {
            scalesQ24[output] = trained.scalesQ24[output]
            biasesQ16[output] = trained.biasesQ16[output]
            for input in 0..<inputCount {
                weights[output * paddedCount + input] = Int16(trained.weight(output: output, input: input))
            }
        }
    }

    /// - Parameters:
    ///   - inputs: `paddedCount` values with `inputBits` binary places.
    ///   - outputsQ16: receives `outputCount` values.
    @_noAllocation @_noLocks
    func apply(_ inputs: UnsafePointer<Int16>, into outputsQ16: UnsafeMutablePointer<Int32>) {
        var first = 0
        while first < outputCount {
            let sums = dotProducts(inputs, weights.base + first &* paddedCount, count: paddedCount)
            for row in 0..<4 {
                let product = Int64(sums[row]) &* Int64(scalesQ24.base[first &+ row])
                let scaled = Int32(truncatingIfNeeded: roundingShift(product, rightShift))
                outputsQ16[first &+ row] = scaled &+ biasesQ16.base[first &+ row]
            }
            first &+= 4
        }
    }
}

#if arch(x86_64) || arch(arm64)
    /// Sums of the products of `count` values, a multiple of sixteen, and those of four rows that follow one another.
    @_noAllocation @_noLocks @inline(__always)
    private func dotProducts(_ values: UnsafePointer<Int16>, _ rows: UnsafePointer<Int16>, count: Int) -> SIMD4<Int32> {
        let (values, first) = (UnsafeRawPointer(values), UnsafeRawPointer(rows))
        let (second, third, fourth) = (first + 2 &* count, first + 4 &* count, first + 6 &* count)
        let zero = SIMD4<Int32>(repeating: 0)
        var (a, b, c, d) = (zero, zero, zero, zero)
        var offset = 0
        while offset < 2 &* count {
            for half in 0..<2 {
                let place = offset &+ 16 &* half
                let value = eight(values + place)
                a = sum(a, value, eight(first + place))
                b = sum(b, value, eight(second + place))
                c = sum(c, value, eight(third + place))
                d = sum(d, value, eight(fourth + place))
            }
            offset &+= 32
        }
        return neighbourSums(neighbourSums(a, b), neighbourSums(c, d))
    }

    @_noAllocation @_noLocks @inline(__always)
    private func eight(_ place: UnsafeRawPointer) -> SIMD8<Int16> { place.loadUnaligned(as: SIMD8<Int16>.self) }

    /// `sums` and eight products, in whichever lanes the processor likes: `pmaddwd` adds neighbours, `smlal` halves.
    @_noAllocation @_noLocks @inline(__always)
    private func sum(_ sums: SIMD4<Int32>, _ left: SIMD8<Int16>, _ right: SIMD8<Int16>) -> SIMD4<Int32> {
        #if arch(x86_64)
            return sums &+ pairSums(left, right)
        #else
            let (left, right) = (widened(left), widened(right))
            return sums &+ left.lowHalf &* right.lowHalf &+ left.highHalf &* right.highHalf
        #endif
    }

    @_noAllocation @_noLocks @inline(__always)
    private func neighbourSums(_ low: SIMD4<Int32>, _ high: SIMD4<Int32>) -> SIMD4<Int32> {
        let both = SIMD8(lowHalf: low, highHalf: high)
        return both.evenHalf &+ both.oddHalf
    }
#else
    /// The same.
    @_noAllocation @_noLocks @inline(__always)
    private func dotProducts(_ values: UnsafePointer<Int16>, _ rows: UnsafePointer<Int16>, count: Int) -> SIMD4<Int32> {
        var sums = SIMD4<Int32>(repeating: 0)
        for row in 0..<4 {
            var sum: Int32 = 0
            for n in 0..<count {
                sum &+= Int32(values[n]) &* Int32(rows[row &* count &+ n])
            }
            sums[row] = sum
        }
        return sums
    }
#endif
