import DSP
import Failures
import Hardware
import LocalEndpoint
import Synchronization

/// The two sides of the sound, open and joined.
struct SoundCards: Sendable {
    let capture: ALSACapture
    let playback: ALSAPlayback
    let endpoint: BoxEndpoint
    private let relay: ChangeRelay

    /// The microphones are gone and waited for.
    var captureIsAway: Bool { relay.isAway }

    /// XRUNs of both cards.
    var xruns: Int { capture.counters.xruns + playback.counters.underruns }

    /// Opens both devices as the settings say.
    /// - Throws: what kept one of them from being opened; nothing stays open then.
    static func open(_ settings: Configuration.Audio) throws(Failure) -> SoundCards {
        let relay = ChangeRelay()
        let capture = try ALSACapture.open(
            device: settings.capture, preferredRateHz: settings.captureRateHz == 0 ? nil : settings.captureRateHz,
            channels: settings.captureChannels == 0 ? nil : settings.captureChannels, realTimePriority: settings.realTimePriority,
            onChange: { relay.pass($0) })
        do throws(Failure) {
            let microphones = try microphones(settings, of: capture.format)
            let playback = try ALSAPlayback.open(
                device: settings.playback, preferredRateHz: settings.playbackRateHz == 0 ? nil : settings.playbackRateHz,
                realTimePriority: settings.realTimePriority)
            let endpoint = BoxEndpoint(capture: capture, playback: playback, settings: endpointSettings(settings, microphones))
            relay.connect(endpoint)
            return SoundCards(capture: capture, playback: playback, endpoint: endpoint, relay: relay)
        } catch {
            capture.stop()
            throw error
        }
    }

    func stop() {
        endpoint.stop()
        capture.stop()
        playback.stop()
    }

    /// Which device channels are microphones; those that the device does not have are the settings' mistake.
    private static func microphones(_ settings: Configuration.Audio, of format: CaptureFormat) throws(Failure) -> [Int] {
        guard !settings.microphones.isEmpty else { return Array(0..<format.channels) }
        guard settings.microphones.allSatisfy({ $0 < format.channels }) else {
            throw Failure(
                .capture, .unsupported,
                "[audio] microphones names channel \(settings.microphones.max() ?? 0), but \(settings.capture) has 0 to \(format.channels - 1)"
            )
        }
        return settings.microphones
    }

    private static func endpointSettings(_ settings: Configuration.Audio, _ microphones: [Int]) -> BoxEndpointSettings {
        var frontEnd = FrontEnd.Configuration(microphones: microphones.count)
        frontEnd.microphoneGainDecibels = settings.microphoneGainDecibels
        return BoxEndpointSettings(
            microphoneChannels: microphones, realTimePriority: max(0, settings.realTimePriority - 5), frontEnd: frontEnd)
    }
}

/// Capture is open before there is an endpoint to tell of its changes.
private final class ChangeRelay: Sendable {
    private let state = Mutex<(endpoint: BoxEndpoint?, isAway: Bool)>((nil, false))

    var isAway: Bool { state.withLock { $0.isAway } }

    func connect(_ endpoint: BoxEndpoint) { state.withLock { $0.endpoint = endpoint } }

    func pass(_ change: DeviceChange) {
        let endpoint = state.withLock { state in
            state.isAway = change != .recovered
            return state.endpoint
        }
        endpoint?.captureChanged(change)
    }
}
