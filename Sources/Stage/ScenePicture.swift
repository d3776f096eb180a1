/// One picture of a scene (SVG): the person's and the box's waveforms on one time axis, the speech that the box detected,
/// the state that it showed, and every barge-in.
public struct ScenePicture: Sendable {
    public struct Span: Sendable {
        public var label: String
        public var from: Double
        public var to: Double
        public init(label: String, from: Double, to: Double) {
            self.label = label
            self.from = from
            self.to = to
        }
    }
    public struct Mark: Sendable {
        public var label: String
        public var at: Double
        public init(label: String, at: Double) {
            self.label = label
            self.at = at
        }
    }

    public var sound: SceneSound
    /// The detector's probability of speech, every 10 ms where it is known: seconds and 0...1.
    public var speechProbability: [(seconds: Double, value: Double)]
    public var speech: [Span]
    public var states: [Span]
    public var marks: [Mark]
    public var captions: [Span]

    public init(
        sound: SceneSound, speechProbability: [(seconds: Double, value: Double)] = [], speech: [Span], states: [Span],
        marks: [Mark],
        captions: [Span]
    ) {
        self.sound = sound
        self.speechProbability = speechProbability
        self.speech = speech
        self.states = states
        self.marks = marks
        self.captions = captions
    }

    private static let left = 110.0
    private static let right = 1580.0
    private static let colours = [
        "idle": "#e3e6ea", "listening": "#8fd0a3", "thinking": "#f2cf7a", "speaking": "#8fb4e8", "follow-up": "#cfe8d6",
        "muted": "#d98f8f", "offline": "#b8a0c8", "error": "#e06a6a",
    ]

    private var seconds: Double { max(1, Double(sound.person.count) / Double(SceneSound.rateHz)) }
    private func x(_ t: Double) -> Double { Self.left + (Self.right - Self.left) * max(0, min(1, t / seconds)) }

    public func svg() -> String {
        var out = [
            "<svg xmlns='http://www.w3.org/2000/svg' width='1600' height='520' viewBox='0 0 1600 520' font-family='sans-serif' font-size='12'>",
            "<rect width='1600' height='520' fill='white'/>",
        ]
        out += row("person", at: 70) + [waveform(sound.person, centre: 70, colour: "#2f7d46")]
        out += row("box", at: 180) + [waveform(sound.box, centre: 180, colour: "#2b5fa8")]
        out += row("speech", at: 262) + detector()
        out +=
            row("state", at: 312)
            + states.map { bar($0, top: 298, height: 28, fill: Self.colours[$0.label] ?? "#ccc", text: true) }
        out += captions.enumerated().map { caption($1, line: $0 % 5) }
        out += marks.enumerated().map { mark($1, line: $0 % 4) }
        out += axis()
        return (out + ["</svg>"]).joined(separator: "\n") + "\n"
    }

    private func row(_ name: String, at y: Double) -> [String] {
        ["<text x='\(Self.left - 10)' y='\(y + 4)' text-anchor='end' fill='#333'>\(name)</text>"]
    }

    /// Peaks per pixel column.
    private func waveform(_ samples: [Int16], centre: Double, colour: String) -> String {
        let columns = Int(Self.right - Self.left)
        let perColumn = max(1, samples.count / columns)
        let full = Double(max(2000, samples.reduce(0) { max($0, abs(Int($1))) }))
        var path = ""
        for column in 0..<columns where column * perColumn < samples.count {
            let slice = samples[(column * perColumn)..<min(samples.count, (column + 1) * perColumn)]
            let height = 48 * Double(slice.reduce(0) { max($0, abs(Int($1))) }) / full
            path += "M\(tenths(Self.left + Double(column))) \(tenths(centre - height))V\(tenths(centre + height + 0.4))"
        }
        return "<path d='\(path)' stroke='\(colour)' stroke-width='1' fill='none'/>"
    }

    private func detector() -> [String] {
        let found = speech.map { bar($0, top: 246, height: 32, fill: "#f6d9b8", text: false) }
        guard speechProbability.count > 1 else { return found }
        let points = speechProbability.map { "\(tenths(x($0.seconds))),\(tenths(278 - 32 * $0.value))" }
        return found + ["<polyline points='\(points.joined(separator: " "))' stroke='#b8621b' stroke-width='0.8' fill='none'/>"]
    }

    private func bar(_ span: Span, top: Double, height: Double, fill: String, text: Bool) -> String {
        let width = max(1, x(span.to) - x(span.from))
        let shape = "<rect x='\(tenths(x(span.from)))' y='\(top)' width='\(tenths(width))' height='\(height)' fill='\(fill)'/>"
        guard text, width > 7 * Double(span.label.count) else { return shape }
        return shape + "<text x='\(tenths(x(span.from) + 4))' y='\(top + 18)' fill='#333'>\(escaped(span.label))</text>"
    }

    private func caption(_ span: Span, line: Int) -> String {
        let y = 362 + Double(line) * 18
        return "<line x1='\(tenths(x(span.from)))' y1='330' x2='\(tenths(x(span.from)))' y2='\(y)' stroke='#bbb'/>"
            + "<text x='\(tenths(min(x(span.from) + 3, Self.right - 420)))' y='\(y)' fill='#222'>\(escaped(span.label))</text>"
    }

    private func mark(_ mark: Mark, line: Int) -> String {
        let y = 462 + Double(line) * 12
        return
            "<line x1='\(tenths(x(mark.at)))' y1='20' x2='\(tenths(x(mark.at)))' y2='\(y)' stroke='#c0392b' stroke-dasharray='3 2'/>"
            + "<text x='\(tenths(x(mark.at) + 3))' y='\(y)' fill='#c0392b' font-size='11'>\(escaped(mark.label))</text>"
    }

    private func axis() -> [String] {
        stride(from: 0.0, through: seconds, by: seconds > 60 ? 10 : 5).map {
            "<text x='\(tenths(x($0)))' y='512' text-anchor='middle' fill='#777'>\(Int($0)) s</text>"
                + "<line x1='\(tenths(x($0)))' y1='20' x2='\(tenths(x($0)))' y2='500' stroke='#eee' stroke-width='0.6'/>"
        }
    }
}
