import CPlatform
import Failures
import Hardware
import Synchronization

/// How one of the two devices stands, since when, and who is told when that changes.
final class DeviceHealth: Sendable {
    /// Who is told.
    struct Listeners: Sendable {
        /// Lost and recovered: the session's business.
        var ofChange: @Sendable (DeviceChange) -> Void
        /// Impaired, or not any more (nil): the technician's.
        var ofImpairment: @Sendable (Failure?) -> Void
        /// It came back as something else and must be opened anew.
        var ofMisfit: @Sendable () -> Void
    }

    /// The word that `linnet status` has for it.
    enum State: String, Sendable {
        case running
        /// Not there, or of no use as it is.
        case waiting
        /// There, but nothing but zeros come.
        case silent
        /// There, but nothing moves.
        case stalled
    }

    private struct Standing {
        var trouble: Failure?
        var sinceNanoseconds = ln_monotonic_ns()
        var listeners: Listeners?
    }

    private let standing = Mutex(Standing())

    /// Why it is of no use now; nil while it works.
    var trouble: Failure? { standing.withLock { $0.trouble } }

    var state: State {
        switch trouble?.kind {
        case nil: .running
        case .silent: .silent
        case .stalled: .stalled
        default: .waiting
        }
    }

    /// For how long the state has been what it is.
    var seconds: Int { Int((ln_monotonic_ns() - standing.withLock { $0.sinceNanoseconds }) / 1_000_000_000) }

    /// From now on these are told, beginning with the trouble that is.
    func connect(_ listeners: Listeners) {
        let trouble = standing.withLock { standing in
            standing.listeners = listeners
            return standing.trouble
        }
        if let trouble { listeners.ofChange(.lost(trouble)) }
    }

    /// For `onChange` of the device: called on its thread.
    func note(_ change: DeviceChange) {
        switch change {
        case .lost(let failure) where failure.kind == .unsupported: standing.withLock { $0.listeners }?.ofMisfit()
        case .lost(let failure): fail(failure)
        case .recovered: set(nil)?.ofChange(.recovered)
        case .impaired(let failure): standing.withLock { $0.listeners }?.ofImpairment(failure)
        case .unimpaired: standing.withLock { $0.listeners }?.ofImpairment(nil)
        }
    }

    /// It does not work, and opening it anew has not helped. Each trouble is told once.
    func fail(_ failure: Failure) {
        guard failure != trouble else { return }
        set(failure)?.ofChange(.lost(failure))
    }

    @discardableResult
    private func set(_ trouble: Failure?) -> Listeners? {
        standing.withLock { standing in
            if standing.trouble?.kind != trouble?.kind { standing.sinceNanoseconds = ln_monotonic_ns() }
            standing.trouble = trouble
            return standing.listeners
        }
    }
}
