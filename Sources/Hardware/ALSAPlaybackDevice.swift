import CALSA
import CPlatform
import Failures

/// A PCM in the direction of the loudspeaker. Owned by the playback thread.
struct ALSAPlaybackDevice: ~Copyable {
    let format: PlaybackFormat
    private let pcm: PCM

    init(_ request: PCMRequest) throws(Failure) {
        pcm = try PCM(request)
        let agreement = pcm.agreement
        format = PlaybackFormat(
            rateHz: agreement.rateHz, channels: agreement.channels, periodFrames: agreement.periodFrames,
            bufferFrames: agreement.bufferFrames, sampleBits: agreement.encoding.bits)
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
        var status = snd_pcm_avail_delay(pcm.handle, &room, &delay)
        if status >= 0 { status = pcm.errorOfState() }
        // Behind the buffer some devices hold more, but what a driver says of that is not always true.
        let most = max(0, format.bufferFrames - Int(room)) + format.rateHz / 2
        return Standing(status: status, room: Int(room), delay: min(max(0, Int(delay)), most))
    }

    /// Hands over one mono block (Q31), spread over all channels. - Returns: 0 or a negative errno.
    @_noAllocation @_noLocks
    func write(_ block: UnsafePointer<Int32>) -> Int32 {
        pcm.agreement.encoding.spread(block, frames: format.blockFrames, channels: format.channels, into: pcm.raw)
        var done = 0
        for _ in 0..<4 where done < format.blockFrames {
            let rest = snd_pcm_uframes_t(format.blockFrames - done)
            let written = snd_pcm_writei(pcm.handle, pcm.raw + done * pcm.agreement.frameBytes, rest)
            if written < 0 { return Int32(truncatingIfNeeded: written) }
            done += Int(written)
        }
        return done == format.blockFrames ? 0 : -EAGAIN
    }

    /// Takes back the last `count` frames that were handed over, all of them or none. - Returns: how many.
    func takeBack(_ count: Int) -> Int {
        let taken = Int(snd_pcm_rewind(pcm.handle, snd_pcm_uframes_t(count)))
        if taken == count { return count }
        if taken > 0 { snd_pcm_forward(pcm.handle, snd_pcm_uframes_t(taken)) }
        return 0
    }

    @_noAllocation @_noLocks
    func start() -> Int32 { pcm.start() }

    /// Silence now; what was not played is lost to the device.
    @_noAllocation @_noLocks
    func drop() -> Int32 { pcm.drop() }

    @_noAllocation @_noLocks
    func prepare() -> Int32 { pcm.prepare() }
}
