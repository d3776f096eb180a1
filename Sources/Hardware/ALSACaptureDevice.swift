import CALSA
import CPlatform
import Failures

/// An open ALSA capture device and the memory in which its blocks are gathered. Owned by the capture thread.
struct ALSACaptureDevice: ~Copyable {
    let format: CaptureFormat
    private let pcm: OpaquePointer
    /// Raw frames of the block that is being gathered.
    private let raw: UnsafeMutableRawPointer

    /// Opens and configures the device; it does not run yet.
    init(name: String, preferredRateHz: Int?, channels: Int?) throws(Failure) {
        ln_alsa_keep_quiet()
        var opened: OpaquePointer?
        let status = snd_pcm_open(&opened, name, SND_PCM_STREAM_CAPTURE, Int32(SND_PCM_NONBLOCK))
        guard status == 0, let opened else { throw Failure.alsa(.capture, "snd_pcm_open(\(name))", status) }
        do throws(Failure) {
            format = try ALSACaptureSetup(pcm: opened, name: name).apply(preferredRateHz: preferredRateHz, channels: channels)
        } catch {
            snd_pcm_close(opened)
            throw error
        }
        pcm = opened
        let bytes = format.blockFrames * format.channels * format.sampleBits / 8
        raw = .allocate(byteCount: bytes, alignment: 16)
        raw.initializeMemory(as: UInt8.self, repeating: 0, count: bytes)
    }

    deinit {
        snd_pcm_close(pcm)
        raw.deallocate()
    }

    /// Prepares and starts. - Returns: 0 or a negative errno.
    @_noAllocation @_noLocks
    func start() -> Int32 {
        _ = snd_pcm_drop(pcm)
        let status = snd_pcm_prepare(pcm)
        return status < 0 ? status : snd_pcm_start(pcm)
    }

    /// Waits for a period. - Returns: 1 when there is one, 0 when the time is over, or a negative errno.
    @_noAllocation @_noLocks
    func wait(milliseconds: Int32) -> Int32 { snd_pcm_wait(pcm, milliseconds) }

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
        let status = snd_pcm_htimestamp(pcm, &available, &time)
        let now = ln_monotonic_ns()
        let stamped = Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
        // Some PCM types give no time, or one of another clock.
        let isOfThisClock = stamped <= now && now - stamped < 1_000_000_000
        return Standing(status: status, available: Int(available), nanoseconds: isOfThisClock ? stamped : now)
    }

    /// Reads what is missing of the block behind `filled` frames. - Returns: frames read, or a negative errno.
    @_noAllocation @_noLocks
    func read(behind filled: Int) -> Int {
        snd_pcm_readi(pcm, raw + filled * format.channels * format.sampleBits / 8, snd_pcm_uframes_t(format.blockFrames - filled))
    }

    /// The gathered block as Q31.
    @_noAllocation @_noLocks
    func widen(into block: UnsafeMutablePointer<Int32>) {
        let count = format.blockFrames * format.channels
        if format.sampleBits == 32 {
            let source = raw.assumingMemoryBound(to: Int32.self)
            for i in 0..<count { block[i] = source[i] }
        } else {
            let source = raw.assumingMemoryBound(to: Int16.self)
            for i in 0..<count { block[i] = Int32(source[i]) &<< 16 }
        }
    }
}
