"""Trains the gain network on the sets of `gain_material.py`.

    python3 train_gains.py FOLDER GAINS.npz [--steps 1500] [--pace 4e-3] [--added .1] [--unintelligible 2] [--start OTHER.npz]

The network is the one of Sources/DSP/GainNetwork.swift; what it is to make small, `perception.py`'s. The set of the highest number
is left out: the four errors on it are printed, with those of the voice network's mask alone first.
"""
import argparse
from concurrent.futures import ThreadPoolExecutor
import pathlib
import time

import jax
import jax.numpy as jnp
import numpy as np
import optax

from features import EDGES, FINE, HOP
from perception import errors

BINS, UNITS, STATES, HIDDEN, FRAMES, BATCH = 257, 12, 8, 176, 200, 8
NAMES = "power", "noise", "level", "gain", "shares", "hidden"


def spreading():
    """[96, 257]: VoiceBands.swift's way from shares to bins."""
    centres, spread = (EDGES[:-1] + EDGES[1:] - 1) / 2, np.zeros((96, BINS), np.float32)
    for k in range(BINS):
        band = int(np.clip(np.searchsorted(centres, k, side="right") - 1, 0, 30))
        upper = np.clip((k - centres[band]) / (centres[band + 1] - centres[band]), 0, 1)
        spread[band, k], spread[band + 1, k] = 1 - upper, upper
    spread[:, FINE] = 0
    spread[np.arange(32, 96), np.arange(FINE.start, FINE.stop)] = 1
    return spread


SPREAD = spreading()
POSITIONS = ((np.log2(np.arange(BINS) + 8.) - 5.5) / 1.5).astype(np.float32)


def initial(key):
    def matrix(key, rows, columns, scale=1.):
        return jax.random.normal(key, (rows, columns)) * np.sqrt(scale / rows)

    k = jax.random.split(key, 6)
    keeping = np.r_[np.linspace(-1, 1.5, STATES), np.zeros(STATES)].astype(np.float32)
    return dict(units=matrix(k[0], 22, UNITS, 2), units_bias=jnp.zeros(UNITS) + .1, voice=matrix(k[1], HIDDEN, UNITS, .1),
                fed=matrix(k[2], UNITS, 2 * STATES), state=matrix(k[3], STATES, 2 * STATES), states_bias=jnp.asarray(keeping),
                gain=matrix(k[4], UNITS + 3 * STATES, 1, .3), gain_bias=jnp.zeros(1) + .5)


def features(power, noise, level, gain, shares):
    """GainFeatures.swift: [frames, streams, bins, 6]."""
    sums = jnp.cumsum(jnp.pad(power, ((0, 0), (0, 0), (1, 0))), -1)
    low, high = np.maximum(np.arange(BINS) - 4, 0), np.minimum(np.arange(BINS) + 5, BINS)
    mean = (sums[..., high] - sums[..., low]) / (high - low)
    return jnp.stack([jnp.clip(power - noise, -2, 12) / 4, shares @ SPREAD * 2 - 1, jnp.clip(power - mean, -6, 6) / 2,
                      jnp.clip(power - level[..., None], -12, 12) / 4, jnp.maximum(gain, -5) / 2 + 1,
                      jnp.broadcast_to(POSITIONS, power.shape)], -1)


def neighbours(x, reach):
    x = jnp.pad(x, ((0, 0), (0, 0), (reach, reach), (0, 0)), mode="edge")
    return jnp.concatenate([x[:, :, i:i + BINS] for i in range(2 * reach + 1)], -1)


def remembered(fed, weights):
    def step(h, i):
        sums = h @ weights + i
        x, p = sums[:, :STATES], sums[:, STATES:]
        proposed = jnp.clip(p, -1, 1)
        return proposed + jnp.clip(x / 4 + .5, 0, 1) * (h - proposed), (h, x, p)

    last, kept = jax.lax.scan(step, jnp.zeros((fed.shape[1], STATES)), fed, unroll=2)
    return jnp.concatenate([kept[0][1:], last[None]]), kept


@jax.custom_vjp
def recurrence(fed, weights):
    """fed: [frames, rows, 2 x STATES]."""
    return remembered(fed, weights)[0]


def remembering(fed, weights):
    states, kept = remembered(fed, weights)
    return states, (kept, weights)


def learned(saved, slopes):
    """A little of the gradient passes where a clip lets nothing through, so that no unit is stuck."""
    (before, x, p), weights = saved
    keeps, proposed = jnp.clip(x / 4 + .5, 0, 1), jnp.clip(p, -1, 1)
    of_x = (before - proposed) * jnp.where(jnp.abs(x) < 2, .25, .01)
    of_p = (1 - keeps) * jnp.where(jnp.abs(p) < 1, 1, .02)

    def step(later, at):
        slope, of_x, of_p, keeps = at
        whole = slope + later
        of_sums = jnp.concatenate([whole * of_x, whole * of_p], 1)
        return whole * keeps + of_sums @ weights.T, of_sums

    _, of_sums = jax.lax.scan(step, jnp.zeros(slopes.shape[1:]), (slopes, of_x, of_p, keeps), reverse=True, unroll=2)
    return of_sums, before.reshape(-1, STATES).T @ of_sums.reshape(-1, 2 * STATES)


