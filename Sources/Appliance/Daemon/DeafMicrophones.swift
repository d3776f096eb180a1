import Failures

/// Tells the journal once when a microphone of the array falls out, and once when it is well again.
public struct DeafMicrophones {
    /// A change is told when it has lasted for so many looks: less is a loose wire, and a front end that was made anew needs a while
    /// to judge.
    private static let patienceLooks = 3

    private var told: Set<Int> = []
    private var looks: [Int: Int] = [:]
    /// The device's channel of each microphone; empty when they are the same.
    private let channels: [Int]

    public init(channels: [Int]) { self.channels = channels }

    /// One look.
    ///
    /// - Parameters:
    ///   - deaf: the microphones that are left out now, from 0 in the geometry's order.
    ///   - isHearing: false while the device is away: then nothing is known of its microphones.
    public mutating func entries(for deaf: [Int], isHearing: Bool = true) -> [JournalEntry] {
        guard isHearing else {
            looks = [:]
            return []
        }
        let changed = told.symmetricDifference(deaf)
        looks = Dictionary(uniqueKeysWithValues: changed.map { ($0, looks[$0, default: 0] + 1) })
        let settled = changed.filter { looks[$0, default: 0] >= Self.patienceLooks }
        defer {
            told.formSymmetricDifference(settled)
            for microphone in settled { looks[microphone] = nil }
        }
        return settled.sorted().map { told.contains($0) ? found($0) : lost($0) }
    }

    private func lost(_ microphone: Int) -> JournalEntry {
        var entry = JournalEntry(Failure(.capture, .microphoneDeaf, "\(name(microphone)) is dead or deaf and is left out"))
        entry.fields.append(("LINNET_MICROPHONE", .integer(Int64(microphone))))
        return entry
    }

    private func found(_ microphone: Int) -> JournalEntry {
        JournalEntry(
            .recovered, .notice, "\(name(microphone)) works again",
            [
                ("LINNET_PROVIDER", .text(Failure.Subject.capture.rawValue)),
                ("LINNET_FAILURE", .text(Failure.Kind.microphoneDeaf.rawValue)),
                ("LINNET_MICROPHONE", .integer(Int64(microphone))),
            ])
    }

    private func name(_ microphone: Int) -> String {
        channels.indices.contains(microphone) && channels[microphone] != microphone
            ? "microphone \(microphone) (channel \(channels[microphone]) of the device)" : "microphone \(microphone)"
    }
}
