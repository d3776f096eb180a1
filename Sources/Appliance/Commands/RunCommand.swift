import ArgumentParser

struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "The daemon. Runs until SIGTERM; SIGHUP or `linnet reload` makes it read its settings again.",
        discussion: """
            With --check it only reads settings and keys, says everything that is wrong with them and what would be used, and \
            ends with 0 when they are right, else with 78.
            """)

    @Option(help: "Settings file.") var config = Configuration.defaultPath
    @Flag(help: "Read settings and keys, say what is wrong with them, and end.") var check = false
    @Flag(help: "With --check: as JSON, for programs.") var json = false

    /// What `sysexits.h` calls a configuration error: the service manager need not try again at once.
    static let settingsRefused: Int32 = 78

    func validate() throws {
        if json && !check { throw ValidationError("--json goes with --check") }
    }

    func run() async throws {
        let settings = CheckedSettings.read(path: config, devices: .alsa)
        if check { return try say(CheckReport(settings, credentials: .forCheck(environment: environmentValue))) }
        guard settings.problems.isEmpty else {
            refuse(settings)
            throw ExitCode(Self.settingsRefused)
        }
        let daemon = Daemon(settings, environment: environmentValue)
        guard await daemon.run() else { throw ExitCode.failure }
    }

    private func say(_ report: CheckReport) throws {
        if json {
            print(report.json)
        } else {
            for line in report.complaints { complain(line) }
            for line in report.summary { print(line) }
        }
        if !report.isRight { throw ExitCode(Self.settingsRefused) }
    }

    private func refuse(_ settings: CheckedSettings) {
        let journal = Journal.chosen(environment: environmentValue)
        for problem in settings.problems { journal.write(.refused(problem, .settingsRefused)) }
        let notifier = ServiceNotifier()
        notifier.status("Settings refused: \(settings.problems.inOneLine)")
        notifier.flush(milliseconds: 200)
        journal.flush(milliseconds: 500)
    }
}
