import Glibc

/// Tells speech from silence by its energy above a floor that follows the quietest two seconds. Frames of 10 ms.
struct SpeechGate {
    /// Speech is this much above the floor to begin, and may sink a little closer to it.
    private static let onsetDecibels: Float = 10
    private static let holdDecibels: Float = 6
    /// Nothing quieter is speech, however silent the room.
    private static let quietestDecibels: Float = -56
    private static let onsetFrames = 3
    private static let windowFrames = 25
    private static let windows = 8

    private var minima = [Float](repeating: -70, count: windows)
    private var windowMinimum: Float = 0
    private var framesInWindow = 0
    private var smoothed: Float = -70
    private var loudFrames = 0

    /// Whether the last frame was speech.
    private(set) var isSpeech = false

    /// Takes the next frame.
    /// - Returns: its level, decibels of full scale.
    mutating func feed(_ frame: ArraySlice<Int16>) -> Float {
        let level = Self.level(frame)
        smoothed += 0.3 * (level - smoothed)
        follow(smoothed)
        let floor = minima.min() ?? level
        let margin = isSpeech ? Self.holdDecibels : Self.onsetDecibels
        loudFrames = level > max(floor + margin, Self.quietestDecibels) ? loudFrames + 1 : 0
        isSpeech = loudFrames > 0 && (isSpeech || loudFrames >= Self.onsetFrames)
        return level
    }

    private mutating func follow(_ level: Float) {
        windowMinimum = min(windowMinimum, level)
        framesInWindow += 1
        guard framesInWindow == Self.windowFrames else { return }
        minima.removeFirst()
        minima.append(windowMinimum)
        framesInWindow = 0
        windowMinimum = level
    }

    static func level(_ frame: ArraySlice<Int16>) -> Float {
        let energy = frame.reduce(Float(0)) { $0 + Float($1) * Float($1) } / Float(max(1, frame.count))
        return 10 * log10f(energy / (32_768 * 32_768) + 1e-10)
    }
}
