import FoundationEssentials
import Synchronization

/// The signatures that were given out with function calls: opaque, each good for its own call of its own model only.
final class SignatureBook: Sendable {
    private struct Entry {
        var model: String
        var call: String
    }
    private struct State {
        var entries: [Data: Entry] = [:]
        var order: [Data] = []
    }

    /// The oldest are forgotten.
    private static let bound = 4096
    private static let byteCount = 48

    private let state = Mutex(State())

    /// - Parameter call: the function's name.
    func sign(_ call: String, of model: String) -> String {
        var random = SystemRandomNumberGenerator()
        let bytes = Data((0..<Self.byteCount).map { _ in UInt8.random(in: .min ... .max, using: &random) })
        state.withLock { state in
            state.entries[bytes] = Entry(model: model, call: call)
            state.order.append(bytes)
            if state.order.count > Self.bound { state.entries[state.order.removeFirst()] = nil }
        }
        return bytes.base64EncodedString()
    }

    /// Whether `signature`, in either alphabet of base64, was given out for such a call of that model.
    func isGood(_ signature: String, for call: String, of model: String) -> Bool {
        let usual = signature.replacing("-", with: "+").replacing("_", with: "/").replacing("=", with: "")
        let padding = String(repeating: "=", count: (4 - usual.count % 4) % 4)
        guard let bytes = Data(base64Encoded: usual + padding), let entry = state.withLock({ $0.entries[bytes] }) else {
            return false
        }
        return entry.model == model && entry.call == call
    }
}
