import LocalEndpoint

extension StatusReport.FrontEndFigures {
    init(_ endpoint: BoxEndpoint) {
        let figures = endpoint.figures
        frames = UInt64(endpoint.progress.frames)
        lateFrames = UInt64(figures.lateFrames)
        if figures.echoReturnLossEnhancementDecibels != 0 {
            echoReturnLossEnhancementDecibels = figures.echoReturnLossEnhancementDecibels
        }
        clockOffsetPartsPerMillion = figures.clockDriftPartsPerMillion
    }
}
