/// What a reload would change: a pure comparison of what runs with what was read.
public struct ReloadPlan: Sendable, Equatable {
    /// One key with a new value, both as they stand in a file.
    public struct Change: Sendable, Equatable, Codable {
        public var key: String
        public var old: String
        public var new: String

        public init(key: String, old: String, new: String) {
            self.key = key
            self.old = old
            self.new = new
        }
    }

    /// What the running daemon takes, from its next turn on.
    public private(set) var applied: [Change] = []
    /// What holds from the next start on alone.
    public private(set) var needsRestart: [Change] = []
    /// Secrets that came, went or changed.
    public private(set) var credentials: [Credential] = []
    /// What runs afterwards: the new settings, with the old ones wherever a restart is needed.
    public private(set) var effective: Configuration

    public init(
        running: Configuration, credentials old: Credentials = Credentials(), read: Configuration,
        credentials new: Credentials = Credentials()
    ) {
        for setting in Configuration.settings {
            let change = Change(key: setting.key, old: setting.text(of: running), new: setting.text(of: read))
            guard change.old != change.new else { continue }
            if setting.appliesLive { applied.append(change) } else { needsRestart.append(change) }
        }
        credentials = new.changed(from: old)
        effective = read
        effective.audio = running.audio
        effective.board = running.board
    }

    /// Providers, tools and the session are made anew only for this.
    public var changesAnything: Bool { !applied.isEmpty || !credentials.isEmpty }
}
