import Failures

/// The web search as the model sees it.
public struct WebSearchTool: Tool {
    public static let name = "web_search"

    private let search: any WebSearch
    private let maximumResults: Int
    public let deadlineMilliseconds: Int

    /// Scalars of one result's passages that the model is given.
    private static let passageBound = 700

    /// - Parameters:
    ///   - maximumResults: 1...20; every one makes the answer begin later.
    ///   - deadlineMilliseconds: of one search; a little more than the search's own, so that it can say itself why it failed.
    public init(search: any WebSearch, maximumResults: Int = 3, deadlineMilliseconds: Int = 3_500) {
        self.search = search
        self.maximumResults = maximumResults
        self.deadlineMilliseconds = deadlineMilliseconds
    }

    public var provider: Failure.Subject { search.provider }
    public func warm() { search.warm() }

    public var description: ToolDescription {
        ToolDescription(
            name: Self.name,
            purpose: """
                Searches the web. Use it for news, current events, weather, prices, opening hours and whatever else may have \
                changed lately or that you do not know for sure; not for arithmetic, small talk or lasting facts.
                """,
            parametersJSON: """
                {"type":"object","properties":{\
                "query":{"type":"string","description":"What to search for in a few words; at most 400 characters."},\
                "topic":{"type":"string","enum":["general","news"],\
                "description":"news for events of the last days, else general."}},\
                "required":["query"]}
                """)
    }

    public func run(_ arguments: ToolArguments) async -> ToolResult {
        guard let text = arguments["query"]?.text?.trimmed, !text.isEmpty else {
            return ToolResult(text: "", failure: Failure(provider, .badRequest, "the model asked for a search without a query"))
        }
        let topic = arguments["topic"]?.text.flatMap(WebQuery.Topic.init) ?? .general
        do throws(Failure) {
            let findings = try await search.search(WebQuery(text: text, topic: topic, maximumResults: maximumResults))
            return Self.result(of: findings, keeping: maximumResults)
        } catch {
            return ToolResult(text: "", failure: error)
        }
    }

    private static func result(of findings: WebFindings, keeping bound: Int) -> ToolResult {
        let results = findings.results.prefix(bound)
        guard !results.isEmpty || findings.answer?.isEmpty == false else { return ToolResult(text: "Nothing was found.") }
        let summary = findings.answer.map { ["In short: \(UntrustedText.line($0, bound: passageBound))"] } ?? []
        let texts = results.enumerated().map { index, result in
            let source = ToolSource(result)
            let date = source.publishedDate.map { ", \($0)" } ?? ""
            let passages = UntrustedText.block(result.content, bound: passageBound)
            return "[\(index + 1)] \(source.title) (\(source.site)\(date))\n\(passages)"
        }
        return ToolResult(text: (summary + texts).joined(separator: "\n\n"), sources: results.map { ToolSource($0) })
    }
}

extension ToolSource {
    /// As long as what is kept of a source may be, Unicode scalars.
    private static let (titleBound, urlBound, dateBound) = (120, 300, 40)

    init(_ result: WebResult) {
        self.init(title: result.title, url: result.url, publishedDate: result.publishedDate)
        self = bounded
    }

    /// Fit to be kept and shown to a model: short lines without anything invisible.
    var bounded: ToolSource {
        ToolSource(
            title: UntrustedText.line(title, bound: Self.titleBound), url: UntrustedText.line(url, bound: Self.urlBound),
            publishedDate: publishedDate.map { UntrustedText.line($0, bound: Self.dateBound) })
    }

    /// The site's name as people say it: "https://www.example.org/a" → "example.org".
    package var site: String {
        let address = url.firstRange(of: "://").map { url[$0.upperBound...] } ?? url[...]
        let host = address.prefix { !"/?#:".contains($0) }
        return String(host.hasPrefix("www.") ? host.dropFirst(4) : host)
    }
}
