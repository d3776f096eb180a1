import Failures

/// Tells the journal once when a microphone of the array falls out, and once when it is well again.
public struct DeafMicrophones {
    private var known: [Int] = []
    /// The device's channel of each microphone; empty when they are the same.
    private let channels: [Int]

    public init(channels: [Int]) { self.channels = channels }

    /// - Parameter deaf: the microphones that are left out now, from 0 in the geometry's order.
    public mutating func entries(for deaf: [Int]) -> [JournalEntry] {
        defer { known = deaf }
        let lost = deaf.filter { !known.contains($0) }.map { microphone in
            JournalEntry(Failure(.capture, .microphoneDeaf, "\(name(microphone)) is dead or deaf and is left out"))
        }
        let found = known.filter { !deaf.contains($0) }.map { microphone in
            JournalEntry(
                .recovered, .notice, "\(name(microphone)) works again",
                [("LINNET_PROVIDER", .text(Failure.Subject.capture.rawValue))])
        }
        return lost + found
    }

    private func name(_ microphone: Int) -> String {
        channels.indices.contains(microphone) && channels[microphone] != microphone
            ? "microphone \(microphone) (channel \(channels[microphone]) of the device)" : "microphone \(microphone)"
    }
}
