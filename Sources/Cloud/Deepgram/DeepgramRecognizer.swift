import Conversation
import Failures

/// Deepgram's live speech to text.
public struct DeepgramRecognizer: Recognizer {
    public init(transport: CloudTransport, settings: DeepgramSettings) {}
    public func warm() {}
    public func open() -> any RecognitionStream { Unready() }

    private struct Unready: RecognitionStream {
        let events = AsyncStream<RecognitionEvent> {
            $0.yield(.failed(Failure(.deepgram, .unsupported, "not yet")))
            $0.finish()
        }
        func hear(_ samples: [Int16], firstSample: Int64) {}
        func finalize() {}
        func close() {}
    }
}
