import Audio
import CPlatform
import Conversation
import Hardware
import Synchronization

/// The pump's thread: turns what the front end's and the playback thread left in their rings into the endpoint's
/// events. Here allocation is allowed; here, and only here, the utterances' accounts meet what the converter did.
final class EndpointPump: Sendable {
    private let frames: CleanFrameRing
    private let playback: any LoudspeakerPlayback
    private let reflexLever: ReflexLever
    private let book: SharedUtteranceBook
    private let queue: EndpointEventQueue
    private let stopping = Atomic<Bool>(false)
    private let thread = OwnThread()

    init(
        frames: CleanFrameRing, playback: any LoudspeakerPlayback, reflexLever: ReflexLever, book: SharedUtteranceBook,
        queue: EndpointEventQueue
    ) {
        self.frames = frames
        self.playback = playback
        self.reflexLever = reflexLever
        self.book = book
        self.queue = queue
    }

    func start() { _ = thread.start(name: "linnet-events", priority: 0) { self.run() } }

    func stop() {
        stopping.store(true, ordering: .releasing)
        ln_eventfd_signal(frames.wake)
        thread.join()
    }

    private func run() {
        while !stopping.load(ordering: .acquiring) {
            var descriptors = [
                pollfd(fd: frames.wake, events: Int16(POLLIN), revents: 0),
                pollfd(fd: playback.events.wake, events: Int16(POLLIN), revents: 0),
            ]
            _ = poll(&descriptors, 2, 500)
            _ = ln_eventfd_drain(frames.wake)
            _ = ln_eventfd_drain(playback.events.wake)
            while let event = playback.events.pop() { translate(event) }
            while let frame = frames.pop() { queue.push(.frame(frame)) }
        }
    }

    private func translate(_ event: PlaybackEvent) {
        switch event {
        case .heard(let from, let upTo, let time): push { $0.heard(from: from, upTo: upTo, time: time) }
        case .ducked(let time, .reflex): queue.push(.ducked(speechStart: reflexLever.speechStart, at: time))
        case .unducked(let time, .reflex): queue.push(.unducked(at: time))
        case .ducked, .unducked, .underrun: break
        case .paused(_, let time, let requester):
            let start = requester == .reflex ? reflexLever.speechStart : nil
            push { [.paused(speechStart: start, heard: $0.position, at: time)] }
        case .resumed(let time): queue.push(.resumed(at: time))
        case .dropped(_, let end, let time): push { [.dropped(heard: $0.dropped(upTo: end), at: time)] }
        }
    }

    /// Pushes what the book makes of something. The book stays locked meanwhile: two threads report, and order matters.
    private func push(_ events: (inout UtteranceBook) -> [EndpointEvent]) {
        book.withLock { book in
            for event in events(&book) { queue.push(event) }
        }
    }
}
