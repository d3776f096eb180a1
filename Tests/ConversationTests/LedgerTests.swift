import Audio
import Conversation
import Testing

@Suite struct HeardLedgerTests {
    /// A reply of ten words, 300 ms each, at 16 kHz, with 100 ms trimmed off its head.
    static func reply(words isTimed: Bool, isComplete: Bool = true) -> HeardLedger {
        var ledger = HeardLedger(rateHz: 16_000)
        ledger.openContext()
        ledger.spoke("One two, three four five. ")
        ledger.spoke("Six “seven” eight nine ten. ")
        let words = ["One", "two,", "three", "four", "five.", "Six", "seven", "eight", "nine", "ten."]
        if isTimed {
            ledger.took(
                words.enumerated().map {
                    SpokenWord(text: $1, startMilliseconds: 100 + $0 * 300, endMilliseconds: 400 + $0 * 300)
                })
        }
        ledger.took(samples: 10 * 4_800, trimmed: 1_600)
        if isComplete { ledger.completeContext() }
        return ledger
    }

    @Test func `what was heard ends with the word that was sounding`() {
        let ledger = Self.reply(words: true)
        #expect(ledger.heard(samples: 0) == "")
        #expect(ledger.heard(samples: 2 * 4_800) == "One two,")
        #expect(ledger.heard(samples: 4 * 4_800 + 4_000) == "One two, three four five.")
        #expect(ledger.heard(samples: 7 * 4_800) == "One two, three four five. Six “seven”")
        #expect(ledger.heard(samples: 48_000) == "One two, three four five. Six “seven” eight nine ten.")
    }

    @Test func `with and without word times the cut is at most a word off, wherever it is`() {
        for isTimed in [true, false] {
            let ledger = Self.reply(words: isTimed)
            for samples in stride(from: Int64(0), through: 48_000, by: 160) {
                let heard = ledger.heard(samples: samples).split(separator: " ").count
                let truth = Double(samples) / 4_800
                #expect(abs(Double(heard) - truth) <= (isTimed ? 1.0 : 1.6), "\(heard) words at \(truth)")
                #expect(ledger.text.hasPrefix(ledger.heard(samples: samples)))
            }
        }
    }

    @Test func `while the audio still comes the cut is estimated from usual speech`() {
        let heard = Self.reply(words: false, isComplete: false).heard(samples: 16_000)
        #expect(heard == "One two, three")
    }

    @Test func `a reply of two contexts is heard through both`() {
        var ledger = Self.reply(words: true)
        ledger.openContext()
        ledger.spoke("And eleven. ")
        ledger.took(samples: 9_600, trimmed: 0)
        ledger.took([
            SpokenWord(text: "And", startMilliseconds: 0, endMilliseconds: 300),
            SpokenWord(text: "eleven.", startMilliseconds: 300, endMilliseconds: 600),
        ])
        #expect(ledger.heard(samples: 48_000 + 4_800).hasSuffix("nine ten. And"))
        #expect(ledger.samples == 57_600)
    }
}

@Suite struct HeadSilenceTests {
    static func trimmed(_ samples: [Int16], chunk: Int) -> (heard: [Int16], trimmed: Int) {
        var head = HeadSilence(rateHz: 16_000, keptMilliseconds: 20)
        var heard: [Int16] = []
        for start in stride(from: 0, to: samples.count, by: chunk) {
            heard += head.process(Array(samples[start..<min(start + chunk, samples.count)]))
        }
        return (heard + head.finish(), head.trimmed)
    }

    @Test(arguments: [1, 7, 160, 1_000, 100_000]) func `of the silence at the head 20 ms are left, however it is cut`(chunk: Int)
    {
        let speech =
            [Int16](repeating: 1_000, count: 800) + [Int16](repeating: 0, count: 800) + [Int16](repeating: 900, count: 80)
        let (heard, trimmed) = Self.trimmed([Int16](repeating: 30, count: 3_200) + speech, chunk: chunk)
        #expect(trimmed == 3_200 - 320)
        #expect(heard == [Int16](repeating: 30, count: 320) + speech, "silence inside stays")
    }

    @Test func `speech at once stays whole, and so does silence that is meant`() {
        #expect(Self.trimmed([5_000, -5_000, 3], chunk: 3).heard == [5_000, -5_000, 3])
        let (heard, trimmed) = Self.trimmed([Int16](repeating: 0, count: 40_000), chunk: 160)
        #expect(trimmed >= 16_000 && heard.count == 40_000 - trimmed)
    }
}

@Suite struct TranscriptLedgerTests {
    static func transcript(_ text: String, _ from: Int64, _ to: Int64) -> Transcript {
        Transcript(text: text, firstSample: from, endSample: to)
    }

    /// What `#expect` cannot do itself: change the ledger.
    func taken(
        _ expected: Bool, _ ledger: inout TranscriptLedger, location: SourceLocation = #_sourceLocation,
        _ take: (inout TranscriptLedger) -> Bool
    ) {
        let isTaken = take(&ledger)
        #expect(isTaken == expected, sourceLocation: location)
    }

