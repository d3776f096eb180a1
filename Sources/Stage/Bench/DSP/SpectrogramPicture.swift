/// Sounds as spectrograms, one above the other on one time axis, as a picture (SVG): what a stage took away and what it left.
public struct SpectrogramPicture: Sendable {
    /// One sound and its heading.
    public struct Panel: Sendable {
        public var title: String
        /// Mono, 16 kHz.
        public var samples: [Int16]

        public init(title: String, samples: [Int16]) {
            self.title = title
            self.samples = samples
        }
    }

    private let title: String
    private let panels: [Panel]

    /// - Parameter panels: at least one.
    public init(title: String, panels: [Panel]) {
        self.title = title
        self.panels = panels
    }

    /// What the colours span, dB of a full-scale sine.
    private static let quietest = -110.0
    private static let loudest = -30.0
    private static let (left, width, height) = (58.0, 860.0, 200.0)
    private static let (top, gap) = (44.0, 34.0)
    /// From night over violet and orange to light.
    private static let anchors: [[Double]] = [
        [4, 4, 18], [40, 17, 89], [106, 28, 129], [170, 51, 106], [224, 92, 66], [248, 149, 30], [249, 214, 80], [252, 255, 214],
    ]

    static let palette: [[UInt8]] = (0..<16).map { index in
        let place = Double(index) / 15 * Double(anchors.count - 1)
        let low = min(Int(place), anchors.count - 2)
        return (0..<3).map { UInt8(anchors[low][$0] + (anchors[low + 1][$0] - anchors[low][$0]) * (place - Double(low))) }
    }

    public func svg() -> String {
        let seconds = max(0.1, Double(panels.map(\.samples.count).max() ?? 0) / 16_000)
        let total = Int(Self.top + Double(panels.count) * (Self.height + Self.gap) + 22)
        let size = "width='1000' height='\(total)'"
        let head = [
            "<svg xmlns='http://www.w3.org/2000/svg' \(size) viewBox='0 0 1000 \(total)' "
                + "font-family='sans-serif' font-size='12'>",
            "<rect \(size) fill='white'/>", "<text x='\(Self.left)' y='20' font-size='15' fill='#222'>\(escaped(title))</text>",
        ]
        let body = panels.enumerated().flatMap { row, panel in
            draw(panel, top: Self.top + Double(row) * (Self.height + Self.gap), seconds: seconds)
        }
        return (head + body + scale(total) + ["</svg>"]).joined(separator: "\n") + "\n"
    }

    private func draw(_ panel: Panel, top: Double, seconds: Double) -> [String] {
        let (image, bottom) = (Self.image(panel.samples), top + Self.height)
        let share = Double(panel.samples.count) / 16_000 / seconds
        let picture =
            "<image x='\(Self.left)' y='\(top)' width='\(tenths(Self.width * share))' height='\(Self.height)' "
            + "preserveAspectRatio='none' href='data:image/png;base64,\(base64(image.bytes))'/>"
        let frame =
            "<rect x='\(Self.left)' y='\(top)' width='\(Self.width)' height='\(Self.height)' fill='none' stroke='#888'/>"
        let axis = PictureAxis(covering: [0, seconds])
        let times = axis.ticks.filter { $0 <= seconds }.map { tick in
            let x = tenths(Self.left + Self.width * tick / seconds)
            return "<line x1='\(x)' y1='\(bottom)' x2='\(x)' y2='\(bottom + 4)' stroke='#888'/>"
                + "<text x='\(x)' y='\(bottom + 16)' text-anchor='middle' fill='#444'>\(axis.label(tick)) s</text>"
        }
        let frequencies = [0.0, 2, 4, 6, 8].map { kilohertz in
            let y = bottom - Self.height * kilohertz / 8
            return "<line x1='\(Self.left - 4)' y1='\(y)' x2='\(Self.left)' y2='\(y)' stroke='#888'/>"
                + "<text x='\(Self.left - 7)' y='\(y + 4)' text-anchor='end' fill='#444'>\(Int(kilohertz)) kHz</text>"
        }
        let title = "<text x='\(Self.left)' y='\(top - 6)' font-weight='bold' fill='#222'>\(escaped(panel.title))</text>"
        return [title, picture, frame] + times + frequencies
    }

    /// A pixel for each frame and each second bin, high frequencies at the top.
    static func image(_ samples: [Int16]) -> IndexedPNG {
        let frames = Spectrogram(samples).decibels
        let rows = Spectrogram.size / 4
        let pixels = (0..<rows).flatMap { row in
            frames.map { frame -> UInt8 in
                let bin = Spectrogram.size / 2 - 2 * row
                let loudness = max(frame[bin], frame[bin - 1])
                return UInt8(max(0, min(15, ((loudness - quietest) / (loudest - quietest) * 16).rounded(.down))))
            }
        }
        return IndexedPNG(width: frames.count, height: rows, palette: palette, pixels: pixels)
    }

    /// What the colours mean, on the right.
    private func scale(_ total: Int) -> [String] {
        let (x, top, step) = (Self.left + Self.width + 22, Self.top, 12.0)
        let boxes = Self.palette.enumerated().map { index, colour in
            let fill = "rgb(\(colour[0]),\(colour[1]),\(colour[2]))"
            return "<rect x='\(x)' y='\(top + Double(15 - index) * step)' width='14' height='\(step)' fill='\(fill)'/>"
        }
        let labels = [0.0, 4, 8, 12, 16].map { index in
            let decibels = Int(Self.quietest + (Self.loudest - Self.quietest) * index / 16)
            return "<text x='\(x + 18)' y='\(top + (16 - index) * step + 4)' fill='#444'>\(decibels)</text>"
        }
        return boxes + labels + ["<text x='\(x)' y='\(top - 8)' fill='#444'>dB</text>"]
    }
}
