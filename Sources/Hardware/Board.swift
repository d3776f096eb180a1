import Audio
import Failures

/// What happens on a board.
public enum BoardEvent: Sendable, Equatable {
    /// The button went down, after debouncing, at this instant.
    case pressed(at: MonotonicTime)
    case released(at: MonotonicTime)
    /// The board does not work (any more).
    case failed(Failure)
}

/// The button and the lights of a box.
public protocol Board: AnyObject, Sendable {
    /// One consumer. At most 64 wait; more presses than that nobody meant.
    var events: AsyncStream<BoardEvent> { get }
    /// Shows a pattern from now on. Returns at once.
    func show(_ pattern: LightPattern)
    /// Where the talker is, for a ring of lights: degrees counter-clockwise from the array's x axis; nil when unknown. Shown while the
    /// box listens. Returns at once.
    func point(at directionDegrees: Int?)
    func close()
}

/// What the lights say; one pattern for each state that people see.
public enum LightPattern: String, Sendable, CaseIterable {
    case idle, listening, thinking, speaking
    case followUp = "follow-up"
    case muted, offline, error

    /// The lights of a board; a board may lack some.
    public enum Light: Int, Sendable, CaseIterable { case listening, thinking, speaking, error }

    /// How one light behaves under this pattern.
    public enum Rhythm: Sendable, Equatable {
        case dark, steady
        /// On and off for so long each.
        case blinking(halfPeriodMilliseconds: Int)

        /// Whether the light is on so long after the pattern began.
        public func isLit(afterMilliseconds elapsed: Int) -> Bool {
            switch self {
            case .dark: false
            case .steady: true
            case .blinking(let half): elapsed / half % 2 == 0
            }
        }
    }

    /// Which light of a ring is on: the nearest to the talker while the box listens, none otherwise.
    ///
    /// - Parameters:
    ///   - directionDegrees: 0...359, or nil when it is not known.
    ///   - count: lights in the ring, evenly spaced counter-clockwise, the first on the array's x axis.
    public func ringLight(directionDegrees: Int?, of count: Int) -> Int? {
        guard self == .listening, count > 0, let directionDegrees else { return nil }
        return (directionDegrees * count + 180) / 360 % count
    }

    public func rhythm(of light: Light) -> Rhythm {
        switch (self, light) {
        case (.listening, .listening), (.speaking, .speaking), (.muted, .error): .steady
        case (.thinking, .thinking): .blinking(halfPeriodMilliseconds: 150)
        case (.followUp, .listening): .blinking(halfPeriodMilliseconds: 500)
        case (.offline, .error): .blinking(halfPeriodMilliseconds: 1000)
        case (.error, .error): .blinking(halfPeriodMilliseconds: 150)
        default: .dark
        }
    }
}
