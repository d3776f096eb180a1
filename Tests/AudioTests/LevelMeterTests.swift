import Audio
import Testing

@Suite struct `A level meter` {
    @Test func `reads full scale as nought, half of it as six decibels less, and silence as nothing`() throws {
        var meter = LevelMeter()
        meter.note([Int16](repeating: 0, count: 160))
        #expect(meter.peakDecibels == nil && meter.rmsDecibels == nil)
        meter = LevelMeter()
        meter.note([-32_768, -32_768])
        #expect(meter.peakDecibels == 0 && meter.rmsDecibels == 0)
        meter = LevelMeter()
        meter.note([16_384, -16_384])
        meter.note([0, 0])
        #expect(abs(try #require(meter.peakDecibels) + 6.02) < 0.01)
        #expect(abs(try #require(meter.rmsDecibels) + 9.03) < 0.01)
    }
}
