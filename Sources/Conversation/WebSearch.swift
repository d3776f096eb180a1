import Failures

/// A search of the web as a tool needs it. Implementations speak a provider's protocol.
public protocol WebSearch: Sendable {
    var provider: Failure.Subject { get }
    func warm()
    /// Searches within the implementation's own deadline; ends at once when its task is cancelled.
    func search(_ query: WebQuery) async throws(Failure) -> WebFindings
}

public struct WebQuery: Sendable, Equatable {
    public enum Topic: String, Sendable, CaseIterable { case general, news }

    /// At most 400 characters.
    public var text: String
    public var topic: Topic
    /// 1...20.
    public var maximumResults: Int

    /// Longest query that is sent, characters; the rest is cut off.
    public static let textBound = 400

    public init(text: String, topic: Topic = .general, maximumResults: Int = 3) {
        self.text = String(text.prefix(Self.textBound))
        self.topic = topic
        self.maximumResults = min(max(maximumResults, 1), 20)
    }
}

public struct WebFindings: Sendable, Equatable {
    /// The provider's own summary, where it was asked for one.
    public var answer: String?
    /// Best first.
    public var results: [WebResult]
    /// For the provider's support desk.
    public var requestID: String?

    public init(answer: String? = nil, results: [WebResult], requestID: String? = nil) {
        self.answer = answer
        self.results = results
        self.requestID = requestID
    }
}

public struct WebResult: Sendable, Equatable {
    public var title: String
    public var url: String
    /// The passages that fit the query.
    public var content: String
    /// As the source wrote it; usually of news only.
    public var publishedDate: String?

    public init(title: String, url: String, content: String, publishedDate: String? = nil) {
        self.title = title
        self.url = url
        self.content = content
        self.publishedDate = publishedDate
    }
}
