import Foundation
import Rehearsal
import Testing

@Suite struct Probe {
    @Test func probe() async throws {
        let faults = [
            "", "400", "401", "402", "403", "404", "429", "429:1", "429:1*always", "429:30", "500", "503", "503*always",
            "refused", "slow-handshake:300", "slow-handshake:9000*always", "half-frame", "half-frame*always",
            "half-frame@0*always", "reset", "reset*always", "reset@0*always", "stall", "stall*always", "stall@0*always",
            "malformed", "malformed*always", "split", "oversized", "oversized*always", "in-band:503", "in-band:503*always",
            "in-band:429", "close:1000", "close:1011", "close:1011*always", "close:1008*always", "close:1012*always",
            "close:1013*always", "close:1006*always", "close:4000*always", "close:1011@1*always",
        ]
        await withTaskGroup(of: Void.self) { g in
            for s in RehearsalService.allCases {
                for f in faults {
                    guard f == "" || (try? Fault(parsing: "\(s.rawValue):\(f)")) != nil else { continue }
                    g.addTask {
                        var o = RehearsalOptions()
                        o.recognizer = .echo("Hello there.")
                        o.delays.firstTokenMilliseconds = 1
                        o.delays.tokenMilliseconds = 0
                        let server = try! await RehearsalServer.start(o)
                        if f != "" { await server.plan(try! Fault(parsing: "\(s.rawValue):\(f)")) }
                        let c = Customer(of: s, server.addresses)
                        let t = ContinuousClock.now
                        let r = await c.use(withinSeconds: 30)
                        let d = ContinuousClock.now - t
                        await server.clearFaults()
                        let r2 = await c.use(withinSeconds: 15)
                        print(
                            "PROBE \(s.rawValue):\(f) \(Int(d.components.seconds*1000+d.components.attoseconds/1_000_000_000_000_000))ms | \(r) || \(r2)"
                        )
                        await server.stop()
                    }
                }
            }
        }
    }
}
