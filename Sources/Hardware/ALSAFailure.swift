import CALSA
import CPlatform
import Failures
import Glibc

extension Failure {
    /// What alsa-lib's answer to a call means, with alsa-lib's own words where it had any.
    /// - Parameter status: negative, an errno.
    static func alsa(_ subject: Subject, _ call: String, _ status: Int32) -> Failure {
        let words = wordsOfALSA()
        return Failure(
            subject, kind(ofALSA: -status),
            "\(call): \(String(cString: snd_strerror(status)))\(words.isEmpty ? "" : " (alsa-lib: \(words))")")
    }

    private static func kind(ofALSA code: Int32) -> Kind {
        switch code {
        case ENODEV, ENOENT, ENXIO: .absent
        case EBUSY: .busy
        case EINVAL: .unsupported
        default: .unknown
        }
    }

    /// What alsa-lib said on this thread since it was told to keep quiet or last asked.
    private static func wordsOfALSA() -> String {
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: 200) { words in
            guard let start = words.baseAddress else { return "" }
            ln_words_take(start, words.count)
            return String(cString: start)
        }
    }
}
