/// A fully connected layer that every bin passes, with the same weights.
///
/// output = bias + sum of weight x input. Inputs are Q11, two of 16 bits to a word, weights Q11, sums and biases Q22. Sums fit 32 bits
/// whatever comes in, which is a property of the trained numbers (`GainNetworkTests` adds them up). Four bins are taken at a time, so
/// that one instruction makes eight products, and four outputs, so that an input is loaded once for four.
public struct BinLayer: ~Copyable {
    /// Bins that are worked on, four at a time; those from 257 on have no meaning.
    static var binCount: Int { 260 }

    /// What training gives a layer.
    public struct Weights: Sendable {
        /// One per output, Q22.
        public let biasesQ22: [Int32]
        /// All inputs of the first output, then of the second; Q11.
        public let valuesQ11: [Int16]
    }

    private let pairCount: Int
    /// Each for four bins.
    private let biasesQ22: FixedArray<SIMD4<Int32>>
    /// Of four outputs after one another: pairs of weights, each for four bins.
    private let weightsQ11: FixedArray<Int16>

    init(_ trained: Weights) {
        let outputs = trained.biasesQ22.count
        let inputs = trained.valuesQ11.count / outputs
        precondition(inputs % 2 == 0 && trained.valuesQ11.count == inputs * outputs)
        pairCount = inputs / 2
        let padded = (outputs + 3) / 4 * 4
        biasesQ22 = FixedArray(count: padded, repeating: SIMD4(repeating: 0))
        weightsQ11 = FixedArray(count: padded * inputs * 4, repeating: 0)
        for output in 0..<outputs {
            setBias(trained.biasesQ22[output], of: output)
            for input in 0..<inputs {
                let pair = (output / 4 * pairCount + input / 2) * 4 + output % 4
                for bin in 0..<4 {
                    weightsQ11[pair * 8 + FourWords.place(input % 2, bin)] = trained.valuesQ11[output * inputs + input]
                }
            }
        }
    }

    @_noAllocation @_noLocks
    func setBias(_ biasQ22: Int32, of output: Int) {
        biasesQ22.base[output] = SIMD4(repeating: biasQ22)
    }

    /// Four outputs for four bins, from `first` on, which is a multiple of four; nothing is added yet.
    @_noAllocation @_noLocks @inline(__always)
    func sums(first: Int) -> Sums {
        let bias = biasesQ22.base + first
        return Sums(bias[0], bias[1], bias[2], bias[3], weights: UnsafeRawPointer(weightsQ11.base) + 16 &* first &* pairCount)
    }

    struct Sums {
        private(set) var a: SIMD4<Int32>
        private(set) var b: SIMD4<Int32>
        private(set) var c: SIMD4<Int32>
        private(set) var d: SIMD4<Int32>
        private var weights: UnsafeRawPointer

        @_noAllocation @_noLocks @inline(__always)
        fileprivate init(
            _ a: SIMD4<Int32>, _ b: SIMD4<Int32>, _ c: SIMD4<Int32>, _ d: SIMD4<Int32>, weights: UnsafeRawPointer
        ) {
            (self.a, self.b, self.c, self.d, self.weights) = (a, b, c, d, weights)
        }

        /// The next two inputs: the words of four bins.
        @_noAllocation @_noLocks @inline(__always)
        mutating func add(_ words: UnsafePointer<Int32>) {
            let input = FourWords(words)
            a = input.products(weights, addedTo: a)
            b = input.products(weights + 16, addedTo: b)
            c = input.products(weights + 32, addedTo: c)
            d = input.products(weights + 48, addedTo: d)
            weights += 64
        }

        /// The next ten inputs.
        @_noAllocation @_noLocks @inline(__always)
        mutating func addFive(_ words: UnsafePointer<Int32>, apart distance: Int) {
            // Not a loop: the compiler would keep it.
            add(words)
            add(words + distance)
            add(words + 2 &* distance)
            add(words + 3 &* distance)
            add(words + 4 &* distance)
        }
    }
}

/// Two values each of four bins.
private struct FourWords {
    #if arch(x86_64)
        private let values: SIMD8<Int16>

        @_noAllocation @_noLocks @inline(__always)
        init(_ words: UnsafePointer<Int32>) { values = UnsafeRawPointer(words).loadUnaligned(as: SIMD8<Int16>.self) }

        /// Where the weight of a bin's first or second value stands: `pmaddwd` adds neighbours.
        static func place(_ value: Int, _ bin: Int) -> Int { 2 * bin + value }

        @_noAllocation @_noLocks @inline(__always)
        func products(_ weights: UnsafeRawPointer, addedTo sums: SIMD4<Int32>) -> SIMD4<Int32> {
            sums &+ pairSums(values, weights.load(as: SIMD8<Int16>.self))
        }
    #elseif arch(arm64)
        private let values: SIMD8<Int32>

        @_noAllocation @_noLocks @inline(__always)
        init(_ words: UnsafePointer<Int32>) {
            let pairs = UnsafeRawPointer(words).loadUnaligned(as: SIMD4<Int32>.self)
            values = SIMD8(lowHalf: (pairs &<< 16) &>> 16, highHalf: pairs &>> 16)
        }

        /// `smlal` adds halves.
        static func place(_ value: Int, _ bin: Int) -> Int { 4 * value + bin }

        @_noAllocation @_noLocks @inline(__always)
        func products(_ weights: UnsafeRawPointer, addedTo sums: SIMD4<Int32>) -> SIMD4<Int32> {
            let weights = widened(weights.load(as: SIMD8<Int16>.self))
            return sums &+ values.lowHalf &* weights.lowHalf &+ values.highHalf &* weights.highHalf
        }
    #else
        private let words: UnsafePointer<Int32>

        @_noAllocation @_noLocks @inline(__always)
        init(_ words: UnsafePointer<Int32>) { self.words = words }

        static func place(_ value: Int, _ bin: Int) -> Int { 2 * bin + value }

        @_noAllocation @_noLocks @inline(never)
        func products(_ weights: UnsafeRawPointer, addedTo sums: SIMD4<Int32>) -> SIMD4<Int32> {
            let pair = weights.load(as: Int32.self)
            var sums = sums
            for bin in 0..<4 {
                let word = words[bin]
                sums[bin] &+= low(word) &* low(pair) &+ (word &>> 16) &* (pair &>> 16)
            }
            return sums
        }

        @_noAllocation @_noLocks @inline(__always)
        private func low(_ word: Int32) -> Int32 { Int32(Int16(truncatingIfNeeded: word)) }
    #endif
}
