"""Trains the voice network on the sets of `material.py`.

    python3 train.py FOLDER MODEL.npz [--steps 8000] [--pace 3e-3] [--whole .8] [--start OTHER.npz]

The network is the one of Sources/DSP/VoiceNetwork.swift: 132 features, 80 rectified units, 96 gated recurrent units, 96 shares of
speech and one probability. Loss: squares of the error of the shares' roots, and cross-entropy of the probability. Weights are
rounded to eight bits in the last two fifths of the steps (straight-through), and what is saved is their running average.
"""
import argparse
from concurrent.futures import ThreadPoolExecutor
import pathlib
import time

import jax
import jax.numpy as jnp
import numpy as np
import optax

UNITS, MEMORY, FRAMES, BATCH, WARM_UP = 80, 96, 500, 32, 30


def initial(key, features, shares):
    def matrix(key, rows, columns):
        return jax.random.normal(key, (rows, columns)) * np.sqrt(1 / rows)

    k = jax.random.split(key, 5)
    return dict(dense=matrix(k[0], features, UNITS), dense_bias=jnp.zeros(UNITS),
                inputs=matrix(k[1], UNITS, 3 * MEMORY), inputs_bias=jnp.zeros(3 * MEMORY),
                state=matrix(k[2], MEMORY, 3 * MEMORY), state_bias=jnp.zeros(3 * MEMORY),
                shares=matrix(k[3], UNITS + MEMORY, shares), shares_bias=jnp.zeros(shares),
                speech=matrix(k[4], MEMORY, 1), speech_bias=jnp.zeros(1))


def rounded(weights):
    """To eight bits with a scale per column; the gradient passes."""
    scale = jnp.maximum(jnp.abs(weights).max(0, keepdims=True), 1e-6) / 127
    return weights + jax.lax.stop_gradient(jnp.round(weights / scale) * scale - weights)


def remembered(fed, weights, bias):
    """Gated recurrent units. fed: [frames, streams, 3 x MEMORY]. Returns states and what `learned` needs of each frame."""
    def step(h, i):
        a = h @ weights + bias
        gates = jax.nn.sigmoid(i[:, :2 * MEMORY] + a[:, :2 * MEMORY])
        z, r, own = gates[:, :MEMORY], gates[:, MEMORY:], a[:, 2 * MEMORY:]
        candidate = jnp.tanh(i[:, 2 * MEMORY:] + r * own)
        return candidate + z * (h - candidate), (h, gates, candidate, own)

    last, kept = jax.lax.scan(step, jnp.zeros((fed.shape[1], MEMORY)), fed, unroll=2)
    return jnp.concatenate([kept[0][1:], last[None]]), kept


@jax.custom_vjp
def recurrence(fed, weights, bias):
    return remembered(fed, weights, bias)[0]


def remembering(fed, weights, bias):
    states, kept = remembered(fed, weights, bias)
    return states, (kept, weights)


def learned(saved, slopes):
    """The gradient, with one product over all frames for the weights: faster than what `grad` makes of the scan."""
    (before, gates, candidate, own), weights = saved

    def step(later, at):
        slope, h, gates, candidate, own = at
        z, r, whole = gates[:, :MEMORY], gates[:, MEMORY:], slope + later
        of_candidate = whole * (1 - z) * (1 - candidate * candidate)
        of_sums = jnp.concatenate([whole * (h - candidate) * z * (1 - z), of_candidate * own * r * (1 - r), of_candidate * r], 1)
        return whole * z + of_sums @ weights.T, (of_sums, of_candidate)

    at = (slopes, before, gates, candidate, own)
    _, (of_sums, of_candidate) = jax.lax.scan(step, jnp.zeros(slopes.shape[1:]), at, reverse=True, unroll=2)
    of_fed = jnp.concatenate([of_sums[..., :2 * MEMORY], of_candidate], -1)
    return of_fed, before.reshape(-1, MEMORY).T @ of_sums.reshape(-1, 3 * MEMORY), of_sums.sum((0, 1))


recurrence.defvjp(remembering, learned)


def network(p, x, rounds, unit_mask=1., memory_mask=1.):
    """x: [frames, streams, features], each less its mean over its deviation. Returns shares and logits of speech."""
    q = {name: rounded(w) if rounds and w.ndim == 2 else w for name, w in p.items()}
    units = jnp.clip(x @ q["dense"] + q["dense_bias"], 0, 8.) * unit_mask
    states = recurrence(units @ q["inputs"] + q["inputs_bias"], q["state"], q["state_bias"]) * memory_mask
    shares = jax.nn.sigmoid(jnp.concatenate([units, states], -1) @ q["shares"] + q["shares_bias"])
    return shares, (states @ q["speech"] + q["speech_bias"])[..., 0]


