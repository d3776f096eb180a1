import Failures
import Testing

@Suite("The taxonomy of failures")
struct TaxonomyTests {
    /// Others' tests bring these about: bad certificates, a missing key, the end of the daemon, a consumer that takes nothing, a
    /// damaged file.
    private static let elsewhere: Set<Failure.Kind> = [.certificateRefused, .keyMissing, .cancelled, .queueFull, .stateUnusable]
    private static let ofDevices: Set<Failure.Kind> = [
        .absent, .busy, .unplugged, .unsupported, .silent, .stalled, .microphoneDeaf,
    ]

    @Test func `every kind of failure of a provider is brought about by some fault`() {
        let met = Set(FaultRow.lasting.compactMap(\.kind)).union(Self.elsewhere).union(Self.ofDevices)
        // What fits nothing else is out of memory at best.
        #expect(Set(Failure.Kind.allCases).subtracting(met) == [.unknown])
    }

    @Test func `every kind has a journal id of its own, words for the person and advice for the technician`() {
        let ids = Failure.Kind.allCases.map(\.messageID)
        #expect(Set(ids).count == ids.count)
        for id in ids { #expect(id.count == 32 && id.allSatisfy { $0.isHexDigit && !$0.isUppercase }) }
        for subject in Failure.Subject.allCases {
            for kind in Failure.Kind.allCases {
                let failure = Failure(subject, kind, "seen")
                #expect(failure.spoken.last == "." && !failure.advice.isEmpty)
            }
        }
    }
}
