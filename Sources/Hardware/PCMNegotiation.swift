import CALSA
import Failures

/// Agrees with an open PCM on rate, channels, samples, period and buffer; the same for both directions.
struct PCMNegotiation {
    let pcm: OpaquePointer
    let request: PCMRequest

    static let channelBound = 8
    /// What a technician can do about a device that speaks otherwise.
    private static let cure = "a `plug` around it in asound.conf converts"

    /// Periods of 10 ms are wanted. Some devices take any size until all is put together and refuse then: those are asked for
    /// the sizes that drivers like, and at last for nothing at all.
    func agree() throws(Failure) -> PCMAgreement {
        var allocated: OpaquePointer?
        guard snd_pcm_hw_params_malloc(&allocated) == 0, let parameters = allocated else { throw noMemory }
        defer { snd_pcm_hw_params_free(parameters) }
        var refusal: Int32 = 0
        for period in [nil, 256, 512, 1024, 2048, 4096, 0] {
            let shape = try chooseShape(parameters)
            setSizes(parameters, period: period ?? shape.rateHz / 100, shape.rateHz)
            refusal = snd_pcm_hw_params(pcm, parameters)
            if refusal >= 0 { return try settle(shape, parameters) }
        }
        throw Failure.alsa(request.subject, "\(request.name): any period and buffer", refusal)
    }

    private struct Shape {
        var encoding: SampleEncoding
        var channels: Int
        var rateHz: Int
    }

    private func chooseShape(_ parameters: OpaquePointer) throws(Failure) -> Shape {
        try check("snd_pcm_hw_params_any", snd_pcm_hw_params_any(pcm, parameters))
        try check("interleaved access", snd_pcm_hw_params_set_access(pcm, parameters, SND_PCM_ACCESS_RW_INTERLEAVED))
        snd_pcm_hw_params_set_rate_resample(pcm, parameters, 0)
        return Shape(
            encoding: try setEncoding(parameters), channels: try setChannels(parameters), rateHz: try setRate(parameters))
    }

    private func settle(_ shape: Shape, _ parameters: OpaquePointer) throws(Failure) -> PCMAgreement {
        let (period, buffer) = try readSizes(parameters, shape.rateHz)
        try setSoftware(wakeFrames: shape.rateHz / 100, bufferFrames: buffer)
        return PCMAgreement(
            rateHz: shape.rateHz, channels: shape.channels, encoding: shape.encoding, periodFrames: period, bufferFrames: buffer)
    }

    private func check(_ what: String, _ status: Int32) throws(Failure) {
        if status < 0 { throw Failure.alsa(request.subject, "\(request.name): \(what)", status) }
    }

    private func unsupported(_ words: String) -> Failure { Failure(request.subject, .unsupported, "\(request.name) \(words)") }

    private var noMemory: Failure { Failure(request.subject, .unknown, "no memory for \(request.name)'s parameters") }

    private func setEncoding(_ parameters: OpaquePointer) throws(Failure) -> SampleEncoding {
        for encoding in SampleEncoding.allCases where snd_pcm_hw_params_set_format(pcm, parameters, encoding.format) == 0 {
            return encoding
        }
        let others = [SND_PCM_FORMAT_FLOAT_LE, SND_PCM_FORMAT_S16_BE, SND_PCM_FORMAT_U8]
            .filter { snd_pcm_hw_params_test_format(pcm, parameters, $0) == 0 }
            .compactMap { snd_pcm_format_name($0).map { String(cString: $0) } }
        throw unsupported(
            "speaks none of S16_LE, S24_LE, S24_3LE and S32_LE, but "
                + "\(others.isEmpty ? "others" : others.joined(separator: ", ")); \(Self.cure)")
    }

    private func setChannels(_ parameters: OpaquePointer) throws(Failure) -> Int {
        var (least, most): (UInt32, UInt32) = (1, 1)
        snd_pcm_hw_params_get_channels_min(parameters, &least)
        snd_pcm_hw_params_get_channels_max(parameters, &most)
        let choice = choiceOfChannels(least: Int(least), most: Int(most))
        for channels in choice where snd_pcm_hw_params_set_channels(pcm, parameters, UInt32(channels)) == 0 { return channels }
        let hint = request.subject == .capture ? ": see [audio] capture_channels" : ""
        throw unsupported("has \(least) to \(most) channels, not \(choice.first ?? 0)\(hint)")
    }

