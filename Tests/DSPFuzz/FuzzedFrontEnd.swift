import DSP

/// A front end's life as a string of octets tells it: its configuration, then stretches of frames with other signals, played counts
/// and offsets each. Made to find a trap or an `assert` that fails; what the verdict promises is checked beside.
public struct FuzzedFrontEnd: ~Copyable {
    /// Enough for every echo partition and every slow estimate to have moved, few enough for many lives per second.
    static var mostFrames: Int { 300 }

    private var frontEnd: FrontEnd
    private let microphones: Int
    private var signals = [FuzzSignal](repeating: FuzzSignal(), count: 9)
    private let planar = FixedArray<Int16>(count: 1_280, repeating: 0)
    private let farEnd = FixedArray<Int16>(count: 1_600, repeating: 0)
    private let output = FixedArray<Int16>(count: 160, repeating: 0)
    private var echoes = false
    private var fixedCount: Int?
    private var offset = FarEndOffset(samples: 0, fractionQ15: 0)
    private var offsetStep: Int32 = 0
    private var counts = SeededNoise(seed: 7)
    /// FNV-1a over the outputs.
    private var digest: UInt64 = 0xCBF2_9CE4_8422_2325

    /// Lives the whole string.
    ///
    /// - Returns: a digest of all outputs and verdicts, the same on every machine.
    public static func live(_ octets: UnsafeBufferPointer<UInt8>) -> UInt64 {
        var input = FuzzInput(octets)
        var life = FuzzedFrontEnd(&input)
        var frames = 0
        repeat {
            life.choose(&input)
            let stretch = 1 + input.choice(of: 64)
            for _ in 0..<stretch where frames < mostFrames {
                life.step()
                frames += 1
            }
        } while !input.isSpent && frames < mostFrames
        return life.digest
    }

    /// The life that `seed` stands for.
    public static func live(seed: UInt64) -> UInt64 {
        var noise = SeededNoise(seed: seed)
        let octets = (0..<256).map { _ in UInt8(truncatingIfNeeded: noise.next()) }
        return octets.withUnsafeBufferPointer(live)
    }

    private init(_ input: inout FuzzInput) {
        var configuration = FrontEnd.Configuration(microphones: 1 + input.choice(of: 8))
        let measure = Int32(5_000 + input.choice(of: 256) * 700)
        switch input.choice(of: 3) {
        case 0: configuration.geometry = .linear(count: configuration.microphones, spacingMicrometres: measure)
        case 1: configuration.geometry = .circular(count: configuration.microphones, radiusMicrometres: measure)
        default: break
        }
        configuration.microphoneGainDecibels = input.bit() ? 0 : input.choice(of: 37)
        configuration.filtersRumble = !input.bit()
        configuration.cancelsEcho = input.choice(of: 8) != 0
        configuration.suppressesResidualEcho = input.choice(of: 4) != 0
        configuration.formsBeam = input.choice(of: 8) != 0
        configuration.noiseFloorDecibels = input.bit() ? 0 : -input.choice(of: 41)
        configuration.controlsGain = input.bit()
        configuration.echoTailMilliseconds = 20 * (1 + input.choice(of: 16))
        microphones = configuration.microphones
        frontEnd = FrontEnd(configuration)
    }

    private mutating func choose(_ input: inout FuzzInput) {
        for index in 0..<microphones where index == 0 || input.bit() { signals[index].choose(from: &input) }
        signals[8].choose(from: &input)
        echoes = input.bit()
        fixedCount = input.bit() ? 160 : input.bit() ? nil : Int(UInt16(bitPattern: input.int16())) % 1_601
        switch input.choice(of: 4) {
        case 0: offset.samples = input.int32()
        case 1: offset.samples = [.min, .max, -16_384, 1_600][input.choice(of: 4)]
        case 2: offset.samples = Int32(input.int16())
        default: break
        }
        offset.fractionQ15 = input.int16() & 0x7FFF
        offsetStep = input.bit() ? 0 : Int32(input.int16())
    }

    private mutating func step() {
        let count = fixedCount ?? Int(UInt16(bitPattern: counts.int16())) % 1_601
        signals[8].fill(farEnd.base, count: count)
        for microphone in 0..<microphones {
            let samples = planar.base + microphone * 160
            signals[microphone].fill(samples, count: 160)
            if echoes { addEcho(to: samples, played: count) }
        }
        let verdict = frontEnd.process(
            microphones: UnsafePointer(planar.base), farEnd: UnsafePointer(farEnd.base), farEndCount: count, farEndOffset: offset,
            recognizerOutput: output.base)
        offset.samples = offset.samples &+ offsetStep
        offset.fractionQ15 = (offset.fractionQ15 &+ Int16(truncatingIfNeeded: offsetStep &>> 4)) & 0x7FFF
        examine(verdict)
    }

    private func addEcho(to samples: UnsafeMutablePointer<Int16>, played: Int) {
        for n in 0..<min(160, played) { samples[n] = saturatedInt16(Int32(samples[n]) + Int32(farEnd[n] / 2)) }
    }

    private mutating func examine(_ verdict: FrontEnd.Verdict) {
        precondition(verdict.speechProbabilityQ15 >= 0 && verdict.nearEndQ15 >= 0 && verdict.directionConfidenceQ15 >= 0)
        precondition((-1...359).contains(verdict.directionDegrees) && verdict.clippedSamples >= 0)
        precondition(Int(verdict.deafMicrophones) < 1 << microphones)
        for n in 0..<160 { note(Int64(output[n])) }
        note(Int64(verdict.speechProbabilityQ15))
        note(Int64(verdict.nearEndQ15))
        note(Int64(verdict.directionDegrees))
        note(Int64(verdict.driftPartsPerMillionQ8))
        note(Int64(verdict.stages.outputLevel))
        note(Int64(verdict.stages.gainDecibelsQ8))
    }

    private mutating func note(_ value: Int64) {
        digest = (digest ^ UInt64(bitPattern: value)) &* 0x100_0000_01B3
    }
}
