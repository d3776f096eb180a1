import Cloud
import Failures
import Rehearsal
import Testing

/// What one of our clients makes of a fault.
struct FaultRow: Sendable, CustomTestStringConvertible {
    /// In the grammar of faults; `SERVICE:no-name` is a name that nobody can resolve.
    var fault: String
    /// Nil when the client gets over it by itself.
    var kind: Failure.Kind?
    var retry = Failure.Retry.withBackOff
    var hasRequestID = false

    var testDescription: String { fault }

    init(_ fault: String, _ kind: Failure.Kind? = nil, _ retry: Failure.Retry? = nil, id: Bool = false) {
        self.fault = fault
        self.kind = kind
        self.retry = retry ?? kind?.usualRetry ?? .never
        hasRequestID = id
    }

    /// Every kind of fault, all the time.
    static let lasting: [FaultRow] = deepgram + groq + gemini + tavily + cartesia
    /// Once: with another try a client has the answer all the same.
    static let passing: [FaultRow] = [
        "deepgram:429", "deepgram:500", "deepgram:503", "deepgram:close:1011", "deepgram:close:1012", "deepgram:reset@0",
        "deepgram:slow-handshake:300", "deepgram:split",
        "groq:429:1", "groq:500", "groq:503", "groq:half-frame", "groq:reset", "groq:malformed", "groq:in-band:503",
        "groq:slow-handshake:300", "groq:split",
        "gemini:429:1", "gemini:500", "gemini:503", "gemini:half-frame@0", "gemini:reset@0", "gemini:malformed",
        "gemini:in-band:503", "gemini:slow-handshake:300", "gemini:split",
        "tavily:429", "tavily:500", "tavily:503", "tavily:half-frame", "tavily:reset", "tavily:slow-handshake:300",
        "tavily:split",
        "cartesia:429", "cartesia:500", "cartesia:503", "cartesia:close:1000", "cartesia:close:1012", "cartesia:reset@0",
        "cartesia:half-frame@0", "cartesia:in-band:503", "cartesia:slow-handshake:300", "cartesia:split",
    ].map { FaultRow($0) }

    private static let deepgram = [
        FaultRow("deepgram:no-name", .nameNotResolved), FaultRow("deepgram:refused", .unreachable),
        FaultRow("deepgram:400*always", .modelGone, id: true), FaultRow("deepgram:401*always", .keyRefused, id: true),
        FaultRow("deepgram:402*always", .paymentRequired, id: true), FaultRow("deepgram:403*always", .forbidden, id: true),
        FaultRow("deepgram:404*always", .badRequest, id: true), FaultRow("deepgram:429*always", .rateLimited, id: true),
        FaultRow("deepgram:429:1*always", .rateLimited, .after(milliseconds: 1_000), id: true),
        FaultRow("deepgram:500*always", .serverError, id: true), FaultRow("deepgram:503*always", .overloaded, id: true),
        FaultRow("deepgram:close:1008*always", .badRequest, id: true),
        FaultRow("deepgram:close:1011*always", .serverError, id: true),
        FaultRow("deepgram:slow-handshake:20000*always", .timedOut),
        FaultRow("deepgram:429:30*always", .rateLimited, .after(milliseconds: 30_000), id: true),
        FaultRow("deepgram:close:1006*always", .connectionLost, id: true),
        FaultRow("deepgram:close:1013*always", .overloaded, id: true),
        FaultRow("deepgram:reset@0*always", .connectionLost, id: true),
    ]

    private static let groq = [
        FaultRow("groq:no-name", .nameNotResolved), FaultRow("groq:refused", .unreachable),
        FaultRow("groq:slow-handshake:20000*always", .timedOut), FaultRow("groq:400*always", .badRequest, id: true),
        FaultRow("groq:401*always", .keyRefused, id: true), FaultRow("groq:402*always", .paymentRequired, id: true),
        FaultRow("groq:403*always", .forbidden, id: true), FaultRow("groq:404*always", .modelGone, id: true),
        FaultRow("groq:429*always", .rateLimited, id: true),
        FaultRow("groq:429:30*always", .rateLimited, .after(milliseconds: 30_000), id: true),
        FaultRow("groq:500*always", .serverError, id: true), FaultRow("groq:503*always", .overloaded, id: true),
        FaultRow("groq:half-frame*always", .truncatedAnswer, id: true), FaultRow("groq:reset*always", .truncatedAnswer, id: true),
        FaultRow("groq:reset@3*always", .truncatedAnswer, id: true), FaultRow("groq:stall@0*always", .timedOut),
        FaultRow("groq:stall*always", .timedOut, id: true), FaultRow("groq:stall@3*always", .timedOut, id: true),
        FaultRow("groq:malformed*always", .malformedAnswer), FaultRow("groq:oversized*always", .tooLarge),
        FaultRow("groq:in-band:503*always@1", .serverError, id: true),
        FaultRow("groq:in-band:429*always@1", .rateLimited, id: true),
    ]

