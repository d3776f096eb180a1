#if canImport(DSP)
    import DSP
#endif

/// A scene in memory, a frame at a time: four microphones and what the loudspeaker played, interleaved.
final class DSPScene {
    static var channels: Int { 5 }

    private let samples: UnsafePointer<Int16>
    private let frames: Int
    private let planar = FixedArray<Int16>(count: 160 * DSPScene.channels, repeating: 0)

    /// - Parameters:
    ///   - samples: `frames` x 160 x `channels` values; the caller keeps them.
    ///   - frames: at least 1; the scene is repeated beyond.
    init(_ samples: UnsafePointer<Int16>, frames: Int) {
        self.samples = samples
        self.frames = frames
    }

    /// Four times 160 samples of the frame that is loaded.
    var microphones: UnsafePointer<Int16> { UnsafePointer(planar.base) }
    var farEnd: UnsafePointer<Int16> { UnsafePointer(planar.base + 640) }

    func load(_ frame: Int) {
        let source = samples + frame % frames * 160 * Self.channels
        for n in 0..<160 {
            for channel in 0..<Self.channels { planar.base[channel * 160 + n] = source[n * Self.channels + channel] }
        }
    }
}
