"""How far a suppressor's sound is from the speech in it, as the measures of hearing see it, in a form that has a gradient.

Everything is taken from the sound that `SpectrumSynthesizer.swift` makes of the gains, analysed anew: gains that look right bin by
bin but jump from bin to bin or frame to frame are heard there, and a loss of the gains themselves does not see it.
"""
import jax
import jax.numpy as jnp
import numpy as np

from features import EDGES, HOP, window

FLOOR = 10 ** -1.5
COMPRESSION = .5
BLOCK_FRAMES, SEGMENT_FRAMES, WARM_UP = 22, 35, 20
HANN = np.hanning(513)[:512].astype(np.float32)


def synthesis_window():
    hann = .5 - .5 * np.cos(2 * np.pi * np.arange(320) / 320)
    return np.r_[hann[:160] / np.maximum(window()[192:352], 1e-6), window()[352:]].astype(np.float32)


def bands_of(edges):
    """[257, bands]: which bins belong to a band."""
    bins = np.arange(257)[:, None]
    return ((bins >= edges[:-1]) & (bins < edges[1:])).astype(np.float32)


def third_octaves():
    centres = 150 * 2 ** (np.arange(15) / 3) / 31.25
    low = np.round(centres * 2 ** (-1 / 6)).astype(int)
    high = np.maximum(np.round(centres * 2 ** (1 / 6)).astype(int), low + 1)
    bins = np.arange(257)[:, None]
    return ((bins >= low) & (bins < high)).astype(np.float32)


BANDS = bands_of(EDGES) / np.sqrt(np.diff(EDGES))
WIDTHS = np.diff(np.log(EDGES + 2)).astype(np.float32)
WIDTHS = WIDTHS / WIDTHS.sum()
THIRDS = third_octaves()


def frames_of(x, count):
    """[samples, streams] -> [count, streams, 512], a hop apart."""
    x = jnp.pad(x, ((0, max((count + 4) * HOP - len(x), 0)), (0, 0)))[:(count + 4) * HOP].reshape(count + 4, HOP, -1)
    return jnp.concatenate([x[i:i + count] for i in range(4)], 1)[:, :512].swapaxes(1, 2)


def sound_of(gains, heard):
    """Gains [frames, streams, 257] of what is heard [samples, streams] -> samples, the first belonging to `heard`'s HOP + 192."""
    spectra = jnp.fft.rfft(frames_of(heard, len(gains)) * window())
    blocks = jnp.fft.irfft(spectra * gains, 512)[..., 192:] * synthesis_window()
    joined = blocks[1:, :, :HOP] + blocks[:-1, :, HOP:]
    return joined.swapaxes(1, 2).reshape((len(gains) - 1) * HOP, -1)


def loudness_errors(found, spoken):
    """After ITU-T P.862: what differs in loudness, and what was added, which is heard more. Powers relative to the speech's mean."""
    smooth = lambda p: (p[:-2] + 2 * p[1:-1] + p[2:]) / 4
    found, spoken = smooth(found) @ BANDS, smooth(spoken) @ BANDS
    of_found, of_spoken = (p.sum(-1, keepdims=True) + 3e-3 for p in (found, spoken))
    level = jnp.clip(of_spoken / of_found, 3e-4, 5.)
    found = found * jnp.concatenate([level[:1], .8 * level[1:] + .2 * level[:-1]])
    loud_found, loud_spoken = ((p + 3e-5) ** .23 - 3e-5 ** .23 for p in (found, spoken))
    difference = loud_found - loud_spoken
    masked = .25 * jnp.minimum(loud_found, loud_spoken)
    disturbance = jnp.sign(difference) * jnp.maximum(jnp.abs(difference) - masked, 0)
    added = ((found + 1e-5) / (spoken + 1e-5)) ** 1.2
    added = jax.lax.stop_gradient(jnp.where(added < 3, 0, jnp.minimum(added, 12)))
    weight = (of_spoken / of_spoken.mean(0) + 1e-2)[..., 0] ** -.04
    whole = jnp.sqrt((disturbance ** 2 * WIDTHS).sum(-1) + 1e-6) * weight
    asymmetric = ((jnp.abs(disturbance) * added * WIDTHS).sum(-1) + 1e-3) * weight
    blocks = len(whole) // BLOCK_FRAMES

    def over_time(x):
        """What is worst in a third of a second counts."""
        sixth = (x[:blocks * BLOCK_FRAMES].reshape(blocks, BLOCK_FRAMES, -1) ** 6).mean(1) ** (1 / 3)
        return jnp.sqrt(sixth.mean(0)).mean()

    return over_time(whole), over_time(asymmetric)


def unintelligibility(found, spoken):
    """After Taal et al., STOI, 2011: 1 less the correlation of third octaves' envelopes over 0.35 s, where speech is."""
    found, spoken = (jnp.sqrt(p @ THIRDS + 1e-9) for p in (found, spoken))
    count = len(found) // SEGMENT_FRAMES
    found, spoken = (x[:count * SEGMENT_FRAMES].reshape(count, SEGMENT_FRAMES, *x.shape[1:]) for x in (found, spoken))
    scale = jnp.sqrt((spoken ** 2).sum(1, keepdims=True) / ((found ** 2).sum(1, keepdims=True) + 1e-9))
    found = jnp.minimum(found * scale, spoken * (1 + 10 ** .75))
    centred_found, centred = (x - x.mean(1, keepdims=True) for x in (found, spoken))
    alike = (centred_found * centred).sum(1) / jnp.sqrt((centred_found ** 2).sum(1) * (centred ** 2).sum(1) + 1e-12)
    counts = ((spoken ** 2).mean(1) > 1e-3).astype(jnp.float32)
    return 1 - (alike * counts).sum() / (counts.sum() + 1)


def errors(gains, heard, spoken, reference):
    """[frames, streams, 257], [samples, streams] twice, log2 of powers [1, streams, 257] -> four numbers to be small."""
    gains = jnp.sqrt(gains * gains + FLOOR ** 2)
    level = jnp.exp2(reference).mean(-1, keepdims=True)
    sound, skipped = sound_of(gains, heard), WARM_UP * HOP
    start = HOP + 192
    spoken, heard = (x[start:start + len(sound)] for x in (spoken, heard))
    count = (len(sound) - skipped - 512) // HOP + 1
    found, right, all_of_it = (jnp.fft.rfft(frames_of(x[skipped:], count) * HANN) for x in (sound, spoken, heard))
    power = lambda z: z.real ** 2 + z.imag ** 2 + 1e-3
    p_found, p_right, p_all = power(found), power(right), power(all_of_it)
    compress = lambda p: (p / level + 1e-9) ** (COMPRESSION / 2)
    c_found, c_right = compress(p_found), compress(p_right)
    wanted = jnp.maximum(c_right, FLOOR ** COMPRESSION * compress(p_all))
    phase = (found * right.conj()).real / jnp.sqrt(p_found * p_right)
    of_bins = .7 * (wanted - c_found) ** 2 + .3 * (c_right ** 2 + c_found ** 2 - 2 * c_right * c_found * phase)
    whole, added = loudness_errors(p_found / level, p_right / level)
    return whole, added, unintelligibility(p_found / level, p_right / level), of_bins.mean()
