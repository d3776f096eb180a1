import Audio
import DSP
import Testing

@Suite struct ArrayGeometryNameTests {
    @Test func `an array goes by a name of its own or by its measures`() {
        #expect(ArrayGeometry(named: "linear4") == .linear4)
        #expect(ArrayGeometry(named: "linear:4:25mm") == .linear4)
        #expect(ArrayGeometry(named: "circular4") == .circular4)
        let six = ArrayGeometry(named: "circular:6:46.3mm")
        #expect(six?.positions.count == 6)
        #expect(six?.positions.first?.xMicrometres == 46_300)
    }

    @Test(arguments: [
        "", "unknown", "linear", "linear:4", "linear:4:25", "linear:1:25mm", "linear:9:25mm", "circular:2:40mm", "circular:6:4mm",
        "circular:6:201mm", "circular:6:nanmm", "circular:6:-40mm", "square:4:40mm", "linear:4:25mm:", "circular:6:1e300mm",
    ])
    func `what names no array is none`(name: String) {
        #expect(ArrayGeometry(named: name) == nil)
    }
}
