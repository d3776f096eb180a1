import CALSA
import Failures

/// Agrees with a capture device on rate, channels, sample size and buffer.
struct ALSACaptureSetup {
    let pcm: OpaquePointer
    let name: String

    /// The front end's own rate first: no converter.
    static let rates = [16_000, 48_000, 44_100]
    static let channelBound = 8
    static let bufferMilliseconds = 80

    /// - Parameters:
    ///   - preferredRateHz: tried first when it is among ``rates``, which are tried in their order otherwise.
    ///   - channels: exactly so many; nil for all that the device has.
    func apply(preferredRateHz: Int?, channels: Int?) throws(Failure) -> CaptureFormat {
        var allocated: OpaquePointer?
        guard snd_pcm_hw_params_malloc(&allocated) == 0, let parameters = allocated else {
            throw Failure(.capture, .unknown, "no memory for \(name)'s parameters")
        }
        defer { snd_pcm_hw_params_free(parameters) }
        try check("snd_pcm_hw_params_any", snd_pcm_hw_params_any(pcm, parameters))
        try check("interleaved access", snd_pcm_hw_params_set_access(pcm, parameters, SND_PCM_ACCESS_RW_INTERLEAVED))
        snd_pcm_hw_params_set_rate_resample(pcm, parameters, 0)
        let bits = try setFormat(parameters)
        let channels = try setChannels(parameters, channels)
        let rateHz = try setRate(parameters, preferredRateHz)
        try setBuffer(parameters, rateHz)
        try check("snd_pcm_hw_params", snd_pcm_hw_params(pcm, parameters))
        try setTimestamps(periodFrames: rateHz / 100)
        return CaptureFormat(rateHz: rateHz, channels: channels, blockFrames: rateHz / 100, sampleBits: bits)
    }

    private func check(_ what: String, _ status: Int32) throws(Failure) {
        if status < 0 { throw Failure.alsa(.capture, "\(name): \(what)", status) }
    }

    private func setFormat(_ parameters: OpaquePointer) throws(Failure) -> Int {
        if snd_pcm_hw_params_set_format(pcm, parameters, SND_PCM_FORMAT_S16_LE) == 0 { return 16 }
        if snd_pcm_hw_params_set_format(pcm, parameters, SND_PCM_FORMAT_S32_LE) == 0 { return 32 }
        let others = [SND_PCM_FORMAT_S24_3LE, SND_PCM_FORMAT_S24_LE, SND_PCM_FORMAT_FLOAT_LE, SND_PCM_FORMAT_U8]
        let has = others.filter { snd_pcm_hw_params_test_format(pcm, parameters, $0) == 0 }
            .compactMap { snd_pcm_format_name($0).map { String(cString: $0) } }
        throw Failure(
            .capture, .unsupported,
            "\(name) delivers neither S16_LE nor S32_LE, but \(has.isEmpty ? "others" : has.joined(separator: ", ")); \(Self.cure)"
        )
    }

    /// What a technician can do about a device that speaks otherwise.
    private static let cure = "a `plug` around it in asound.conf converts"

    private func setChannels(_ parameters: OpaquePointer, _ wanted: Int?) throws(Failure) -> Int {
        var (least, most): (UInt32, UInt32) = (1, 1)
        snd_pcm_hw_params_get_channels_min(parameters, &least)
        snd_pcm_hw_params_get_channels_max(parameters, &most)
        // A converter (`plug`, `default`) claims thousands: one channel is what it surely has behind it.
        let choice = wanted ?? (most <= UInt32(Self.channelBound) ? Int(most) : max(1, Int(least)))
        guard snd_pcm_hw_params_set_channels(pcm, parameters, UInt32(choice)) == 0 else {
            throw Failure(
                .capture, .unsupported, "\(name) has \(least) to \(most) channels, not \(choice): see [audio] capture_channels")
        }
        return choice
    }

    private func setRate(_ parameters: OpaquePointer, _ preferredRateHz: Int?) throws(Failure) -> Int {
        let order = Self.rates.filter { $0 == preferredRateHz } + Self.rates.filter { $0 != preferredRateHz }
        for rate in order where snd_pcm_hw_params_set_rate(pcm, parameters, UInt32(rate), 0) == 0 { return rate }
        var (lowest, highest): (UInt32, UInt32) = (0, 0)
        var direction: Int32 = 0
        snd_pcm_hw_params_get_rate_min(parameters, &lowest, &direction)
        snd_pcm_hw_params_get_rate_max(parameters, &highest, &direction)
        throw Failure(
            .capture, .unsupported, "\(name) runs at \(lowest) to \(highest) Hz, at none of \(order); \(Self.cure)")
    }

    /// Periods of 10 ms and eight of them; what is nearest where the device cannot.
    private func setBuffer(_ parameters: OpaquePointer, _ rateHz: Int) throws(Failure) {
        var period = snd_pcm_uframes_t(rateHz / 100)
        var buffer = snd_pcm_uframes_t(rateHz * Self.bufferMilliseconds / 1000)
        var direction: Int32 = 0
        try check("a period of 10 ms", snd_pcm_hw_params_set_period_size_near(pcm, parameters, &period, &direction))
        try check("a buffer of 80 ms", snd_pcm_hw_params_set_buffer_size_near(pcm, parameters, &buffer))
    }

    private func setTimestamps(periodFrames: Int) throws(Failure) {
        var allocated: OpaquePointer?
        guard snd_pcm_sw_params_malloc(&allocated) == 0, let parameters = allocated else {
            throw Failure(.capture, .unknown, "no memory for \(name)'s parameters")
        }
        defer { snd_pcm_sw_params_free(parameters) }
        try check("snd_pcm_sw_params_current", snd_pcm_sw_params_current(pcm, parameters))
        try check("avail_min", snd_pcm_sw_params_set_avail_min(pcm, parameters, snd_pcm_uframes_t(periodFrames)))
        // Not every PCM type can; the capture thread looks at the clock itself then.
        snd_pcm_sw_params_set_tstamp_mode(pcm, parameters, SND_PCM_TSTAMP_ENABLE)
        snd_pcm_sw_params_set_tstamp_type(pcm, parameters, SND_PCM_TSTAMP_TYPE_MONOTONIC)
        try check("snd_pcm_sw_params", snd_pcm_sw_params(pcm, parameters))
    }
}
