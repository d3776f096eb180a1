import CCurl
import CPlatform

/// One easy handle with what it borrows, set up the way every connection here needs it. Network thread only.
final class CurlHandle {
    let easy: UnsafeMutableRawPointer
    private var headers: UnsafeMutablePointer<curl_slist>?
    private let errorWords: UnsafeMutablePointer<CChar>

    /// Nil only when memory is out.
    init?(_ address: ProviderAddress, path: String, loop: CurlLoop, connectMilliseconds: Int) {
        guard let easy = curl_easy_init() else { return nil }
        self.easy = easy
        errorWords = .allocate(capacity: Int(CURL_ERROR_SIZE))
        errorWords.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
        set(CURLOPT_ERRORBUFFER, pointer: errorWords)
        set(CURLOPT_URL, text: address.url(path: path))
        set(CURLOPT_USERAGENT, text: loop.userAgent)
        set(CURLOPT_NOSIGNAL, 1)
        set(CURLOPT_CONNECTTIMEOUT_MS, connectMilliseconds)
        set(CURLOPT_TCP_NODELAY, 1)
        set(CURLOPT_TCP_KEEPALIVE, 1)
        set(CURLOPT_SSL_VERIFYPEER, 1)
        set(CURLOPT_SSL_VERIFYHOST, 2)
        if let share = loop.share { set(CURLOPT_SHARE, pointer: share) }
        trust(loop.caFile)
        ln_set_acknowledge_limit(easy, Self.acknowledgeMilliseconds)
        if address.isLoopback { set(CURLOPT_NOPROXY, text: "*") }
    }

    deinit {
        curl_easy_cleanup(easy)
        curl_slist_free_all(headers)
        errorWords.deallocate()
    }

    /// The system's hashed directory (CURLOPT_CAPATH) stays as libcurl was built, and a file of ours comes on top of it.
    /// Without one libcurl would read the system's whole bundle for every connection: some ten milliseconds of this thread.
    private func trust(_ file: String?) {
        if let file {
            set(CURLOPT_CAINFO, text: file)
        } else if Self.hasSystemDirectory {
            _ = ln_set_pointer(easy, CURLOPT_CAINFO, nil)
        }
    }

    /// How long what was sent may go unacknowledged; the kernel's own patience with a dead peer is 15 minutes.
    private static let acknowledgeMilliseconds: UInt32 = 8_000

    private static let hasSystemDirectory: Bool = {
        guard let folder = ln_certificate_directory() else { return false }
        return access(folder, R_OK | X_OK) == 0
    }()

    func set(_ option: CURLoption, _ value: Int) { _ = ln_set_long(easy, option, value) }
    func set(_ option: CURLoption, pointer: UnsafeRawPointer) { _ = ln_set_pointer(easy, option, pointer) }
    /// libcurl copies the text.
    func set(_ option: CURLoption, text: String) { text.withCString { _ = ln_set_pointer(easy, option, $0) } }

    /// - Parameter lines: `Name: value`.
    func set(headers lines: [String]) {
        for line in lines { headers = curl_slist_append(headers, line) }
        if let headers { set(CURLOPT_HTTPHEADER, pointer: headers) }
    }

    func fault(_ code: CURLcode) -> TransportFault { TransportFault(code, words: String(cString: errorWords)) }

    /// Of a connected `CONNECT_ONLY` handle.
    var socket: Int32? {
        var socket = curl_socket_t(-1)
        guard ln_get_socket(easy, &socket) == CURLE_OK, socket >= 0 else { return nil }
        return socket
    }
}
