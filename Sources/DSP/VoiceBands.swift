/// The 32 bands that the voice network hears and weighs, 62 Hz to 8 kHz: single bins below 310 Hz, then wider and wider.
///
/// Bins 3...66 (94 Hz to 2.1 kHz, where the harmonics of a voice stand apart) have gains of their own besides.
public struct VoiceBands: ~Copyable {
    public static var count: Int { 32 }
    public static var fineBins: Range<Int> { 3..<67 }

    /// First bin of each band, then the end of the last; `count` + 1 values.
    public let edges = FixedArray<Int>(count: 33, repeating: 0)
    /// Of each bin: the band with the nearest centre at or below it, and how far towards the next centre it stands, Q15.
    private let lowerBand = FixedArray<Int>(count: 257, repeating: 0)
    private let upperShareQ15 = FixedArray<Int32>(count: 257, repeating: 0)

    public init() {
        for (index, edge) in Self.table.enumerated() {
            edges[index] = edge
        }
        for bin in 0..<257 {
            let band = (0..<Self.count - 1).last { twiceCentre($0) <= 2 * bin } ?? 0
            let width = twiceCentre(band + 1) - twiceCentre(band)
            lowerBand[bin] = band
            upperShareQ15[bin] = Int32(min(max(2 * bin - twiceCentre(band), 0), width) << 15 / width)
        }
    }

    private static var table: [Int] {
        [
            2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 14, 16, 18, 20, 23, 26, 29, 33, 37, 42, 47, 53, 60, 68, 77,
            87, 99, 112, 128, 148, 172,
            208, 257,
        ]
    }

    private func twiceCentre(_ band: Int) -> Int { edges[band] + edges[band + 1] - 1 }

    /// Spreads gains over the spectrum: single bins have their own, between centres of bands straight lines run.
    ///
    /// - Parameters:
    ///   - gainsQ15: of the bands, then of `fineBins`.
    ///   - maskQ15: receives 257 values.
    @_noAllocation @_noLocks
    public func spread(_ gainsQ15: UnsafePointer<Int32>, into maskQ15: UnsafeMutablePointer<Int32>) {
        for bin in 0..<257 {
            let (lower, upper) = (gainsQ15[lowerBand.base[bin]], gainsQ15[lowerBand.base[bin] &+ 1])
            // Differences are within +-2^15, so the product stays within 2^30.
            maskQ15[bin] = lower &+ ((upper &- lower) &* upperShareQ15.base[bin]) &>> 15
        }
        for bin in Self.fineBins {
            maskQ15[bin] = gainsQ15[Self.count &+ bin &- Self.fineBins.lowerBound]
        }
    }
}
