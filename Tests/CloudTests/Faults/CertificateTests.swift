import Cloud
import Failures
import Rehearsal
import Testing

@Suite("Over TLS")
struct CertificateTests {
    private static let patienceSeconds = 40
    private static let pairs = [RehearsalService.groq, .cartesia].flatMap { service in
        Fault.BadCertificate.allCases.map { (service, $0) }
    }

    @Test(arguments: RehearsalService.allCases)
    func `a service whose authority is trusted serves as ever`(service: RehearsalService) async throws {
        try await withCustomer("\(service.rawValue):slow-handshake:20", isSecure: true) { customer, server in
            #expect(server.addresses.groq.hasPrefix("https://") && server.addresses.cartesia.hasPrefix("wss://"))
            let fare = await customer.use(withinSeconds: Self.patienceSeconds)
            #expect(service.isContent(with: fare), "\(fare)")
        }
    }

    @Test(arguments: pairs)
    func `a bad certificate is refused for good; the next good one is taken`(
        service: RehearsalService, certificate: Fault.BadCertificate
    ) async throws {
        try await withCustomer("\(service.rawValue):certificate:\(certificate.rawValue)*always", isSecure: true) {
            customer, server in
            let fare = await customer.use(withinSeconds: Self.patienceSeconds)
            guard case .failed(let failure) = fare else { return #expect(Bool(false), "no failure but \(fare)") }
            #expect(failure.kind == .certificateRefused && failure.retry == .never, "\(failure)")
            await server.clearFaults()
            let later = await customer.use(withinSeconds: Self.patienceSeconds)
            #expect(service.isContent(with: later), "\(later)")
        }
    }

    @Test func `without the authority's file nobody here is trusted`() async throws {
        try await withCustomer("groq:slow-handshake:1", isSecure: true) { _, server in
            var addresses = server.addresses
            addresses.authorityFile = nil
            let fare = await Customer(of: .groq, addresses).use(withinSeconds: Self.patienceSeconds)
            guard case .failed(let failure) = fare else { return #expect(Bool(false), "no failure but \(fare)") }
            #expect(failure.kind == .certificateRefused)
        }
    }
}
