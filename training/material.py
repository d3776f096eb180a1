"""Half-minute streams of speech, noise or both, from the recordings of `bench train-set` and `sounds.py`.

    python3 material.py POOL FOLDER [--first 1] [--sets 28] [--streams 60]

POOL holds speech/SOURCE-NUMBER.wav and noise/KIND-NUMBER.wav, 16 kHz mono 16 bit. FOLDER receives features, targets and labels of
each set (`features.py`), one file each per set; the set's number is the seed. A set takes half a minute on one core.
"""
import argparse
import collections
import pathlib
import wave

import numpy as np
from scipy.signal import butter, fftconvolve, lfilter, sosfilt

import sounds
from features import HOP, describe
from sounds import RATE, decibels, envelope, equalized, pick, tilted, unit, within

SAMPLES = RATE * 30


def read(path):
    with wave.open(str(path)) as file:
        return np.frombuffer(file.readframes(file.getnframes()), "<i2").astype(np.float32) / 32768


def labels(x):
    """Speech: within 30 dB of the loud frames, in 100 Hz to 7 kHz; runs under 40 ms dropped, gaps under 200 ms bridged."""
    y = sosfilt(butter(4, (100, 7000), "bandpass", fs=RATE, output="sos"), x / (np.abs(x).max() + 1e-9) * .5)
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
        self.talkers = collections.defaultdict(list)
        for path in sorted((pool / "speech").glob("*.wav")):
            self.talkers[path.stem.rsplit("-", 1)[0]].append(path)
        recordings = [(p.stem, read(p)) for p in sorted((pool / "noise").glob("*.wav"))]
        self.music = [x for name, x in recordings if name.startswith("music")]
        self.ambience = [x for name, x in recordings if not name.startswith("music")]

    # ------------------------------------------------------------ speech

    def utterances(self):
        """Without end: one source's utterances, as they are or as another talker: 0.84 to 1.2 times the speed and pitch."""
        files, warps = self.talkers[pick(self.random, list(self.talkers))], self.random.random() < .7
        while True:
            x = read(pick(self.random, files))
            if warps:
                rate = self.random.uniform(.84, 1.2)
                x = tilted(self.random, np.interp(np.arange(int(len(x) / rate)) * rate, np.arange(len(x)), x), .4)
            yield unit(x)

    def speech(self, pause):
        y, t = np.zeros(SAMPLES), int(self.random.uniform(.2, 2.5) * RATE)
        for x in self.utterances():
            m = min(len(x), SAMPLES - t)
            y[t:t + m] += x[:m] * decibels(self.random.normal(0, 1))
            t += m + int(self.random.exponential(pause) * RATE)
            if t >= SAMPLES:
                return y

    def meeting(self):
        """Talkers in rooms at unequal distance, levels up to 20 dB apart; each utterance is labelled by its own level."""
        u, y, label = self.random.uniform, np.zeros(SAMPLES), np.zeros(SAMPLES // HOP, bool)
        t, spread, pause = int(u(.2, 2) * RATE), u(0, 7), u(.3, 3)
        rooms = [np.ones(1) if self.random.random() < .25 else sounds.room(self.random) for _ in range(3)]
        for x in self.utterances():
            if t >= SAMPLES - RATE // 2:
                return y, label
            spoken = labels(x)
            x = fftconvolve(x, pick(self.random, rooms)) * decibels(np.clip(self.random.normal(0, spread), -14, 10))
            y[t:t + len(x)] += x[:SAMPLES - t]
            label[t // HOP:t // HOP + len(spoken)] |= spoken[:len(label) - t // HOP]
            interrupts = int(u(0, .5) * RATE) if self.random.random() < .15 else 0
            t = max(t + len(spoken) * HOP + int(self.random.exponential(pause) * RATE) - interrupts, 0)

    # ------------------------------------------------------------ noise

    def recording(self, recordings, octaves=.8):
        """Faster or slower by up to so many octaves, at times backwards or at levels that move."""
        x, rate = pick(self.random, recordings), 2 ** self.random.uniform(-octaves, octaves)
        y = np.resize(np.roll(x, -self.random.integers(len(x))), int(SAMPLES * rate) + 2)
        y = y[::-1] if self.random.random() < .3 else y
        y = np.interp(np.arange(SAMPLES) * rate, np.arange(len(y)), y)
        return unit(y * envelope(self.random, SAMPLES, self.random.integers(3, 20), -15) if self.random.random() < .4 else y)

    def murmur(self):
        """A room full of people: 3 to 14 far talkers, dull and reverberant, with or without dishes and steps."""
        u, y = self.random.uniform, np.zeros(SAMPLES)
        rooms = [sounds.far_room(self.random) for _ in range(3)]
        for _ in range(self.random.integers(3, 15)):
            talker = self.speech(u(.05, 2.)) * decibels(self.random.normal(0, 5))
            y += fftconvolve(talker, pick(self.random, rooms))[:SAMPLES]
        dull = u(0, .75)
        y = unit(lfilter([1 - dull], [1, -dull], y))
        if self.random.random() < .6:
            kinds = [sounds.clinks, sounds.thumps, sounds.clicks, sounds.modulated, sounds.coloured]
            v = pick(self.random, kinds)(self.random, SAMPLES)
            v = within(self.random, v, sounds.far_room) if self.random.random() < .6 else v
            y = y + unit(v) * decibels(u(-18, 6))
        return unit(y)

    def noise(self):
        """Of any kind."""
        u, kind = self.random.uniform, self.random.random()
        if kind < .4:
            y = self.recording(self.ambience if self.random.random() < .8 else self.music)
            while self.random.random() < .35:
                y = y + u(.2, 1.) * self.recording(self.ambience)
        elif kind < .75:
            y = sounds.synthesized(self.random, SAMPLES)
        elif kind < .85:
            y = self.murmur()
        else:
            y = sum(self.speech(.1) for _ in range(self.random.integers(4, 10)))
        return unit(equalized(self.random, y, 9 * u(0, 1) ** 2))

    def mild(self):
        """As the microphone of a good box hears it: a recording or two, hardly filtered, or something simple."""
        u, kind = self.random.uniform, self.random.random()
        if kind < .7:
            y = self.recording(self.ambience if self.random.random() < .8 else self.music, .15)
            y = y + u(.1, 1.) * self.recording(self.ambience, .15) if self.random.random() < .2 else y
        elif kind < .85:
            y = sounds.synthesized(self.random, SAMPLES)
        else:
            y = sum(self.speech(.1) for _ in range(self.random.integers(4, 10)))
        return unit(equalized(self.random, y, u(0, 2)))

    def surroundings(self):
        """What is heard all day where people are."""
        kind = self.random.random()
        if kind < .4:
            return self.murmur()
        if kind < .55:
            return unit(self.recording(self.ambience) + self.random.uniform(.1, 1) * self.murmur())
        if kind < .75:
            return self.recording(self.ambience)
        if kind < .83:
            y = sounds.clicks(self.random, SAMPLES) + self.random.uniform(.05, .5) * sounds.coloured(self.random, SAMPLES)
            return unit(within(self.random, y, sounds.room) if self.random.random() < .5 else y)
        return self.noise()

    # ------------------------------------------------------------ streams

    def parts(self):
        """Speech, its labels, noise of unit level, the SNR and the level: a third without speech, a quarter as in a meeting."""
        u, kind = self.random.uniform, self.random.random()
        if kind < .34:
            nothing = np.zeros(SAMPLES)
            v = self.mild() if self.random.random() < .15 else self.surroundings()
            return nothing, nothing[::HOP] > 0, v, 0, decibels(u(-60, -18))
        if kind < .58:
            x, label = self.meeting()
            v = self.noise() if self.random.random() < .6 else self.surroundings()
            return x, label, v, u(5, 30), decibels(u(-45, -18))
        x = self.speech(u(.3, 4.))
        label = labels(x)
        x = within(self.random, x, sounds.room) if self.random.random() < .45 else x
        if self.random.random() < .4:
            v = self.mild()
        else:
            v = self.noise() if self.random.random() < .6 else self.surroundings()
        return x, label, v, u(-7, 25), decibels(u(-44, -16))

    def stream(self):
        """What the microphone hears and the speech in it, both in 16-bit steps, and the labels of its frames."""
        u = self.random.uniform
        x, label, v, snr, gain = self.parts()
        loudness = np.sqrt((x[np.repeat(label, HOP)] ** 2).mean()) if label.any() else 1
        x = equalized(self.random, x, 5 * u(0, 1) ** 2)
        v = v * envelope(self.random, SAMPLES, 8, -25) if self.random.random() < .3 else v
        v = v * 0 if self.random.random() < .03 and label.any() else v
        s = x / loudness * gain
        y = s + v * decibels(-snr) * gain
        if self.random.random() < .97:
            y = y + decibels(u(-90, -72)) * self.random.standard_normal(SAMPLES)
        peak = max(np.abs(y).max(), 1)
        if self.random.random() < .3:
            y, peak = np.clip(y, -1, 1), 1
        return np.round(y / peak * 32767), s / peak * 32767, label


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pool", type=pathlib.Path)
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--first", type=int, default=1)
    parser.add_argument("--sets", type=int, default=28)
    parser.add_argument("--streams", type=int, default=60)
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    for seed in range(options.first, options.first + options.sets):
        material = Material(options.pool, seed)
        heard, spoken, label = map(np.stack, zip(*[material.stream() for _ in range(options.streams)]))
        features, shares = describe(heard, spoken)
        np.savez(options.folder / f"{seed}.npz", features=features, shares=shares, labels=label)
        print(f"set {seed}: {label.mean():.0%} speech", flush=True)


if __name__ == "__main__":
    main()
