import Synchronization

/// What a plan allows at once, counted over all connections of a service.
final class Seats: Sendable {
    private let taken = Atomic(0)
    private let bound: Int

    init(_ bound: Int) { self.bound = bound }

    var isFull: Bool { taken.load(ordering: .relaxed) >= bound }
    func take() { taken.add(1, ordering: .relaxed) }
    func leave() { taken.subtract(1, ordering: .relaxed) }
}
