import NIOCore
import NIOPosix
import Synchronization

/// One thread that speaks: texts wait here for flite, first come first served.
final class VoiceQueue: Sendable {
    private static let bound = 64

    private let voice: FliteVoice
    private let thread = NIOThreadPool(numberOfThreads: 1)
    private let waiting = Atomic(0)

    init(voice: FliteVoice) {
        self.voice = voice
        thread.start()
    }

    func stop() async { try? await thread.shutdownGracefully() }

    /// - Returns: a future on `loop`, of samples at `rateHz`; fails when too many texts wait.
    func speak(_ text: String, rateHz: Int, on loop: any EventLoop) -> EventLoopFuture<SynthesizedSpeech> {
        guard waiting.add(1, ordering: .relaxed).newValue <= Self.bound else {
            waiting.subtract(1, ordering: .relaxed)
            return loop.makeFailedFuture(RehearsalError("more than \(Self.bound) texts wait for the voice"))
        }
        return thread.runIfActive(eventLoop: loop) { [self] in
            defer { waiting.subtract(1, ordering: .relaxed) }
            var speech = try voice.synthesize(text)
            speech.samples = SincResampler.resample(speech.samples, from: speech.rateHz, to: rateHz)
            speech.rateHz = rateHz
            return speech
        }
    }
}
