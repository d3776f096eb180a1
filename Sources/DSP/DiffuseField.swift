/// The spatial covariance of noise that comes from everywhere with the same strength: sinc(2 f d / c) between microphones d
/// apart.
///
/// Packed lower triangles, see `SpatialStatistics`; Q30 of a trace of 1, real. The diagonal carries `loadingQ15` times itself
/// on top, for the noise of the microphones themselves and for what differs between them.
/// Source: Cox, Zeskind and Owen, "Robust adaptive beamforming", 1987 (super-directivity under diagonal loading).
struct DiffuseField: ~Copyable {
    private let packedCount: Int
    private let values: FixedArray<Int32>

    /// - Parameters:
    ///   - weightQ15: what everything is multiplied by, 0...32768.
    ///   - loadingQ15: of the diagonal, on top of `weightQ15`; 0...32768.
    init(_ geometry: ArrayGeometry, weightQ15: Int64, loadingQ15: Int64) {
        let count = geometry.positions.count
        packedCount = count * (count + 1) / 2
        values = FixedArray(count: packedCount * Spectrum.binCount, repeating: 0)
        for bin in 0..<Spectrum.binCount {
            var index = bin * packedCount
            for i in 0..<count {
                for j in 0...i {
                    let distance = micrometres(between: geometry.positions[i], geometry.positions[j])
                    let coherence = sincQ30(bin: bin, micrometres: distance)
                    let scaled = i == j ? Int64(1 << 30) * (weightQ15 + loadingQ15) : coherence * weightQ15
                    values[index] = Int32(truncatingIfNeeded: (scaled >> 15) / Int64(count))
                    index += 1
                }
            }
        }
    }

    /// The triangle of one bin.
    @_noAllocation @_noLocks @inline(__always)
    func triangle(_ bin: Int) -> UnsafePointer<Int32> { UnsafePointer(values.base + bin &* packedCount) }
}

private func micrometres(between a: ArrayGeometry.Position, _ b: ArrayGeometry.Position) -> Int64 {
    let (x, y) = (Int64(a.xMicrometres - b.xMicrometres), Int64(a.yMicrometres - b.yMicrometres))
    return Int64(squareRoot(UInt64(x * x + y * y)))
}

/// sin(x) / x at x = 2 pi f d / c, Q30.
private func sincQ30(bin: Int, micrometres: Int64) -> Int64 {
    // Turns of x in Q32: 2^32 x 31.25 Hz / (343 m/s x 10^6) per bin and micrometre.
    let turnsQ32 = Int64(bin) * micrometres * 134_217_728 / 343_000
    guard turnsQ32 > 1 << 18 else { return 1 << 30 }
    let sineQ31 = Int64(phasorQ31(turnsQ32: UInt32(truncatingIfNeeded: turnsQ32)).im)
    // x in Q24 = turns x 2 pi; 2 pi in Q20 is 6588397.
    let angleQ24 = ((turnsQ32 >> 8) * 6_588_397) >> 20
    return (sineQ31 << 23) / angleQ24
}
