import Synchronization

/// What others may know of a device while its thread works: by which name it is found, and how it delivers or plays now.
final class DeviceFace<Format: Sendable>: Sendable {
    private let state: Mutex<(name: CardName, format: Format)>

    init(name: CardName, format: Format) { state = Mutex((name, format)) }

    var name: CardName { state.withLock { $0.name } }
    var format: Format { state.withLock { $0.format } }

    /// It is open, in this format.
    func opened(_ format: Format) {
        state.withLock {
            $0.format = format
            $0.name.remember()
        }
    }
}
