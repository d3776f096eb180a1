extension JournalEntry {
    /// Something wrong with the settings, at a start or at a reload.
    static func refused(_ problem: ConfigurationProblem, _ event: JournalEvent) -> JournalEntry {
        JournalEntry(event, .error, problem.description, fields(of: problem))
    }

    /// Something odd about the settings.
    static func doubtful(_ problem: ConfigurationProblem) -> JournalEntry {
        JournalEntry(.settingsDoubtful, .warning, problem.description, fields(of: problem))
    }

    /// Something odd about a secret.
    static func doubtful(_ complaint: Credentials.Complaint) -> JournalEntry {
        JournalEntry(
            .keyUnusable, .warning, complaint.message, [("LINNET_CREDENTIAL", .text(complaint.credential?.rawValue ?? ""))])
    }

    static func keyMissing(_ use: Credential.Use) -> JournalEntry {
        let name = use.credential.rawValue
        return JournalEntry(
            .keyMissing, .warning, "No key for \(use.credential.owner): \(use.consequence); store it as the credential \(name)",
            [("LINNET_PROVIDER", .text(use.credential.owner)), ("LINNET_CREDENTIAL", .text(name))])
    }

    static func keyExposed(_ name: Credential) -> JournalEntry {
        JournalEntry(
            .keyExposed, .warning,
            "\(name.environmentName) came from the unit's environment: make it the credential \(name.rawValue)",
            [("LINNET_CREDENTIAL", .text(name.rawValue))])
    }

    static func restartNeeded(_ change: ReloadPlan.Change) -> JournalEntry {
        JournalEntry(
            .restartNeeded, .notice, "\(change.key) needs a restart: still \(change.old), then \(change.new)",
            [("LINNET_KEY", .text(change.key)), ("LINNET_OLD", .text(change.old)), ("LINNET_NEW", .text(change.new))])
    }

    private static func fields(of problem: ConfigurationProblem) -> [(name: String, value: Value)] {
        [
            ("LINNET_KEY", .text(problem.key ?? "")), ("LINNET_FILE", .text(problem.file)),
            ("LINNET_LINE", .integer(Int64(problem.line ?? 0))),
        ]
    }
}
