import NIOCore
import NIOPosix
import Synchronization

/// One thread that listens: segments wait here for the engine, first come first served.
final class RecognitionQueue: Sendable {
    /// What the engine made of a segment.
    struct Heard: Sendable {
        var words: String
        var milliseconds: Double
    }

    private static let bound = 16

    private let engine: any SpeechRecognizer
    private let thread = NIOThreadPool(numberOfThreads: 1)
    private let waiting = Atomic(0)
    /// Thousandths of real time that the engine needs, lately.
    private let loadThousandths = Atomic(100)

    init(engine: any SpeechRecognizer) {
        self.engine = engine
        thread.start()
    }

    func stop() async { try? await thread.shutdownGracefully() }

    var isIdle: Bool { waiting.load(ordering: .relaxed) == 0 }

    /// What recognizing so much audio will probably take.
    func estimateMilliseconds(audioMilliseconds: Int) -> Int {
        audioMilliseconds * loadThousandths.load(ordering: .relaxed) / 1000
    }

    /// - Returns: a future on `loop`; fails when the engine fails or too many segments wait.
    func recognize(_ samples: [Int16], rateHz: Int, on loop: any EventLoop) -> EventLoopFuture<Heard> {
        guard waiting.add(1, ordering: .relaxed).newValue <= Self.bound else {
            waiting.subtract(1, ordering: .relaxed)
            return loop.makeFailedFuture(RehearsalError("more than \(Self.bound) segments wait for the recognizer"))
        }
        return thread.runIfActive(eventLoop: loop) { [self] in
            defer { waiting.subtract(1, ordering: .relaxed) }
            return try listen(SincResampler.resample(samples, from: rateHz, to: 16_000))
        }
    }

    private func listen(_ samples: [Int16]) throws -> Heard {
        let start = monotonicNanoseconds()
        let words = try engine.recognize(samples)
        let milliseconds = Double(monotonicNanoseconds() - start) / 1e6
        let load = Int(milliseconds * 16_000 / Double(max(1600, samples.count)))
        loadThousandths.store((loadThousandths.load(ordering: .relaxed) * 3 + load) / 4, ordering: .relaxed)
        return Heard(words: words, milliseconds: milliseconds)
    }
}
