extension Fault {
    /// How a fault is written, for help and for errors.
    public static let grammar = """
        A fault is SERVICE:KIND, then at will *TIMES, +AFTER and @PARTS.
          SERVICE  \(RehearsalService.allCases.map(\.rawValue).joined(separator: ", "))
          KIND  refused[:MS]         nobody listens, for MS or for good
                slow-handshake:MS    accepted, and nothing is read for MS
                certificate:NAME     with --tls; NAME is one of
                  \(BadCertificate.allCases.prefix(4).map(\.rawValue).joined(separator: ", ")),
                  \(BadCertificate.allCases.dropFirst(4).map(\.rawValue).joined(separator: ", "))
                STATUS               an HTTP status from 400 to 599
                429:S                with a retry-after of S seconds
                in-band:STATUS       an error inside an answer that began well
                half-frame           half of a message, then the end
                reset                TCP RST in the middle of an answer
                stall                silence in the middle of an answer
                malformed            a part whose JSON ends in the middle
                split                every byte is a write of its own
                oversized            a part of 4 MiB
                close:CODE[:REASON]  a WebSocket's close code
          *TIMES  how many requests or connections meet it: a number, or
                  *always (default: *1)
          +AFTER  how many are let through before (default: +0)
          @PARTS  how many parts of the answer are let through before it
                  (default: @1 for half-frame, reset and stall, else @0)
        Examples: groq:503  gemini:429:30*3  deepgram:close:1011@2
        """

    /// - Throws: a sentence about what is wrong and the grammar.
    public init(parsing text: String) throws(RehearsalError) {
        let cut = text.firstIndex { "*+@".contains($0) } ?? text.endIndex
        let words = text[..<cut].split(separator: ":", maxSplits: 3, omittingEmptySubsequences: false).map(String.init)
        guard words.count > 1, let service = RehearsalService(rawValue: words[0]) else {
            throw Self.refused(text, "it must begin with a service and a kind")
        }
        guard let kind = Kind(words: Array(words.dropFirst())) else { throw Self.refused(text, "the kind is unknown") }
        self.init(service, kind)
        try read(suffixes: text[cut...], of: text)
        if let impossibility { throw Self.refused(text, impossibility) }
        if case .refused = kind, cut != text.endIndex { throw Self.refused(text, "nobody counts refused connections") }
    }

    private mutating func read(suffixes: Substring, of text: String) throws(RehearsalError) {
        var rest = suffixes
        while let mark = rest.popFirst() {
            let value = rest.prefix { !"*+@".contains($0) }
            rest = rest.dropFirst(value.count)
            if mark == "*", value == "always" {
                times = nil
                continue
            }
            guard let number = Int(value), (mark == "*" ? 1 : 0)...1_000_000 ~= number else {
                throw Self.refused(text, "a number must follow \(mark)")
            }
            switch mark {
            case "*": times = number
            case "+": after = number
            default: parts = number
            }
        }
    }

    private static func refused(_ text: String, _ why: String) -> RehearsalError {
        RehearsalError("the fault \"\(text)\" is not understood: \(why).\n\(grammar)")
    }
}

extension Fault.Kind {
    private static let longestMilliseconds = 3_600_000

    /// `["429", "30"]`, `["close", "1011", "NET-0000"]`
    fileprivate init?(words: [String]) {
        let number = words.count > 1 ? Int(words[1]) : nil
        switch (words[0], words.count) {
        case ("refused", 1): self = .refused(milliseconds: nil)
        case ("refused", 2), ("slow-handshake", 2):
            guard let number, 1...Self.longestMilliseconds ~= number else { return nil }
            self = words[0] == "refused" ? .refused(milliseconds: number) : .slowHandshake(milliseconds: number)
        case ("certificate", 2):
            guard let certificate = Fault.BadCertificate(rawValue: words[1]) else { return nil }
            self = .certificate(certificate)
        case ("in-band", 2):
            guard let number else { return nil }
            self = .inBand(number)
        case ("close", 2...):
            guard let number else { return nil }
            self = .close(number, reason: words.count > 2 ? words[2] : nil)
        default:
            guard let kind = Self(plain: words, number: number) else { return nil }
            self = kind
        }
    }

    private init?(plain words: [String], number: Int?) {
        let plain: [String: Self] = [
            "half-frame": .halfFrame, "reset": .reset, "stall": .stall, "malformed": .malformed, "split": .split,
            "oversized": .oversized,
        ]
        if words.count == 1, let kind = plain[words[0]] {
            self = kind
        } else if let status = Int(words[0]), words.count == 1 || words.count == 2 && status == 429 && (number ?? -1) >= 0 {
            self = .status(status, retryAfterSeconds: number)
        } else {
            return nil
        }
    }
}

extension Fault: CustomStringConvertible {
    /// As the grammar has it.
    public var description: String {
        let marks = [
            times == 1 ? "" : "*\(times.map(String.init) ?? "always")", after == 0 ? "" : "+\(after)",
            parts == kind.usualParts ? "" : "@\(parts)",
        ]
        return "\(service.rawValue):\(kind)" + marks.joined()
    }
}

extension Fault.Kind: CustomStringConvertible {
    public var description: String {
        switch self {
        case .refused(let milliseconds): "refused" + (milliseconds.map { ":\($0)" } ?? "")
        case .slowHandshake(let milliseconds): "slow-handshake:\(milliseconds)"
        case .certificate(let certificate): "certificate:\(certificate.rawValue)"
        case .status(let status, let seconds): "\(status)" + (seconds.map { ":\($0)" } ?? "")
        case .inBand(let status): "in-band:\(status)"
        case .close(let code, let reason): "close:\(code)" + (reason.map { ":\($0)" } ?? "")
        case .halfFrame: "half-frame"
        case .reset: "reset"
        case .stall: "stall"
        case .malformed: "malformed"
        case .split: "split"
        case .oversized: "oversized"
        }
    }
}
