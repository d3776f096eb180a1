import DSP

/// A front end with the memory through which a host feeds it that knows numbers only: a page's AudioWorklet, node, C.
///
/// The functions below are its C interface. A handle is what `linnet_create` returned; it lives until its WebAssembly instance
/// does, and an instance may have several. Values keep the formats of `FrontEnd.Verdict`. Nothing but `linnet_create` allocates.
struct WebFrontEnd: ~Copyable {
    var frontEnd: FrontEnd
    var verdict = FrontEnd.Verdict()
    /// Planar, 160 samples of each microphone.
    let microphones: FixedArray<Int16>
    let farEnd = FixedArray<Int16>(count: 1_600, repeating: 0)
    let recognizer = FixedArray<Int16>(count: 160, repeating: 0)

    init(_ configuration: FrontEnd.Configuration) {
        microphones = FixedArray(count: configuration.microphones * 160, repeating: 0)
        frontEnd = FrontEnd(configuration)
    }

    @_noAllocation @_noLocks
    mutating func process(farEndCount: Int32, farEndOffset: FarEndOffset) {
        verdict = frontEnd.process(
            microphones: UnsafePointer(microphones.base), farEnd: UnsafePointer(farEnd.base), farEndCount: Int(farEndCount),
            farEndOffset: farEndOffset, recognizerOutput: recognizer.base)
    }
}

/// The shape of an array as a number for `linnet_create`.
private enum WebArrayShape {
    static func geometry(_ shape: Int32, microphones: Int, measureMicrometres: Int32) -> ArrayGeometry? {
        switch shape {
        case 1: .linear(count: microphones, spacingMicrometres: measureMicrometres)
        case 2: .circular(count: microphones, radiusMicrometres: measureMicrometres)
        default: nil
        }
    }
}

/// Makes a front end.
///
/// - Parameters:
///   - microphones: 1...8.
///   - shape: 0 unknown, 1 linear, 2 circular.
///   - measureMicrometres: the spacing or the radius.
///   - noiseFloorDecibels: -40...0.
///   - echoTailMilliseconds: a multiple of 20 in 20...320; 0 leaves the echo canceller out.
/// - Returns: its handle; nil when an argument is outside its range.
@_cdecl("linnet_create")
func create(
    microphones: Int32, shape: Int32, measureMicrometres: Int32, noiseFloorDecibels: Int32, echoTailMilliseconds: Int32
) -> UnsafeMutableRawPointer? {
    guard (1...8).contains(microphones), (0...2).contains(shape), (-40...0).contains(noiseFloorDecibels) else { return nil }
    guard (0...320).contains(echoTailMilliseconds), echoTailMilliseconds % 20 == 0 else { return nil }
    var configuration = FrontEnd.Configuration(microphones: Int(microphones))
    configuration.geometry = WebArrayShape.geometry(
        shape, microphones: Int(microphones), measureMicrometres: measureMicrometres)
    guard shape == 0 || configuration.geometry != nil else { return nil }
    configuration.noiseFloorDecibels = Int(noiseFloorDecibels)
    configuration.cancelsEcho = echoTailMilliseconds > 0
    if configuration.cancelsEcho { configuration.echoTailMilliseconds = Int(echoTailMilliseconds) }
    let place = UnsafeMutablePointer<WebFrontEnd>.allocate(capacity: 1)
    place.initialize(to: WebFrontEnd(configuration))
    return UnsafeMutableRawPointer(place)
}

/// How many samples the recognizer's output stands behind the microphones.
@_cdecl("linnet_delay_samples")
func delaySamples() -> Int32 { Int32(FrontEnd.delaySamples) }

/// Where the host writes 160 samples of each microphone, planar.
@_cdecl("linnet_microphones")
func microphones(_ handle: UnsafeMutableRawPointer) -> UnsafeMutablePointer<Int16> { front(handle).pointee.microphones.base }

/// Where the host writes up to 1600 samples that the loudspeaker played since the last call.
@_cdecl("linnet_far_end")
func farEnd(_ handle: UnsafeMutableRawPointer) -> UnsafeMutablePointer<Int16> { front(handle).pointee.farEnd.base }

/// Where the host reads the recognizer's 160 samples.
@_cdecl("linnet_recognizer")
func recognizer(_ handle: UnsafeMutableRawPointer) -> UnsafeMutablePointer<Int16> { front(handle).pointee.recognizer.base }

/// One frame of 10 ms. `farEndCount` outside 0...1600 is taken for the nearest that is not.
@_cdecl("linnet_process")
func process(_ handle: UnsafeMutableRawPointer, farEndCount: Int32, offsetSamples: Int32, offsetFractionQ15: Int32) {
    front(handle).pointee.process(
        farEndCount: min(max(farEndCount, 0), 1_600),
        farEndOffset: FarEndOffset(samples: offsetSamples, fractionQ15: Int16(truncatingIfNeeded: offsetFractionQ15 & 0x7FFF)))
}

/// Probability that a person speaks near the microphones, 0...32767.
@_cdecl("linnet_speech_probability_q15")
func speechProbability(_ handle: UnsafeMutableRawPointer) -> Int32 { Int32(front(handle).pointee.verdict.speechProbabilityQ15) }

/// How sure it is that the residual is more than echo and noise, 0...32767.
@_cdecl("linnet_near_end_q15")
func nearEnd(_ handle: UnsafeMutableRawPointer) -> Int32 { Int32(front(handle).pointee.verdict.nearEndQ15) }

/// Where the talker is, 0...359 degrees; -1 when unknown.
@_cdecl("linnet_direction_degrees")
func direction(_ handle: UnsafeMutableRawPointer) -> Int32 { Int32(front(handle).pointee.verdict.directionDegrees) }

private func front(_ handle: UnsafeMutableRawPointer) -> UnsafeMutablePointer<WebFrontEnd> {
    handle.assumingMemoryBound(to: WebFrontEnd.self)
}
