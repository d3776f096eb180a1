import Conversation
import Failures

/// Cartesia's text to speech.
public struct CartesiaSynthesizer: Synthesizer {
    public init(transport: CloudTransport, settings: CartesiaSettings) {}
    public func warm() {}
    public func open(rateHz: Int) -> any SpeechContext { Unready() }

    private struct Unready: SpeechContext {
        let events = AsyncStream<SpeechEvent> {
            $0.yield(.failed(Failure(.cartesia, .unsupported, "not yet")))
            $0.finish()
        }
        func speak(_ text: String, isLast: Bool) {}
        func cancel() {}
    }
}
