import Audio
import CGPIO
import Failures
import Glibc

/// The button's line. Owns its request, and with it the descriptor.
struct GPIOButtonLine: ~Copyable {
    /// Nil where a test stands in for the kernel.
    private let request: UnsafeMutablePointer<ln_gpio>?
    /// Readable when an edge waits.
    let descriptor: Int32

    init(_ settings: GPIOBoard.Settings, line: UInt32) throws(Failure) {
        var opened: UnsafeMutablePointer<ln_gpio>?
        let status = ln_gpio_open_button(
            settings.chip, line, settings.buttonIsActiveLow ? 1 : 0, settings.bias.code,
            UInt32(settings.debounceMilliseconds * 1000), &opened)
        guard status == 0, let opened else { throw Failure.gpio("button line \(line) of \(settings.chip)", status) }
        request = opened
        descriptor = ln_gpio_button_fd(opened)
    }

    /// - Parameter descriptor: yields `struct gpio_v2_line_event`; remains its owner's to close.
    init(standIn descriptor: Int32) {
        request = nil
        self.descriptor = descriptor
    }

    deinit { ln_gpio_close(request) }

    struct Edge {
        var isDown: Bool
        var time: MonotonicTime
    }

    /// The next edge, or none; call when the descriptor is readable, for it may wait otherwise.
    func read() throws(Failure) -> Edge? {
        var (isActive, nanoseconds): (Int32, Int64) = (0, 0)
        let status = ln_gpio_read_edge(descriptor, &isActive, &nanoseconds)
        guard status >= 0 else { throw Failure.gpio("reading the button", status) }
        return status == 0 ? nil : Edge(isDown: isActive == 1, time: MonotonicTime(nanoseconds: nanoseconds))
    }
}

/// Lines of lights, in an order of their own. Owns their request.
struct GPIOLightLines: ~Copyable {
    let count: Int
    private let request: UnsafeMutablePointer<ln_gpio>

    /// - Parameter lines: 1...16 offsets.
    init(_ lines: [UInt32], of settings: GPIOBoard.Settings) throws(Failure) {
        count = lines.count
        guard count <= Int(LN_GPIO_OUTPUTS_MAX) else {
            throw Failure(.board, .unsupported, "\(count) light lines of \(settings.chip): at most \(LN_GPIO_OUTPUTS_MAX)")
        }
        var opened: UnsafeMutablePointer<ln_gpio>?
        let status = ln_gpio_open_outputs(settings.chip, lines, Int32(lines.count), settings.lightsAreActiveLow ? 1 : 0, &opened)
        guard status == 0, let opened else { throw Failure.gpio("light lines \(lines) of \(settings.chip)", status) }
        request = opened
    }

    deinit { ln_gpio_close(request) }

    func set(_ isLit: (Int) -> Bool) {
        for index in 0..<count { _ = ln_gpio_set(request, Int32(index), isLit(index) ? 1 : 0) }
    }
}

extension GPIOBoard.Bias {
    fileprivate var code: ln_gpio_bias {
        switch self {
        case .pullUp: LN_GPIO_PULL_UP
        case .pullDown: LN_GPIO_PULL_DOWN
        case .disabled: LN_GPIO_NO_BIAS
        case .asIs: LN_GPIO_BIAS_AS_IS
        }
    }
}

extension Failure {
    fileprivate static func gpio(_ what: String, _ status: Int32) -> Failure {
        let (kind, hint): (Kind, String) =
            switch -status {
            case ENODEV, ENOENT, ENXIO: (.absent, "")
            case EBUSY: (.busy, "")
            case EACCES, EPERM: (.forbidden, " (the daemon's user belongs into the group gpio)")
            case EINVAL: (.unsupported, " (the chip has no such line, or cannot bias it)")
            case EPIPE: (.unplugged, "")
            default: (.unknown, "")
            }
        return Failure(.board, kind, "\(what): \(String(cString: strerror(-status)))\(hint)")
    }
}
