import Appliance
import Failures
import Foundation
import Testing

@Suite struct `What the box remembers and looks after` {
    private let folder = FileManager.default.temporaryDirectory.appending(path: "linnet-\(UUID())").path

    private func file() throws -> EchoPathFile {
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        return try #require(EchoPathFile { $0 == "STATE_DIRECTORY" ? "\(folder):/elsewhere" : nil })
    }

    @Test func `what it learned of the room is there after a restart, for its own eyes`() throws {
        let file = try file()
        defer { try? FileManager.default.removeItem(atPath: folder) }
        #expect(try file.read() == nil)
        try file.write([1, 2, 3])
        try file.write([4, 5])
        #expect(try file.read() == [4, 5])
        let mode = try FileManager.default.attributesOfItem(atPath: file.path)[.posixPermissions] as? Int
        #expect(mode == 0o600)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["echo-path"])
    }

    @Test func `without a state directory nothing is kept`() {
        #expect(EchoPathFile { _ in nil } == nil)
    }

    @Test func `a file that cannot be read or written is a warning that says which`() throws {
        let file = try file()
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try FileManager.default.createDirectory(atPath: file.path, withIntermediateDirectories: true)
        let unread = try #require(throws: Failure.self) { _ = try file.read() }
        #expect(unread.kind == .stateUnusable && unread.detail.contains("echo-path is a directory"))
        #expect(JournalEntry(unread).priority == .warning)
        #expect(throws: Failure.self) { try file.write([1]) }
    }

    @Test func `a microphone that falls out is told once, and once when it is well again`() {
        var watch = DeafMicrophones(channels: [2, 3, 4, 5])
        #expect(watch.entries(for: []).isEmpty)
        #expect(watch.entries(for: [1]).isEmpty && watch.entries(for: [1]).isEmpty, "three looks, or it was a loose wire")
        let lost = watch.entries(for: [1])
        #expect(lost.count == 1 && lost[0].messageID == Failure.Kind.microphoneDeaf.messageID)
        #expect(lost[0].message.contains("microphone 1 (channel 3 of the device)"))
        #expect(watch.entries(for: [1]).isEmpty)
        for _ in 0..<9 { #expect(watch.entries(for: [], isHearing: false).isEmpty, "the device is away") }
        #expect((0..<3).flatMap { _ in watch.entries(for: [1, 0]) }.count == 1)
        let found = (0..<3).flatMap { _ in watch.entries(for: [0]) }
        #expect(found.count == 1 && found[0].event == .recovered && found[0].message.contains("microphone 1"))
    }
}
