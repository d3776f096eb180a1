import NIOCore
import NIOPosix
import Synchronization

/// The stand-ins of Deepgram, Groq and Cartesia: each at a port of its own of 127.0.0.1, speaking its service's protocol, as
/// strict as the service. Speech is truly recognized and truly spoken; the language model is a page of facts.
public final class RehearsalServer: Sendable {
    /// What goes into a client's configuration: scheme, host and port.
    public struct Addresses: Sendable, Equatable {
        public var deepgram: String
        public var groq: String
        public var cartesia: String

        /// One line: `{"cartesia":"ws://…","deepgram":"ws://…","groq":"http://…"}`.
        public var json: String {
            JSONValue.object(["deepgram": .text(deepgram), "groq": .text(groq), "cartesia": .text(cartesia)]).serialized
        }
    }

    public let addresses: Addresses
    public let log: RehearsalLog

    private let group: MultiThreadedEventLoopGroup
    private let channels: [any Channel]
    private let recognition: RecognitionQueue
    private let voices: VoiceQueue

    private init(
        addresses: Addresses, log: RehearsalLog, group: MultiThreadedEventLoopGroup, channels: [any Channel],
        recognition: RecognitionQueue, voices: VoiceQueue
    ) {
        self.addresses = addresses
        self.log = log
        self.group = group
        self.channels = channels
        self.recognition = recognition
        self.voices = voices
    }

    /// Loads the engines and opens the ports.
    /// - Throws: ``RehearsalError`` when an engine is missing or the log cannot be written; NIO's when a port cannot be had.
    public static func start(_ options: RehearsalOptions = RehearsalOptions()) async throws -> RehearsalServer {
        let log = try RehearsalLog(path: options.logPath)
        let voice = try FliteVoice(options.voice)
        let recognition = RecognitionQueue(engine: try options.recognizer.open())
        let voices = VoiceQueue(voice: voice)
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        do {
            let channels = try await open(options, log, group, recognition, voices)
            let ports = channels.map { "127.0.0.1:\($0.localAddress?.port ?? 0)" }
            return RehearsalServer(
                addresses: Addresses(deepgram: "ws://\(ports[0])", groq: "http://\(ports[1])", cartesia: "ws://\(ports[2])"),
                log: log, group: group, channels: channels, recognition: recognition, voices: voices)
        } catch {
            try? await group.shutdownGracefully()
            await recognition.stop()
            await voices.stop()
            throw error
        }
    }

    private static func open(
        _ options: RehearsalOptions, _ log: RehearsalLog, _ group: MultiThreadedEventLoopGroup, _ recognition: RecognitionQueue,
        _ voices: VoiceQueue
    ) async throws -> [any Channel] {
        let numbers = Numbers()
        let deepgram = DeepgramFront(options: options, recognition: recognition)
        let cartesia = CartesiaFront(options: options, voices: voices)
        return [
            try await LoopbackPort.webSocket(group, deepgram) { numbers.log(log, .deepgram) },
            try await LoopbackPort.http(group) {
                GroqFront.handler(options: options, log: numbers.log(log, .groq)) { numbers.nextRequest() }
            },
            try await LoopbackPort.webSocket(group, cartesia) { numbers.log(log, .cartesia) },
        ]
    }

    /// Closes every connection and ends the engines' threads.
    public func stop() async {
        for channel in channels { try? await channel.close() }
        try? await group.shutdownGracefully()
        await recognition.stop()
        await voices.stop()
    }
}

/// Numbers connections and requests.
private final class Numbers: Sendable {
    private let connections = Atomic(0)
    private let requests = Atomic(0)

    func nextRequest() -> Int { requests.add(1, ordering: .relaxed).newValue }

    func log(_ log: RehearsalLog, _ service: RehearsalService) -> ConnectionLog {
        ConnectionLog(log: log, service: service, connection: connections.add(1, ordering: .relaxed).newValue)
    }
}
