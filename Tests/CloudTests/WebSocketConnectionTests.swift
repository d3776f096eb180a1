import Cloud
import Testing

@Suite struct WebSocketConnectionTests {
    private let transport = CloudTransport(TransportConfiguration())

    @Test func `texts go both ways, masked with fresh bytes each time`() async throws {
        let masks = Notes<[UInt8]>()
        let server = PeerServer { peer, _ in
            let request = try peer.upgrade()
            guard request.path == "/talk?x=1", request.headers["authorization"] == "Token secret" else {
                throw ClientMistake(description: "\(request)")
            }
            for _ in 0..<20 {
                let frame = try peer.readMessage()
                masks.add(frame.mask)
                try peer.say("echo " + frame.text)
            }
            try peer.hangUp(1000, "bye")
            let goodbye = try peer.readFrame()
            guard goodbye.opcode == 8, goodbye.payload == [3, 232] else { throw ClientMistake(description: "\(goodbye)") }
        }
        let socket = try DrivenSocket(transport, server)
        var replies = 0
        for await event in socket.events {
            switch event {
            case .opened: for i in 0..<20 { socket.send("message \(i)") }
            case .text(let text):
                #expect(String(decoding: text, as: UTF8.self) == "echo message \(replies)")
                replies += 1
            case .ended(let end): #expect(end == .closed(code: 1000, reason: "bye"))
            case .binary: Issue.record("binary")
            }
        }
        #expect(replies == 20)
        #expect(Set(masks.all).count > 15)
        #expect(server.complaints.isEmpty)
    }

    @Test func `a frame in the packet of the 101 is not lost`() async throws {
        let server = PeerServer { peer, _ in
            let request = try peer.readRequest()
            try peer.write(Peer.acceptance(of: request) + Peer.frame(1, Array("early".utf8)) + Peer.frame(8, [3, 232]))
            peer.waitForEnd()
        }
        #expect(await (try DrivenSocket(transport, server)).story() == ["opened", "text early", "closed 1000 "])
    }

    @Test func `a message in fragments with pings between arrives whole, every byte in a packet of its own`() async throws {
        let pongs = Notes<String>()
        let server = PeerServer { peer, _ in
            try peer.upgrade()
            let wire =
                Peer.frame(1, Array("hal".utf8), isFinal: false) + Peer.frame(9, Array("one".utf8))
                + Peer.frame(0, Array("lo ".utf8), isFinal: false) + Peer.frame(9, Array("two".utf8))
                + Peer.frame(0, Array("du".utf8))
            for byte in wire { try peer.write([byte]) }
            for _ in 0..<2 { pongs.add(try peer.readFrame().text) }
            try peer.hangUp(1001)
            peer.waitForEnd()
        }
        #expect(await (try DrivenSocket(transport, server)).story() == ["opened", "text hallo du", "closed 1001 "])
        #expect(await pongs.all(of: 2) == ["one", "two"])
    }

