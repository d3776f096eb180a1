import Foundation
import Testing

@Suite struct `The systemd unit` {
    @Test func `exposes the box by at most two and a half of ten`() throws {
        let unit = SourceTree.own.root.appending(path: "systemd/linnet.service").path
        let output = try run("systemd-analyze", "security", "--offline=yes", "--no-pager", "--threshold=25", unit)
        #expect(output.status == 0, "\(output.text.suffix(200))")
        #expect(output.text.contains("Overall exposure level"))
    }

    @Test func `lets sound, GPIO, network and real-time threads work`() throws {
        let unit = try SourceTree.own.text("systemd/linnet.service")
        for line in [
            "DeviceAllow=char-alsa rw", "DeviceAllow=char-gpiochip rw", "SupplementaryGroups=audio gpio", "LimitRTPRIO=49",
            "RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK",
        ] {
            #expect(unit.contains("\n\(line)\n"), "\(line)")
        }
        #expect(!unit.contains("CPUSchedulingPolicy"), "it would hit every thread")
        #expect(!unit.contains("RestrictRealtime=yes"))
    }

    private func run(_ program: String, _ arguments: String...) throws -> (status: Int32, text: String) {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = [program] + arguments
        let pipe = Pipe()
        process.standardOutput = pipe
        process.standardError = pipe
        try process.run()
        let text = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        return (process.terminationStatus, text)
    }
}
