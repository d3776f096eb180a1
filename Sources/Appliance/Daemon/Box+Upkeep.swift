import DSP
import Failures
import LocalEndpoint

/// What the box looks after while the conversation goes on: microphones that fall out, and what the echo canceller has learned.
extension Box {
    private static var secondsBetweenSnapshots: Int { 600 }

    /// Until its task is cancelled.
    func lookAfter(_ cards: SoundCards) async {
        var deaf = DeafMicrophones(channels: settings.audio.microphones)
        var seconds = 0
        while !Task.isCancelled {
            try? await Task.sleep(for: .seconds(1))
            let isHearing = cards.captureHealth.trouble == nil
            for entry in deaf.entries(for: cards.endpoint.figures.deafMicrophones, isHearing: isHearing) { journal.write(entry) }
            seconds += 1
            if seconds % Self.secondsBetweenSnapshots == 0, echoPathFile != nil { keep(await cards.endpoint.learnedEchoPath()) }
        }
    }

    func rememberedEchoPath() -> [UInt8]? {
        do throws(Failure) {
            return try echoPathFile?.read()
        } catch {
            journal.write(SessionJournal.entry(for: error))
            return nil
        }
    }

    /// Microphones that are waited for may well have another number of channels than those which the file was made with.
    func reportEchoPath(_ cards: SoundCards) {
        guard let refusal = cards.endpoint.echoPathRefusal, let echoPathFile else { return }
        if refusal == .otherArray, cards.captureHealth.trouble != nil { return }
        journal.write(SessionJournal.entry(for: echoPathFile.unusable(Self.words(refusal))))
    }

    func keep(_ echoPath: [UInt8]?) {
        guard let echoPath, let echoPathFile else { return }
        do throws(Failure) {
            try echoPathFile.write(echoPath)
        } catch {
            journal.write(SessionJournal.entry(for: error))
        }
    }

    private static func words(_ refusal: EchoPathRefusal) -> String {
        switch refusal {
        case .incomplete: "is cut off"
        case .foreign: "holds no echo path"
        case .outdated: "is of another version of Linnet"
        case .damaged: "is damaged"
        case .otherArray: "was made with other microphones"
        }
    }
}
