import Glibc

/// The certificates that the stand-ins can show, ready to use. They live as long as the process.
struct ServerIdentities: @unchecked Sendable {  // safe: OpenSSL shares contexts between threads by design, and none is changed
    let certificates: Certificates
    private let ssl: OpenSSL
    private let good: OpenSSL.Handle
    private let bad: [Fault.BadCertificate: OpenSSL.Handle]

    init() throws(RehearsalError) {
        ssl = try OpenSSL()
        certificates = try Certificates()
        good = try Self.context(ssl, certificates, nil)
        var bad: [Fault.BadCertificate: OpenSSL.Handle] = [:]
        for certificate in Fault.BadCertificate.allCases { bad[certificate] = try Self.context(ssl, certificates, certificate) }
        self.bad = bad
    }

    private static func context(
        _ ssl: OpenSSL, _ certificates: Certificates, _ bad: Fault.BadCertificate?
    ) throws(RehearsalError) -> OpenSSL.Handle {
        let pem: CInt = 1
        guard let context = ssl.makeContext(ssl.serverMethod()), ssl.useChain(context, certificates.chainFile(bad)) == 1,
            ssl.useKey(context, certificates.keyFile, pem) == 1
        else { throw RehearsalError("OpenSSL does not take \(certificates.chainFile(bad))") }
        return context
    }

    /// - Parameter shown: nil for the good one.
    func handler(showing shown: Fault.BadCertificate?) throws(RehearsalError) -> TLSHandler {
        guard let handler = TLSHandler(ssl, identity: shown.flatMap { bad[$0] } ?? good) else {
            throw RehearsalError("OpenSSL is out of memory")
        }
        return handler
    }
}
