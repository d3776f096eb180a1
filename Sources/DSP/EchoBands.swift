/// The twenty bands, about a bark wide from 94 Hz to 7 kHz, in which residual echo is judged.
struct EchoBands: ~Copyable {
    static var count: Int { 20 }
    /// Those below 4.3 kHz, where speech shows.
    static var speechCount: Int { 15 }

    /// First bin of each band, and the bin behind the last.
    private let edges = FixedArray<Int>(count: 21, repeating: 0)
    /// What undoes the canceller's pre-emphasis in power at each band's centre, Q8.
    private let deemphasisQ8 = FixedArray<Int64>(count: 20, repeating: 0)

    init() {
        let bins = [3, 6, 9, 12, 16, 20, 24, 29, 34, 40, 47, 55, 64, 74, 86, 100, 117, 137, 160, 190, 225]
        for (index, bin) in bins.enumerated() {
            edges[index] = bin
        }
        for band in 0..<Self.count {
            // |1 - 0.9 z^-1|^2 = 1.81 - 1.8 cos w, in Q31.
            let cosineQ31 = Int64(phasorQ31(turns: edges[band] + edges[band + 1], over: 1024).re)
            let emphasisQ31 = 3_886_945_403 - cosineQ31 * 9 / 5
            deemphasisQ8[band] = (1 << 39) / emphasisQ31
        }
    }

    /// Power of the frame in each band, squared sample steps.
    @_noAllocation @_noLocks
    func measure(_ spectrum: borrowing Spectrum, into powers: UnsafeMutablePointer<Int64>) {
        let shift = Int64(8 &+ 2 &* spectrum.exponent)
        let bins = spectrum.bins.base
        for band in 0..<Self.count {
            var sum: Int64 = 0
            for bin in edges.base[band]..<edges.base[band &+ 1] {
                sum &+= bins[bin].power &>> 8
            }
            powers[band] = shift >= 0 ? min(sum, 1 &<< 40) &<< min(shift, 20) : sum &>> min(0 &- shift, 63)
        }
    }

    /// Power of the noise in each band, squared sample steps.
    @_noAllocation @_noLocks
    func measure(_ noise: borrowing NoiseEstimator, into powers: UnsafeMutablePointer<Int64>) {
        let logNoiseQ16 = noise.logNoiseQ16
        for band in 0..<Self.count {
            powers[band] = 0
            for bin in edges.base[band]..<edges.base[band &+ 1] {
                powers[band] &+= Int64(Log2.power(logNoiseQ16[bin]))
            }
        }
    }

    /// `EchoCanceller.expectedMisalignment` as `measure` would see it: 2^10 units are a squared step under the analyzer's
    /// window.
    @_noAllocation @_noLocks
    func measure(misalignment: UnsafePointer<Int64>, into powers: UnsafeMutablePointer<Int64>) {
        for band in 0..<Self.count {
            var sum: Int64 = 0
            for bin in edges.base[band]..<edges.base[band &+ 1] {
                sum &+= misalignment[bin] &>> 12
            }
            powers[band] = max((min(sum, 1 &<< 46) &* deemphasisQ8.base[band]) &>> 6, 0)
        }
    }

    /// Spreads one value per band over the bins, joined by straight lines between the bands' centres.
    @_noAllocation @_noLocks
    func spread(_ values: UnsafePointer<Int32>, into bins: UnsafeMutablePointer<Int32>) {
        var (leftBin, left) = (0, values[0])
        for band in 0...Self.count {
            let isLast = band == Self.count
            let right = isLast ? left : values[band]
            let rightBin = isLast ? Spectrum.binCount : (edges.base[band] &+ edges.base[band &+ 1]) / 2
            let width = Int32(truncatingIfNeeded: rightBin &- leftBin)
            for bin in leftBin..<rightBin {
                bins[bin] = left &+ (right &- left) &* Int32(truncatingIfNeeded: bin &- leftBin) / width
            }
            (leftBin, left) = (rightBin, right)
        }
    }
}