def loss(p, x, shares, labels, rounds, masks):
    found, logits = (a[WARM_UP:] for a in network(p, x, rounds, *masks))
    error = jnp.sqrt(found + 1e-4) - jnp.sqrt(shares[WARM_UP:] + 1e-4)
    of_shares = (error ** 2 + 4 * error ** 4).mean()
    of_speech = optax.sigmoid_binary_cross_entropy(logits, labels[WARM_UP:]).mean()
    return 6 * of_shares + .7 * of_speech, (of_shares, of_speech)


class Sets:
    def __init__(self, folder):
        files = sorted(folder.glob("*.npz"), key=lambda path: int(path.stem))
        for place, path in enumerate(files):
            part = np.load(path)
            if place == 0:
                self.features, self.shares, self.labels = (
                    np.empty((len(files), *part[name].shape), part[name].dtype) for name in ("features", "shares", "labels"))
            for name in ("features", "shares", "labels"):
                getattr(self, name)[place] = part[name]
        self.features, self.shares, self.labels = (a.reshape(-1, *a.shape[2:]) for a in (self.features, self.shares, self.labels))
        sample = self.features[:, ::37].reshape(-1, self.features.shape[-1]).astype(np.float32)
        self.mean, self.deviation = sample.mean(0), sample.std(0) + 1e-2

    def batch(self, random):
        """Five seconds of some streams, and for each a random smooth response, as another microphone's would be, in octaves."""
        streams = random.integers(0, len(self.features), BATCH)
        starts = random.integers(0, self.features.shape[1] - FRAMES, BATCH)
        parts = (np.stack([a[i, t:t + FRAMES] for i, t in zip(streams, starts)], 1)
                 for a in (self.features, self.shares, self.labels))
        knots = np.linspace(0, 31, 7)
        response = np.stack([np.interp(np.arange(32), knots, random.normal(0, random.uniform(0, 1.5), 7)) for _ in range(BATCH)])
        return *parts, (response - response.mean(1, keepdims=True)).astype(np.float32)


def updater(optimizer, rounds, mean, deviation):
    @jax.jit
    def update(p, average, state, x, shares, labels, response, pace, masks):
        x = jnp.clip((x.astype(jnp.float32).at[:, :, :32].add(response) - mean) / deviation, -8, 8)
        found = jax.value_and_grad(loss, has_aux=True)(p, x, shares / 255, labels.astype(jnp.float32), rounds, masks)
        (_, parts), gradient = found
        change, state = optimizer.update(gradient, state, p)
        p = jax.tree.map(lambda a, b: a - pace * b, p, change)
        return p, jax.tree.map(lambda a, b: .998 * a + .002 * b, average, p), state, parts

    return update


def dropout(random, share):
    """A unit or a state is missing through a whole stretch."""
    if share == 0:
        return np.ones((BATCH, UNITS), np.float32), np.ones((BATCH, MEMORY), np.float32)
    return tuple((random.random((BATCH, n)) > share).astype(np.float32) / np.float32(1 - share) for n in (UNITS, MEMORY))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("model", type=pathlib.Path)
    parser.add_argument("--steps", type=int, default=8000)
    parser.add_argument("--pace", type=float, default=3e-3, help="learning rate at its height")
    parser.add_argument("--whole", type=float, default=.8, help="from which share of the steps on no unit is missing")
    parser.add_argument("--start", type=pathlib.Path, help="a model to go on from, with its means and deviations")
    options = parser.parse_args()
    sets, random, draws = Sets(options.folder), np.random.default_rng(1), np.random.default_rng(2)
    p = initial(jax.random.PRNGKey(0), sets.features.shape[-1], sets.shares.shape[-1])
    if options.start:
        earlier = np.load(options.start)
        p = {name: jnp.asarray(earlier[name]) for name in p}
        sets.mean, sets.deviation = earlier["mean"], earlier["deviation"]
    optimizer = optax.chain(optax.clip_by_global_norm(1.), optax.scale_by_adam(),
                            optax.masked(optax.add_decayed_weights(.02), {name: w.ndim == 2 for name, w in p.items()}))
    state, average, began, losses = optimizer.init(p), p, time.time(), []
    updates = {rounds: updater(optimizer, rounds, sets.mean, sets.deviation) for rounds in (False, True)}
    ahead = ThreadPoolExecutor(1)
    following = ahead.submit(sets.batch, random)
    for step in range(options.steps):
        batch, following = following.result(), ahead.submit(sets.batch, random)
        done = step / options.steps
        pace = options.pace * min(1, (step + 1) / 100) * (.5 + .5 * np.cos(np.pi * done) + .003)
        p, average, state, parts = updates[done > .6](p, average, state, *batch, np.float32(pace),
                                                      dropout(draws, .1 if done < options.whole else 0))
        losses.append(parts)
        if (step + 1) % 50 == 0 or step + 1 == options.steps:
            print(step + 1, *np.mean(np.array(losses, float), 0).round(4), f"{time.time() - began:.0f} s", flush=True)
            losses = []
            weights = {name: np.asarray(w) for name, w in average.items()}
            np.savez(options.model, mean=sets.mean, deviation=sets.deviation, **weights)


if __name__ == "__main__":
    main()
