/// The answer to a reload, on the control socket and in words.
public struct ReloadReport: Codable, Sendable, Equatable {
    public var applied: [ReloadPlan.Change] = []
    public var needsRestart: [ReloadPlan.Change] = []
    /// Names of the secrets that changed.
    public var credentials: [String] = []
    /// Everything that is wrong with the file; with any of them nothing was applied.
    public var errors: [String] = []
    public var warnings: [String] = []

    public init(
        applied: [ReloadPlan.Change] = [], needsRestart: [ReloadPlan.Change] = [], credentials: [String] = [],
        errors: [String] = [], warnings: [String] = []
    ) {
        self.applied = applied
        self.needsRestart = needsRestart
        self.credentials = credentials
        self.errors = errors
        self.warnings = warnings
    }

    /// One line.
    public var summary: String {
        guard errors.isEmpty else {
            let shown = errors.prefix(4).joined(separator: " | ") + (errors.count > 4 ? " | and \(errors.count - 4) more" : "")
            return "New settings refused, the old ones hold: \(shown)"
        }
        let changed = applied.map(\.key) + credentials
        let parts = [
            changed.isEmpty ? "nothing changed" : "now holds: \(changed.joined(separator: ", "))",
            needsRestart.isEmpty ? nil : "needs a restart: \(needsRestart.map(\.key).joined(separator: ", "))",
        ]
        return "Settings read again; " + parts.compactMap { $0 }.joined(separator: "; ")
    }

    /// For people, one line each.
    public var lines: [String] {
        guard errors.isEmpty else { return ["the new settings are refused, the old ones hold:"] + errors }
        let holding = applied.map { "\($0.key) is now \(Self.shown($0.new)) (was \(Self.shown($0.old)))" }
        let waiting = needsRestart.map { "\($0.key) needs a restart: still \(Self.shown($0.old)), then \(Self.shown($0.new))" }
        let keys = credentials.map { "the credential \($0) was read again" }
        let all = holding + keys + waiting
        return (all.isEmpty ? ["nothing changed"] : all) + warnings.map { "warning: \($0)" }
    }

    private static func shown(_ value: String) -> String { value.count > 80 ? "\(value.prefix(79))…" : value }
}
