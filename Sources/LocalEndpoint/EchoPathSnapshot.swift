import DSP
import Synchronization

/// A copy of what the echo canceller has learned, made by the front end's thread between two frames when somebody asks.
///
/// Nobody waits: the asker sets a flag, the thread writes into memory that is there already and sets it back.
final class EchoPathSnapshot: @unchecked Sendable {  // the bytes are the thread's while it is asked, else the one asker's
    let bytes: UnsafeMutablePointer<UInt8>
    private let count: Int
    private let asked = Atomic<Bool>(false)
    /// What was handed out last, or what the front end began with.
    private let known = Mutex<[UInt8]>([])

    /// - Parameter count: the front end's `echoPathStateBytes`.
    init(count: Int) {
        self.count = count
        bytes = .allocate(capacity: count)
        bytes.initialize(repeating: 0, count: count)
    }

    deinit { bytes.deallocate() }

    /// The front end's thread: whether it is to write.
    var isAsked: Bool { @inline(__always) get { asked.load(ordering: .acquiring) } }

    /// The front end's thread: it has written.
    @_noAllocation @_noLocks
    func answer() { asked.store(false, ordering: .releasing) }

    /// Has a copy made.
    func ask() { asked.store(true, ordering: .releasing) }

    /// The copy, unless it is still being made or nothing is new in it.
    func take() -> [UInt8]? {
        guard !asked.load(ordering: .acquiring) else { return nil }
        let now = Array(UnsafeBufferPointer(start: bytes, count: count))
        return known.withLock { known in
            guard now != known else { return nil }
            known = now
            return now
        }
    }
}
