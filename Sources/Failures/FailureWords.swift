extension Failure {
    /// One short sentence for the person, spoken or shown; no jargon, no blame.
    public var spoken: String {
        switch (subject, kind) {
        case (_, .nameNotResolved), (_, .unreachable): "I can't reach the internet right now."
        case (.capture, .microphoneDeaf): "One of my microphones is not working."
        case (.capture, _): "I can't hear you: the microphone is not working."
        case (.playback, _): "My loudspeaker is not working."
        case (.deepgram, _): "I can't understand speech right now."
        case (.groq, _), (.gemini, _): "I can't think of an answer right now."
        case (.cartesia, _): "I can't speak right now."
        case (.tavily, _): "I can't search the web right now."
        case (.memory, _): "I can't remember our conversation right now."
        case (.board, _), (.configuration, _), (.system, _): "Something is wrong with this box."
        }
    }

    /// What the technician should do, one line.
    public var advice: String {
        switch kind {
        case .nameNotResolved: "Check the network and its DNS server: `resolvectl query` the host named here."
        case .unreachable: "Check the network, the firewall and the address under [cloud.\(subject.rawValue)] url."
        case .certificateRefused: "Check the clock (`timedatectl`); behind an inspecting proxy set [cloud] ca_file."
        case .timedOut: "The other side was too slow; if it stays so, check the line and the provider's status page."
        case .keyMissing: "Store the key as the credential \(subject.rawValue)-api-key (see .env.example)."
        case .keyRefused: "The key was refused: store a valid one as the credential \(subject.rawValue)-api-key."
        case .paymentRequired: "The account has no credit left: top it up at the provider."
        case .forbidden where [.capture, .playback, .board].contains(subject):
            "The daemon may not use the device: its user must be in the groups audio and gpio (the shipped unit sees to it)."
        case .forbidden: "The key may not use this model or feature: change the key's rights or the model."
        case .modelGone: "The model does not exist (any more): set another under [cloud.\(subject.rawValue)] model."
        case .rateLimited: "The account's limit is reached: wait, or raise the plan."
        case .badRequest: "The provider did not accept the request: check model and voice; else report this entry."
        case .overloaded, .serverError: "The provider has a fault: see its status page; nothing to do here."
        case .connectionLost, .truncatedAnswer: "The connection broke: check the line if this happens often."
        case .malformedAnswer: "The provider answered something unexpected: report this entry."
        case .tooLarge: "An answer was larger than the box accepts: report this entry."
        case .absent: "Connect the device, or name another in linnet.toml (`linnet audio probe` lists what is there)."
        case .busy: "Another program holds the device: stop it (`fuser -v /dev/snd/*` names it)."
        case .unplugged: "Plug the device in again; the daemon goes on by itself."
        case .unsupported: "The device cannot do what linnet.toml asks: the line above says what it can."
        case .silent, .stalled: "The device is there but delivers nothing: check cable and mixer, then replug it."
        case .queueFull: "The box could not keep up: check its load (`systemctl status linnet`, `top`)."
        case .microphoneDeaf: "The others do without it: clear its hole of dust and check its wiring."
        case .stateUnusable: "Nothing to do, it is learned anew; if this comes back, check the disk (`df /var/lib/linnet`)."
        case .cancelled: "Nothing to do: it was cancelled."
        case .unknown: "Report this entry."
        }
    }
}
