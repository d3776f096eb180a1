import Conversation
import Testing

@Suite struct SpeakableTextTests {
    static let table: [(String, String)] = [
        ("**Rome** is *the* capital.", "Rome is the capital."),
        ("# The weather", "The weather."),
        ("- Bread", "Bread."),
        ("* Milk, two bottles", "Milk, two bottles."),
        ("1. Open the door.", "Open the door."),
        ("> He said so.", "He said so."),
        ("See [the manual](https://example.org/manual) first.", "See the manual first."),
        ("Go to https://www.example.org/a/b?c=d.", "Go to example dot org."),
        ("Write to me@example.org now", "Write to me at example dot org now"),
        ("Look: ![a cat](cat.png)", "Look: a cat"),
        ("Set `max_age` to 5.", "Set max age to 5."),
        ("It is sunny ☀️ and warm 😀!", "It is sunny and warm!"),
        ("🎉", ""),
        ("It is 21 °C outside.", "It is 21 degrees Celsius outside."),
        ("It is 21°C.", "It is 21 degrees Celsius."),
        ("At -5°C it freezes", "At minus 5 degrees Celsius it freezes"),
        ("About 80% of it", "About 80 percent of it"),
        ("It costs $5.", "It costs 5 dollars."),
        ("It costs $3.50, or €1.", "It costs 3 dollars 50, or 1 euro."),
        ("They paid $5 million.", "They paid 5 million dollars."),
        ("Wind of 30 km/h, gusts 50km/h.", "Wind of 30 kilometers per hour, gusts 50 kilometers per hour."),
        ("Salt & pepper", "Salt and pepper"),
        ("3 * 4 = 12", "3 times 4 equals 12"),
        ("2 + 2", "2 plus 2"),
        ("10–20 people, 1914-1918", "10 to 20 people, 1914 to 1918"),
        ("Call 555-1234.", "Call 555-1234."),
        ("A well-known fact", "A well-known fact"),
        ("| City | Temp |", "City, Temp."),
        ("|---|---|", ""),
        ("---", ""),
        ("```swift", ""),
        ("It rose by ~5 m.", "It rose by about 5 meters."),
        ("That is so [1].", "That is so."),
        ("<b>Bold</b> move", "Bold move"),
        ("! Yes.", "Yes."),
        ("…", ""),
        ("Snake_case and __strong__ ~~gone~~", "Snake case and strong gone"),
        ("It's 10:30 on 24/7 duty.", "It's 10:30 on 24/7 duty."),
        ("He won #1", "He won number 1"),
        ("日本語です。", "日本語です。"),
    ]

    @Test(arguments: table.indices) func `what is written becomes what a person would say`(index: Int) {
        var text = SpeakableText()
        let (written, spoken) = Self.table[index]
        let result = text.process(written)
        #expect(result == spoken)
    }

    @Test func `code is not read out, however it is split`() {
        var text = SpeakableText()
        let pieces = ["Do this:", "```swift", "let x = 1", "print(x)", "```", "Then run it."]
        let spoken = pieces.map { text.process($0) }
        #expect(spoken == ["Do this:", "", "", "", "", "Then run it."])
    }

    @Test func `other languages keep their symbols for the voice`() {
        var text = SpeakableText(language: "de")
        let spoken = text.process("Es sind **21 °C**.")
        #expect(spoken == "Es sind 21 °C.")
    }

    @Test func `no mark-up is left in any mixture of it`() {
        var random = SeededGenerator(state: 40)
        let parts = [
            "**bold**", "*it*", "`code`", "# head", "- item", "[link](http://x.y/z)", "https://a.b/c", "😀", "|", "___", "~~no~~",
            "> quote", "word", "3.5", "50%", "$9", "and", ",", ".", "\n", "```", "<i>x</i>", "1. one", "\\(x^2\\)", "![p](q.png)",
        ]
        for _ in 0..<500 {
            let reply = (0..<30).map { _ in parts.randomElement(using: &random) ?? "" }.joined(separator: " ")
            var cutter = ClauseCutter()
            var text = SpeakableText()
            for piece in cutter.feed(reply) + cutter.finish() {
                let spoken = text.process(piece)
                #expect(!spoken.contains { "*`#|~^\\_<>[]{}😀$%".contains($0) }, "“\(piece)” became “\(spoken)”")
                #expect(!spoken.contains("http") && !spoken.contains("://"), "“\(piece)” became “\(spoken)”")
            }
        }
    }
}
