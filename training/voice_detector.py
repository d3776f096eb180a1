"""Trains the network of Sources/DSP/VoiceDetector.swift and writes VoiceNetworkWeights.swift.

    python3 voice_detector.py POOL SWIFT_FILE [--sets 12] [--streams 60]

POOL holds speech/*.wav and noise/*.wav, 16 kHz mono 16 bit, as `bench train-set POOL` of the DSP bench writes them: speech
files are named SOURCE-NUMBER.wav, one source being one kind of talkers. Needs numpy and scipy. Everything else is synthesized.
"""
import argparse
import collections
import pathlib
import wave

import numpy as np
from scipy.signal import butter, fftconvolve, lfilter, sosfilt

RATE, HOP, SECONDS = 16000, 160, 30
SAMPLES = RATE * SECONDS
EDGES = np.array([3, 6, 10, 14, 19, 25, 33, 43, 56, 73, 95, 124, 161, 215])
AVERAGES = (1 / 4, 1 / 32)
UNITS, CLIP, WARM_UP = 24, 8, 15


# ---------------------------------------------------------------- material

def read(path):
    with wave.open(str(path)) as file:
        return np.frombuffer(file.readframes(file.getnframes()), "<i2").astype(np.float32) / 32768


def labels(x):
    """Speech: within 30 dB of the loud frames of 100 Hz to 7 kHz and above -68 dB; runs under 40 ms dropped, gaps under 200 ms bridged."""
    y = sosfilt(butter(4, (100, 7000), "bandpass", fs=RATE, output="sos"), x)
    level = 10 * np.log10((y[:len(y) // HOP * HOP].reshape(-1, HOP) ** 2).mean(1) + 1e-12)
    active = (level > np.percentile(level, 95) - 30) & (level > -68)
    for value, shortest, edges in ((True, 4, True), (False, 20, False)):
        bounds = np.r_[0, np.flatnonzero(np.diff(active.astype(int))) + 1, len(active)]
        for a, b in zip(bounds[:-1], bounds[1:]):
            if active[a] == value and b - a < shortest and (edges or (a > 0 and b < len(active))):
                active[a:b] = not value
    return active


class Material:
    def __init__(self, pool, seed):
        self.random = np.random.default_rng(seed)
        self.sources = collections.defaultdict(list)
        for path in sorted((pool / "speech").glob("*.wav")):
            self.sources[path.stem.rsplit("-", 1)[0]].append(path)
        recordings = [(p.stem, read(p)) for p in sorted((pool / "noise").glob("*.wav"))]
        self.music = [x for name, x in recordings if name.startswith("music")]
        self.ambience = [x for name, x in recordings if not name.startswith("music")]

    def any_of(self, things):
        return things[self.random.integers(len(things))]

    def warped(self, x):
        """Another talker: 0.84 to 1.2 times the speed and pitch, another tilt."""
        u = self.random.uniform
        rate = u(.84, 1.2)
        x = np.interp(np.arange(int(len(x) / rate)) * rate, np.arange(len(x)), x)
        return lfilter([1, -u(-.4, .4)], [1, -u(-.4, .4)], x)

    def speech(self, n, pause):
        y, t = np.zeros(n), int(self.random.uniform(.2, 2.5) * RATE)
        files, warp = self.sources[self.any_of(list(self.sources))], self.random.random() < .7
        while t < n:
            x = read(self.any_of(files))
            x = self.warped(x) if warp else x
            x = x / (np.sqrt((x ** 2).mean()) + 1e-6) * 10 ** (self.random.normal(0, 1) / 20)
            m = min(len(x), n - t)
            y[t:t + m] += x[:m]
            t += m + int(self.random.exponential(pause) * RATE)
        return y

    def room(self):
        length = int(self.random.uniform(.15, .6) * RATE)
        h = self.random.standard_normal(length) * 10 ** (-3 * np.arange(length) / length)
        h[:40] = 0
        h *= 10 ** (self.random.uniform(-14, -3) / 20) / np.sqrt((h ** 2).sum())
        h[0] = 1
        return h

    def coloured(self, n):
        u, w = self.random.uniform, self.random.standard_normal(n)
        kind = self.random.integers(4)
        if kind == 0:
            w = lfilter([1], [1, -u(.5, .995)], w)
        elif kind == 1:
            a, f = u(.8, .99), u(.01, .4)
            w = lfilter([1], [1, -2 * a * np.cos(np.pi * f), a * a], w) + .05 * w
        elif kind == 2:
            f, t = u(50, 220), np.arange(n) / RATE
            w = sum(np.sin(2 * np.pi * f * h * t + u(0, 6)) / h ** u(.5, 1.5) for h in range(1, 12)) + w * u(.2, 2)
        if self.random.random() < .4:
            w = w * np.interp(np.arange(n), np.arange(0, n + RATE, RATE), u(.3, 1, n // RATE + 1))
        return w

    def tune(self, n):
        u, y, t = self.random.uniform, np.zeros(n), 0
        while t < n:
            beat = int(self.any_of([.15, .25, .4, .6, 1.]) * RATE)
            m = min(beat * 2, n - t)
            at = np.arange(m) / RATE
            for _ in range(self.random.integers(1, 4)):
                f = 110 * 2 ** (self.random.integers(0, 36) / 12)
                tone = sum(np.sin(2 * np.pi * f * h * at + u(0, 6)) * u(.1, 1) / h for h in range(1, 9))
                y[t:t + m] += np.exp(-at * u(.5, 6)) * tone
            if self.random.random() < .5:
                b = min(m, RATE // 20)
                y[t:t + b] += self.random.standard_normal(b) * np.exp(-np.arange(b) / 300) * u(.5, 3)
            t += beat
        return y

    def clicks(self, n):
        u, y = self.random.uniform, .05 * self.coloured(n)
        for t in self.random.integers(0, n - 800, self.random.integers(60, 250)):
            m = self.random.integers(80, 800)
            burst = lfilter([1], [1, -u(-.5, .9)], self.random.standard_normal(m))
            y[t:t + m] += burst * np.exp(-np.arange(m) / (m / 5)) * u(.2, 1)
        return y

    def noise(self, n):
        u, kind = self.random.uniform, self.random.random()
        if kind < .5:
            x = self.any_of(self.ambience if self.random.random() < .75 else self.music)
            x = np.tile(x, 1 + 2 * n // len(x))
            start = self.random.integers(len(x) - n)
            y = x[start:start + n]
            y = lfilter([1, -u(-.7, .7)], [1, -u(-.5, .5)], y) if self.random.random() < .5 else y
        elif kind < .72:
            y = self.coloured(n)
        elif kind < .82:
            y = sum(self.speech(n, .1) for _ in range(self.random.integers(5, 9)))
        elif kind < .91:
            y = self.tune(n)
        else:
            y = self.clicks(n)
        return y / (np.sqrt((y ** 2).mean()) + 1e-9)

    def stream(self):
        """30 s of speech in noise in 16-bit steps, and the labels."""
        u, n = self.random.uniform, SAMPLES
        x = self.speech(n, u(.5, 2.5))
        label = labels(x / (np.abs(x).max() + 1e-9) * .5)
        x = fftconvolve(x, self.room())[:n] if self.random.random() < .5 else x
        if self.random.random() < .12:
            x, label = x * 0, label & False
        loudness = np.sqrt((x[np.repeat(label, HOP)] ** 2).mean()) if label.any() else 1
        v = self.noise(n)
        v = v + .3 * u(.1, 1) * self.noise(n) if self.random.random() < .25 else v
        kind, snr = self.random.random(), u(-5, 25)
        v = v * 0 if kind < .06 else v * 10 ** (-snr / 20)
        y = (x / loudness + v) * 10 ** (u(-42, -16) / 20)
        if kind < .02:  # digital silence between the prompts
            y = y * (np.convolve(np.repeat(label, HOP), np.ones(3200), "same")[:n] > 0)
        elif kind > .05:
            y = y + 10 ** (-84 / 20) * self.random.standard_normal(n)
        return np.round(y / max(1, np.abs(y).max()) * 32767), label[:n // HOP]


# ---------------------------------------------------------------- features, as VoiceFeatures.swift computes them

def window():
    rise = np.sin(np.pi / 2 * (np.arange(352) + .5) / 352)
    return np.r_[rise, np.cos(np.pi * np.arange(160) / 320)]


def features(x):
    """[streams, samples] in 16-bit steps -> [frames, streams, 42] in octaves of power."""
    x = np.round(sosfilt(butter(2, 80, "high", fs=RATE, output="sos"), x, axis=1))
    frames, shape = x.shape[1] // HOP, window()
    x = np.pad(x, ((0, 0), (512, 0)))
    out, presence = [], 0
    for t in range(frames):
        power = np.maximum(np.abs(np.fft.rfft(x[:, (t + 1) * HOP:(t + 1) * HOP + 512] * shape)) ** 2, 1)
        if t < 12:
            noise = power if t == 0 else noise + (power - noise) / (t + 1)
        ratio = power / noise
        p = 1 / (1 + 32.6 * np.exp(-.969 * np.minimum(ratio, 100)))
        presence = .9 * presence + .1 * p
        p = np.where(presence > .99, np.minimum(p, .99), p)
        if t >= 12:
            noise = noise * (1 + (.1 if t < 60 else .02) * (1 - p) * (ratio - 1))
        log = np.log2(np.maximum(power, 64))
        excess = np.maximum(log - np.log2(np.maximum(noise, 64)), 0)
        total = np.cumsum(np.pad(np.maximum(power, 64), ((0, 0), (1, 0))), 1)
        band = np.log2(total[:, EDGES[1:]] - total[:, EDGES[:-1]])
        smooth = band if t == 0 else smooth + .15 * (band - smooth)
        following = smooth if t == 0 else np.minimum(following, smooth)
        least = smooth if t == 0 else np.minimum(least, smooth)
        if t % 120 == 119:
            least, following = np.minimum(following, smooth), smooth
        mean_excess = np.stack([excess[:, a:b].mean(1) for a, b in zip(EDGES[:-1], EDGES[1:])], 1)
        flatness = np.stack([log[:, a:b].mean(1) - np.log2((total[:, b] - total[:, a]) / (b - a))
                             for a, b in ((6, 33), (33, 95), (95, 215))], 1)
        out.append(np.concatenate([np.clip(mean_excess, 0, 8), np.clip(band - least, 0, 12),
                                   band - band.mean(1, keepdims=True), flatness], 1).astype(np.float32))
    return np.stack(out)


def inputs(f, mean, deviation):
    z = np.clip((f - mean) / deviation, -CLIP, CLIP)
    parts = [z]
    for rate in AVERAGES:
        average, state = np.empty_like(z), z[0]
        for t in range(len(z)):
            state = state + rate * (z[t] - state)
            average[t] = state
        parts.append(average)
    return np.concatenate(parts, -1)


# ---------------------------------------------------------------- training

def train(x, y, epochs=4, rate=3e-3, decay=.03, dropout=.1, batch=4096):
    random = np.random.default_rng(0)
    width = x.shape[1]
    net = [random.standard_normal((width, UNITS)) / np.sqrt(width), np.zeros(UNITS),
           random.standard_normal((UNITS, 1)) / np.sqrt(UNITS), np.zeros(1)]
    net = [p.astype(np.float32) for p in net]
    first, second = [np.zeros_like(p) for p in net], [np.zeros_like(p) for p in net]
    step, steps = 0, epochs * (len(x) // batch)
    for epoch in range(epochs):
        order, loss = random.permutation(len(x)), 0.0
        for start in range(0, len(x) - batch + 1, batch):
            chosen, step = order[start:start + batch], step + 1
            a, target = x[chosen].astype(np.float32), y[chosen].astype(np.float32)
            a *= (random.random(a.shape, dtype=np.float32) > dropout) / np.float32(1 - dropout)
            h = a @ net[0] + net[1]
            r = np.maximum(h, 0)
            p = 1 / (1 + np.exp(-np.clip((r @ net[2] + net[3])[:, 0], -30, 30)))
            d = ((p - target) / batch)[:, None].astype(np.float32)
            dh = d @ net[2].T * (h > 0)
            pace = rate * min(1, step / 200) * .5 * (1 + np.cos(np.pi * step / steps))
            for i, g in enumerate((a.T @ dh, dh.sum(0), r.T @ d, d.sum(0))):
                first[i] = .9 * first[i] + .1 * g
                second[i] = .999 * second[i] + .001 * g * g
                net[i] -= pace * (first[i] / (1 - .9 ** step) / (np.sqrt(second[i] / (1 - .999 ** step)) + 1e-8) + decay * net[i])
            loss -= float(np.log(np.where(target > 0, p, 1 - p) + 1e-6).mean())
        print(f"epoch {epoch + 1}: cross-entropy {loss * batch * epochs / steps / batch:.4f}", flush=True)
    return net


# ---------------------------------------------------------------- the Swift file

def rows(values, indent=8, width=118):
    lines, line = [], ""
    for value in values:
        text = f"{int(value):_}, "
        if len(line) + len(text) > width - indent:
            lines.append(line)
            line = ""
        line += text
    return "\n".join(" " * indent + text.rstrip() for text in lines + [line])


def swift(net, mean, deviation):
    hidden, bias, output, offset = net
    shifts = np.floor(np.log2(127 / np.abs(hidden).max(0))).astype(int)
    weights = np.round(hidden * 2.0 ** shifts).astype(int).T
    table = lambda what, name, kind, body: f"    /// {what}\n    static let {name}: [{kind}] = [\n{body}\n    ]\n"
    parts = [
        table("Mean of each feature in the training material, octaves in Q16.", "featureMeansQ16", "Int32", rows(np.round(mean * 65536))),
        table("2^11 over the standard deviation of each feature in octaves.", "featureScalesQ11", "Int32", rows(np.round(2048 / deviation))),
        table("Binary places of each hidden unit's weights.", "hiddenShifts", "Int32", rows(shifts)),
        table("Bias of each hidden unit in Q(11 + its shift).", "hiddenBiases", "Int32", rows(np.round(bias * 2.0 ** (11 + shifts)))),
        table("Weight of each hidden unit in the sum, Q10.", "outputWeightsQ10", "Int32", rows(np.round(output[:, 0] * 1024))),
        f"    /// Q16.\n    static let outputBiasQ16: Int32 = {round(float(offset[0]) * 65536):_}\n",
        table("One row per hidden unit: 42 features, their fast averages, their slow averages.", "hiddenWeights", "Int8",
              "\n".join(f"        // Unit {unit}\n{rows(row)}" for unit, row in enumerate(weights))),
    ]
    head = ("/// The trained numbers of `VoiceNetwork`: made by `training/voice_detector.py`, not by hand.\n///\n"
            "/// Trained on recorded speech of many talkers in four languages, warped and filtered, mixed at -5 to 25 dB with recorded and\n"
            "/// synthesized noise, music and babble (six hours), to tell speech frames from others by cross-entropy.\n")
    return head + "extension VoiceNetwork {\n" + "\n".join(parts) + "}\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pool", type=pathlib.Path)
    parser.add_argument("swift_file", type=pathlib.Path)
    parser.add_argument("--sets", type=int, default=12)
    parser.add_argument("--streams", type=int, default=60)
    options = parser.parse_args()
    found, wanted = [], []
    for seed in range(1, options.sets + 1):
        material = Material(options.pool, seed)
        streams = [material.stream() for _ in range(options.streams)]
        found.append(features(np.stack([x for x, _ in streams])))
        wanted.append(np.stack([label for _, label in streams]).T)
        print(f"set {seed}: {wanted[-1].mean():.0%} speech", flush=True)
    flat = np.concatenate([f[WARM_UP:].reshape(-1, f.shape[-1])[::7] for f in found])
    mean, deviation = flat.mean(0), flat.std(0) + 1e-3
    x = np.concatenate([inputs(f, mean, deviation)[WARM_UP:].reshape(-1, 3 * f.shape[-1]).astype(np.float16) for f in found])
    y = np.concatenate([w[WARM_UP:].reshape(-1) for w in wanted])
    options.swift_file.write_text(swift(train(x, y), mean, deviation))


if __name__ == "__main__":
    main()
