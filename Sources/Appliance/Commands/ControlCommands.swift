import ArgumentParser

/// Where the daemon listens.
struct ControlOptions: ParsableArguments {
    @Option(help: "The daemon's control socket.") var socket = ControlClient.defaultPath(environment: environmentValue)

    /// Sends one request; an answer that says why not becomes the command's error.
    func send(_ request: ControlRequest, deadlineSeconds: Int32 = 5) throws -> ControlReply {
        do {
            let reply = try ControlClient(path: socket).send(request, deadlineMilliseconds: deadlineSeconds * 1000)
            guard let error = reply.error else { return reply }
            complain("linnet: \(error)")
        } catch let missing as ControlClient.NoDaemon {
            complain("linnet: \(missing.description)")
        }
        throw ExitCode.failure
    }
}

struct StatusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status", abstract: "What the daemon is doing and what it lacks.")
    @OptionGroup var control: ControlOptions
    @Flag(help: "As JSON, for programs.") var json = false

    func run() async throws {
        guard let status = try control.send(ControlRequest(.status)).status else { throw ExitCode.failure }
        print(json ? String(decoding: ControlWire.line(status).dropLast(), as: UTF8.self) : StatusPage(status).text)
    }
}

struct PressCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "press", abstract: "Press the button (and let go at once, unless --hold).")
    @OptionGroup var control: ControlOptions
    @Flag(help: "Keep it pressed until `linnet release`.") var hold = false

    func run() async throws {
        _ = try control.send(ControlRequest(.press))
        if !hold { _ = try control.send(ControlRequest(.release)) }
    }
}

struct ReleaseCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "release", abstract: "Let go of the button.")
    @OptionGroup var control: ControlOptions
    func run() async throws { _ = try control.send(ControlRequest(.release)) }
}

struct MuteCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "mute", abstract: "Stop listening until `linnet unmute`.")
    @OptionGroup var control: ControlOptions
    func run() async throws { _ = try control.send(ControlRequest(.mute)) }
}

struct UnmuteCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "unmute", abstract: "Listen again.")
    @OptionGroup var control: ControlOptions
    func run() async throws { _ = try control.send(ControlRequest(.unmute)) }
}

struct ReloadCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reload", abstract: "Have the daemon read its settings and keys again; says what was applied.",
        discussion: """
            [conversation], [cloud] and [journal] are applied from the next turn on; [audio] and [board] need a restart. \
            Of a file with a mistake nothing is applied: it is said what is wrong, and the exit status is 1.
            """)
    @OptionGroup var control: ControlOptions
    @Flag(help: "As JSON, for programs.") var json = false

    func run() async throws {
        guard let report = try control.send(ControlRequest(.reload)).reload else { throw ExitCode.failure }
        if json { print(String(decoding: ControlWire.line(report).dropLast(), as: UTF8.self)) }
        for line in json ? [] : report.lines { report.errors.isEmpty ? print(line) : complain(line) }
        if !report.errors.isEmpty { throw ExitCode.failure }
    }
}

struct StopCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "stop", abstract: "End whatever is being said or asked.")
    @OptionGroup var control: ControlOptions
    func run() async throws { _ = try control.send(ControlRequest(.stop)) }
}

struct AskCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ask", abstract: "Ask in writing; the box answers aloud and here.")
    @OptionGroup var control: ControlOptions
    @Argument(help: "The question.") var text: [String]

    func run() async throws {
        let reply = try control.send(ControlRequest(.ask, text: text.joined(separator: " ")), deadlineSeconds: 60)
        print(reply.answer ?? "")
    }
}

struct SayCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "say", abstract: "Have the box say something.")
    @OptionGroup var control: ControlOptions
    @Argument(help: "What to say.") var text: [String]
    func run() async throws { _ = try control.send(ControlRequest(.say, text: text.joined(separator: " ")), deadlineSeconds: 60) }
}
