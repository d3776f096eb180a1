import Failures

/// How the daemon reaches the outside.
public struct TransportConfiguration: Sendable {
    /// A PEM file with certificate authorities to trust besides the system's.
    public var caFile: String?
    /// Who we are, on every request: `linnet/1.2.3`.
    public var userAgent: String

    public init(caFile: String? = nil, userAgent: String = "linnet") {
        self.caFile = caFile
        self.userAgent = userAgent
    }
}

/// The one way out: every connection of the daemon lives on this transport's single network thread. Proxies come from the
/// environment (`https_proxy`, `no_proxy`), except for loopback addresses, which are always reached directly.
public final class CloudTransport: Sendable {
    package let loop: CurlLoop

    /// Starts the network thread.
    public init(_ configuration: TransportConfiguration) {
        loop = CurlLoop(caFile: configuration.caFile, userAgent: configuration.userAgent)
        loop.start()
    }

    deinit { loop.exit() }

    /// Ends every connection; what is still under way fails with ``Failure/Kind/cancelled``, and so does all that is
    /// begun later. Takes at most 250 ms.
    public func shutdown() { loop.shutDown(withinMilliseconds: 250) }
}
