/// The levels that the front end reports for diagnosis.
struct FrontEndMeter {
    /// Energies while the far end sounds, smoothed over 0.6 s.
    private var before: Int64 = 0
    private var after: Int64 = 0

    @_noAllocation @_noLocks
    static func energy(_ samples: UnsafePointer<Int16>) -> Int64 {
        var energy: Int64 = 0
        for n in 0..<160 {
            energy &+= Int64(Int32(samples[n]) &* Int32(samples[n]))
        }
        return energy
    }

    /// Root mean square of 160 samples, sample steps.
    @_noAllocation @_noLocks
    static func level(_ samples: UnsafePointer<Int16>) -> Int16 {
        saturatedInt16(Int64(squareRoot(UInt64(bitPattern: energy(samples) / 160))))
    }

    /// Takes the energy of a frame before and after the canceller.
    @_noAllocation @_noLocks
    mutating func note(microphone: Int64, residual: Int64) {
        before &+= (microphone &- before) / 64
        after &+= (residual &- after) / 64
    }

    /// 10 log10 of the ratio, Q8, never below 0.
    @_noAllocation @_noLocks
    func enhancementDecibelsQ8() -> Int16 {
        let ratio = Log2.ofQ16(UInt64(bitPattern: before &+ 1)) &- Log2.ofQ16(UInt64(bitPattern: after &+ 1))
        // 3.0103 dB per octave: Q16 to Q8.
        return saturatedInt16(max((Int64(ratio) &* 197_283) &>> 24, 0))
    }
}
