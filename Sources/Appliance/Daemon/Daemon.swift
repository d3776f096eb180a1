import Audio
import CPlatform
import Cloud
import Conversation
import Failures
import Glibc
import Hardware
import LocalEndpoint

/// The daemon's life: settings and keys in, devices opened (and waited for), the session run, until SIGTERM.
public final class Daemon: Sendable {
    private let checked: CheckedSettings
    private let settings: Configuration
    private let environment: @Sendable (String) -> String?
    private let journal: Journal
    private let notifier = ServiceNotifier()
    private let started = MonotonicTime(nanoseconds: ln_monotonic_ns())

    /// How long devices that are not there are waited for between two tries.
    static let reopenMilliseconds = 500

    /// - Parameter settings: without problems; its file is read again at a reload.
    public init(_ settings: CheckedSettings, environment: @escaping @Sendable (String) -> String?) {
        checked = settings
        self.settings = settings.configuration
        self.environment = environment
        journal = Journal.chosen(environment: environment)
    }

    /// - Returns: false when it could not start at all; the journal says why.
    public func run() async -> Bool {
        let termination = TerminationSignal()
        let hangUp = HangUpSignal()
        journal.write(JournalEntry(.started, .notice, "Linnet \(Version.text) starts"))
        lockMemory()
        let credentials = Credentials.read(environment: environment)
        report(credentials)
        let status = StatusBoard { [notifier] in notifier.status($0) }
        let clouds = Clouds(settings, credentials: credentials)
        let board = openBoard(status)
        let box = Box(
            settings: settings, clouds: clouds, board: board, journal: journal, status: status,
            echoPathFile: EchoPathFile(environment: environment))
        let reloader = Reloader(
            path: checked.file, running: settings, credentials: credentials, box: box, journal: journal, notifier: notifier,
            environment: environment)
        let desk = ControlDesk(box: box, status: status, reloader: reloader, started: started)
        guard let control = openControl(desk) else {
            journal.flush(milliseconds: 500)
            return false
        }
        let work = Task { await box.run() }
        let watch = Task { await feedWatchdog(box) }
        await box.opened(withinMilliseconds: 5000)
        notifier.ready(box.summary)
        journal.write(
            JournalEntry(
                .ready, .notice, "Ready after \(millisecondsSinceStart) ms: \(box.summary)",
                [("LINNET_READY_MS", .integer(millisecondsSinceStart))]))
        let reloads = Task { await hangUp.callForEach { _ = await reloader.reload() } }

        await termination.wait()
        notifier.stopping("stopping")
        journal.write(JournalEntry(.stopping, .notice, "Stopping"))
        control.stop()
        for task in [watch, work, reloads] { task.cancel() }
        await box.stop()
        box.shutDownClouds()
        board.close()
        journal.write(JournalEntry(.stopped, .notice, "Stopped"))
        journal.flush(milliseconds: 500)
        notifier.flush(milliseconds: 200)
        return true
    }

    private var millisecondsSinceStart: Int64 { (ln_monotonic_ns() - started.nanoseconds) / 1_000_000 }

    /// Keeps pages that were touched once: a page fault is a late frame.
    private func lockMemory() {
        // MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT; refused without the unit's LimitMEMLOCK, which costs nothing but that.
        _ = mlockall(7)
    }

    private func report(_ credentials: Credentials) {
        for warning in checked.warnings { journal.write(.doubtful(warning)) }
        for use in Credential.inUse(by: settings) where credentials[use.credential] == nil { journal.write(.keyMissing(use)) }
        for name in credentials.exposed { journal.write(.keyExposed(name)) }
        for complaint in credentials.complaints { journal.write(.doubtful(complaint)) }
    }

    private func openBoard(_ status: StatusBoard) -> any Board {
        do {
            return try BoardChoice.open(settings.board)
        } catch {
            journal.write(SessionJournal.entry(for: error))
            status.failed(error)
            return NoBoard()
        }
    }

    private func openControl(_ desk: ControlDesk) -> ControlServer? {
        let path = ControlClient.defaultPath(environment: environment)
        do {
            return try ControlServer(path: path) { await desk.answer($0) }
        } catch {
            journal.write(SessionJournal.entry(for: Failure(.system, .unknown, "control socket \(error)", retry: .never)))
            return nil
        }
    }

    /// Feeds the service manager's watchdog while all three clocks advance.
    private func feedWatchdog(_ box: Box) async {
        guard let period = notifier.watchdogMicroseconds else { return }
        var watchdog = Watchdog()
        while !Task.isCancelled {
            let stalled = watchdog.check(box.progress())
            if stalled.isEmpty {
                notifier.watchdog()
            } else {
                let names = stalled.map(\.rawValue).joined(separator: ", ")
                journal.write(
                    JournalEntry(
                        .watchdogWithheld, .error, "The watchdog is not fed: \(names) did not advance",
                        [("LINNET_STALLED", .text(names))]))
            }
            try? await Task.sleep(for: .microseconds(Int(period / 3)))
        }
    }
}
