import Cloud
import Testing

@Suite struct CodecTests {
    @Test func `RFC 6455's own examples are read and written`() throws {
        let masked = Array("Hello".utf8).withUnsafeBytes { WebSocketEncoder.frame(.text, $0, mask: 0x37FA_213D) }
        #expect(masked == [0x81, 0x85, 0x37, 0xFA, 0x21, 0x3D, 0x7F, 0x9F, 0x4D, 0x51, 0x58])
        #expect(try messages([0x81, 0x05, 0x48, 0x65, 0x6C, 0x6C, 0x6F]) == [.text(Array("Hello".utf8))])
        #expect(try messages([0x01, 0x03, 0x48, 0x65, 0x6C, 0x80, 0x02, 0x6C, 0x6F]) == [.text(Array("Hello".utf8))])
    }

    @Test func `lengths of one, two and eight bytes are written and read`() throws {
        for count in [0, 125, 126, 65_535, 65_536] {
            let payload = [UInt8](repeating: 0x55, count: count)
            let frame = payload.withUnsafeBytes { WebSocketEncoder.frame(.binary, $0, mask: 0) }
            #expect(frame.count == count + (count < 126 ? 6 : count < 65_536 ? 8 : 14))
            #expect(try messages(Peer.frame(2, payload)) == [.binary(payload)])
        }
    }

    @Test func `the split of the bytes never changes the messages`() throws {
        let wire =
            Peer.frame(1, Array("Grüße".utf8), isFinal: false) + Peer.frame(9, [1, 2]) + Peer.frame(0, Array(" aus Köln".utf8))
            + Peer.frame(2, [UInt8](repeating: 3, count: 300)) + Peer.frame(8, [0x03, 0xE8] + Array("ok".utf8))
        let whole = try messages(wire)
        #expect(whole.count == 4)
        for cut in 0...wire.count {
            var decoder = WebSocketDecoder()
            var parts: [WebSocketMessage] = []
            for part in [wire[..<cut], wire[cut...]] {
                decoder.feed(part)
                while let message = try decoder.next() { parts.append(message) }
            }
            #expect(parts == whole, "cut at byte \(cut)")
        }
    }

    @Test(
        arguments: [
            ([0xC1, 0x00], 1002), ([0x83, 0x00], 1002), ([0x81, 0x80, 0, 0, 0, 0], 1002), ([0x09, 0x00], 1002),
            ([0x89, 0x7E, 0, 126], 1002), ([0x80, 0x00], 1002), ([0x01, 0x00, 0x81, 0x00], 1002), ([0x88, 0x01, 0x03], 1002),
            ([0x88, 0x02, 0x03, 0xEE], 1002), ([0x88, 0x04, 0x03, 0xE8, 0xC3, 0x28], 1007), ([0x81, 0x01, 0xFF], 1007),
            ([0x82, 0x7F, 0, 0, 0, 1, 0, 0, 0, 0], 1009), ([0x82, 0x7F, 0xFF, 0, 0, 0, 0, 0, 0, 0], 1009),
        ] as [([UInt8], UInt16)])
    func `a frame that breaks the rules names the close code that answers it`(wire: [UInt8], code: UInt16) {
        do {
            Issue.record("accepted: \(try messages(wire))")
        } catch {
            #expect((error as? WebSocketViolation)?.closeCode == code)
        }
    }

    private func messages(_ wire: [UInt8]) throws -> [WebSocketMessage] {
        var decoder = WebSocketDecoder()
        decoder.feed(wire)
        var all: [WebSocketMessage] = []
        while let message = try decoder.next() { all.append(message) }
        return all
    }

    @Test func `SHA-1 and base64 give their published values`() {
        #expect(Base64.encode(sha1(Array("abc".utf8))) == "qZk+NkcGgWq6PiVxeFDCbJzQ2J0=")
        #expect(Base64.encode(sha1([])) == "2jmj7l5rSw0yVb/vlWAYkK/YBwk=")
        for (plain, coded) in [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg==")] {
            #expect(Base64.encode(Array(plain.utf8)) == coded)
            #expect(Base64.decode(coded) == Array(plain.utf8))
        }
        #expect(Base64.decode("Zm9v!") == nil)
        for length in 0..<70 {
            let message = (0..<length).map { UInt8($0) }
            #expect(sha1(message).count == 20)
            #expect(Base64.decode(Base64.encode(message)) == message)
        }
    }
}

@Suite struct ServerSentEventsTests {
    @Test func `lines end with CR, LF or CRLF and nothing else, wherever the bytes are split`() throws {
        let wire = Array(
            ("\u{FEFF}data: {\"a\":1}\r\n\r\n: ping\n\ndata: one\ndata:two\n\n"
                + "event: error\rdata:  ü\u{2028}\u{85}x\r\rid: 7\ndata\n\n").utf8)
        let expected = [
            ServerSentEvent(data: Array("{\"a\":1}".utf8)), ServerSentEvent(data: Array("one\ntwo".utf8)),
            ServerSentEvent(name: "error", data: Array(" ü\u{2028}\u{85}x".utf8)), ServerSentEvent(data: []),
        ]
        for cut in 0...wire.count {
            var stream = ServerSentEvents()
            let events = try stream.feed(wire[..<cut]) + stream.feed(wire[cut...])
            #expect(events == expected, "cut at byte \(cut)")
        }
    }

    @Test func `lines that belong to no event are kept apart, wherever the bytes are split`() throws {
        let wire = Array("data: 1\r\n\r\n{\r\n  \"error\": {}\r\n}\r\ndata: 2".utf8)
        for cut in 0...wire.count {
            var stream = ServerSentEvents()
            #expect(try stream.feed(wire[..<cut]) + stream.feed(wire[cut...]) == [ServerSentEvent(data: Array("1".utf8))])
            #expect(stream.strayLines == Array("{\n  \"error\": {}\n}\n".utf8) && stream.hasStrayValue)
            #expect(stream.end() == ServerSentEvent(data: Array("2".utf8)))
        }
    }

    @Test func `an endless line is refused`() throws {
        var stream = ServerSentEvents(limitBytes: 100)
        #expect(throws: ServerSentEvents.TooLong.self) { try stream.feed([UInt8](repeating: 65, count: 101)) }
    }
}

@Suite struct ThinkFilterTests {
    @Test func `thinking is never spoken, wherever its tags are split`() {
        let text = "Well <think>hm <b> </think>\n\n the answer is a < b."
        for cut in 0...text.count {
            var filter = ThinkFilter()
            let spoken = filter.feed(String(text.prefix(cut))) + filter.feed(String(text.dropFirst(cut))) + filter.finish()
            #expect(spoken == "Well the answer is a < b.", "cut at \(cut)")
        }
    }

    @Test func `thinking that never ends is not spoken either`() {
        var filter = ThinkFilter()
        #expect(filter.feed("<think>endless") + filter.finish() == "")
    }
}
