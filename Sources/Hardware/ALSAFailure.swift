import CALSA
import Failures
import Glibc

extension Failure {
    /// What alsa-lib's answer to a call means.
    /// - Parameter status: negative, an errno.
    static func alsa(_ subject: Subject, _ call: String, _ status: Int32) -> Failure {
        let kind: Kind =
            switch -status {
            case ENODEV, ENOENT, ENXIO: .absent
            case EBUSY: .busy
            case EINVAL: .unsupported
            default: .unknown
            }
        return Failure(subject, kind, "\(call): \(String(cString: snd_strerror(status)))")
    }
}
