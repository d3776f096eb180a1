import Audio
import CPlatform
import Failures

/// Microphones behind alsa-lib, on a thread of their own that does nothing but move samples into the ring, and look at them for
/// what no room sounds like.
///
/// When the device goes away the thread tries to open it again every 250 ms, in the format of before, and says both.
public final class ALSACapture: MicrophoneCapture {
    /// Blocks that may wait for the front end: 640 ms.
    private static let ringBlocks = 64

    public let ring: StampedRing

    private let face: DeviceFace<CaptureFormat>
    private let tally = CaptureTally()
    private let thread: CaptureThread

    /// Opens the device and starts to capture. The caller ends it with ``stop()``.
    /// - Parameters:
    ///   - lost: what its owner was told of the device before, if it did not work: `.recovered` follows with the first block.
    ///   - onChange: told on the capture thread what becomes of the device.
    /// - Throws: `.absent`, `.busy`, or `.unsupported` with what was asked for and what the device can.
    public static func open(
        _ request: CaptureRequest, recoveringFrom lost: Failure? = nil, onChange: @escaping @Sendable (DeviceChange) -> Void
    ) throws(Failure) -> ALSACapture {
        let name = CardName(request.device)
        let device = try ALSACaptureDevice(request.pcm(named: name.name))
        let face = DeviceFace(name: name, format: device.format)
        face.opened(device.format)
        return try ALSACapture(request, device: device, face: face, report: DeviceReport(lost: lost, tell: onChange))
    }

    /// Starts without the device, which is waited for in a format that is only supposed. When it comes and has another, it is
    /// `.lost` as `.unsupported`: then its owner opens it anew.
    /// - Parameter reason: why it is not there, as its owner knows.
    public static func waiting(
        _ request: CaptureRequest, supposing format: CaptureFormat, because reason: Failure,
        onChange: @escaping @Sendable (DeviceChange) -> Void
    ) throws(Failure) -> ALSACapture {
        let face = DeviceFace(name: CardName(request.device), format: format)
        return try ALSACapture(request, device: nil, face: face, report: DeviceReport(lost: reason, tell: onChange))
    }

    private init(
        _ request: CaptureRequest, device: consuming ALSACaptureDevice?, face: DeviceFace<CaptureFormat>,
        report: consuming DeviceReport
    ) throws(Failure) {
        self.face = face
        let format = face.format
        ring = StampedRing(blocks: Self.ringBlocks, samplesPerBlock: format.blockFrames * format.channels)
        let loop = CaptureLoop(format: format, watched: request.microphones, ring: ring, tally: tally)
        thread = CaptureThread(
            request: request, device: device, face: face, loop: loop, report: report, tally: tally, keepingAlive: ring)
        guard thread.start(priority: request.realTimePriority) else {
            throw Failure(.capture, .unknown, "no thread for the microphones")
        }
    }

    /// Whether the capture thread runs in real time.
    public var isRealTime: Bool { thread.isRealTime }
    /// Rate and channels never change; the sample size may when the device was opened again.
    public var format: CaptureFormat { face.format }
    /// The ALSA name by which the device is found: by its card's id when it was named by a number.
    public var device: String { face.name.name }
    public var wake: Int32 { tally.wake }
    public var counters: CaptureCounters { tally.counters }

    public func stop() { thread.stop() }
}