    private func choiceOfChannels(least: Int, most: Int) -> [Int] {
        switch request.channels {
        case .exactly(let count): [count]
        // A converter (`plug`, `default`) claims thousands: one channel is what it surely has behind it.
        case .all: [most <= Self.channelBound ? most : max(1, least)]
        case .preferably(let count): [count, 2, 1, 4, 6, 8, 3, 5, 7]
        }
    }

    private func setRate(_ parameters: OpaquePointer) throws(Failure) -> Int {
        for rate in request.ratesHz where snd_pcm_hw_params_set_rate(pcm, parameters, UInt32(rate), 0) == 0 { return rate }
        var (lowest, highest): (UInt32, UInt32) = (0, 0)
        var direction: Int32 = 0
        snd_pcm_hw_params_get_rate_min(parameters, &lowest, &direction)
        snd_pcm_hw_params_get_rate_max(parameters, &highest, &direction)
        let has = lowest == highest ? "\(lowest) Hz" : "\(lowest) to \(highest) Hz"
        throw unsupported("runs at \(has), not at \(request.ratesHz.map(String.init).joined(separator: ", ")); \(Self.cure)")
    }

    /// As near as the device declares that it can.
    private func setSizes(_ parameters: OpaquePointer, period wanted: Int, _ rateHz: Int) {
        guard wanted > 0 else { return }
        var period = snd_pcm_uframes_t(wanted)
        var direction: Int32 = 0
        snd_pcm_hw_params_set_period_size_near(pcm, parameters, &period, &direction)
        var buffer = snd_pcm_uframes_t(max(rateHz * request.bufferMilliseconds / 1000, 4 * wanted))
        snd_pcm_hw_params_set_buffer_size_near(pcm, parameters, &buffer)
    }

    private func readSizes(_ parameters: OpaquePointer, _ rateHz: Int) throws(Failure) -> (period: Int, buffer: Int) {
        var (period, buffer): (snd_pcm_uframes_t, snd_pcm_uframes_t) = (0, 0)
        var direction: Int32 = 0
        try check("its period", snd_pcm_hw_params_get_period_size(parameters, &period, &direction))
        try check("its buffer", snd_pcm_hw_params_get_buffer_size(parameters, &buffer))
        guard Int(buffer) >= 2 * rateHz / 100 else { throw unsupported("buffers only \(buffer) frames, less than 20 ms") }
        return (Int(period), Int(buffer))
    }

    /// It starts when it is told to, stops when it runs dry or over, wakes its thread every 10 ms, and says when.
    private func setSoftware(wakeFrames: Int, bufferFrames: Int) throws(Failure) {
        var allocated: OpaquePointer?
        guard snd_pcm_sw_params_malloc(&allocated) == 0, let parameters = allocated else { throw noMemory }
        defer { snd_pcm_sw_params_free(parameters) }
        try check("snd_pcm_sw_params_current", snd_pcm_sw_params_current(pcm, parameters))
        let never = snd_pcm_uframes_t(Int32.max)
        try check("start threshold", snd_pcm_sw_params_set_start_threshold(pcm, parameters, never))
        try check("stop threshold", snd_pcm_sw_params_set_stop_threshold(pcm, parameters, snd_pcm_uframes_t(bufferFrames)))
        try check("avail_min", snd_pcm_sw_params_set_avail_min(pcm, parameters, snd_pcm_uframes_t(wakeFrames)))
        // Not every PCM type can; its thread looks at the clock itself then.
        snd_pcm_sw_params_set_tstamp_mode(pcm, parameters, SND_PCM_TSTAMP_ENABLE)
        snd_pcm_sw_params_set_tstamp_type(pcm, parameters, SND_PCM_TSTAMP_TYPE_MONOTONIC)
        try check("snd_pcm_sw_params", snd_pcm_sw_params(pcm, parameters))
    }
}
