import Appliance
import Foundation
import Testing

@Suite struct `The control socket` {
    @Test func `answers a request, refuses nonsense, and is closed to strangers`() async throws {
        let path = NSTemporaryDirectory() + "linnet-\(UUID().uuidString.prefix(8)).sock"
        let server = try ControlServer(path: path) { request in
            request.command == .ask ? ControlReply(answer: "You said \(request.text ?? "")") : ControlReply(error: "not today")
        }
        defer { server.stop() }
        let client = ControlClient(path: path)
        #expect(try client.send(ControlRequest(.ask, text: "hello \"you\"\n")).answer == "You said hello \"you\"\n")
        #expect(try client.send(ControlRequest(.mute)).error == "not today")
        let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
        #expect(mode == 0o660)
    }

    @Test func `a second daemon on the same socket is refused`() throws {
        let path = NSTemporaryDirectory() + "linnet-\(UUID().uuidString.prefix(8)).sock"
        let server = try ControlServer(path: path) { _ in ControlReply() }
        defer { server.stop() }
        #expect(throws: (any Error).self) { try ControlServer(path: path) { _ in ControlReply() } }
    }

    @Test func `no daemon means an error that says how to start one`() throws {
        let error = try #require(throws: ControlClient.NoDaemon.self) {
            try ControlClient(path: "/nowhere/control.sock").send(ControlRequest(.status))
        }
        #expect("\(error)".contains("systemctl start linnet"))
    }
}
