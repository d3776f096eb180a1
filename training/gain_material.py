"""Sets for `train_gains.py`: streams of `material.py`, what is known of every bin of them, and what the voice network makes of them.

    python3 gain_material.py POOL MODEL.npz FOLDER [--first 501] [--sets 24] [--streams 60]

MODEL.npz is `train.py`'s. Of each stream of half a minute 15 s are kept. A set takes half a minute on one core and 250 MB.
"""
import argparse
import pathlib

import numpy as np
import scipy.fft
from scipy.signal import butter, sosfilt
from scipy.special import exp1

import features as described
from features import HOP
from material import Material

KEPT = 1500
LOG_RATIOS = np.linspace(-12, 3, 481)
LOG_EXPANSIONS = np.log2(np.exp(.5 * exp1(np.exp2(LOG_RATIOS))))


class VoiceNetwork:
    """VoiceNetwork.swift, of many streams at once."""

    def __init__(self, path):
        model = np.load(path)
        self.weights = {name: self.rounded(model[name]) if model[name].ndim == 2 else model[name] for name in model.files}

    @staticmethod
    def rounded(weights):
        scale = np.maximum(np.abs(weights).max(0, keepdims=True), 1e-6) / 127
        return np.round(weights / scale) * scale

    def apply(self, x):
        """[streams, frames, 132] -> shares [streams, frames, 96], units and states [streams, frames, 176]."""
        w = self.weights
        x = np.clip((x - w["mean"]) / w["deviation"], -8, 8)
        units = np.clip(x @ w["dense"] + w["dense_bias"], 0, 8)
        fed, memory = units @ w["inputs"] + w["inputs_bias"], len(w["state"])
        h, states = np.zeros((len(x), memory), np.float32), np.empty((*x.shape[:2], memory), np.float32)
        for t in range(x.shape[1]):
            own = h @ w["state"] + w["state_bias"]
            keeps, passes = np.split(sigmoid(fed[:, t, :2 * memory] + own[:, :2 * memory]), 2, 1)
            proposed = np.tanh(fed[:, t, 2 * memory:] + passes * own[:, 2 * memory:])
            h = proposed + keeps * (h - proposed)
            states[:, t] = h
        hidden = np.concatenate([units, states], -1)
        return sigmoid(hidden @ w["shares"] + w["shares_bias"]), hidden


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


class Statistics:
    """NoiseSuppressor.swift's gains, log2 of amplitude, of many streams at once."""

    def __init__(self):
        self.clean = 0.

    def update(self, power, noise):
        ratio = power / noise
        prior = np.maximum(.92 * self.clean / noise + .08 * np.maximum(np.minimum(ratio, 4096) - 1, 0), 10 ** -2.5)
        wiener = np.log2(prior / (1 + prior))
        gain = np.minimum(wiener + np.interp(wiener + np.log2(ratio), LOG_RATIOS, LOG_EXPANSIONS, right=0), 0)
        self.clean = power * np.exp2(2 * gain)
        return gain


def describe(network, heard, spoken):
    """[streams, samples] in 16-bit steps, twice -> what a set holds; log2 of powers."""
    high_pass, shape = butter(2, 80, "high", fs=described.RATE, output="sos"), described.window()
    heard = np.pad(np.round(sosfilt(high_pass, heard, axis=1)), ((0, 0), (512, 0))).astype(np.float32)
    spoken = np.pad(sosfilt(high_pass, spoken, axis=1), ((0, 0), (512, 0))).astype(np.float32)
    streams, frames = len(heard), heard.shape[1] // HOP - 3
    seen = np.empty((streams, frames, described.FEATURES), np.float32)
    power, noise, gain = (np.empty((streams, frames, 257), np.float16) for _ in range(3))
    speech, level = np.empty((streams, frames, 257), np.float16), np.empty((streams, frames), np.float32)
    estimate, statistics, slow = described.Noise(), Statistics(), None
    for t in range(frames):
        at = slice((t + 1) * HOP, (t + 1) * HOP + 512)
        y, s = (np.abs(scipy.fft.rfft(x[:, at] * shape)) ** 2 for x in (heard, spoken))
        n = estimate.update(np.maximum(y, 1))
        seen[:, t], slow = described.features(y, n, slow)
        power[:, t], noise[:, t], level[:, t] = np.log2(np.maximum(y, 64)), np.log2(np.maximum(n, 1)), slow
        speech[:, t], gain[:, t] = np.log2(s + 1e-3), statistics.update(np.maximum(y, 1), np.maximum(n, 1))
    shares, hidden = network.apply(seen)
    return dict(power=power, noise=noise, level=level, gain=gain, speech=speech,
                shares=np.round(shares * 255).astype(np.uint8), hidden=hidden.astype(np.float16)), heard, spoken


def reference(power, frames):
    """log2 of each bin's mean power in the frames, smoothed over 17 bins."""
    mean = np.exp2(power.astype(np.float32))[frames].mean(0)
    return np.log2(np.convolve(np.pad(mean, 8, mode="edge"), np.ones(17) / 17, "valid") + 1)


def made(network, material, streams):
    heard, spoken, label = map(np.stack, zip(*[material.stream() for _ in range(streams)]))
    known, heard, spoken = describe(network, heard, spoken)
    starts = material.random.integers(0, known["power"].shape[1] - KEPT + 1, streams)
    starts[::3] = 0
    kept = {name: np.stack([a[i, t:t + KEPT] for i, t in enumerate(starts)]) for name, a in known.items()}
    label = np.stack([a[t:t + KEPT] for a, t in zip(label, starts)])
    # Frame j is the 512 samples from 160 j on.
    at = [slice((t + 1) * HOP, (t + KEPT) * HOP + 512) for t in starts]
    kept["heard"] = np.stack([x[i] for x, i in zip(heard, at)]).clip(-32768, 32767).astype(np.int16)
    kept["spoken"] = np.stack([x[i] for x, i in zip(spoken, at)]).clip(-65504, 65504).astype(np.float16)
    kept["speaks"] = label.sum(1) > 20
    speech = kept.pop("speech")
    kept["reference"] = np.stack([reference(s, a) if speaks else reference(y, slice(None)) for s, y, a, speaks in zip(
        speech, kept["power"], label, kept["speaks"])]).astype(np.float32)
    return kept


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pool", type=pathlib.Path)
    parser.add_argument("model", type=pathlib.Path)
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--first", type=int, default=501)
    parser.add_argument("--sets", type=int, default=24)
    parser.add_argument("--streams", type=int, default=60)
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    network = VoiceNetwork(options.model)
    for seed in range(options.first, options.first + options.sets):
        kept = made(network, Material(options.pool, seed), options.streams)
        np.savez(options.folder / f"{seed}.npz", **kept)
        print(f"set {seed}: somebody speaks in {kept['speaks'].mean():.0%} of the streams", flush=True)


if __name__ == "__main__":
    main()
