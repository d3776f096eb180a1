/// Takes the loudspeaker's echo out of the microphones: a partitioned frequency-domain Kalman filter in fixed point.
///
/// Each microphone has its `EchoPath`, the weights W; all share the far end's spectra X and the `EchoLearning`, the gain K.
/// Per bin and partition, with E the spectrum of a microphone's residual,
///
///     E = microphone - sum of W X        K = 5/4 U X / D        W += K* E
///
/// Bins from 4 kHz on look back over 120 ms only (`FarEndSpectra.pairs`).
///
/// Where the filter is sure of itself (U small) or the residual is loud, as when a person talks over the echo (D large), the step is
/// small by itself; no double-talk detector is needed.
///
/// Sources: Enzner and Vary, "Frequency-domain adaptive Kalman filter for acoustic echo control in hands-free telephones", 2006;
/// Kuech, Mabande and Enzner, "State-space architecture of the partitioned-block-based acoustic echo controller", 2014.
public struct EchoCanceller: ~Copyable {
    let microphones: Int
    let paths: UnsafeMutablePointer<EchoPath>
    var learning: EchoLearning
    private var frame = 0
    private var isAwake = false

    /// - Parameters:
    ///   - tailMilliseconds: the `FarEndSpectra`'s.
    ///   - microphones: 1...8.
    public init(tailMilliseconds: Int, microphones: Int = 1) {
        precondition(tailMilliseconds % 20 == 0 && (20...320).contains(tailMilliseconds) && (1...8).contains(microphones))
        self.microphones = microphones
        learning = EchoLearning(partitions: tailMilliseconds / 20, microphones: microphones)
        paths = .allocate(capacity: microphones)
        for index in 0..<microphones {
            (paths + index).initialize(to: EchoPath(partitions: tailMilliseconds / 20))
        }
    }

    deinit {
        paths.deinitialize(count: microphones)
        paths.deallocate()
    }

    /// Forgets the echo paths.
    @_noAllocation @_noLocks
    public mutating func reset() {
        learning.reset()
        for index in 0..<microphones { paths[index].reset() }
    }

    /// The power that the echo left in a microphone's newest residual is expected to have: `EchoLearning`'s.
    var expectedMisalignment: UnsafePointer<Int64> { learning.expectedMisalignment }

    /// Power of the echo estimated for the reference microphone in the newest frame, one value per bin: 2^8 units are one squared
    /// step of a 512-sample pre-emphasised block.
    @_noAllocation @_noLocks
    func echoPower(reference: Int = 0) -> UnsafePointer<Int64> { UnsafePointer(paths[reference].echoPower.base) }

    /// Whether the echo path to a microphone seems to have changed within the last 150 ms: then what is left is echo, however
    /// loud it is.
    @_noAllocation @_noLocks
    public func isPathSuspect(microphone: Int = 0) -> Bool { paths[microphone].isSuspect }

    /// One frame.
    ///
    /// - Parameters:
    ///   - planar: `microphones` x 160 samples.
    ///   - far: has taken the far end's samples of this frame. While it sleeps the microphones pass unchanged.
    ///   - reference: the microphone whose `echoPower` is wanted.
    ///   - residuals: receives the microphones without their echo; no delay. May be `planar`.
    @_noAllocation @_noLocks
    public mutating func process(
        _ planar: UnsafePointer<Int16>, far: borrowing FarEndSpectra, reference: Int = 0,
        into residuals: UnsafeMutablePointer<Int16>
    ) {
        guard far.isAwake else {
            if isAwake { sleep() }
            for index in 0..<microphones { paths[index].pass(planar + index &* 160, into: residuals + index &* 160) }
            return
        }
        isAwake = true
        for index in 0..<microphones {
            paths[index].cancel(
                planar + index &* 160, far: far, measures: index == reference, into: residuals + index &* 160)
            learning.note(paths[index].residualSpectrum)
        }
        learning.learn(far)
        frame &+= 1
        for index in 0..<microphones { adapt(index) }
    }

    @_noAllocation @_noLocks
    private mutating func sleep() {
        isAwake = false
        learning.sleep()
        for index in 0..<microphones { paths[index].sleep() }
    }

    /// Every second frame one partition of the microphone is held to its taps, and there half of the microphones take turns.
    @_noAllocation @_noLocks
    private func adapt(_ index: Int) {
        paths[index].adapt(learning)
        if paths[index].isBroken {
            paths[index].loosen()
            learning.loosen()
        }
        if (frame ^ index) & 1 == 0 { paths[index].constrainNext(learning) }
    }
}
