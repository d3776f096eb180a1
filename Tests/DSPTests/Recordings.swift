import DSP

#if canImport(Glibc)
    import Glibc
#endif

/// Prompts in a row with pauses of digital silence between them.
struct SpeechTrack {
    var clean: [Int16] = []
    /// Of each 10 ms frame: within 30 dB of the loud frames, gaps below 200 ms bridged.
    var isSpeech: [Bool] = []
    /// First speech frame of each prompt.
    var onsets: [Int] = []

    /// With noise that falls by 3 dB per octave or so, `decibels` below the speech frames.
    func mixed(decibelsOverNoise decibels: Double) -> [Int16] {
        var white = SeededNoise(seed: 3)
        var state = 0.0
        let noise = clean.map { _ -> Double in
            let sample = Double(Int16.random(in: -10_000...10_000, using: &white))
            state = 0.9 * state + sample
            return state + sample
        }
        let spoken = isSpeech.indices.filter { isSpeech[$0] }
        let level = spoken.reduce(0.0) { $0 + Reference.power(clean[$1 * 160..<$1 * 160 + 160]) } / Double(spoken.count)
        let loudness = noise.reduce(0) { $0 + $1 * $1 } / Double(noise.count)
        let gain = (level / loudness / Reference.ratio(decibels: decibels)).squareRoot()
        return zip(clean, noise).map { saturatedInt16(Int32($0) + Int32($1 * gain)) }
    }
}

enum Recordings {
    private static let folder = "/usr/share/asterisk/sounds/en_US_f_Allison/"
    private static let prompts = [
        "vm-options", "demo-thanks", "queue-youarenext", "conf-adminmenu", "vm-tempgreeting2", "tt-allbusy", "auth-incorrect",
    ]

    static var areInstalled: Bool { access(folder + prompts[0] + ".g722", R_OK) == 0 }

    /// The prompts at a third of full scale, 1.5 s of silence before each and after the last.
    static let track = makeTrack()

    private static func makeTrack() -> SpeechTrack {
        var track = SpeechTrack()
        let pause = [Int16](repeating: 0, count: 24_000)
        for prompt in prompts {
            var decoder = G722Decoder()
            track.clean += pause + decoder.decode(octets(folder + prompt + ".g722")).map { $0 / 3 }
        }
        track.clean += pause
        track.clean.removeLast(track.clean.count % 160)
        track.isSpeech = label(track.clean)
        track.onsets = track.isSpeech.indices.filter { frame in
            frame >= 100 && track.isSpeech[frame] && !track.isSpeech[frame - 100..<frame].contains(true)
        }
        return track
    }

    private static func label(_ samples: [Int16]) -> [Bool] {
        let powers = stride(from: 0, to: samples.count, by: 160).map { Reference.power(samples[$0..<$0 + 160]) }
        let loud = powers.sorted()[powers.count * 95 / 100]
        var isSpeech = powers.map { $0 > loud * Reference.ratio(decibels: -30) }
        var last = -1_000
        for frame in isSpeech.indices where isSpeech[frame] {
            if frame - last < 20 {
                for gap in last + 1..<frame { isSpeech[gap] = true }
            }
            last = frame
        }
        return isSpeech
    }

    private static func octets(_ path: String) -> [UInt8] {
        guard let file = fopen(path, "rb") else { return [] }
        defer { fclose(file) }
        var contents = [UInt8](repeating: 0, count: 1 << 20)
        let count = fread(&contents, 1, contents.count, file)
        return Array(contents[..<count])
    }
}
