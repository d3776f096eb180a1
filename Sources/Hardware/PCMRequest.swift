import CALSA
import Failures

/// What a PCM is to be opened for, in the order of preference.
struct PCMRequest {
    enum Channels {
        /// So many, or it is of no use.
        case exactly(Int)
        /// All that it has.
        case all
        /// So many, or the next best of 1 to 8.
        case preferably(Int)
    }

    /// An ALSA PCM name.
    var name: String
    /// `.capture` or `.playback`: the direction, and whose failure it is when it does not work.
    var subject: Failure.Subject
    var ratesHz: [Int]
    var channels: Channels
    var bufferMilliseconds: Int

    var stream: snd_pcm_stream_t { subject == .capture ? SND_PCM_STREAM_CAPTURE : SND_PCM_STREAM_PLAYBACK }

    /// Microphones: all their channels, unless told otherwise; 80 ms, because a late reader loses sound for good.
    static func capture(_ name: String, preferredRateHz: Int?, channels: Int?) -> PCMRequest {
        PCMRequest(
            name: name, subject: .capture, ratesHz: order([16_000, 48_000, 44_100], first: preferredRateHz),
            channels: channels.map(Channels.exactly) ?? .all, bufferMilliseconds: 80)
    }

    /// A loudspeaker: 40 ms, because a reply begins behind what is queued already.
    static func playback(_ name: String, preferredRateHz: Int?, channels: Int?) -> PCMRequest {
        PCMRequest(
            name: name, subject: .playback, ratesHz: order([48_000, 44_100, 24_000, 16_000], first: preferredRateHz),
            channels: .preferably(channels ?? 2), bufferMilliseconds: 40)
    }

    /// The same at this rate alone: who is served by the device counts on it.
    func exactly(rateHz: Int) -> PCMRequest {
        var request = self
        request.ratesHz = [rateHz]
        return request
    }

    /// Rates whose 10 ms are whole frames and which the front end knows, the wanted one first when it is among them.
    private static func order(_ known: [Int], first wanted: Int?) -> [Int] {
        known.filter { $0 == wanted } + known.filter { $0 != wanted }
    }
}

/// What a PCM was agreed to do.
struct PCMAgreement {
    var rateHz: Int
    var channels: Int
    var encoding: SampleEncoding
    var periodFrames: Int
    var bufferFrames: Int

    var blockFrames: Int {
        @_noAllocation @_noLocks get { rateHz / 100 }
    }
    var frameBytes: Int {
        @_noAllocation @_noLocks get { channels * encoding.bytes }
    }
}
