import CCurl
import Failures

/// What went wrong on the way, before a provider's own words: a ``Failure`` without its subject.
package struct TransportFault: Error, Equatable {
    package var kind: Failure.Kind
    package var detail: String

    package init(_ kind: Failure.Kind, _ detail: String) {
        self.kind = kind
        self.detail = detail
    }

    /// - Parameter words: libcurl's error buffer; may be empty.
    init(_ code: CURLcode, words: String) {
        let text = words.isEmpty ? String(cString: curl_easy_strerror(code)) : words
        self.init(Self.kind(of: code), "\(text) (curl \(code.rawValue))")
    }

    package func failure(_ subject: Failure.Subject, requestID: String? = nil) -> Failure {
        Failure(subject, kind, detail, requestID: requestID)
    }

    private static func kind(of code: CURLcode) -> Failure.Kind {
        switch code {
        case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_RESOLVE_PROXY: .nameNotResolved
        case CURLE_COULDNT_CONNECT: .unreachable
        case CURLE_OPERATION_TIMEDOUT: .timedOut
        case CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CACERT_BADFILE, CURLE_SSL_ISSUER_ERROR: .certificateRefused
        case CURLE_PARTIAL_FILE: .truncatedAnswer
        case CURLE_OUT_OF_MEMORY, CURLE_FAILED_INIT: .unknown
        case CURLE_URL_MALFORMAT, CURLE_UNSUPPORTED_PROTOCOL: .badRequest
        default: .connectionLost
        }
    }
}
