import NIOCore
import NIOPosix
import Synchronization

/// The stand-ins of Deepgram, Groq, Gemini, Tavily and Cartesia: each at a port of its own of 127.0.0.1, speaking its service's
/// protocol, as strict as the service. Speech is truly recognized and truly spoken; the language model is a page of facts.
public final class RehearsalServer: Sendable {
    /// What goes into a client's configuration: scheme, host and port.
    public struct Addresses: Sendable, Equatable {
        public var deepgram: String
        public var groq: String
        public var gemini: String
        public var tavily: String
        public var cartesia: String
        /// A PEM file with the authority behind the certificates; nil without TLS.
        public var authorityFile: String?

        /// Names that nobody can resolve.
        public static let unresolvable = Addresses(isSecure: true) { "\($0.rawValue).invalid" }

        /// - Parameter place: host and port.
        init(isSecure: Bool, _ place: (RehearsalService) -> String) {
            let mark = isSecure ? "s" : ""
            func address(_ scheme: String, _ service: RehearsalService) -> String { "\(scheme)\(mark)://\(place(service))" }
            deepgram = address("ws", .deepgram)
            groq = address("http", .groq)
            gemini = address("http", .gemini)
            tavily = address("http", .tavily)
            cartesia = address("ws", .cartesia)
        }

        /// One line: `{"cartesia":"ws://…","deepgram":"ws://…","gemini":"http://…","groq":"http://…","tavily":"http://…"}`; with
        /// TLS also `ca`, the authority's file.
        public var json: String {
            var services = ["deepgram": deepgram, "groq": groq, "gemini": gemini, "tavily": tavily, "cartesia": cartesia]
            services["ca"] = authorityFile
            return JSONValue.object(services.mapValues { .text($0) }).serialized
        }
    }

    public let addresses: Addresses
    public let log: RehearsalLog

    private let group: MultiThreadedEventLoopGroup
    let ports: [RehearsalService: ServicePort]
    let conditions: PortConditions
    private let recognition: RecognitionQueue
    private let voices: VoiceQueue

    private init(
        log: RehearsalLog, group: MultiThreadedEventLoopGroup, ports: [RehearsalService: ServicePort],
        conditions: PortConditions, recognition: RecognitionQueue, voices: VoiceQueue
    ) {
        addresses = Addresses(ports, conditions.identities)
        self.log = log
        self.group = group
        self.ports = ports
        self.conditions = conditions
        self.recognition = recognition
        self.voices = voices
    }

    /// Loads the engines and opens the ports.
    /// - Throws: ``RehearsalError`` when an engine is missing or the log cannot be written; NIO's when a port cannot be had.
    public static func start(_ options: RehearsalOptions = RehearsalOptions()) async throws -> RehearsalServer {
        if let fault = options.faults.first(where: { $0.badCertificate != nil }), !options.isSecure {
            throw RehearsalError("the fault \"\(fault)\" needs TLS (--tls)")
        }
        let log = try RehearsalLog(path: options.logPath)
        let voice = try FliteVoice(options.voice)
        let recognition = RecognitionQueue(engine: try options.recognizer.open(warmedBy: voice))
        let voices = VoiceQueue(voice: voice)
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        do {
            let conditions = PortConditions(
                group: group, faults: FaultBook(log: log), identities: options.isSecure ? try ServerIdentities() : nil)
            let ports = try await open(options, log, conditions, recognition, voices)
            let server = RehearsalServer(
                log: log, group: group, ports: ports, conditions: conditions, recognition: recognition, voices: voices)
            for fault in options.faults { await server.plan(fault) }
            return server
        } catch {
            try? await group.shutdownGracefully()
            await recognition.stop()
            await voices.stop()
            throw error
        }
    }

    private static func open(
        _ options: RehearsalOptions, _ log: RehearsalLog, _ conditions: PortConditions, _ recognition: RecognitionQueue,
        _ voices: VoiceQueue
    ) async throws -> [RehearsalService: ServicePort] {
        let numbers = Numbers()
        let deepgram = DeepgramFront(options: options, recognition: recognition)
        let cartesia = CartesiaFront(options: options, voices: voices)
        let (plan, gemini, tavily) = (GroqPlan(options.limits), GeminiDesk(options), TavilyDesk(options))
        return [
            .deepgram: try await LoopbackPort.webSocket(conditions, deepgram) { numbers.log(log, .deepgram) },
            .groq: try await LoopbackPort.http(conditions, .groq) {
                GroqFront.handler(options, plan, numbers.visit(log, .groq))
            },
            .gemini: try await LoopbackPort.http(conditions, .gemini) {
                GeminiFront.handler(gemini, numbers.visit(log, .gemini))
            },
            .tavily: try await LoopbackPort.http(conditions, .tavily) {
                TavilyFront.handler(tavily, numbers.visit(log, .tavily))
            },
            .cartesia: try await LoopbackPort.webSocket(conditions, cartesia) { numbers.log(log, .cartesia) },
        ]
    }

    /// Closes every connection and ends the engines' threads.
    public func stop() async {
        for port in ports.values { await port.close() }
        // Before the event loops, to which they hand what they made.
        await recognition.stop()
        await voices.stop()
        try? await group.shutdownGracefully()
        conditions.identities?.certificates.remove()
    }
}

extension RehearsalServer.Addresses {
    fileprivate init(_ ports: [RehearsalService: ServicePort], _ identities: ServerIdentities?) {
        self.init(isSecure: identities != nil) { "127.0.0.1:\(ports[$0]?.number ?? 0)" }
        authorityFile = identities?.certificates.authorityFile
    }
}

/// Numbers connections and requests.
private final class Numbers: Sendable {
    private let connections = Atomic(0)
    private let requests = Atomic(0)

    func visit(_ log: RehearsalLog, _ service: RehearsalService) -> HTTPVisit {
        HTTPVisit(log: self.log(log, service)) { self.nextRequest() }
    }

    private func nextRequest() -> Int { requests.add(1, ordering: .relaxed).newValue }

    func log(_ log: RehearsalLog, _ service: RehearsalService) -> ConnectionLog {
        ConnectionLog(log: log, service: service, connection: connections.add(1, ordering: .relaxed).newValue)
    }
}
