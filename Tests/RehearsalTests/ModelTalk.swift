import Rehearsal
import Testing

/// A request that a service refuses, and how.
struct RefusedRequest: Sendable, CustomTestStringConvertible {
    var rule: String
    var body: String
    var status = 400
    /// What the answer says among other things.
    var words = ""

    init(_ rule: String, _ body: String, status: Int = 400, _ words: String = "") {
        self.rule = rule
        self.body = body
        self.status = status
        self.words = words
    }

    var testDescription: String { rule }
}

extension RehearsalServer {
    func gemini(
        _ body: String, model: String = "gemini-3.5-flash", version: String = "v1beta", method: String = "generateContent",
        key: String? = "rehearsal-gemini-key"
    ) throws -> HTTPReply {
        try HTTPReply.to(
            addresses.gemini, "POST", "/\(version)/models/\(model):\(method)",
            headers: ["Content-Type: application/json"] + (key.map { ["x-goog-api-key: \($0)"] } ?? []), body: body)
    }

    func search(_ body: String, key: String = "tvly-rehearsal-key") throws -> HTTPReply {
        try HTTPReply.to(
            addresses.tavily, "POST", "/search", headers: ["Authorization: Bearer \(key)", "Content-Type: application/json"],
            body: body)
    }

    func events(_ kind: RehearsalEvent.Kind) -> [RehearsalEvent] { log.events.filter { $0.kind == kind } }
}

/// Pieces of requests.
enum Ask {
    private static let parameters =
        #"{"type":"object","properties":{"query":{"type":"string"},"topic":{"type":"string"}},"required":["query"]}"#

    static let groqTool =
        #""tools":[{"type":"function","function":{"name":"web_search","description":"Searches.","parameters":\#(parameters)}}]"#
    static let geminiTool =
        #""tools":[{"functionDeclarations":[{"name":"web_search","description":"Searches.","parametersJsonSchema":\#(parameters)}]}]"#
    static let news = "What is in the news about the harbour bridge?"
    /// What a client makes of the search's result.
    static let found =
        #"[1] Harbour bridge opens again after the storm - The Harbour Gazette (harbourgazette.example, today)\n"#
        + #"The harbour bridge in Northfield opened again on Monday morning, nine days after the storm. Engineers replaced cables."#

    static func groq(_ messages: String, _ more: String = "") -> String {
        #"{"model":"openai/gpt-oss-120b","messages":[\#(messages)]\#(more.isEmpty ? "" : "," + more)}"#
    }

    static func user(_ text: String) -> String { #"{"role":"user","content":"\#(text)"}"# }

    static func calls(_ ids: String...) -> String {
        let calls = ids.map { #"{"id":"\#($0)","type":"function","function":{"name":"web_search","arguments":"{}"}}"# }
        return #"{"role":"assistant","tool_calls":[\#(calls.joined(separator: ","))]}"#
    }

    static func result(_ id: String, _ text: String = "x") -> String {
        #"{"role":"tool","tool_call_id":"\#(id)","content":"\#(text)"}"#
    }

    static func gemini(_ contents: String, _ more: String = "") -> String {
        #"{"contents":[\#(contents)]\#(more.isEmpty ? "" : "," + more)}"#
    }

    static func says(_ text: String) -> String { #"{"role":"user","parts":[{"text":"\#(text)"}]}"# }

    static func modelCalls(_ signatures: String?...) -> String {
        let parts = signatures.map { signature in
            let field = signature.map { #","thoughtSignature":"\#($0)""# } ?? ""
            return #"{"functionCall":{"name":"web_search","args":{"query":"x"}}\#(field)}"#
        }
        return #"{"role":"model","parts":[\#(parts.joined(separator: ","))]}"#
    }

    static func responses(_ texts: String...) -> String {
        let parts = texts.map { #"{"functionResponse":{"name":"web_search","response":{"output":"\#($0)"}}}"# }
        return #"{"role":"user","parts":[\#(parts.joined(separator: ","))]}"#
    }
}