    @Test func `settled pieces join and interims are rewritten`() {
        var ledger = TranscriptLedger()
        ledger.begin(at: 1_000, sentUpTo: 0)
        taken(true, &ledger) { $0.take(interim: Self.transcript("what", 1_000, 2_000)) }
        taken(true, &ledger) { $0.take(interim: Self.transcript("what is", 1_000, 3_000)) }
        taken(true, &ledger) { $0.take(settled: Self.transcript("What is", 1_000, 4_000), answersFinalize: false) }
        taken(true, &ledger) { $0.take(interim: Self.transcript("the time", 4_000, 6_000)) }
        #expect(ledger.text == "What is the time")
        #expect(!ledger.isSettled)
        ledger.finalizeSent(at: 8_000)
        taken(true, &ledger) { $0.take(settled: Self.transcript("the time?", 4_000, 8_000), answersFinalize: true) }
        #expect(ledger.text == "What is the time?" && ledger.isSettled)
    }

    @Test func `late results of one turn neither end nor pollute the next`() {
        var ledger = TranscriptLedger()
        ledger.begin(at: 0, sentUpTo: 0)
        ledger.finalizeSent(at: 16_000)
        ledger.begin(at: 20_000, sentUpTo: 16_000)
        taken(false, &ledger) { $0.take(interim: Self.transcript("old words", 0, 16_000)) }
        taken(false, &ledger) { $0.take(settled: Self.transcript("old", 0, 8_000), answersFinalize: false) }
        ledger.finalizeSent(at: 30_000)
        _ = ledger.take(settled: Self.transcript("old words", 8_000, 16_000), answersFinalize: true)
        #expect(ledger.text == "" && !ledger.isSettled, "the old answer is not ours")
        taken(true, &ledger) { $0.take(settled: Self.transcript("new words", 20_000, 30_000), answersFinalize: true) }
        #expect(ledger.text == "new words" && ledger.isSettled)
    }

    @Test func `audio that is sent again belongs to the new turn only when the old answers are through`() {
        var ledger = TranscriptLedger()
        ledger.begin(at: 0, sentUpTo: 0)
        ledger.finalizeSent(at: 16_000)
        // The pre-roll of the next turn reaches back into what was sent already.
        ledger.begin(at: 12_000, sentUpTo: 16_000)
        taken(false, &ledger) { $0.take(settled: Self.transcript("old", 11_000, 16_000), answersFinalize: false) }
        taken(true, &ledger) { $0.take(settled: Self.transcript("", 16_000, 16_000), answersFinalize: true) }
        taken(true, &ledger) { $0.take(settled: Self.transcript("new", 12_000, 24_000), answersFinalize: false) }
        #expect(ledger.text == "new")
    }

    @Test func `an answer that never came does not block the next turn`() {
        var ledger = TranscriptLedger()
        ledger.begin(at: 0, sentUpTo: 0)
        ledger.finalizeSent(at: 16_000)
        ledger.begin(at: 20_000, sentUpTo: 16_000)
        ledger.finalizeSent(at: 40_000)
        taken(true, &ledger) { $0.take(settled: Self.transcript("new words", 20_000, 40_000), answersFinalize: true) }
        #expect(ledger.text == "new words" && ledger.isSettled)
    }

    @Test func `one answer that reaches far enough answers two requests`() {
        var ledger = TranscriptLedger()
        ledger.begin(at: 0, sentUpTo: 0)
        ledger.finalizeSent(at: 10_000)
        ledger.finalizeSent(at: 20_000)
        taken(true, &ledger) { $0.take(settled: Self.transcript("both", 0, 20_000), answersFinalize: true) }
        #expect(ledger.isSettled)
    }

    @Test func `a recognizer that talks without end is bounded`() {
        var ledger = TranscriptLedger()
        ledger.begin(at: 0, sentUpTo: 0)
        for i in 0..<10_000 {
            _ = ledger.take(settled: Self.transcript("words and words", Int64(i), Int64(i + 1)), answersFinalize: false)
        }
        #expect(ledger.text.utf8.count <= TranscriptLedger.bound)
    }
}

@Suite struct HistoryTests {
    @Test func `the model sees what was said and what of its answers was heard`() {
        var history = History(turns: 20, bytes: 16_384)
        history.add(said: "Tell me about Rome", heard: "Rome is old.")
        history.add(said: "Stop, what about Oslo?", heard: "")
        #expect(
            history.messages(asking: "And Bergen?") == [
                .user("Tell me about Rome"), .assistant("Rome is old."), .user("Stop, what about Oslo?"), .user("And Bergen?"),
            ])
    }

    @Test func `the oldest go when it grows too long or too large`() {
        var history = History(turns: 3, bytes: 100)
        for i in 0..<5 { history.add(said: "question \(i)", heard: "answer") }
        #expect(history.exchanges.map(\.said) == ["question 2", "question 3", "question 4"])
        history.add(said: String(repeating: "x", count: 90), heard: "")
        #expect(history.exchanges.count == 1)
        history.add(said: String(repeating: "x", count: 101), heard: "")
        #expect(history.exchanges.isEmpty)
    }
}