    @Test func `a refused upgrade keeps status, header and body`() async throws {
        let server = PeerServer { peer, _ in
            _ = try peer.readRequest()
            try peer.respond("401 Unauthorized", ["dg-error: wrong"], body: #"{"err_code":"INVALID_AUTH"}"#)
            peer.waitForEnd()
        }
        #expect(await (try DrivenSocket(transport, server)).story() == [#"refused 401 {"err_code":"INVALID_AUTH"}"#])
    }

    @Test func `a refusal in chunks is put together`() async throws {
        let server = PeerServer { peer, _ in
            _ = try peer.readRequest()
            try peer.write("HTTP/1.1 429 Too Many\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nslo\r\n2\r\nw!\r\n0\r\n\r\n")
            peer.waitForEnd()
        }
        #expect(await (try DrivenSocket(transport, server)).story() == ["refused 429 slow!"])
    }

    @Test func `a wrong Sec-WebSocket-Accept is no WebSocket`() async throws {
        let server = PeerServer { peer, _ in
            _ = try peer.readRequest()
            try peer.write(
                "HTTP/1.1 101 OK\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                    + "Sec-WebSocket-Accept: AAAAAAAAAAAAAAAAAAAAAAAAAAA=\r\n\r\n"
            )
            peer.waitForEnd()
        }
        #expect(await (try DrivenSocket(transport, server)).story() == ["fault malformed-answer"])
    }

    @Test func `half a frame and a reset is a lost connection`() async throws {
        let server = PeerServer { peer, _ in
            try peer.upgrade()
            try peer.write(Array(Peer.frame(1, Array("interrupted".utf8)).prefix(5)))
            peer.pause(milliseconds: 50)
            peer.reset()
        }
        #expect(await (try DrivenSocket(transport, server)).story() == ["opened", "fault connection-lost"])
    }

    @Test func `hanging up without a close frame is a lost connection`() async throws {
        let server = PeerServer { peer, _ in try peer.upgrade() }
        #expect(await (try DrivenSocket(transport, server)).story() == ["opened", "fault connection-lost"])
    }

    @Test func `a silent peer is pinged, then given up`() async throws {
        let opcodes = Notes<UInt8>()
        let server = PeerServer { peer, _ in
            try peer.upgrade()
            while true { opcodes.add(try peer.readFrame().opcode) }
        }
        let socket = try DrivenSocket(transport, server) {
            $0.pingAfterMilliseconds = 100
            $0.deadAfterMilliseconds = 200
        }
        #expect(await socket.story() == ["opened", "fault timed-out"])
        #expect(await opcodes.all(of: 1).first == 9)
    }

    @Test func `a peer that answers pings may be silent for long`() async throws {
        let server = PeerServer { peer, _ in
            try peer.upgrade()
            for _ in 0..<6 {
                guard try peer.readFrame().opcode == 9 else { throw ClientMistake(description: "no ping") }
                try peer.write(Peer.frame(10, []))
            }
            try peer.hangUp(1000)
            peer.waitForEnd()
        }
        let socket = try DrivenSocket(transport, server) {
            $0.pingAfterMilliseconds = 60
            $0.deadAfterMilliseconds = 3_000
        }
        #expect(await socket.story() == ["opened", "closed 1000 "])
        #expect(server.complaints.isEmpty)
    }

    @Test func `a server that never answers the handshake is given up`() async throws {
        let server = PeerServer { peer, _ in peer.waitForEnd() }
        let socket = try DrivenSocket(transport, server) { $0.handshakeMilliseconds = 100 }
        #expect(await socket.story() == ["fault timed-out"])
    }

    @Test func `nobody at the address is unreachable`() async throws {
        let server = PeerServer { _, _ in }
        server.stop()
        #expect(await (try DrivenSocket(transport, server)).story() == ["fault unreachable"])
    }

    @Test func `a message above the bound is refused with 1009`() async throws {
        let codes = Notes<[UInt8]>()
        let server = PeerServer { peer, _ in
            try peer.upgrade()
            try peer.write([0x81, 127, 0, 0, 0, 0, 0, 0x20, 0, 0])
            codes.add(try peer.readFrame().payload)
        }
        #expect(await (try DrivenSocket(transport, server)).story() == ["opened", "fault too-large"])
        #expect(await codes.all(of: 1).first.map { Array($0.prefix(2)) } == [3, 241])
    }

    @Test func `text that is not UTF-8 is refused with 1007`() async throws {
        let codes = Notes<[UInt8]>()
        let server = PeerServer { peer, _ in
            try peer.upgrade()
            try peer.write(Peer.frame(1, [0xC3, 0x28]))
            codes.add(try peer.readFrame().payload)
        }
        #expect(await (try DrivenSocket(transport, server)).story() == ["opened", "fault malformed-answer"])
        #expect(await codes.all(of: 1).first.map { Array($0.prefix(2)) } == [3, 239])
    }

    @Test func `megabytes go out to a peer that reads late, none is lost, and no more than one waits in our memory`() async throws
    {
        let received = Notes<Int>()
        let taken = Notes<Int>()
        let server = PeerServer { peer, _ in
            try peer.upgrade()
            for _ in 0..<1_000 where taken.all.isEmpty { peer.pause(milliseconds: 10) }
            var count = 0
            while true {
                let frame = try peer.readFrame()
                if frame.opcode == 8 { break }
                guard frame.payload.enumerated().allSatisfy({ $1 == UInt8(truncatingIfNeeded: $0) }) else {
                    throw ClientMistake(description: "bytes out of order")
                }
                count += 1
            }
            received.add(count)
            try peer.hangUp(1000)
        }
        let socket = try DrivenSocket(transport, server)
        for await event in socket.events {
            guard case .opened = event else { continue }
            socket.run { connection in
                let bytes = (0..<120_000).map { UInt8(truncatingIfNeeded: $0) }
                taken.add((0..<300).prefix { _ in bytes.withUnsafeBytes { connection.send(binary: $0) } }.count)
            }
            // The goodbye waits behind a megabyte: longer than our patience with an unanswered one.
            try await Task.sleep(for: .milliseconds(600))
            socket.run { $0.close() }
        }
        #expect(await received.all(of: 1) == taken.all)
        #expect(taken.all.first.map { $0 >= 8 && $0 < 300 } == true)
        #expect(server.complaints.isEmpty)
    }

    @Test func `a paused socket stops its sender, another one goes on, and resuming brings everything`() async throws {
        let sent = Notes<Int>()
        let server = PeerServer { peer, number in
            try peer.upgrade()
            let chunk = Peer.frame(2, [UInt8](repeating: 7, count: 65_536))
            for _ in 0..<(number == 0 ? 320 : 8) {
                try peer.write(chunk)
                sent.add(number)
            }
            try peer.hangUp(1000)
            peer.waitForEnd()
        }
        let slow = try DrivenSocket(transport, server)
        _ = await slow.events.next { if case .opened = $0 { true } else { false } }
        slow.run { $0.pause() }
        let quick = try DrivenSocket(transport, server)
        #expect(await quick.story().last == "closed 1000 ")
        try await Task.sleep(for: .milliseconds(300))
        #expect(sent.all.filter { $0 == 0 }.count < 320, "20 MB cannot all be under way")
        slow.run { $0.resume() }
        #expect(await slow.story().count >= 200)
    }

    @Test func `our own close is answered and ends cleanly`() async throws {
        let server = PeerServer { peer, _ in
            try peer.upgrade()
            let frame = try peer.readFrame()
            guard frame.opcode == 8, frame.payload == [3, 232] else { throw ClientMistake(description: "\(frame)") }
            try peer.write(Peer.frame(8, frame.payload))
        }
        let socket = try DrivenSocket(transport, server)
        for await event in socket.events {
            switch event {
            case .opened: socket.run { $0.close() }
            case .ended(let end): #expect(end == .closed(code: 1000, reason: ""))
            default: break
            }
        }
        #expect(server.complaints.isEmpty)
    }

    @Test func `shutting the transport down ends every socket and refuses new ones`() async throws {
        let transport = CloudTransport(TransportConfiguration())
        let server = PeerServer { peer, _ in
            try peer.upgrade()
            peer.waitForEnd()
        }
        let socket = try DrivenSocket(transport, server)
        _ = await socket.events.next { if case .opened = $0 { true } else { false } }
        transport.shutdown()
        #expect(await socket.story() == ["fault cancelled"])
        #expect(await (try DrivenSocket(transport, server)).story() == ["fault cancelled"])
    }

    @Test func `a peer that is talking when the transport stops sees a close and no reset`() async throws {
        let transport = CloudTransport(TransportConfiguration())
        let closes = Notes<[UInt8]>()
        let server = PeerServer { peer, _ in
            try peer.upgrade()
            for _ in 0..<10 {
                try peer.say(String(repeating: "and on ", count: 1_000))
                peer.pause(milliseconds: 2)
            }
            let close = try peer.readFrame()
            guard close.opcode == 8 else { throw ClientMistake(description: "opcode \(close.opcode)") }
            try peer.write(Peer.frame(8, close.payload))
            closes.add(close.payload)
            peer.waitForEnd()
        }
        let socket = try DrivenSocket(transport, server)
        _ = await socket.events.next { if case .text = $0 { true } else { false } }
        transport.shutdown()
        #expect(await socket.story().last == "fault cancelled")
        #expect(await closes.all(of: 1) == [[3, 232]])
        #expect(server.complaints.isEmpty)
        // It goes on after the wait that a stopping daemon allows: this machine may be busy.
        withExtendedLifetime(transport) {}
    }

    @Test func `from the call to the peer and back takes no time worth speaking of`() async throws {
        let server = PeerServer { peer, _ in
            try peer.upgrade()
            for _ in 0..<200 { try peer.write(Peer.frame(2, peer.readMessage().payload)) }
            try peer.hangUp(1000)
            peer.waitForEnd()
        }
        let socket = try DrivenSocket(transport, server)
        let clock = ContinuousClock()
        var sentAt = clock.now
        var trips: [Duration] = []
        let payload = [UInt8](repeating: 1, count: 640)
        func send() {
            sentAt = clock.now
            socket.run { connection in payload.withUnsafeBytes { _ = connection.send(binary: $0) } }
        }
        for await event in socket.events {
            switch event {
            case .opened: send()
            case .binary:
                trips.append(clock.now - sentAt)
                if trips.count < 200 { send() }
            default: break
            }
        }
        let median = trips.sorted()[trips.count / 2]
        print("WebSocket round trip through the loop, 640 bytes: median \(median)")
        #expect(median < .milliseconds(5))
    }
}
