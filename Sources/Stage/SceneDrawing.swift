/// Reads off a scene's log what its picture shows.
struct SceneDrawing {
    private let record: Scene.Record

    init(_ record: Scene.Record) { self.record = record }

    var picture: ScenePicture {
        ScenePicture(sound: record.sound, speech: speech, states: states, marks: marks, captions: captions)
    }

    private func seconds(_ nanoseconds: Int64) -> Double { Double(nanoseconds - record.sound.startNanoseconds) / 1e9 }

    private var speech: [ScenePicture.Span] {
        record.turns.compactMap { turn in
            guard let from = turn.stamps["speechStart"], let to = turn.stamps["speechEnd"] else { return nil }
            return ScenePicture.Span(label: "", from: seconds(from), to: seconds(to))
        }
    }

    private var states: [ScenePicture.Span] {
        let changes = record.entries.compactMap { entry -> (String, Double)? in
            guard let state = entry["LINNET_STATE"], let time = entry.number("LINNET_MONOTONIC_US") else { return nil }
            return (state, seconds(time * 1000))
        }
        let end = Double(record.sound.person.count) / Double(SceneSound.rateHz)
        return changes.enumerated().map { index, change in
            let until = index + 1 < changes.count ? changes[index + 1].1 : end
            return ScenePicture.Span(label: change.0, from: change.1, to: until)
        }
    }

    private var marks: [ScenePicture.Mark] {
        record.turns.flatMap { turn in
            [("interruptionHeard", "interrupted"), ("ducked", "ducked"), ("paused", "paused")].compactMap { stamp, label in
                turn.stamps[stamp].map { ScenePicture.Mark(label: label, at: seconds($0)) }
            }
        }
    }

    private var captions: [ScenePicture.Span] {
        zip(record.spoken, record.turns).flatMap { spoken, turn in
            [
                ScenePicture.Span(label: "“\(turn.transcript)”", from: seconds(spoken.onset), to: seconds(spoken.end)),
                ScenePicture.Span(
                    label: "→ \(turn.heard.prefix(70))", from: turn.stamps["firstSamplePlayed"].map(seconds) ?? 0, to: 0),
            ]
        }
    }
}
