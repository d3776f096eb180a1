import Appliance
import Foundation
import Testing

@Suite struct `A settings file` {
    private let folder: URL

    init() throws {
        folder = URL(filePath: NSTemporaryDirectory()).appending(path: "settings-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    }

    private func error(_ path: String) -> String {
        CheckedSettings.read(path: path).problems.map(\.description).joined(separator: "\n")
    }

    @Test func `that is not there is named, with what to do`() {
        let line = error("/nowhere/linnet.toml")
        #expect(line.hasPrefix("/nowhere/linnet.toml: cannot be read: there is no such file") && line.contains("--config"))
    }

    @Test(.timeLimit(.minutes(1))) func `that is no file is named for what it is, and never waited for`() {
        let fifo = folder.appending(path: "fifo").path
        #expect(mkfifo(fifo, 0o600) == 0)
        #expect(error(fifo) == "\(fifo): is a FIFO, not a file")
        #expect(error(folder.path).hasSuffix("is a directory, not a file"))
        #expect(error("/dev/zero").hasSuffix("is a device, not a file"))
    }

    @Test func `that is huge is refused`() throws {
        let path = folder.appending(path: "huge.toml").path
        try Data(repeating: UInt8(ascii: "#"), count: 2 << 20).write(to: URL(filePath: path))
        #expect(error(path).contains("larger than 1 MiB"))
    }

    @Test func `that may not be read says who may`() throws {
        let path = folder.appending(path: "closed.toml").path
        try Data().write(to: URL(filePath: path))
        chmod(path, 0)
        let error = withoutPrivilege { self.error(path) }
        #expect(error.contains("cannot be read by the user") && error.contains("with mode 00"), "\(error)")
    }

    /// Root may read everything: for a moment it is nobody.
    private func withoutPrivilege<Result>(_ body: () -> Result) -> Result {
        let nobody: uid_t = 65_534
        let wasRoot = geteuid() == 0 && seteuid(nobody) == 0
        defer { if wasRoot { _ = seteuid(0) } }
        return body()
    }

    @Test func `that everybody may write is worth a warning`() throws {
        let path = folder.appending(path: "open.toml").path
        try Data().write(to: URL(filePath: path))
        chmod(path, 0o666)
        #expect(CheckedSettings.read(path: path).warnings.map(\.message).contains { $0.contains("chmod o-w") })
    }

    @Test func `with a device that ALSA does not know is refused, with the nearest names; an absent card is only said`() {
        let read = CheckedSettings.parse(
            Array("[audio]\ncapture = \"plughw:CARD=Nobody\"\nplayback = \"defualt\"\n".utf8), file: "box.toml", devices: .alsa)
        #expect(read.problems.count == 1)
        #expect(
            read.problems.first?.description.hasPrefix("box.toml:3: audio.playback: no sound device can be called \"defualt\"")
                == true)
        #expect(read.problems.first?.message.contains("\"default\"") == true)
        #expect(read.warnings.map(\.line) == [2])
        #expect(read.warnings.first?.message.hasPrefix("the card \"Nobody\" is not there now") == true)
    }

    @Test func `that is right is summed up with what would be used, and with what is missing`() {
        let credentials = Credentials.read { ["GROQ_API_KEY": "gsk_abcdefgh12345678"][$0] }
        let report = CheckReport(
            CheckedSettings.parse(Array("[conversation]\nfollow_up_s = 9\n".utf8), file: "box.toml"), credentials: credentials)
        #expect(report.isRight && report.summary.first == "box.toml is right")
        #expect(report.summary.contains { $0.hasPrefix("  keys") && $0.hasSuffix(" groq-api-key") })
        #expect(report.summary.contains { $0.hasPrefix("  changed") && $0.hasSuffix(" conversation.follow_up_s") })
        #expect(report.complaints.count == 4 && report.complaints.allSatisfy { $0.hasPrefix("warning: no key for ") })
        #expect(!(report.summary.joined() + report.json).contains("gsk_"))
        #expect(report.json.contains("\"right\":true"))
    }
}
