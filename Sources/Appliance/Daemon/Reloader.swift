/// Reads settings and keys again while the daemon runs: all of a good file is applied, nothing of a bad one. An actor, so
/// that requests which come together are carried out one after the other.
actor Reloader {
    private let path: String
    private let environment: @Sendable (String) -> String?
    private let box: Box
    private let journal: Journal
    private let notifier: ServiceNotifier
    private var running: Configuration
    private var credentials: Credentials
    /// What `linnet status` says of it: that the file is refused, or what waits for a restart.
    private(set) var troubles: [String] = []

    init(
        path: String, running: Configuration, credentials: Credentials, box: Box, journal: Journal, notifier: ServiceNotifier,
        environment: @escaping @Sendable (String) -> String?
    ) {
        self.path = path
        self.environment = environment
        self.box = box
        self.journal = journal
        self.notifier = notifier
        self.running = running
        self.credentials = credentials
    }

    /// - Returns: what was applied, what needs a restart, or everything that is wrong.
    func reload() -> ReloadReport {
        notifier.reloading()
        let read = CheckedSettings.read(path: path, devices: .alsa)
        let report = read.problems.isEmpty ? apply(read) : refuse(read)
        notifier.ready(report.summary)
        return report
    }

    private func refuse(_ read: CheckedSettings) -> ReloadReport {
        for problem in read.problems { journal.write(.refused(problem, .reloadRefused)) }
        let report = ReloadReport(errors: read.problems.map(\.description))
        troubles = [report.summary]
        return report
    }

    private func apply(_ read: CheckedSettings) -> ReloadReport {
        let fresh = Credentials.read(environment: environment)
        let plan = ReloadPlan(running: running, credentials: credentials, read: read.configuration, credentials: fresh)
        if plan.changesAnything { box.apply(plan.effective, Clouds(plan.effective, credentials: fresh)) }
        running = plan.effective
        credentials = fresh
        let report = ReloadReport(
            applied: plan.applied, needsRestart: plan.needsRestart, credentials: plan.credentials.map(\.rawValue),
            warnings: read.warnings.map(\.description) + fresh.complaints.map(\.message))
        note(report, read, fresh)
        troubles = plan.needsRestart.map {
            "\($0.key) is \($0.old) until the next start, then \($0.new). `systemctl restart linnet`"
        }
        return report
    }

    private func note(_ report: ReloadReport, _ read: CheckedSettings, _ fresh: Credentials) {
        let changed = (report.applied.map(\.key) + report.credentials).joined(separator: ", ")
        journal.write(
            JournalEntry(.reloaded, .notice, report.summary, [("LINNET_CHANGED", .text(changed.isEmpty ? "nothing" : changed))]))
        for change in report.needsRestart { journal.write(.restartNeeded(change)) }
        for warning in read.warnings { journal.write(.doubtful(warning)) }
        for complaint in fresh.complaints { journal.write(.doubtful(complaint)) }
    }
}
