import Synchronization

/// Which connection and which request meets which fault: a value that counts.
///
/// Every fault counts every occasion at its service. Of those whose turn it is the one that was planned first strikes, and only
/// it is used up: `groq:503` and `groq:429+1` are a 503, then a 429.
package struct FaultSchedule: Sendable, Equatable {
    package enum Occasion: Sendable { case connection, request }

    private var pending: [Fault] = []

    package init() {}

    package mutating func add(_ fault: Fault) { pending.append(fault) }
    package mutating func clear() { pending = [] }

    /// What the next connection or request at `service` meets; nil when it goes well.
    package mutating func meet(_ occasion: Occasion, at service: RehearsalService) -> Fault? {
        var struck: Int?
        for index in pending.indices where pending[index].service == service && pending[index].meets(occasion) {
            if pending[index].after > 0 {
                pending[index].after -= 1
            } else if struck == nil {
                struck = index
            }
        }
        guard let struck else { return nil }
        let fault = pending[struck]
        if let times = fault.times {
            pending[struck].times = times - 1
            if times <= 1 { pending.remove(at: struck) }
        }
        return fault
    }
}

extension Fault {
    fileprivate func meets(_ occasion: FaultSchedule.Occasion) -> Bool { meetsConnections == (occasion == .connection) }
}

/// The schedule as all connections share it; what is met goes to the log.
final class FaultBook: Sendable {
    private let schedule = Mutex(FaultSchedule())
    private let log: RehearsalLog

    init(log: RehearsalLog) { self.log = log }

    func add(_ fault: Fault) { schedule.withLock { $0.add(fault) } }
    func clear() { schedule.withLock { $0.clear() } }
    func note(_ fault: Fault) { log.add(RehearsalEvent(fault.service, .fault, connection: 0, text: fault.description)) }

    func meet(_ occasion: FaultSchedule.Occasion, at service: RehearsalService) -> Fault? {
        let fault = schedule.withLock { $0.meet(occasion, at: service) }
        if let fault { note(fault) }
        return fault
    }
}
