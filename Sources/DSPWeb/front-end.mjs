// The front end as a WebAssembly module: for node, a page or an AudioWorklet, which all hand in the module's octets or a
// compiled `WebAssembly.Module`. Samples are 16 bits at 16 kHz, 160 per frame (10 ms).

const shapes = { unknown: 0, linear: 1, circular: 2 };

export class FrontEnd {
  /** `microphones` 1...8; `shape` "unknown", "linear" or "circular" with its spacing or radius `measureMicrometres`;
   *  `noiseFloorDecibels` -40...0; `echoTailMilliseconds` a multiple of 20 up to 320, 0 without echo canceller. */
  constructor(module, options = {}) {
    const { microphones = 1, shape = "unknown", measureMicrometres = 0, noiseFloorDecibels = 0, echoTailMilliseconds = 200 } =
      options;
    this.exports = new WebAssembly.Instance(module, {}).exports;
    this.handle = this.exports.linnet_create(
      microphones, shapes[shape] ?? -1, measureMicrometres, noiseFloorDecibels, echoTailMilliseconds);
    if (!this.handle) throw new RangeError("no front end can be made like this: " + JSON.stringify(options));
    // Nothing allocates from here on, so the memory never grows and these views stay.
    const view = (start, count) => new Int16Array(this.exports.memory.buffer, start, count);
    this.microphones = view(this.exports.linnet_microphones(this.handle), microphones * 160);
    this.farEnd = view(this.exports.linnet_far_end(this.handle), 1600);
    this.recognizer = view(this.exports.linnet_recognizer(this.handle), 160);
  }

  /** The recognizer's sample n is the microphones' sample n - `delaySamples`. */
  get delaySamples() { return this.exports.linnet_delay_samples(); }

  /** One frame, from `this.microphones` (planar) and the first `farEndCount` samples of `this.farEnd` into `this.recognizer`.
   *  `offset`: where the first microphone sample stands on the loudspeaker's clock, in samples counted from `farEnd[0]`. */
  process(farEndCount = 0, offset = 0) {
    const whole = Math.floor(offset);
    this.exports.linnet_process(this.handle, farEndCount, whole, Math.min(Math.floor((offset - whole) * 32768), 32767));
  }

  /** 0...1 */
  get speechProbability() { return this.exports.linnet_speech_probability_q15(this.handle) / 32767; }
  /** 0...1 */
  get nearEnd() { return this.exports.linnet_near_end_q15(this.handle) / 32767; }
  /** 0...359, or -1 when unknown. */
  get directionDegrees() { return this.exports.linnet_direction_degrees(this.handle); }
}
