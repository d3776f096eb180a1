import Cloud
import Failures
import Rehearsal
import Synchronization
import Testing

/// Not serialized: every row has services and a client of its own, and most of its time goes by waiting.
@Suite("What each client makes of each fault")
struct FaultTableTests {
    /// Above every deadline that a client has, with room for a busy machine.
    private static let patienceSeconds = 40

    @Test(arguments: FaultRow.lasting)
    func `a fault that lasts is named for what it is, in time; when it is over the same client works again`(row: FaultRow)
        async throws
    {
        try await withCustomer(row.fault) { customer, server in
            let fare = await customer.use(withinSeconds: Self.patienceSeconds)
            guard case .failed(let failure) = fare else { return #expect(Bool(false), "no failure but \(fare)") }
            #expect(failure.kind == row.kind, "\(failure)")
            #expect(failure.subject.rawValue == customer.service.rawValue)
            #expect(failure.retry == row.retry)
            #expect((failure.requestID != nil) == row.hasRequestID, "request id \(failure.requestID ?? "none")")
            #expect(!failure.detail.isEmpty && !failure.detail.contains("rehearsal"), "\(failure.detail)")
            guard !row.fault.hasSuffix("no-name") else { return }
            await server.clearFaults()
            let later = await customer.use(withinSeconds: Self.patienceSeconds)
            #expect(customer.service.isContent(with: later), "\(later)")
        }
    }

    @Test(arguments: FaultRow.passing)
    func `a fault that passes is got over, and nothing of the answer is lost or heard twice`(row: FaultRow) async throws {
        try await withCustomer(row.fault) { customer, server in
            let fare = await customer.use(withinSeconds: Self.patienceSeconds)
            await server.clearFaults()
            #expect(customer.service.isContent(with: fare), "\(fare)")
            #expect(await customer.use(withinSeconds: Self.patienceSeconds) == fare)
            #expect(server.log.events.contains { $0.kind == .fault })
        }
    }
}

/// A customer of the service that `fault` happens at.
func withCustomer(
    _ text: String, isSecure: Bool = false, _ body: (Customer, RehearsalServer) async throws -> Void
) async throws {
    await turnstile.enter()
    defer { turnstile.leave() }
    var options = RehearsalOptions()
    options.recognizer = .echo("Hello there.")
    options.delays.firstTokenMilliseconds = 1
    options.isSecure = isSecure
    let server = try await RehearsalServer.start(options)
    do {
        if let service = RehearsalService(rawValue: text.replacing(":no-name", with: "")) {
            try await body(Customer(of: service, .unresolvable), server)
        } else {
            let fault = try Fault(parsing: text)
            await server.plan(fault)
            try await body(Customer(of: fault.service, server.addresses), server)
        }
        await server.stop()
    } catch {
        await server.stop()
        throw error
    }
}

extension RehearsalService {
    /// Whether `fare` is what a customer gets on a good day.
    func isContent(with fare: Fare) -> Bool {
        switch (self, fare) {
        case (.deepgram, .served(let text)): text == "Hello there."
        case (.groq, .served(let text)), (.gemini, .served(let text)): text == "The capital of Spain is Madrid."
        case (.tavily, .served(let results)): results != "0 results"
        case (.cartesia, .served(let samples)): samples != "0 samples"
        default: false
        }
    }
}

/// Lets so many rows run at once that a small machine keeps every deadline.
private let turnstile = Turnstile(width: 10)

private final class Turnstile: Sendable {
    private struct State {
        var free: Int
        var waiting: [CheckedContinuation<Void, Never>] = []
    }
    private let state: Mutex<State>

    init(width: Int) { state = Mutex(State(free: width)) }

    func enter() async {
        await withCheckedContinuation { continuation in
            let isFree = state.withLock { state in
                guard state.free == 0 else {
                    state.free -= 1
                    return true
                }
                state.waiting.append(continuation)
                return false
            }
            if isFree { continuation.resume() }
        }
    }

    func leave() {
        let next = state.withLock { state -> CheckedContinuation<Void, Never>? in
            guard state.waiting.isEmpty else { return state.waiting.removeFirst() }
            state.free += 1
            return nil
        }
        next?.resume()
    }
}
