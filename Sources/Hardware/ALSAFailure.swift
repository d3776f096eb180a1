import CALSA
import CPlatform
import Failures
import Glibc

extension Failure {
    /// What alsa-lib's answer to a call means, with alsa-lib's own words where it had any.
    /// - Parameter status: negative, an errno.
    static func alsa(_ subject: Subject, _ call: String, _ status: Int32) -> Failure {
        let words = wordsOfALSA()
        let kind = kind(ofALSA: -status)
        let hint = kind == .forbidden ? " (the daemon's user belongs into the group audio)" : ""
        let source = words.isEmpty ? "" : " (alsa-lib: \(words))"
        return Failure(subject, kind, "\(call): \(String(cString: snd_strerror(status)))\(hint)\(source)")
    }

    private static func kind(ofALSA code: Int32) -> Kind {
        switch code {
        case ENODEV, ENOENT, ENXIO: .absent
        case EBUSY: .busy
        case EACCES, EPERM: .forbidden
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
