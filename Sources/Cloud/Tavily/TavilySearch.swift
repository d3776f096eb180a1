import Conversation
import Failures

/// Searches the web through Tavily. Cancelling the task that waits cancels the request.
public struct TavilySearch: WebSearch {
    public var provider: Failure.Subject { .tavily }
    private let client: Confined<TavilyClient>

    public init(transport: CloudTransport, settings: TavilySettings) {
        client = Confined(to: transport) { TavilyClient(loop: $0, settings: settings) }
    }

    /// Nothing: Tavily has no cheap request that would open a connection, and few turns search.
    public func warm() {}

    public func search(_ query: WebQuery) async throws(Failure) -> WebFindings {
        let found = EventQueue<WebFindings>()
        let key = ObjectIdentifier(found)
        found.setHooks(onAbandoned: { [client] in client.run { $0.cancel(key) } })
        client.run { $0.search(query, into: found) }
        guard let findings = try await found.next() else { throw Failure(.tavily, .cancelled, "the search was cancelled") }
        return findings
    }
}

/// The searches under way. Network thread only.
final class TavilyClient {
    private let loop: CurlLoop
    private let settings: TavilySettings
    private var lookups: [ObjectIdentifier: TavilyLookup] = [:]

    init(loop: CurlLoop, settings: TavilySettings) {
        self.loop = loop
        self.settings = settings
    }

    func search(_ query: WebQuery, into found: EventQueue<WebFindings>) {
        do throws(Failure) {
            let key = ObjectIdentifier(found)
            let lookup = TavilyLookup(
                try TavilyWire.post(query, settings), of: query, on: loop, settings: settings, into: found
            ) { [weak self] in self?.ended(key) }
            lookups[key] = lookup
            lookup.begin()
        } catch {
            found.finish(throwing: error)
        }
    }

    func cancel(_ key: ObjectIdentifier) { lookups[key]?.cancel() }

    private func ended(_ key: ObjectIdentifier) {
        // Not under the feet of the lookup, which is just ending.
        loop.later { self.lookups[key] = nil }
    }
}
