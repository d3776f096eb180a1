import Conversation

extension SessionSettings {
    /// What the settings file says of a conversation; everything else keeps its default.
    init(_ configuration: Configuration) {
        self.init()
        let said = configuration.conversation
        instructions = said.instructions
        language = said.language
        speculates = said.speculate
        firstPauseMilliseconds = said.firstPauseMilliseconds
        shortestEndMilliseconds = said.shortestEndMilliseconds
        longestEndMilliseconds = said.longestEndMilliseconds
        followUpMilliseconds = said.followUpSeconds * 1000
        noSpeechMilliseconds = said.noSpeechSeconds * 1000
        longestQuestionMilliseconds = said.longestQuestionSeconds * 1000
        bargeIn = said.bargeIn
        duckAfterMilliseconds = said.duckAfterMilliseconds
        pauseAfterMilliseconds = said.pauseAfterMilliseconds
        maximumTokens = configuration.cloud.groq.maximumTokens
        // The models keep their own deadlines, and say themselves why they failed.
        let cloud = configuration.cloud
        let slowest = max(cloud.groq.firstTokenDeadlineMilliseconds, cloud.gemini.firstTokenDeadlineMilliseconds)
        firstTokenDeadlineMilliseconds = slowest + Self.patienceMilliseconds
    }

    /// How much longer than its slower model a session waits for a word.
    private static let patienceMilliseconds = 500
}
