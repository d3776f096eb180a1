/// The tables of `bench barge-in`.
enum BargeInFigures {
    typealias Findings = BargeInBench.Findings

    private static let onset =
        """
        the person's first sample above -48.7 dB of full scale (25 dB below the talkers' level) in the room's recording of \
        the person, moved by the sound's way to the microphones (4.4 ms, so that way is not counted)
        """

    static func all(_ findings: Findings) -> [Figure] {
        recorded(findings) + stamped(findings) + quiet(findings) + noises(findings)
    }

    private static func recorded(_ findings: Findings) -> [Figure] {
        let group = "An interruption, on the recording of the converter"
        return [
            Figure(
                "mic to duck", .milliseconds, group: group,
                method:
                    """
                    from \(onset) to the answer's being 6 dB quieter for 12 ms than the same answer undisturbed, on two \
                    recordings laid side by side (8 ms windows); an interruption in a pause of the answer, and an answer \
                    that cannot be laid beside the other, is left out
                    """,
                values: findings.interruptions.compactMap(\.ducked)),
            Figure(
                "mic to silence", .milliseconds, group: group,
                method:
                    """
                    from the same instant to the last sample of the answer (above -72 dB of full scale, 700 ms of silence \
                    behind it); missed interruptions are left out and counted below
                    """,
                values: findings.interruptions.filter { !$0.isMissed }.compactMap(\.silent)),
        ]
    }

    private static func stamped(_ findings: Findings) -> [Figure] {
        [("interruptionHeard", "a sign of speech"), ("ducked", "the reply is made quieter"), ("paused", "and stopped")].map {
            stamp, meaning in
            Figure(
                "stamp \(stamp)", .milliseconds, group: "The same by the daemon's own stamps",
                method:
                    "from the same instant to the daemon's stamp (\(meaning)); printed for comparison, no recording is behind it",
                values: findings.interruptions.compactMap { $0.stamps[stamp] })
        }
    }

    private static func quiet(_ findings: Findings) -> [Figure] {
        let minutes = findings.undisturbedMinutes
        let rows: [(String, Int, String)] = [
            ("ducks", findings.ducks, "times the answer became quieter"), ("pauses", findings.pauses, "times it was stopped"),
            ("false interruptions", findings.falseInterruptions, "times it was given up"),
        ]
        let rates = rows.map { name, count, meaning in
            Figure(
                name, .perMinute, group: "Answers that nobody disturbs",
                method:
                    """
                    \(meaning), by the daemon's log, per minute of answer in a room with -58 dB of kitchen noise and nobody \
                    in it
                    """,
                values: minutes > 0 ? [Double(count) / minutes] : [])
        }
        let missed = findings.interruptions.count(where: \.isMissed)
        return rates + [
            Figure(
                "missed interruptions", .percent, group: "Missed",
                method: "share of the interruptions after which the answer had not stopped within 1 s",
                values: findings.interruptions.isEmpty ? [] : [100 * Double(missed) / Double(findings.interruptions.count)])
        ]
    }

    private static func noises(_ findings: Findings) -> [Figure] {
        ShortNoise.allCases.flatMap { kind in
            let all = findings.disturbances.filter { $0.kind == kind }
            return [
                Figure(
                    "pause for a \(kind.rawValue)", .milliseconds, group: "A short noise over an answer",
                    method:
                        """
                        length of the silence that a \(kind.rawValue) made in the answer, on the recording; none when it did \
                        not stop
                        """,
                    values: all.filter(\.survived).compactMap(\.gap)),
                Figure(
                    "resume after a \(kind.rawValue)", .milliseconds, group: "A short noise over an answer",
                    method:
                        """
                        last sample of the \(kind.rawValue) at the microphones to the first sample of the answer's going on, \
                        on the recording; of those that stopped it
                        """,
                    values: all.filter(\.survived).compactMap(\.resumed)),
                Figure(
                    "answers given up for a \(kind.rawValue)", .percent, group: "Answers given up for a noise",
                    method: "share of such noises that the daemon took for an interruption",
                    values: all.isEmpty ? [] : [100 * Double(all.count { !$0.survived }) / Double(all.count)]),
            ]
        }
    }

    static func checks(_ settings: BargeInBench.Settings, _ findings: Findings) -> [SceneCheck] {
        let missed = findings.interruptions.count(where: \.isMissed)
        return [
            SceneCheck(
                claim: "every interruption was heard by the room", holds: findings.interruptions.count == settings.interruptions,
                seen: "\(findings.interruptions.count) of \(settings.interruptions)"),
            SceneCheck(
                claim: "every interruption stopped the answer", holds: missed == 0,
                seen: "\(missed) of \(findings.interruptions.count) missed"),
            SceneCheck(
                claim: "the box did not interrupt itself", holds: findings.falseInterruptions == 0,
                seen: "\(findings.falseInterruptions) in \(tenths(findings.undisturbedMinutes)) min of answer"),
        ] + findings.endings.flatMap(\.checks)
    }
}
