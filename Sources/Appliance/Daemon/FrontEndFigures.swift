import LocalEndpoint

extension StatusReport.FrontEndFigures {
    init(_ endpoint: BoxEndpoint) {
        let figures = endpoint.figures
        frames = UInt64(endpoint.progress.frames)
        lateFrames = UInt64(figures.lateFrames)
        if figures.echoReturnLossEnhancementDecibels != 0 {
            echoReturnLossEnhancementDecibels = figures.echoReturnLossEnhancementDecibels
        }
        echoDelayMilliseconds = figures.echoDelayMilliseconds
        directionDegrees = figures.directionDegrees
        deafMicrophones = figures.deafMicrophones.isEmpty ? nil : figures.deafMicrophones
        gainDecibels = figures.gainDecibels
        clockOffsetPartsPerMillion = figures.clockDriftPartsPerMillion
    }
}

extension StatusReport.Device {
    /// - Parameter format: how it delivers or plays; of no meaning while it is not there.
    mutating func take(_ health: DeviceHealth, format: String) {
        state = health.state.rawValue
        stateSeconds = health.seconds
        self.format = health.state == .waiting ? "" : format
    }
}
