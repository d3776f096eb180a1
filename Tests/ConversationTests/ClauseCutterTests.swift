import Conversation
import Testing

@Suite struct ClauseCutterTests {
    static func pieces(_ text: String, at splits: [Int] = []) -> [String] {
        var cutter = ClauseCutter()
        var pieces: [String] = []
        let characters = Array(text)
        var start = 0
        for end in splits + [characters.count] {
            pieces += cutter.feed(String(characters[start..<end]))
            start = end
        }
        return pieces + cutter.finish()
    }

    static let table: [(String, [String])] = [
        ("It is noon. The sun shines.", ["It is noon.", "The sun shines."]),
        ("Yes.", ["Yes."]),
        ("Yes. It is.", ["Yes.", "It is."]),
        ("In the city of Rome, it is warm, and dry.", ["In the city of Rome,", "it is warm, and dry."]),
        ("Well, it is three o'clock now.", ["Well, it is three o'clock now."]),
        (
            "The museum opens at nine and closes at five. Bring a coat, please, and shoes.",
            ["The museum opens at nine", "and closes at five.", "Bring a coat, please, and shoes."]
        ),
        ("It costs 3.50 euros or 1,000 yen. Fine.", ["It costs 3.50 euros or 1,000 yen.", "Fine."]),
        ("Dr. Smith met Mr. Jones at 5 p.m. yesterday. Good.", ["Dr. Smith met Mr. Jones at 5 p.m. yesterday.", "Good."]),
        ("The train leaves at 10:30 today! Hurry.", ["The train leaves at 10:30 today!", "Hurry."]),
        ("She said \"Wait here. I am coming.\" Then she left.", ["She said \"Wait here.", "I am coming.\"", "Then she left."]),
        ("See https://example.org/a,b?c=d for more. Bye.", ["See https://example.org/a,b?c=d for more.", "Bye."]),
        ("1. Bread\n2. Milk\n", ["1. Bread", "2. Milk"]),
        ("J. R. R. Tolkien wrote it in 1937. It sold well.", ["J. R. R. Tolkien wrote it in 1937.", "It sold well."]),
        ("Hmm... maybe it works. Try it.", ["Hmm...", "maybe it works.", "Try it."]),
        ("No. That is wrong.", ["No.", "That is wrong."]),
        ("Use version 2.0 of it, e.g. today. Yes?", ["Use version 2.0 of it,", "e.g. today.", "Yes?"]),
        ("   \n\n", []),
        ("Really?! Yes.", ["Really?", "Yes."]),
    ]

    @Test(arguments: table.indices) func `sentences and early clauses leave where a person would breathe`(index: Int) {
        let (text, expected) = Self.table[index]
        #expect(Self.pieces(text) == expected)
    }

    @Test func `where the text was split into tokens never changes the pieces`() {
        for (text, expected) in Self.table {
            let count = text.count
            for first in 0...count {
                #expect(Self.pieces(text, at: [first]) == expected, "“\(text)” split at \(first)")
                for second in stride(from: first, through: count, by: 5) {
                    #expect(Self.pieces(text, at: [first, second]) == expected, "“\(text)” split at \(first) and \(second)")
                }
            }
            #expect(Self.pieces(text, at: Array(0...count)) == expected, "“\(text)” letter by letter")
        }
    }

    @Test func `the first clause leaves with the comma that ends it`() {
        var cutter = ClauseCutter()
        let early = cutter.feed("In the city of Rome")
        let then = cutter.feed(",")
        #expect(early == [])
        #expect(then == ["In the city of Rome,"])
    }

    @Test func `a sentence without an end is cut all the same`() {
        var cutter = ClauseCutter()
        let pieces = cutter.feed(String(repeating: "words go on ", count: 200)) + cutter.finish()
        #expect(pieces.allSatisfy { $0.count <= ClauseCutter.bound })
        #expect(pieces.joined(separator: " ") == String(repeating: "words go on ", count: 200).dropLast())
    }

    @Test func `a long word without a space is cut at the bound`() {
        var cutter = ClauseCutter()
        let pieces = cutter.feed(String(repeating: "a", count: 1_000)) + cutter.finish()
        #expect(pieces.map(\.count) == [400, 400, 200])
    }
}
