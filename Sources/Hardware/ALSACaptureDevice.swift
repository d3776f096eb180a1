import CALSA
import CPlatform
import Failures

/// A PCM in the direction of the microphones. Owned by the capture thread.
struct ALSACaptureDevice: ~Copyable {
    let format: CaptureFormat
    private let pcm: PCM

    init(_ request: PCMRequest) throws(Failure) {
        pcm = try PCM(request)
        let agreement = pcm.agreement
        format = CaptureFormat(
            rateHz: agreement.rateHz, channels: agreement.channels, blockFrames: agreement.blockFrames,
            sampleBits: agreement.encoding.bits)
    }

    /// Prepares and starts. - Returns: 0 or a negative errno.
    @_noAllocation @_noLocks
    func start() -> Int32 {
        _ = pcm.drop()
        let status = pcm.prepare()
        return status < 0 ? status : pcm.start()
    }

    /// Waits for 10 ms of sound. - Returns: 1 when there are, 0 when the time is over, or a negative errno.
    @_noAllocation @_noLocks
    func wait(milliseconds: Int32) -> Int32 { snd_pcm_wait(pcm.handle, milliseconds) }

    /// Frames that wait in the device, and the instant at which there were so many; or a negative errno.
    struct Standing {
        var status: Int32
        var available: Int
        var nanoseconds: Int64
    }

    @_noAllocation @_noLocks
    func standing() -> Standing {
        var available: snd_pcm_uframes_t = 0
        var time = snd_htimestamp_t()
        let status = snd_pcm_htimestamp(pcm.handle, &available, &time)
        let now = ln_monotonic_ns()
        let stamped = Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
        // Some PCM types give no time, or one of another clock.
        let isOfThisClock = stamped <= now && now - stamped < 1_000_000_000
        return Standing(status: status, available: Int(available), nanoseconds: isOfThisClock ? stamped : now)
    }

    /// Reads what is missing of the block behind `filled` frames. - Returns: frames read, or a negative errno.
    @_noAllocation @_noLocks
    func read(behind filled: Int) -> Int {
        let missing = snd_pcm_uframes_t(format.blockFrames - filled)
        return snd_pcm_readi(pcm.handle, pcm.raw + filled * pcm.agreement.frameBytes, missing)
    }

    /// The gathered block as Q31.
    @_noAllocation @_noLocks
    func widen(into block: UnsafeMutablePointer<Int32>) {
        pcm.agreement.encoding.widen(pcm.raw, count: format.blockFrames * format.channels, into: block)
    }
}
