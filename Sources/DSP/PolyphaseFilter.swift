/// The low-pass of a rational rate change: a Kaiser-windowed sinc in `phases` interleaved parts.
///
/// Design, for the lower of the two rates f: flat within 0.1 dB up to 0.45 f (7.2 kHz at 16 kHz), -6 dB at f/2, 68 dB or
/// more down from 0.55 f on (8.8 kHz). What lies between f/2 and 0.55 f folds onto 0.45 f to f/2, above the pass band.
/// Coefficients are Q15; every phase sums to 1 within 2^-15, so that DC passes unchanged at every output instant. Computed by
/// integer arithmetic at `init`. Source: Kaiser, "Nonrecursive digital filter design using the I0-sinh window function", 1974.
struct PolyphaseFilter: ~Copyable {
    /// Phases of the interpolated grid: the reduced output rate.
    let phases: Int
    /// Grid points from one output to the next: the reduced input rate.
    let step: Int
    /// Input samples under one output; a multiple of 8.
    let taps: Int
    /// `phases` x `taps`, oldest input sample first.
    private let coefficientsQ15: FixedArray<Int16>

    init(fromHz: Int, toHz: Int) {
        let divisor = greatestCommonDivisor(fromHz, toHz)
        (phases, step) = (toHz / divisor, fromHz / divisor)
        let lower = min(fromHz, toHz)
        taps = ((44 * fromHz + lower - 1) / lower + 7) / 8 * 8
        coefficientsQ15 = FixedArray(count: phases * taps, repeating: 0)
        for phase in 0..<phases {
            designPhase(phase, fromHz: fromHz, lowerHz: lower)
        }
    }

    /// One output from the `taps` samples at `line`, oldest first. Lanes of eight partial sums cannot overflow: the largest
    /// phase has an absolute sum below 3.
    @_noAllocation @_noLocks @inline(__always)
    func output(_ line: UnsafePointer<Int16>, phase: Int) -> Int16 {
        let coefficients = UnsafeRawPointer(coefficientsQ15.base + phase &* taps)
        let samples = UnsafeRawPointer(line)
        var lanes = SIMD8<Int32>(repeating: 0)
        var offset = 0
        while offset < taps &* 2 {
            let left = samples.loadUnaligned(fromByteOffset: offset, as: SIMD8<Int16>.self)
            let right = coefficients.loadUnaligned(fromByteOffset: offset, as: SIMD8<Int16>.self)
            lanes &+= SIMD8<Int32>(truncatingIfNeeded: left) &* SIMD8<Int32>(truncatingIfNeeded: right)
            offset &+= 16
        }
        var sum: Int64 = 0x4000
        for lane in 0..<8 {
            sum &+= Int64(lanes[lane])
        }
        return saturatedInt16(sum &>> 15)
    }

    /// Windowed sinc of one phase, normalised to a sum of 1; the rounding error goes to the largest coefficient.
    private func designPhase(_ phase: Int, fromHz: Int, lowerHz: Int) {
        let row = coefficientsQ15.base + phase * taps
        let weights = FixedArray<Int64>(count: taps, repeating: 0)
        let center = taps / 2 * phases
        var sum: Int64 = 0
        for tap in 0..<taps {
            // Distance, in grid points, from the output instant to the sample: positive for older ones.
            let distance = (taps - 1 - tap) * phases + phase - center
            let window = kaiserQ31(distance: abs(distance), half: center)
            let sinc = sincQ31(distance: abs(distance), cyclesPer: (lowerHz, 2 * fromHz * phases))
            weights[tap] = (sinc * window) >> 31
            sum += weights[tap]
        }
        var (largest, rest): (Int, Int64) = (0, 32_768)
        for tap in 0..<taps {
            let value = roundingShift((weights[tap] << 24) / sum, 9)
            row[tap] = saturatedInt16(value)
            rest -= Int64(row[tap])
            largest = row[tap] > row[largest] ? tap : largest
        }
        row[largest] = saturatedInt16(Int64(row[largest]) + rest)
    }
}

/// sin(2 pi u) / (2 pi u) for u = `distance` x numerator / denominator turns, Q31.
private func sincQ31(distance: Int, cyclesPer ratio: (numerator: Int, denominator: Int)) -> Int64 {
    guard distance != 0 else { return 0x7FFF_FFFF }
    let turnsQ32 = (Int64(distance * ratio.numerator) << 32) / Int64(ratio.denominator)
    let sine = Int64(phasorQ31(turnsQ32: UInt32(truncatingIfNeeded: turnsQ32)).im)
    let twoPiQ26: Int64 = 421_657_428
    let angleQ28 = ((turnsQ32 >> 4) * twoPiQ26) >> 26
    return (sine << 28) / angleQ28
}

/// I0(beta sqrt(1 - r^2)) / I0(beta) for r = `distance` / `half` and beta = 6.76 (70 dB), Q31; 0 from r = 1 on.
private func kaiserQ31(distance: Int, half: Int) -> Int64 {
    guard distance < half else { return 0 }
    let quarterBetaSquaredQ20: Int64 = 11_979_355
    let ratioSquaredQ31 = (Int64(distance * distance) << 31) / Int64(half * half)
    let argumentQ20 = (quarterBetaSquaredQ20 * ((1 << 31) - ratioSquaredQ31)) >> 31
    return (besselI0Q31(argumentQ20) << 23) / (besselI0Q31(quarterBetaSquaredQ20) >> 8)
}

/// I0(x) = sum over k of (x^2 / 4)^k / (k!)^2, Q31, for x^2 / 4 up to 12 given in Q20.
private func besselI0Q31(_ quarterSquareQ20: Int64) -> Int64 {
    var (sum, term, k): (Int64, Int64, Int64) = (1 << 31, 1 << 31, 1)
    while term > 0 {
        term = ((term * quarterSquareQ20) >> 20) / (k * k)
        sum += term
        k += 1
    }
    return sum
}

private func greatestCommonDivisor(_ left: Int, _ right: Int) -> Int {
    var (a, b) = (left, right)
    while b != 0 {
        (a, b) = (b, a % b)
    }
    return a
}
