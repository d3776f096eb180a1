import FoundationEssentials
import Glibc
import Rehearsal
import Testing

/// The providers' own Python clients, which know nothing of this project: each tells a story against the stand-ins.
@Suite("The providers' official clients")
struct OfficialSDKTests {
    @Test func `deepgram-sdk transcribes a recorded prompt live`() async throws {
        let sound = try TemporaryFile(
            RecordedPrompt.load("agent-pass").flatMap { [UInt8(truncatingIfNeeded: $0), UInt8(truncatingIfNeeded: $0 >> 8)] })
        try await withServices(.moonshine()) { server in
            try await PythonStory.tell("deepgram", server, sound.path)
            // It sends one parameter that is out of bounds, to see the refusal.
            #expect(server.log.complaints == ["deepgram: utterance_end_ms=500 is not a whole number from 1000 to 5000"])
        }
    }

    @Test func `groq chats, retries after 429, calls a tool and hears its answer`() async throws {
        try await withServices { server in
            await server.plan(try Fault(parsing: "groq:429:1"))
            try await PythonStory.tell("groq", server)
        }
    }

    @Test func `google-genai chats and sends thought signatures back`() async throws {
        try await withServices {
            // The SDK's own chat drops a turn from its history when a chunk of it has no candidates.
            $0.quirks.beginsWithUsage = false
        } _: { server in
            try await PythonStory.tell("gemini", server)
        }
    }

    @Test func `tavily-python searches`() async throws {
        try await withServices { server in try await PythonStory.tell("tavily", server) }
    }

    @Test func `cartesia speaks, flushes and cancels`() async throws {
        try await withServices { server in
            try await PythonStory.tell("cartesia", server)
            #expect(server.log.complaints == [])
        }
    }
}

/// A script of `Tests/OfficialSDKs`, run by the interpreter that `scripts/test-python.sh` prepares.
private enum PythonStory {
    struct Failed: Error, CustomStringConvertible { var description: String }

    private static let deadlineSeconds = 120

    /// - Throws: ``Failed`` with the script's own words when it does not end well.
    static func tell(_ name: String, _ server: RehearsalServer, _ more: String...) async throws {
        let python = try root() + "/.cache/python/bin/python"
        guard access(python, X_OK) == 0 else { throw Failed(description: "\(python) is missing: run scripts/test-python.sh") }
        let words = [python, "Tests/OfficialSDKs/\(name)_story.py", server.addresses.json] + more
        let (status, output) = try await ended(words, in: try root())
        guard status == 0 else { throw Failed(description: "\(name)_story.py, status \(status):\n\(output.suffix(4000))") }
    }

    /// The package's folder, from this file's name.
    private static func root() throws -> String {
        var folder = Substring(#filePath)
        while let slash = folder.lastIndex(of: "/") {
            folder = folder[..<slash]
            if access("\(folder)/Tests/OfficialSDKs/story.py", R_OK) == 0 { return String(folder) }
        }
        throw Failed(description: "no Tests/OfficialSDKs above \(#filePath)")
    }

    private static func ended(_ words: [String], in folder: String) async throws -> (status: Int32, output: String) {
        let output = try TemporaryFile([])
        let line = "cd '\(folder)' && exec timeout \(deadlineSeconds) \"$@\" > '\(output.path)' 2>&1"
        var arguments = (["/bin/sh", "-c", line, "sh"] + words).map { strdup($0) as UnsafeMutablePointer<CChar>? } + [nil]
        defer { for argument in arguments { free(argument) } }
        var process = pid_t()
        guard posix_spawn(&process, "/bin/sh", nil, nil, &arguments, environ) == 0 else {
            throw Failed(description: "\(words[0]) cannot be started")
        }
        var status: Int32 = 0
        while waitpid(process, &status, WNOHANG) == 0 { try await Task.sleep(for: .milliseconds(50)) }
        let code = status & 0x7F == 0 ? status >> 8 & 0xFF : -1
        return (code, String(decoding: try output.read(), as: UTF8.self))
    }
}

/// Gone with its owner.
private final class TemporaryFile {
    let path: String

    init(_ bytes: [UInt8]) throws {
        var template = Array("/tmp/linnet-story-XXXXXX".utf8CString)
        let file = mkstemp(&template)
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        guard file >= 0 else { throw PythonStory.Failed(description: "no temporary file in /tmp") }
        close(file)
        try Data(bytes).write(to: URL(fileURLWithPath: path))
    }

    func read() throws -> Data { try Data(contentsOf: URL(fileURLWithPath: path)) }

    deinit { unlink(path) }
}
