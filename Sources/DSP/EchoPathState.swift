/// Why a saved echo path was not taken.
public enum EchoPathRefusal: Sendable, Equatable {
    /// Fewer or more bytes than it says, or than any state has.
    case incomplete
    /// Not the state of an echo path.
    case foreign
    /// Of a version that this one does not read.
    case outdated
    /// Its checksum or its values are wrong.
    case damaged
    /// Of another number of microphones or another tail.
    case otherArray
}

/// What the echo stage has learned as bytes, so that the first reply after a start is covered: 32-bit words, little endian.
///
/// | words | what |
/// | --- | --- |
/// | 0...3 | mark, version, length in bytes, microphones |
/// | 4...6 | partitions of the tail, the far end's lag in frames, the echo's delay in frames plus one (0 when unknown) |
/// | 40 | by band: `EchoResidual`'s factor Q8, frames that it has learned |
/// | partitions x 129 | U, Q30, [partition][pair of bins] |
/// | microphones x partitions x 257 x 2 | W, Q26, [partition][bin], real and imaginary |
/// | last | checksum |
///
/// The checksum takes in a word by exclusive or and multiplies by an odd number, as FNV-1a does with bytes (Fowler, Noll and Vo,
/// RFC 9923). Both steps can be undone, so words that differ in one place never have the same sum.
private enum StateLayout {
    static var mark: UInt32 { 0x5045_4E4C }
    static var version: UInt32 { 3 }
    static var headerWords: Int { 7 }

    /// Where a weight stands in `EchoPath`.
    @_noAllocation @_noLocks
    static func place(_ index: Int) -> Int {
        index / FarEndSpectra.binCount &* FarEndSpectra.rowCount &+ index % FarEndSpectra.binCount
    }

    @_noAllocation @_noLocks
    static func bytes(microphones: Int, partitions: Int) -> Int {
        let perPartition = FarEndSpectra.pairCount &+ 2 &* FarEndSpectra.binCount &* microphones
        return 4 &* (headerWords &+ 2 &* EchoBands.count &+ partitions &* perPartition &+ 1)
    }
}

/// Words into bytes, with their checksum.
private struct StateWriter {
    var place: UnsafeMutablePointer<UInt8>
    var checksum: UInt32 = 2_166_136_261

    @_noAllocation @_noLocks @inline(__always)
    mutating func put(_ word: UInt32) {
        for index in 0..<4 { place[index] = UInt8(truncatingIfNeeded: word &>> UInt32(truncatingIfNeeded: 8 &* index)) }
        place += 4
        checksum = (checksum ^ word) &* 16_777_619
    }

    @_noAllocation @_noLocks @inline(__always)
    mutating func put(_ number: Int) { put(UInt32(truncatingIfNeeded: number)) }

    @_noAllocation @_noLocks @inline(__always)
    mutating func put(_ number: Int32) { put(UInt32(bitPattern: number)) }
}

/// The same backwards.
private struct StateReader {
    var place: UnsafePointer<UInt8>
    var checksum: UInt32 = 2_166_136_261

    @_noAllocation @_noLocks @inline(__always)
    mutating func word() -> UInt32 {
        var word: UInt32 = 0
        for index in 0..<4 { word |= UInt32(place[index]) &<< UInt32(truncatingIfNeeded: 8 &* index) }
        place += 4
        checksum = (checksum ^ word) &* 16_777_619
        return word
    }

    /// A number within a range; `lowest` for what never was written.
    @_noAllocation @_noLocks @inline(__always)
    mutating func number(_ lowest: Int32, _ highest: Int32) -> Int32 { max(lowest, min(Int32(bitPattern: word()), highest)) }
}

extension EchoStage {
    /// Size of the saved state.
    @_noAllocation @_noLocks
    func stateBytes() -> Int { StateLayout.bytes(microphones: canceller.microphones, partitions: canceller.learning.partitions) }