    private static let gemini = [
        FaultRow("gemini:no-name", .nameNotResolved), FaultRow("gemini:refused", .unreachable),
        FaultRow("gemini:slow-handshake:20000*always", .timedOut), FaultRow("gemini:400*always", .keyRefused),
        FaultRow("gemini:401*always", .keyRefused), FaultRow("gemini:402*always", .paymentRequired),
        FaultRow("gemini:403*always", .forbidden), FaultRow("gemini:404*always", .modelGone),
        FaultRow("gemini:429*always", .rateLimited),
        FaultRow("gemini:429:30*always", .rateLimited, .after(milliseconds: 30_000)),
        FaultRow("gemini:500*always", .serverError), FaultRow("gemini:503*always", .overloaded),
        FaultRow("gemini:half-frame@0*always", .truncatedAnswer), FaultRow("gemini:reset@0*always", .truncatedAnswer),
        FaultRow("gemini:stall@0*always", .timedOut), FaultRow("gemini:malformed*always", .malformedAnswer),
        FaultRow("gemini:oversized*always", .tooLarge), FaultRow("gemini:in-band:503*always", .overloaded),
        FaultRow("gemini:in-band:429*always", .rateLimited),
    ]

    private static let tavily = [
        FaultRow("tavily:no-name", .nameNotResolved), FaultRow("tavily:refused", .unreachable),
        FaultRow("tavily:slow-handshake:20000*always", .timedOut), FaultRow("tavily:400*always", .badRequest),
        FaultRow("tavily:401*always", .keyRefused), FaultRow("tavily:432*always", .paymentRequired),
        FaultRow("tavily:403*always", .forbidden), FaultRow("tavily:404*always", .badRequest),
        FaultRow("tavily:429*always", .rateLimited),
        FaultRow("tavily:429:30*always", .rateLimited, .after(milliseconds: 30_000)),
        FaultRow("tavily:500*always", .serverError), FaultRow("tavily:503*always", .overloaded),
        FaultRow("tavily:half-frame*always", .truncatedAnswer), FaultRow("tavily:reset*always", .connectionLost),
        FaultRow("tavily:stall*always", .timedOut), FaultRow("tavily:malformed*always", .malformedAnswer),
        FaultRow("tavily:oversized*always", .tooLarge),
    ]

    private static let cartesia = [
        FaultRow("cartesia:no-name", .nameNotResolved), FaultRow("cartesia:refused", .unreachable),
        FaultRow("cartesia:400*always", .badRequest, id: true), FaultRow("cartesia:401*always", .keyRefused, id: true),
        FaultRow("cartesia:402*always", .paymentRequired, id: true), FaultRow("cartesia:403*always", .forbidden, id: true),
        FaultRow("cartesia:404*always", .modelGone, id: true), FaultRow("cartesia:429*always", .rateLimited, id: true),
        FaultRow("cartesia:500*always", .serverError, id: true), FaultRow("cartesia:503*always", .overloaded, id: true),
        FaultRow("cartesia:half-frame@0*always", .connectionLost, id: true),
        FaultRow("cartesia:reset@0*always", .connectionLost, id: true),
        FaultRow("cartesia:429:30*always", .rateLimited, .after(milliseconds: 30_000), id: true),
        FaultRow("cartesia:stall@0*always", .timedOut),
        FaultRow("cartesia:oversized*always", .tooLarge, id: true),
        FaultRow("cartesia:in-band:402*always", .paymentRequired, id: true),
        FaultRow("cartesia:stall*always", .timedOut), FaultRow("cartesia:stall@2*always", .timedOut),
        FaultRow("cartesia:close:1006*always", .connectionLost, id: true),
        FaultRow("cartesia:close:1012*always", .connectionLost, id: true),
        FaultRow("cartesia:close:1011*always", .serverError, id: true),
        FaultRow("cartesia:close:4000*always", .connectionLost, id: true),
    ]
}
