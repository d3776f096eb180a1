import ArgumentParser

struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "run", abstract: "The daemon. Runs until SIGTERM.")

    @Option(help: "Settings file.") var config: String?
    @Flag(help: "Read the settings, say what is wrong with them, and end.") var check = false

    /// What `sysexits.h` calls a configuration error: the service manager need not try again at once.
    static let settingsRefused: Int32 = 78

    func run() async throws {
        let path = config ?? Configuration.defaultPath
        let settings: Configuration
        do {
            settings = try Configuration.load(path: path)
        } catch {
            report(error)
            throw ExitCode(Self.settingsRefused)
        }
        if check {
            print("\(path): good")
            return
        }
        let daemon = Daemon(settings, environment: environmentValue)
        guard await daemon.run() else { throw ExitCode.failure }
    }

    private func report(_ refused: ConfigurationRefused) {
        guard !check else { return complain(refused.description) }
        let journal = Journal.chosen(environment: environmentValue)
        for problem in refused.problems {
            journal.write(JournalEntry(.settingsRefused, .error, problem.description, [("LINNET_KEY", .text(problem.key ?? ""))]))
        }
        let notifier = ServiceNotifier()
        notifier.status("Settings refused: \(refused.problems.first?.description ?? "")")
        notifier.flush(milliseconds: 200)
        journal.flush(milliseconds: 500)
    }
}
