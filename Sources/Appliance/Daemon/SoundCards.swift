import Audio
import DSP
import Failures
import Hardware
import LocalEndpoint
import Synchronization

/// The box's two devices and the endpoint that joins them. A device that cannot be opened is waited for; one that came back as
/// something else (another rate, other channels) is opened anew and takes the place of the one before. The session on the
/// endpoint stays through all of it.
final class SoundCards: Sendable {
    let endpoint: BoxEndpoint
    let captureHealth: DeviceHealth
    let playbackHealth: DeviceHealth

    private let settings: Configuration.Audio
    private let devices: Mutex<Devices>
    /// Devices that are to be opened anew.
    private let misfits: AsyncStream<Failure.Subject>
    private let misfitInlet: AsyncStream<Failure.Subject>.Continuation

    private struct Devices {
        var capture: ALSACapture
        var playback: ALSAPlayback
    }

    /// Opens what can be opened.
    /// - Parameters:
    ///   - echoPath: what the canceller had learned before the daemon's restart.
    ///   - onImpairment: a device works, but not as it should; or does again (nil).
    /// - Throws: only when the system has no threads to give.
    init(
        _ settings: Configuration.Audio, echoPath: [UInt8]? = nil,
        onImpairment: @escaping @Sendable (Failure.Subject, Failure?) -> Void
    ) throws(Failure) {
        self.settings = settings
        let (captureHealth, playbackHealth) = (DeviceHealth(), DeviceHealth())
        let capture = try Self.openCapture(settings, captureHealth)
        let playback: ALSAPlayback
        do throws(Failure) {
            playback = try Self.openPlayback(settings, playbackHealth)
        } catch {
            capture.stop()
            throw error
        }
        var endpointSettings = Self.endpointSettings(settings, capture.format)
        endpointSettings.echoPath = echoPath
        endpoint = BoxEndpoint(capture: capture, playback: playback, settings: endpointSettings)
        devices = Mutex(Devices(capture: capture, playback: playback))
        (misfits, misfitInlet) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(4))
        self.captureHealth = captureHealth
        self.playbackHealth = playbackHealth
        connect(captureHealth, .capture, onImpairment) { [endpoint] in endpoint.captureChanged($0) }
        connect(playbackHealth, .playback, onImpairment) { [endpoint] in endpoint.playbackChanged($0) }
    }

    private func connect(
        _ health: DeviceHealth, _ subject: Failure.Subject,
        _ onImpairment: @escaping @Sendable (Failure.Subject, Failure?) -> Void,
        onChange: @escaping @Sendable (DeviceChange) -> Void
    ) {
        health.connect(
            DeviceHealth.Listeners(
                ofChange: onChange, ofImpairment: { onImpairment(subject, $0) },
                ofMisfit: { [misfitInlet] in misfitInlet.yield(subject) }))
    }

    // MARK: What they are

    var capture: ALSACapture { devices.withLock { $0.capture } }
    var playback: ALSAPlayback { devices.withLock { $0.playback } }
    /// XRUNs of both cards.
    var xruns: Int { capture.counters.xruns + playback.counters.underruns }
    var areRealTime: Bool { capture.isRealTime && playback.isRealTime }

    // MARK: Life

    /// Opens devices anew that need it, until its task is cancelled.
    func run() async {
        for await subject in misfits {
            replace(subject)
            let isMended = (subject == .capture ? captureHealth : playbackHealth).trouble?.kind != .unsupported
            if !isMended { try? await Task.sleep(for: .milliseconds(Daemon.reopenMilliseconds)) }
        }
    }

    func stop() {
        misfitInlet.finish()
        endpoint.stop()
        capture.stop()
        playback.stop()
    }

    private func replace(_ subject: Failure.Subject) {
        var now = settings
        do throws(Failure) {
            if subject == .capture {
                now.capture = capture.device
                capture.stop()
                let new = try Self.openCapture(now, captureHealth)
                devices.withLock { $0.capture = new }
            } else {
                now.playback = playback.device
                playback.stop()
                let new = try Self.openPlayback(now, playbackHealth)
                devices.withLock { $0.playback = new }
            }
        } catch {
            (subject == .capture ? captureHealth : playbackHealth).fail(error)
            misfitInlet.yield(subject)
            return
        }
        let (capture, playback) = (capture, playback)
        endpoint.join(capture: capture, playback: playback, settings: Self.endpointSettings(settings, capture.format))
    }

    // MARK: Opening

    /// The microphones; when they cannot be opened, something that waits for them.
    private static func openCapture(_ settings: Configuration.Audio, _ health: DeviceHealth) throws(Failure) -> ALSACapture {
        let request = CaptureRequest(
            device: settings.capture, preferredRateHz: settings.captureRateHz == 0 ? nil : settings.captureRateHz,
            channels: settings.captureChannels == 0 ? nil : settings.captureChannels, microphones: settings.microphones,
            realTimePriority: settings.realTimePriority)
        do throws(Failure) {
            let opened = try ALSACapture.open(request, recoveringFrom: health.trouble) { health.note($0) }
            guard let mistake = mistake(settings, opened.format) else { return opened }
            opened.stop()
            throw mistake
        } catch {
            health.fail(error)
            // As many channels as the settings speak of: the device that has them is the right one.
            let channels = max(settings.captureChannels, (settings.microphones.max() ?? 0) + 1)
            let rate = settings.captureRateHz == 0 ? 16_000 : settings.captureRateHz
            let format = CaptureFormat(rateHz: rate, channels: channels, blockFrames: rate / 100, sampleBits: 16)
            return try ALSACapture.waiting(request, supposing: format, because: error) { health.note($0) }
        }
    }

    private static func openPlayback(_ settings: Configuration.Audio, _ health: DeviceHealth) throws(Failure) -> ALSAPlayback {
        let request = PlaybackRequest(
            device: settings.playback, preferredRateHz: settings.playbackRateHz == 0 ? nil : settings.playbackRateHz,
            realTimePriority: settings.realTimePriority)
        do throws(Failure) {
            return try ALSAPlayback.open(request, recoveringFrom: health.trouble) { health.note($0) }
        } catch {
            health.fail(error)
            let rate = settings.playbackRateHz == 0 ? 48_000 : settings.playbackRateHz
            let format = PlaybackFormat(
                rateHz: rate, channels: 2, periodFrames: rate / 100, bufferFrames: rate / 25, sampleBits: 16)
            return try ALSAPlayback.waiting(request, supposing: format, because: error) { health.note($0) }
        }
    }

    /// Microphones that the device does not have are the settings' mistake.
    private static func mistake(_ settings: Configuration.Audio, _ format: CaptureFormat) -> Failure? {
        guard let last = settings.microphones.max(), last >= format.channels else { return nil }
        return Failure(
            .capture, .unsupported,
            "[audio] microphones names channel \(last), but \(settings.capture) has 0 to \(format.channels - 1)")
    }

    private static func endpointSettings(_ settings: Configuration.Audio, _ format: CaptureFormat) -> BoxEndpointSettings {
        let microphones = settings.microphones.isEmpty ? Array(0..<format.channels) : settings.microphones
        var frontEnd = FrontEnd.Configuration(microphones: microphones.count)
        frontEnd.microphoneGainDecibels = settings.microphoneGainDecibels
        // An array of another size is one that the device's channels do not fill: then it is not known where they stand.
        frontEnd.geometry = ArrayGeometry(named: settings.geometry).flatMap {
            $0.positions.count == microphones.count ? $0 : nil
        }
        frontEnd.cancelsEcho = settings.frontEnd.cancelsEcho
        frontEnd.suppressesResidualEcho = settings.frontEnd.suppressesResidualEcho
        frontEnd.formsBeam = settings.frontEnd.formsBeam
        frontEnd.controlsGain = settings.frontEnd.controlsGain
        frontEnd.noiseFloorDecibels = settings.frontEnd.noiseFloorDecibels
        return BoxEndpointSettings(
            microphoneChannels: microphones, realTimePriority: max(0, settings.realTimePriority - 5), frontEnd: frontEnd)
    }
}
