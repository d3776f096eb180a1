/// The network that gives every bin its gain: small, recurrent, and the same for all bins.
///
///     5 numbers of a bin, 2 of them also ┐
///     of its neighbours (GainFeatures)   ├─▶ 12 rectified units ─▶ 8 recurrent units ─┬─▶ gain
///     VoiceNetwork's units and states ───┘            └──────────────────────────────┘
///
/// `VoiceNetwork` knows what is said but hears above 2 kHz in bands; statistics (`NoiseSuppressor`) know every bin but nothing of
/// speech. This network sees both, and what stands beside and before a bin. It was trained on what comes out of
/// `SpectrumSynthesizer`, not on gains: bins whose gains jump spoil each other there.
///
/// The recurrent units have one gate, z = clip(x / 4 + 1/2), and h' = c + z (h - c), c = clip(p), where x and p are sums over units
/// and states; clips instead of curves cost one instruction for many bins. The state is a convex combination of values within +-1:
/// it cannot leave that range, whatever comes in. A bin's gain reads the states of its two neighbours too.
/// Sources: one network for all bins, fed by one that sees the whole spectrum: Hao et al., "FullSubNet", 2021; a single gate: Zhou
/// et al., "Minimal gated unit for recurrent neural networks", 2016; hard gates: Courbariaux et al., "BinaryConnect", 2015.
///
/// Features, units and what layers read are Q11, sums Q22 (`BinLayer`), z and states Q14.
public struct GainNetwork: ~Copyable {
    public static var unitCount: Int { 12 }
    public static var stateCount: Int { 8 }

    private static var hiddenPairs: Int { (unitCount + stateCount) / 2 }

    private let planes = BinPlanes(rows: GainFeatures.rowCount)
    private let features = GainFeatures()
    private let voiceLayer = VoiceLayer(GainWeights.voice)
    private let unitLayer = BinLayer(GainWeights.units)
    /// x of the states, then p.
    private let stateLayer = BinLayer(GainWeights.states)
    /// What units and states of a bin give its own gain, that of the bin above and that of the bin below.
    private let gainLayer = BinLayer(GainWeights.gain)
    private let logistic = Logistic()
    private let voiceSumsQ16 = FixedArray<Int32>(count: GainNetwork.unitCount, repeating: 0)
    /// Words of units, then of states, of four bins, then of the next four.
    private let hidden = FixedArray<Int32>(count: GainNetwork.hiddenPairs * BinLayer.binCount, repeating: 0)
    /// Of four bins the first state, then the second.
    private let statesQ14 = FixedArray<SIMD4<Int32>>(
        count: GainNetwork.stateCount * BinLayer.binCount / 4, repeating: SIMD4(repeating: 0))
    private let ownQ22 = FixedArray<Int32>(count: BinLayer.binCount, repeating: 0)
    /// With one place before bin 0.
    private let toAboveQ22 = FixedArray<Int32>(count: BinLayer.binCount + 1, repeating: 0)
    private let toBelowQ22 = FixedArray<Int32>(count: BinLayer.binCount, repeating: 0)

    public init() {}

    /// One frame.
    ///
    /// - Parameters:
    ///   - voice: has seen the frame.
    ///   - statisticalLogGainQ16: of 257 bins, octaves of amplitude.
    ///   - gainsQ15: receives 257 values, 0...32768.
    @_noAllocation @_noLocks
    public func step(
        _ spectrum: borrowing Spectrum, _ noise: borrowing NoiseEstimator, _ voice: borrowing VoiceDetector,
        statisticalLogGainQ16: UnsafePointer<Int32>, into gainsQ15: UnsafeMutablePointer<Int32>
    ) {
        features.describe(spectrum, noise, voice, statisticalLogGainQ16: statisticalLogGainQ16, into: planes)
        voiceLayer.apply(voice.hiddenQ12, into: voiceSumsQ16.base)
        for unit in 0..<Self.unitCount {
            unitLayer.setBias(max(min(voiceSumsQ16.base[unit], 256 &<< 16), -256 &<< 16) &<< 6, of: unit)
        }
        for bin in stride(from: 0, to: BinLayer.binCount, by: 4) {
            let hidden = hidden.base + Self.hiddenPairs &* bin
            findUnits(bin, hidden)
            moveStates(statesQ14.base + (Self.stateCount &* bin) / 4, hidden)
            contribute(bin, hidden)
        }
        toAboveQ22.base[0] = toAboveQ22.base[1]
        toBelowQ22.base[257] = toBelowQ22.base[256]
        for k in 0..<257 {
            let sumQ22 = ownQ22.base[k] &+ toAboveQ22.base[k] &+ toBelowQ22.base[k &+ 1]
            gainsQ15[k] = logistic.sigmoidQ20(sumQ22 &>> 6) &>> 5
        }
    }

