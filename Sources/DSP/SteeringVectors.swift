/// What a plane wave does on its way over an array: the phase of each microphone for each direction and bin.
///
/// A wave from direction a reaches microphone m earlier than the origin by (x cos a + y sin a) / c, c = 343 m/s, so bin k is
/// ahead there by k x 31.25 Hz times that: a multiplication of 32-bit turns, which wraps as phases do. Phases become numbers
/// through a table of 1024 entries: within 0.0031 of the true value (-50 dB).
struct SteeringVectors: ~Copyable {
    /// Degrees between neighbours of the grid.
    static var stepDegrees: Int { 10 }
    /// Directions of the grid: 0, 10 ... 350, or 0, 10 ... 180 on a line.
    let directions: Int
    /// Whether the grid is a circle.
    let isClosed: Bool

    /// Turns per bin by which microphone m is ahead, Q32, [microphone][direction].
    private let leads: FixedArray<Int32>
    /// e^(i 2 pi n / 1024), Q14.
    private let table = FixedArray(count: 1_024, repeating: ComplexInt32(re: 0, im: 0))

    init(_ geometry: ArrayGeometry) {
        let microphones = geometry.positions.count
        isClosed = !geometry.isLinear
        directions = geometry.isLinear ? 180 / Self.stepDegrees + 1 : 360 / Self.stepDegrees
        leads = FixedArray(count: directions * microphones, repeating: 0)
        for direction in 0..<directions {
            let unit = phasorQ31(turns: direction * Self.stepDegrees, over: 360)
            for (microphone, position) in geometry.positions.enumerated() {
                let lead = (Int64(position.xMicrometres) * Int64(unit.re) + Int64(position.yMicrometres) * Int64(unit.im)) >> 31
                // 2^32 x 31.25 Hz / (343 m/s x 10^6).
                leads[microphone * directions + direction] = Int32(truncatingIfNeeded: lead * 134_217_728 / 343_000)
            }
        }
        for n in 0..<1_024 {
            let phasor = phasorQ31(turnsQ32: UInt32(n) << 22)
            table[n] = ComplexInt32(
                re: Int32(roundingShift(Int64(phasor.re), 17)), im: Int32(roundingShift(Int64(phasor.im), 17)))
        }
    }

    /// Turns per bin by which `microphone` is ahead of the origin, Q32, per direction.
    @_noAllocation @_noLocks @inline(__always)
    func leadsQ32(_ microphone: Int) -> UnsafePointer<Int32> { UnsafePointer(leads.base + microphone &* directions) }

    /// e^(i 2 pi `bin` `leadQ32`), Q14.
    @_noAllocation @_noLocks @inline(__always)
    func phasorQ14(bin: Int, leadQ32: Int32) -> ComplexInt32 {
        let turns = UInt32(truncatingIfNeeded: bin) &* UInt32(bitPattern: leadQ32) &+ 0x0020_0000
        return table.base[Int(turns &>> 22)]
    }
}
