/// Watches whether the canceller does more harm than good, as after a change of the echo path.
///
/// With a person talking over a learned echo the residual is the person, and so no louder than the microphone. With a path that
/// has changed the estimate is wrong and adds to the true echo. That tells the two apart.
struct EchoPathHealth {
    /// Energies, smoothed over 100 ms.
    private var residual: Int64 = 0
    private var microphone: Int64 = 0
    /// Energies, smoothed over 30 ms.
    private var recentResidual: Int64 = 0
    private var recentMicrophone: Int64 = 0
    private var echo: Int64 = 0
    private var suspectFrames = 0

    /// Energies of one frame.
    @_noAllocation @_noLocks @inline(__always)
    mutating func note(echo: Int64, residual: Int64, microphone: Int64) {
        self.echo = echo
        self.residual &+= (residual &- self.residual) / 10
        self.microphone &+= (microphone &- self.microphone) / 10
        recentResidual &+= (residual &- recentResidual) / 3
        recentMicrophone &+= (microphone &- recentMicrophone) / 3
        let isWorse = recentResidual / 11 > recentMicrophone / 10 && isLoud
        suspectFrames = isWorse ? 15 : max(suspectFrames &- 1, 0)
    }

    /// Whether within the last 150 ms the residual exceeded the microphone by 10 %.
    @inline(__always)
    var isSuspect: Bool { suspectFrames > 0 }

    /// Whether the residual exceeds the microphone by 30 %.
    @inline(__always)
    var isBroken: Bool { residual / 13 > microphone / 10 && isLoud }

    /// The estimated echo is no trifle: 5 sample steps RMS.
    @inline(__always)
    private var isLoud: Bool { echo > 64_000 }

    @_noAllocation @_noLocks @inline(__always)
    mutating func forgive() { residual = microphone &>> 1 }
}
