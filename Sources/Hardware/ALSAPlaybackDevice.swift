import Audio
import CALSA
import CPlatform
import Failures

/// An open ALSA playback device and the buffer that turns mono blocks into its frames. Owned by the playback thread.
struct ALSAPlaybackDevice: ~Copyable {
    let format: PlaybackFormat
    private let pcm: OpaquePointer
    private let frames: UnsafeMutableRawPointer

    /// Opens and configures the device; it does not run yet.
    /// - Parameters:
    ///   - name: an ALSA PCM name.
    ///   - preferredRateHz: tried first, then 48, 44.1, 24 and 16 kHz. With `exactly` it is the only one.
    ///   - channels: tried first, then 2, 1, and up to 8.
    init(name: String, preferredRateHz: Int?, exactly: Bool, channels: Int?) throws(Failure) {
        ln_alsa_keep_quiet()
        var opened: OpaquePointer?
        let status = snd_pcm_open(&opened, name, SND_PCM_STREAM_PLAYBACK, Int32(SND_PCM_NONBLOCK))
        guard status == 0, let opened else { throw Failure.alsa(.playback, "snd_pcm_open(\(name))", status) }
        do throws(Failure) {
            let setup = ALSAPlaybackSetup(pcm: opened, name: name)
            format = try setup.apply(
                rates: exactly ? [preferredRateHz ?? 0] : setup.candidates(preferredRateHz), channels: channels)
        } catch {
            snd_pcm_close(opened)
            throw error
        }
        pcm = opened
        let bytes = format.blockFrames * format.channels * format.sampleBits / 8
        frames = .allocate(byteCount: bytes, alignment: 16)
        frames.initializeMemory(as: UInt8.self, repeating: 0, count: bytes)
    }

    deinit {
        snd_pcm_close(pcm)
        frames.deallocate()
    }

    /// Free room in the device's buffer and the frames before the converter that one more frame would wait for; or a
    /// negative errno.
    struct Standing {
        var status: Int32
        var room: Int
        var delay: Int
    }

    @_noAllocation @_noLocks
    func standing() -> Standing {
        var room: snd_pcm_sframes_t = 0
        var delay: snd_pcm_sframes_t = 0
        var status = snd_pcm_avail_delay(pcm, &room, &delay)
        if status >= 0 { status = errorOfState() }
        return Standing(status: status, room: Int(room), delay: max(0, Int(delay)))
    }

    /// A device that is not running may still answer with its last position.
    @_noAllocation @_noLocks
    private func errorOfState() -> Int32 {
        switch snd_pcm_state(pcm) {
        case SND_PCM_STATE_RUNNING: 0
        case SND_PCM_STATE_XRUN: -EPIPE
        case SND_PCM_STATE_DISCONNECTED: -ENODEV
        default: -EBADFD
        }
    }

    /// Hands over one mono block (Q31), spread over all channels. - Returns: 0 or a negative errno.
    @_noAllocation @_noLocks
    func write(_ block: UnsafePointer<Int32>) -> Int32 {
        spread(block)
        let frameBytes = format.channels * format.sampleBits / 8
        var done = 0
        for _ in 0..<4 where done < format.blockFrames {
            let written = snd_pcm_writei(pcm, frames + done * frameBytes, snd_pcm_uframes_t(format.blockFrames - done))
            if written < 0 { return Int32(truncatingIfNeeded: written) }
            done += Int(written)
        }
        return done == format.blockFrames ? 0 : -EAGAIN
    }

    @_noAllocation @_noLocks
    private func spread(_ block: UnsafePointer<Int32>) {
        let channels = format.channels
        if format.sampleBits == 16 {
            let target = frames.assumingMemoryBound(to: Int16.self)
            for i in 0..<format.blockFrames {
                let sample = Int16(truncatingIfNeeded: block[i] >> 16)
                for channel in 0..<channels { target[i * channels + channel] = sample }
            }
        } else {
            let target = frames.assumingMemoryBound(to: Int32.self)
            for i in 0..<format.blockFrames {
                for channel in 0..<channels { target[i * channels + channel] = block[i] }
            }
        }
    }

    /// Takes back the last `count` frames that were handed over, all of them or none. - Returns: how many.
    func takeBack(_ count: Int) -> Int {
        let taken = Int(snd_pcm_rewind(pcm, snd_pcm_uframes_t(count)))
        if taken == count { return count }
        if taken > 0 { snd_pcm_forward(pcm, snd_pcm_uframes_t(taken)) }
        return 0
    }

    @_noAllocation @_noLocks
    func start() -> Int32 { snd_pcm_start(pcm) }

    /// Silence now; what was not played is lost to the device.
    @_noAllocation @_noLocks
    func drop() -> Int32 { snd_pcm_drop(pcm) }

    @_noAllocation @_noLocks
    func prepare() -> Int32 { snd_pcm_prepare(pcm) }
}
