import CCurl
import CPlatform
import Synchronization

/// What lives on the loop: it owns one easy handle there from `add` to `remove`.
protocol LoopClient: AnyObject {
    /// libcurl is done with the handle: connected (`CONNECT_ONLY`), answered, or failed.
    func transferEnded(_ code: CURLcode)
    /// The socket that the loop shall watch and for what (`POLLIN`, `POLLOUT`); nil while libcurl watches it.
    var interest: (socket: Int32, events: Int16)? { get }
    /// The socket is readable or writable.
    func ready()
    /// The process ends: say goodbye if that takes no wait, then fail.
    func shutDown()
}

/// One thread, one libcurl multi handle. Everything outbound happens here: transfers inside libcurl, WebSockets on sockets that
/// libcurl opened for us. All state is touched on this thread alone; others `post` closures.
package final class CurlLoop: @unchecked Sendable {  // safe: the inbox is a Mutex, all else belongs to the loop's thread
    typealias Job = () -> Void

    private let inbox = Mutex<[@Sendable () -> Void]>([])
    private let multi: UnsafeMutableRawPointer?
    /// DNS answers and TLS sessions, shared by all handles; one thread uses it, so it needs no lock callbacks.
    let share: UnsafeMutableRawPointer?
    let caFile: String?
    let userAgent: String
    private var clients: [UnsafeMutableRawPointer: any LoopClient] = [:]
    private var deferred: [Job] = []
    private var timers: [LoopTimer] = []
    private var isExiting = false
    /// After `shutDown`: whatever is begun fails at once.
    private(set) var isShutDown = false
    /// Where every WebSocket reads into.
    let readBuffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 65_536, alignment: 16)

    /// Longest sleep; nothing depends on it.
    private static let longestPollMilliseconds: Int64 = 10_000

    init(caFile: String?, userAgent: String) {
        curl_global_init(Int(CURL_GLOBAL_DEFAULT))
        multi = curl_multi_init()
        share = curl_share_init()
        self.caFile = caFile
        self.userAgent = userAgent
        _ = ln_multi_long(multi, CURLMOPT_PIPELINING, 2)  // CURLPIPE_MULTIPLEX
        for kind in [CURL_LOCK_DATA_DNS, CURL_LOCK_DATA_SSL_SESSION] {
            _ = ln_share_long(share, CURLSHOPT_SHARE, Int(kind.rawValue))
        }
    }

    deinit { readBuffer.deallocate() }

    func start() {
        ln_ignore_sigpipe()
        var thread = pthread_t()
        let started = ln_thread_start(
            &thread, 0, 512 * 1024,
            { context in
                guard let context else { return nil }
                Unmanaged<CurlLoop>.fromOpaque(context).takeRetainedValue().run()
                return nil
            }, Unmanaged.passRetained(self).toOpaque())
        precondition(started >= 0, "the network thread could not be made")
        pthread_detach(thread)
    }

    // MARK: From any thread

    /// Has `job` run on the loop's thread, in order of posting. Never waits.
    package func post(_ job: @escaping @Sendable () -> Void) {
        let wasEmpty = inbox.withLock { jobs in
            jobs.append(job)
            return jobs.count == 1
        }
        if wasEmpty { curl_multi_wakeup(multi) }
    }

    func exit() { post { self.isExiting = true } }

    func shutDown(withinMilliseconds milliseconds: Int32) {
        let done = eventfd(0, O_CLOEXEC | O_NONBLOCK)
        post {
            self.isShutDown = true
            for client in self.clients.values { client.shutDown() }
            self.signalWhenAllAreGone(done)
        }
        guard done >= 0 else { return }
        var wait = pollfd(fd: done, events: Int16(POLLIN), revents: 0)
        // A descriptor that the loop has not signalled yet stays open: closing it under the loop could hit another's.
        if poll(&wait, 1, milliseconds) == 1 { close(done) }
    }

    // MARK: On the loop's thread

    private func signalWhenAllAreGone(_ done: Int32) {
        guard done >= 0 else { return }
        guard !clients.isEmpty else { return ln_eventfd_signal(done) }
        _ = after(milliseconds: 5) { self.signalWhenAllAreGone(done) }
    }

    /// Monotonic, nanoseconds.
    package var now: Int64 { ln_monotonic_ns() }

    /// Runs `job` soon, outside of whatever callback is on the stack.
    func later(_ job: @escaping Job) { deferred.append(job) }

    package func after(milliseconds: Int, _ body: @escaping () -> Void) -> LoopTimer {
        let timer = LoopTimer(afterMilliseconds: milliseconds, body)
        timers.append(timer)
        return timer
    }

    func add(_ handle: CurlHandle, for client: any LoopClient) {
        clients[handle.easy] = client
        curl_multi_add_handle(multi, handle.easy)
    }

    /// Never from inside a libcurl callback of the same handle; `later` is the way out of one.
    func remove(_ handle: CurlHandle) {
        guard clients.removeValue(forKey: handle.easy) != nil else { return }
        curl_multi_remove_handle(multi, handle.easy)
    }

    private func run() {
        ln_thread_name("linnet-network")
        while !isExiting {
            runJobs()
            fireTimers()
            var running: Int32 = 0
            curl_multi_perform(multi, &running)
            collectEnded()
            awaitWork()
        }
        for client in clients.values { client.shutDown() }
        runJobs()
        clients.removeAll()
        curl_multi_cleanup(multi)
        curl_share_cleanup(share)
    }

    private func runJobs() {
        let posted = inbox.withLock { jobs in
            defer { jobs.removeAll(keepingCapacity: true) }
            return jobs
        }
        for job in posted { job() }
        let jobs = deferred
        deferred.removeAll(keepingCapacity: true)
        for job in jobs { job() }
    }

    private func fireTimers() {
        guard !timers.isEmpty else { return }
        let now = now
        let due = timers.filter { $0.isPending && $0.deadlineNanoseconds <= now }
        timers.removeAll { !$0.isPending || $0.deadlineNanoseconds <= now }
        for timer in due { timer.fire() }
    }

    private func collectEnded() {
        var left: Int32 = 0
        while let message = curl_multi_info_read(multi, &left) {
            guard message.pointee.msg == CURLMSG_DONE, let easy = message.pointee.easy_handle else { continue }
            clients[easy]?.transferEnded(ln_message_result(message))
        }
    }

    private func awaitWork() {
        let watched = clients.values.compactMap { client in client.interest.map { (client, $0) } }
        var descriptors = watched.map { curl_waitfd(fd: $0.1.socket, events: $0.1.events, revents: 0) }
        var ready: Int32 = 0
        curl_multi_poll(multi, &descriptors, UInt32(descriptors.count), sleepMilliseconds(), &ready)
        for (index, descriptor) in descriptors.enumerated() where descriptor.revents != 0 { watched[index].0.ready() }
    }

    private func sleepMilliseconds() -> Int32 {
        guard deferred.isEmpty else { return 0 }
        let now = now
        let next = timers.lazy.filter(\.isPending).map { $0.deadlineNanoseconds - now }.min() ?? .max
        return Int32(max(0, min((next / 1_000_000) + (next == .max ? 0 : 1), Self.longestPollMilliseconds)))
    }
}