    @_noAllocation @_noLocks @inline(__always)
    private func findUnits(_ bin: Int, _ hidden: UnsafeMutablePointer<Int32>) {
        for unit in stride(from: 0, to: Self.unitCount, by: 4) {
            var sums = unitLayer.sums(first: unit)
            sums.addFive(planes.row(0) + (bin &- 2), apart: 1)
            sums.addFive(planes.row(1) + (bin &- 2), apart: 1)
            sums.add(planes.row(2) + bin)
            store(words(rectified(sums.a), rectified(sums.b)), hidden + 2 &* unit)
            store(words(rectified(sums.c), rectified(sums.d)), hidden + (2 &* unit &+ 4))
        }
    }

    @_noAllocation @_noLocks @inline(__always)
    private func rectified(_ sumsQ22: SIMD4<Int32>) -> SIMD4<Int32> { held(sumsQ22 &>> 11, from: 0, to: 16_384) }

    @_noAllocation @_noLocks @inline(__always)
    private func moveStates(_ statesQ14: UnsafeMutablePointer<SIMD4<Int32>>, _ hidden: UnsafeMutablePointer<Int32>) {
        // All sums first: they read the states that are moved.
        let (x0, x1) = (stateSums(0, hidden), stateSums(4, hidden))
        let (p0, p1) = (stateSums(8, hidden), stateSums(12, hidden))
        let moved = hidden + 2 &* Self.unitCount
        store(words(move(statesQ14, x0.a, p0.a), move(statesQ14 + 1, x0.b, p0.b)), moved)
        store(words(move(statesQ14 + 2, x0.c, p0.c), move(statesQ14 + 3, x0.d, p0.d)), moved + 4)
        store(words(move(statesQ14 + 4, x1.a, p1.a), move(statesQ14 + 5, x1.b, p1.b)), moved + 8)
        store(words(move(statesQ14 + 6, x1.c, p1.c), move(statesQ14 + 7, x1.d, p1.d)), moved + 12)
    }

    #if arch(x86_64) || arch(arm64)
        @inline(__always)  // elsewhere the page's module must be small
    #endif
    @_noAllocation @_noLocks
    private func stateSums(_ first: Int, _ hidden: UnsafePointer<Int32>) -> BinLayer.Sums {
        var sums = stateLayer.sums(first: first)
        sums.addFive(hidden, apart: 4)
        sums.addFive(hidden + 20, apart: 4)
        return sums
    }

    /// One state of four bins.
    ///
    /// - Returns: it, Q11.
    #if arch(x86_64) || arch(arm64)
        @inline(__always)  // elsewhere the page's module must be small
    #endif
    @_noAllocation @_noLocks
    private func move(_ state: UnsafeMutablePointer<SIMD4<Int32>>, _ xQ22: SIMD4<Int32>, _ pQ22: SIMD4<Int32>)
        -> SIMD4<Int32>
    {
        // x / 4 in Q14 is x in Q12.
        let keepsQ14 = held(xQ22 &>> 10 &+ 8_192, from: 0, to: 16_384)
        let proposedQ14 = held(pQ22 &>> 8, from: -16_384, to: 16_384)
        let next = proposedQ14 &+ (keepsQ14 &* (state.pointee &- proposedQ14) &+ 8_192) &>> 14
        state.pointee = next
        return (next &+ 4) &>> 3
    }

    @_noAllocation @_noLocks @inline(__always)
    private func contribute(_ bin: Int, _ hidden: UnsafePointer<Int32>) {
        var sums = gainLayer.sums(first: 0)
        sums.addFive(hidden, apart: 4)
        sums.addFive(hidden + 20, apart: 4)
        store(sums.a, ownQ22.base + bin)
        store(sums.b, toAboveQ22.base + (bin &+ 1))
        store(sums.c, toBelowQ22.base + bin)
    }

    @_noAllocation @_noLocks @inline(__always)
    private func store(_ values: SIMD4<Int32>, _ target: UnsafeMutablePointer<Int32>) {
        UnsafeMutableRawPointer(target).storeBytes(of: values, as: SIMD4<Int32>.self)
    }

    /// Two values to a word, bin by bin.
    @_noAllocation @_noLocks @inline(__always)
    private func words(_ low: SIMD4<Int32>, _ high: SIMD4<Int32>) -> SIMD4<Int32> { (low & 0xFFFF) | high &<< 16 }

    @_noAllocation @_noLocks @inline(__always)
    private func held(_ values: SIMD4<Int32>, from least: Int32, to greatest: Int32) -> SIMD4<Int32> {
        pointwiseMax(pointwiseMin(values, SIMD4(repeating: greatest)), SIMD4(repeating: least))
    }
}
