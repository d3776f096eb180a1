import DSP
import Synchronization

/// A copy of what the echo canceller has learned, made by the front end's thread between two frames when somebody asks.
///
/// Nobody waits: the asker sets a flag, the thread writes into memory that is there already and sets it back. The running thread
/// touches the bytes only while it is asked; all others do so under the lock and while it is not asked, or when it has ended.
final class EchoPathSnapshot: @unchecked Sendable {  // as above
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

    /// The front end's thread has ended: `write` fills the bytes and answers.
    func finish(_ write: () -> Void) { known.withLock { _ in write() } }

    /// What was written last, handed out or not; the front end's thread has ended, or has not begun.
    var latest: [UInt8] { known.withLock { _ in Array(UnsafeBufferPointer(start: bytes, count: count)) } }

    /// The copy, unless it is still being made or nothing is new in it.
    func take() -> [UInt8]? {
        known.withLock { known in
            guard !asked.load(ordering: .acquiring) else { return nil }
            let now = Array(UnsafeBufferPointer(start: bytes, count: count))
            guard now != known else { return nil }
            known = now
            return now
        }
    }
}
