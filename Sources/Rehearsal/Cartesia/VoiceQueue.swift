import NIOCore
import NIOPosix

/// One thread that speaks: texts wait here for flite, first come first served.
final class VoiceQueue: Sendable {
    private let voice: FliteVoice
    private let thread = NIOThreadPool(numberOfThreads: 1)

    init(voice: FliteVoice) {
        self.voice = voice
        thread.start()
    }

    func stop() async { try? await thread.shutdownGracefully() }

    /// - Returns: a future on `loop`, of samples at `rateHz`.
    func speak(_ text: String, rateHz: Int, on loop: any EventLoop) -> EventLoopFuture<SynthesizedSpeech> {
        thread.runIfActive(eventLoop: loop) { [voice] in
            var speech = try voice.synthesize(text)
            speech.samples = SincResampler.resample(speech.samples, from: speech.rateHz, to: rateHz)
            speech.rateHz = rateHz
            return speech
        }
    }
}
