"""What the network sees of a stream, as Sources/DSP/VoiceFeatures.swift computes it, and what it is to answer."""
import numpy as np
import scipy.fft
from scipy.signal import butter, sosfilt

RATE, HOP = 16000, 160
EDGES = np.array([2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 14, 16, 18, 20, 23, 26, 29, 33, 37, 42, 47, 53, 60, 68, 77, 87, 99, 112, 128,
                  148, 172, 208, 257])
FINE = slice(3, 67)
FEATURES, SHARES = 132, 96


def window():
    rise = np.sin(np.pi / 2 * (np.arange(352) + .5) / 352)
    return np.r_[rise, np.cos(np.pi * np.arange(160) / 320)].astype(np.float32)


class Noise:
    """NoiseEstimator.swift, of many streams at once."""

    def __init__(self):
        self.frames, self.power, self.presence = 0, None, 0

    def update(self, power):
        if self.frames < 12:
            self.power = power if self.frames == 0 else self.power + (power - self.power) / (self.frames + 1)
        ratio = power / self.power
        p = 1 / (1 + 32.6 * np.exp(-.969 * np.minimum(ratio, 100)))
        self.presence = .9 * self.presence + .1 * p
        p = np.where(self.presence > .99, np.minimum(p, .99), p)
        if self.frames >= 12:
            self.power = self.power * (1 + (.1 if self.frames < 60 else .02) * (1 - p) * (ratio - 1))
        self.frames += 1
        return self.power


def below(x):
    return np.cumsum(np.pad(x.astype(np.float64), ((0, 0), (1, 0))), 1)


def features(power, noise, slow):
    """One frame of many streams; returns the features and the slow level's next value."""
    power = np.maximum(power, 64)
    log, width = np.log2(power), EDGES[1:] - EDGES[:-1]
    band = np.log2(np.add.reduceat(power, EDGES[:-1], 1) / width)
    band_noise = np.log2(np.add.reduceat(np.maximum(noise, 64), EDGES[:-1], 1) / width)
    level = band.mean(1)
    slow = level if slow is None else slow + np.where(level > slow, .05, .004) * (level - slow)
    sums, log_sums = below(power), below(log)
    flatness = [(log_sums[:, b] - log_sums[:, a]) / (b - a) - np.log2((sums[:, b] - sums[:, a]) / (b - a))
                for a, b in ((6, 33), (33, 95), (95, 215))]
    bins = np.arange(FINE.start, FINE.stop)
    first, end = np.maximum(bins - 4, 0), bins + 5
    fine = log[:, FINE] - (log_sums[:, end] - log_sums[:, first]) / (end - first)
    return np.concatenate([np.clip(band - slow[:, None], -12, 12), np.clip(band - band_noise, -2, 12), np.stack(flatness, 1),
                           (level - slow)[:, None], np.clip(fine, -6, 6)], 1), slow


def shares(power, speech):
    """|speech| / |all| in the bands, then in the single bins; in 255ths."""
    band = np.sqrt(np.add.reduceat(speech, EDGES[:-1], 1) / (np.add.reduceat(power, EDGES[:-1], 1) + 1e-9))
    fine = np.sqrt(speech[:, FINE] / (power[:, FINE] + 1e-9))
    return np.round(np.clip(np.concatenate([band, fine], 1), 0, 1) * 255)


def describe(heard, spoken):
    """[streams, samples] in 16-bit steps, twice -> features [streams, frames, 132], shares [streams, frames, 96]."""
    high_pass, shape = butter(2, 80, "high", fs=RATE, output="sos"), window()
    frames = heard.shape[1] // HOP
    heard = np.pad(np.round(sosfilt(high_pass, heard, axis=1)), ((0, 0), (512, 0))).astype(np.float32)
    spoken = np.pad(sosfilt(high_pass, spoken, axis=1), ((0, 0), (512, 0))).astype(np.float32)
    described = np.empty((len(heard), frames, FEATURES), np.float16)
    wanted = np.empty((len(heard), frames, SHARES), np.uint8)
    noise, slow = Noise(), None
    for t in range(frames):
        at = slice((t + 1) * HOP, (t + 1) * HOP + 512)
        power, speech = (np.abs(scipy.fft.rfft(x[:, at] * shape)) ** 2 for x in (heard, spoken))
        described[:, t], slow = features(power, noise.update(np.maximum(power, 1)), slow)
        wanted[:, t] = shares(power, speech)
    return described, wanted
