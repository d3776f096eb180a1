"""Trains the voice network on the sets of `material.py`.

    python3 train.py FOLDER MODEL.npz [--steps 6000] [--start OTHER.npz]

The network is the one of Sources/DSP/VoiceNetwork.swift: 132 features, 80 rectified units, 96 gated recurrent units, 96 shares of
speech and one probability. Loss: squares of the error of the shares' roots, and cross-entropy of the probability. Weights are
rounded to eight bits in the last two fifths of the steps (straight-through), and what is saved is their running average.
"""
import argparse
import pathlib
import time

import jax
import jax.numpy as jnp
import numpy as np
import optax

UNITS, MEMORY, FRAMES, BATCH, WARM_UP = 80, 96, 500, 64, 30


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


def network(p, x, rounds, unit_mask=1., memory_mask=1.):
    """x: [frames, streams, features], each less its mean over its deviation. Returns shares and logits of speech."""
    q = {name: rounded(w) if rounds and w.ndim == 2 else w for name, w in p.items()}
    units = jnp.clip(x @ q["dense"] + q["dense_bias"], 0, 8.) * unit_mask
    fed = units @ q["inputs"] + q["inputs_bias"]
    update, reset, candidate = (slice(g * MEMORY, (g + 1) * MEMORY) for g in range(3))

    def step(h, i):
        a = h @ q["state"] + q["state_bias"]
        z, r = jax.nn.sigmoid(i[:, update] + a[:, update]), jax.nn.sigmoid(i[:, reset] + a[:, reset])
        h = z * h + (1 - z) * jnp.tanh(i[:, candidate] + r * a[:, candidate])
        return h, h

    _, states = jax.lax.scan(step, jnp.zeros((x.shape[1], MEMORY)), fed, unroll=4)
    states = states * memory_mask
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
        files = [np.load(path) for path in sorted(folder.glob("*.npz"), key=lambda path: int(path.stem))]
        self.features, self.shares, self.labels = (np.concatenate([f[name] for f in files])
                                                   for name in ("features", "shares", "labels"))
        sample = self.features[:, ::37].reshape(-1, self.features.shape[-1]).astype(np.float32)
        self.mean, self.deviation = sample.mean(0), sample.std(0) + 1e-2

    def batch(self, random):
        """Five seconds of 64 streams; the bands' levels pass through a random smooth response, as another microphone's would."""
        streams = random.integers(0, len(self.features), BATCH)
        starts = random.integers(0, self.features.shape[1] - FRAMES, BATCH)
        x, shares, labels = (np.stack([a[i, t:t + FRAMES] for i, t in zip(streams, starts)]).astype(np.float32)
                             for a in (self.features, self.shares, self.labels))
        knots = np.linspace(0, 31, 7)
        response = np.stack([np.interp(np.arange(32), knots, random.normal(0, random.uniform(0, 1.5), 7)) for _ in range(BATCH)])
        x[:, :, :32] += (response - response.mean(1, keepdims=True))[:, None].astype(np.float32)
        x = np.clip((x - self.mean) / self.deviation, -8, 8)
        return x.transpose(1, 0, 2), shares.transpose(1, 0, 2) / 255, labels.T


def updater(optimizer, rounds):
    @jax.jit
    def update(p, average, state, x, shares, labels, pace, masks):
        (_, parts), gradient = jax.value_and_grad(loss, has_aux=True)(p, x, shares, labels, rounds, masks)
        change, state = optimizer.update(gradient, state, p)
        p = jax.tree.map(lambda a, b: a - pace * b, p, change)
        return p, jax.tree.map(lambda a, b: .996 * a + .004 * b, average, p), state, parts

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
    parser.add_argument("--steps", type=int, default=6000)
    parser.add_argument("--start", type=pathlib.Path)
    options = parser.parse_args()
    sets, random = Sets(options.folder), np.random.default_rng(1)
    p = initial(jax.random.PRNGKey(0), sets.features.shape[-1], sets.shares.shape[-1])
    if options.start:
        earlier = np.load(options.start)
        p = {name: jnp.asarray(earlier[name]) for name in p}
        sets.mean, sets.deviation = earlier["mean"], earlier["deviation"]
    optimizer = optax.chain(optax.clip_by_global_norm(1.), optax.scale_by_adam(),
                            optax.masked(optax.add_decayed_weights(.02), {name: w.ndim == 2 for name, w in p.items()}))
    state, average, began, losses = optimizer.init(p), p, time.time(), []
    updates = {rounds: updater(optimizer, rounds) for rounds in (False, True)}
    for step in range(options.steps):
        done = step / options.steps
        pace = 2e-3 * min(1, (step + 1) / 100) * (.5 + .5 * np.cos(np.pi * done) + .003)
        p, average, state, parts = updates[done > .6](p, average, state, *sets.batch(random), pace,
                                                      dropout(random, .1 if done < .8 else 0))
        losses.append([float(part) for part in parts])
        if (step + 1) % 50 == 0 or step + 1 == options.steps:
            print(step + 1, *np.mean(losses, 0).round(4), f"{time.time() - began:.0f} s", flush=True)
            losses = []
            weights = {name: np.asarray(w) for name, w in average.items()}
            np.savez(options.model, mean=sets.mean, deviation=sets.deviation, **weights)


if __name__ == "__main__":
    main()