recurrence.defvjp(remembering, learned)


def gains_of(p, power, noise, level, gain, shares, hidden):
    seen = features(power, noise, level, gain, shares)
    sums = neighbours(seen[..., :4], 2) @ p["units"][:20] + seen[..., 4:] @ p["units"][20:]
    units = jnp.clip(sums + p["units_bias"] + (hidden @ p["voice"])[:, :, None], 0, 8)
    fed = (units @ p["fed"] + p["states_bias"]).reshape(len(units), -1, 2 * STATES)
    states = recurrence(fed, p["state"]).reshape(*units.shape[:3], STATES)
    return jax.nn.sigmoid((jnp.concatenate([units, neighbours(states, 1)], -1) @ p["gain"] + p["gain_bias"])[..., 0])


class Sets:
    def __init__(self, folder):
        parts = [dict(np.load(path)) for path in sorted(folder.glob("*.npz"), key=lambda path: int(path.stem))]
        self.parts, self.left_out = parts[:-1], parts[-1]

    @staticmethod
    def cut(part, stream, start, frames):
        samples = slice(start * HOP, (start + frames - 1) * HOP + 512)
        return ([part[name][stream, start:start + frames] for name in NAMES]
                + [part[name][stream, samples] for name in ("heard", "spoken")] + [part["reference"][stream][None]])

    @staticmethod
    def together(cuts):
        return [np.stack(values, 1) for values in zip(*cuts)]

    def batch(self, random):
        """Two seconds of some streams; seven in ten of those without speech are passed over."""
        cuts = []
        while len(cuts) < BATCH:
            part, stream = self.parts[random.integers(len(self.parts))], random.integers(len(self.parts[0]["speaks"]))
            if part["speaks"][stream] or random.random() < .3:
                cuts.append(self.cut(part, stream, random.integers(0, part["power"].shape[1] - FRAMES + 1), FRAMES))
        return self.together(cuts)

    def held(self):
        return self.together([self.cut(self.left_out, stream, 300, 300) for stream in np.flatnonzero(self.left_out["speaks"])])


def numbers(batch):
    power, noise, level, gain, shares, hidden, heard, spoken, reference = (jnp.asarray(a, jnp.float32) for a in batch)
    return (power, noise, level, gain, shares / 255, hidden), (heard, spoken, reference)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("gains", type=pathlib.Path)
    parser.add_argument("--steps", type=int, default=1500)
    parser.add_argument("--pace", type=float, default=4e-3, help="learning rate at its height")
    parser.add_argument("--until", type=int, help="stop after so many of the steps")
    parser.add_argument("--added", type=float, default=.1, help="weight of what is heard that was not spoken")
    parser.add_argument("--unintelligible", type=float, default=2., help="weight of the error of envelopes")
    parser.add_argument("--start", type=pathlib.Path, help="gains to go on from")
    options = parser.parse_args()
    sets, random = Sets(options.folder), np.random.default_rng(1)
    p = dict(np.load(options.start)) if options.start else initial(jax.random.PRNGKey(0))
    optimizer = optax.chain(optax.clip_by_global_norm(1.),
                            optax.adam(optax.cosine_decay_schedule(options.pace, options.steps, .01)))
    weights = jnp.array([1, options.added, options.unintelligible, .5])

    def loss(p, batch):
        known, sound = numbers(batch)
        return weights @ jnp.stack(errors(gains_of(p, *known), *sound))

    @jax.jit
    def update(p, average, state, batch):
        value, gradient = jax.value_and_grad(loss)(p, batch)
        sound = jnp.isfinite(value) & jnp.isfinite(optax.global_norm(gradient))
        change, state = optimizer.update(jax.tree.map(lambda a: jnp.where(sound, a, 0), gradient), state, p)
        p = optax.apply_updates(p, change)
        return p, jax.tree.map(lambda a, b: .995 * a + .005 * b, average, p), state, value

    @jax.jit
    def judge(p, batch):
        known, sound = numbers(batch)
        return jnp.stack(errors(gains_of(p, *known), *sound)), jnp.stack(errors(known[4] @ SPREAD, *sound))

    state, average, began, values, held = optimizer.init(p), p, time.time(), [], sets.held()
    print("the mask alone:", np.asarray(judge(p, held)[1]).round(4), flush=True)
    ahead = ThreadPoolExecutor(1)
    following = ahead.submit(sets.batch, random)
    for step in range(options.until or options.steps):
        batch, following = following.result(), ahead.submit(sets.batch, random)
        p, average, state, value = update(p, average, state, batch)
        values.append(float(value))
        if (step + 1) % 100 == 0 or step + 1 == (options.until or options.steps):
            print(step + 1, round(float(np.nanmean(values)), 4), np.asarray(judge(average, held)[0]).round(4),
                  f"{time.time() - began:.0f} s", flush=True)
            values = []
            np.savez(options.gains, **{name: np.asarray(w) for name, w in average.items()})


if __name__ == "__main__":
    main()
