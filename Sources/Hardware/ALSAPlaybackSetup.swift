import CALSA
import Failures

/// Agrees with a playback device on rate, channels, sample size and buffer.
struct ALSAPlaybackSetup {
    let pcm: OpaquePointer
    let name: String

    /// Rates whose 10 ms are whole frames and which the front end can bring to 16 kHz, the wanted one first.
    func candidates(_ preferredRateHz: Int?) -> [Int] {
        let known = [48_000, 44_100, 24_000, 16_000]
        guard let preferredRateHz, known.contains(preferredRateHz) else { return known }
        return [preferredRateHz] + known.filter { $0 != preferredRateHz }
    }

    func apply(rates: [Int], channels: Int?) throws(Failure) -> PlaybackFormat {
        var allocated: OpaquePointer?
        guard snd_pcm_hw_params_malloc(&allocated) == 0, let parameters = allocated else {
            throw Failure(.playback, .unknown, "no memory for \(name)'s parameters")
        }
        defer { snd_pcm_hw_params_free(parameters) }
        try check("snd_pcm_hw_params_any", snd_pcm_hw_params_any(pcm, parameters))
        try check("interleaved access", snd_pcm_hw_params_set_access(pcm, parameters, SND_PCM_ACCESS_RW_INTERLEAVED))
        snd_pcm_hw_params_set_rate_resample(pcm, parameters, 0)
        let bits = try setFormat(parameters)
        let rateHz = try setRate(parameters, rates)
        let channels = try setChannels(parameters, channels)
        let (period, buffer) = try setBuffer(parameters, rateHz)
        try check("snd_pcm_hw_params", snd_pcm_hw_params(pcm, parameters))
        try setThresholds(bufferFrames: buffer)
        return PlaybackFormat(rateHz: rateHz, channels: channels, periodFrames: period, bufferFrames: buffer, sampleBits: bits)
    }

    private func check(_ what: String, _ status: Int32) throws(Failure) {
        if status < 0 { throw Failure.alsa(.playback, "\(name): \(what)", status) }
    }

    private func setFormat(_ parameters: OpaquePointer) throws(Failure) -> Int {
        if snd_pcm_hw_params_set_format(pcm, parameters, SND_PCM_FORMAT_S16_LE) == 0 { return 16 }
        if snd_pcm_hw_params_set_format(pcm, parameters, SND_PCM_FORMAT_S32_LE) == 0 { return 32 }
        throw Failure(.playback, .unsupported, "\(name) takes neither S16_LE nor S32_LE")
    }

    private func setRate(_ parameters: OpaquePointer, _ rates: [Int]) throws(Failure) -> Int {
        for rate in rates where snd_pcm_hw_params_set_rate(pcm, parameters, UInt32(rate), 0) == 0 { return rate }
        throw Failure(.playback, .unsupported, "\(name) runs at none of \(rates) Hz")
    }

    private func setChannels(_ parameters: OpaquePointer, _ preferred: Int?) throws(Failure) -> Int {
        let choice = [preferred ?? 2, 2, 1, 4, 6, 8, 3, 5, 7]
        for channels in choice where snd_pcm_hw_params_set_channels(pcm, parameters, UInt32(channels)) == 0 { return channels }
        throw Failure(.playback, .unsupported, "\(name) has none of 1 to 8 channels")
    }

    /// Periods of 10 ms, a buffer of 40 ms; what is nearest where the device cannot.
    private func setBuffer(_ parameters: OpaquePointer, _ rateHz: Int) throws(Failure) -> (period: Int, buffer: Int) {
        var period = snd_pcm_uframes_t(rateHz / 100)
        var buffer = snd_pcm_uframes_t(rateHz / 25)
        var direction: Int32 = 0
        try check("a period of 10 ms", snd_pcm_hw_params_set_period_size_near(pcm, parameters, &period, &direction))
        try check("a buffer of 40 ms", snd_pcm_hw_params_set_buffer_size_near(pcm, parameters, &buffer))
        guard Int(buffer) >= 2 * rateHz / 100 else {
            throw Failure(.playback, .unsupported, "\(name) buffers only \(buffer) frames, less than 20 ms")
        }
        return (Int(period), Int(buffer))
    }

    /// The device starts when it is told to, and stops when it runs dry.
    private func setThresholds(bufferFrames: Int) throws(Failure) {
        var allocated: OpaquePointer?
        guard snd_pcm_sw_params_malloc(&allocated) == 0, let parameters = allocated else {
            throw Failure(.playback, .unknown, "no memory for \(name)'s parameters")
        }
        defer { snd_pcm_sw_params_free(parameters) }
        try check("snd_pcm_sw_params_current", snd_pcm_sw_params_current(pcm, parameters))
        let never = snd_pcm_uframes_t(Int32.max)
        try check("start threshold", snd_pcm_sw_params_set_start_threshold(pcm, parameters, never))
        try check("stop threshold", snd_pcm_sw_params_set_stop_threshold(pcm, parameters, snd_pcm_uframes_t(bufferFrames)))
        try check("snd_pcm_sw_params", snd_pcm_sw_params(pcm, parameters))
    }
}
