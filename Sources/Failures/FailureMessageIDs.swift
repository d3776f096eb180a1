extension Failure.Kind {
    /// The journal's `MESSAGE_ID` of an entry about such a failure, whoever failed: 128 bits in lower-case hexadecimal, never
    /// changed once given. `systemd/linnet.catalog` says for each what it means and what to do.
    public var messageID: String { "5b0f6c1e1a5e4f6d9a3c2e7d10c1f0" + suffix }

    private var suffix: String {
        switch self {
        case .nameNotResolved: "01"
        case .unreachable: "02"
        case .certificateRefused: "03"
        case .timedOut: "04"
        case .keyMissing: "05"
        case .keyRefused: "06"
        case .paymentRequired: "07"
        case .forbidden: "08"
        case .modelGone: "09"
        case .rateLimited: "0a"
        case .badRequest: "0b"
        case .overloaded: "0c"
        case .serverError: "0d"
        case .connectionLost: "0e"
        case .malformedAnswer: "0f"
        case .truncatedAnswer: "10"
        case .tooLarge: "11"
        case .absent: "12"
        case .busy: "13"
        case .unplugged: "14"
        case .unsupported: "15"
        case .silent: "16"
        case .stalled: "17"
        case .queueFull: "18"
        case .cancelled: "19"
        case .unknown: "1a"
        case .microphoneDeaf: "1b"
        case .stateUnusable: "1c"
        }
    }
}
