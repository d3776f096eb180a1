import CPlatform
import Failures

/// What became of a device. It is tried for without end.
public enum DeviceChange: Sendable, Equatable {
    /// It is of no use any more. Said again when another kind of trouble keeps it away, for instance `.busy`, or `.unsupported`
    /// when it came back as something else. `.silent` microphones go on delivering their zeros.
    case lost(Failure)
    /// It works again.
    case recovered
    /// It works, but not as it should: a dead channel, a storm of XRUNs.
    case impaired(Failure)
    /// It is not impaired any more.
    case unimpaired
}

/// What a device's owner was told of it, so that each kind of trouble is said once. Owned by the device's thread.
struct DeviceReport {
    private(set) var lost: Failure?
    private var impaired: Failure?
    private let tell: @Sendable (DeviceChange) -> Void

    /// - Parameter lost: what is known already.
    init(lost: Failure?, tell: @escaping @Sendable (DeviceChange) -> Void) {
        self.lost = lost
        self.tell = tell
    }

    mutating func lose(_ failure: Failure) {
        // What it can, when it is of no use, may change from one device to the next.
        guard lost?.kind != failure.kind || failure.kind == .unsupported && lost != failure else { return }
        impaired = nil
        lost = failure
        tell(.lost(failure))
    }

    mutating func recover() {
        guard lost != nil else { return }
        lost = nil
        tell(.recovered)
    }

    mutating func impair(_ failure: Failure?) {
        guard failure != impaired else { return }
        impaired = failure
        tell(failure.map(DeviceChange.impaired) ?? .unimpaired)
    }
}

extension Failure {
    /// A device that ran stopped doing so.
    /// - Parameter code: the errno with which it did.
    static func device(_ subject: Subject, _ name: String, lostWith code: Int32) -> Failure {
        let moves = subject == .capture ? "delivers" : "plays"
        return switch code {
        // What a card says that is pulled out differs from driver to driver.
        case ENODEV, EIO, EBADFD, EBADF: Failure(subject, .unplugged, "\(name) went away: \(String(cString: strerror(code)))")
        case ETIMEDOUT: Failure(subject, .stalled, "\(name) \(moves) nothing, without an error")
        case EPIPE: Failure(subject, .stalled, "\(name) stops again and again: an XRUN each time it is started")
        default: Failure(subject, .unknown, "\(name): \(String(cString: strerror(code)))")
        }
    }

    static func storm(_ subject: Subject, _ name: String) -> Failure {
        Failure(subject, .queueFull, "\(name) \(subject == .capture ? "overruns" : "runs dry") many times a second")
    }
}
