import Conversation
import Synchronization

extension Box {
    /// What the journal may hold, as last read.
    var journalSettings: Configuration.Journal { wired.withLock { $0.settings.journal } }

    /// Goes on with other settings and providers: the session from its next turn on, so that nothing that is being said or
    /// heard is cut. The devices stay as they are. What is replaced closes its connections when its last turn lets go of it.
    func apply(_ settings: Configuration, _ clouds: Clouds) {
        let session = wired.withLock { wired in
            wired.settings = settings
            wired.clouds = clouds
            return wired.session
        }
        clouds.warm()
        session?.replace(
            recognizer: clouds.recognizer, model: clouds.model, synthesizer: clouds.synthesizer, tools: clouds.tools,
            settings: SessionSettings(settings))
    }

    /// Ends the connections of the clients that are in use.
    func shutDownClouds() { wired.withLock { $0.clouds }.shutDown() }
}