    /// Writes the state.
    ///
    /// - Parameter bytes: `stateBytes()` of them.
    @_noAllocation @_noLocks
    func save(into bytes: UnsafeMutablePointer<UInt8>) {
        var writer = StateWriter(place: bytes)
        writer.put(StateLayout.mark)
        writer.put(StateLayout.version)
        writer.put(stateBytes())
        writer.put(canceller.microphones)
        writer.put(canceller.learning.partitions)
        writer.put(bulkDelay.lagFrames)
        writer.put(bulkDelay.echoFrames &+ 1)
        for band in 0..<EchoBands.count {
            writer.put(Int(truncatingIfNeeded: residualEcho.factorQ8.base[band]))
            writer.put(residualEcho.learnedFrames.base[band])
        }
        let uncertainty = canceller.learning.uncertainty.base
        for index in 0..<canceller.learning.uncertainty.count { writer.put(uncertainty[index]) }
        for microphone in 0..<canceller.microphones {
            let weights = canceller.paths[microphone].weights.base
            for index in 0..<canceller.learning.partitions &* FarEndSpectra.binCount {
                writer.put(weights[StateLayout.place(index)].re)
                writer.put(weights[StateLayout.place(index)].im)
            }
        }
        writer.put(writer.checksum)
    }

    /// Takes a state over; before the first frame. Nothing is changed when it is refused.
    ///
    /// - Returns: nil, or why not.
    @_noAllocation @_noLocks
    mutating func restore(from bytes: UnsafePointer<UInt8>, count: Int) -> EchoPathRefusal? {
        if let refusal = refusal(of: bytes, count: count) { return refusal }
        var reader = StateReader(place: bytes + 20)
        bulkDelay.lagFrames = Int(reader.number(0, 50))
        bulkDelay.echoFrames = Int(reader.number(0, 114)) - 1
        history.bulkDelaySamples = bulkDelay.samples
        for band in 0..<EchoBands.count {
            residualEcho.factorQ8.base[band] = Int64(reader.number(256, 25_600))
            residualEcho.learnedFrames.base[band] = Int(reader.number(0, 1 << 16))
        }
        let uncertainty = canceller.learning.uncertainty.base
        for index in 0..<canceller.learning.uncertainty.count { uncertainty[index] = reader.number(0, 1 << 30) }
        for microphone in 0..<canceller.microphones {
            let weights = canceller.paths[microphone].weights.base
            for index in 0..<canceller.learning.partitions &* FarEndSpectra.binCount {
                let re = reader.number(1 - 1 << 29, 1 << 29 - 1)
                weights[StateLayout.place(index)] = ComplexInt32(re: re, im: reader.number(1 - 1 << 29, 1 << 29 - 1))
            }
        }
        canceller.resume()
        return nil
    }

    @_noAllocation @_noLocks
    private func refusal(of bytes: UnsafePointer<UInt8>, count: Int) -> EchoPathRefusal? {
        guard count >= 4 * StateLayout.headerWords else { return .incomplete }
        var reader = StateReader(place: bytes)
        guard reader.word() == StateLayout.mark else { return .foreign }
        guard reader.word() == StateLayout.version else { return .outdated }
        guard reader.word() == UInt32(truncatingIfNeeded: count), count % 4 == 0 else { return .incomplete }
        var sum = StateReader(place: bytes)
        for _ in 1..<count / 4 { _ = sum.word() }
        let expected = sum.checksum
        guard sum.word() == expected else { return .damaged }
        guard reader.word() == UInt32(truncatingIfNeeded: canceller.microphones),
            reader.word() == UInt32(truncatingIfNeeded: canceller.learning.partitions)
        else { return .otherArray }
        return count == stateBytes() ? nil : .incomplete
    }
}

extension EchoCanceller {
    /// Weights and uncertainty have been put in from before.
    @_noAllocation @_noLocks
    mutating func resume() {
        for pair in 0..<FarEndSpectra.pairCount {
            var power: Int64 = 0
            for microphone in 0..<microphones { power += learning.lastPower(of: paths[microphone].weights, pair) }
            learning.resume(pair, oldestPowerQ30: power / Int64(microphones))
        }
    }
}

extension FrontEnd {
    /// Size of what `saveEchoPath` writes; fixed by the configuration. 5 KiB + 20 KiB x microphones at a tail of 200 ms.
    public var echoPathStateBytes: Int { echo.stateBytes() }

    /// Writes what the echo canceller has learned.
    ///
    /// - Parameter bytes: `echoPathStateBytes` of them.
    @_noAllocation @_noLocks
    public func saveEchoPath(into bytes: UnsafeMutablePointer<UInt8>) { echo.save(into: bytes) }

    /// Begins with what `saveEchoPath` wrote, perhaps in another process; before the first frame. The path stays open to change.
    ///
    /// - Returns: nil, or why nothing was taken over.
    @_noAllocation @_noLocks
    public mutating func restoreEchoPath(from bytes: UnsafePointer<UInt8>, count: Int) -> EchoPathRefusal? {
        echo.restore(from: bytes, count: count)
    }
}
