"""Synthesized noises and rooms: each function takes a random generator and a number of samples at 16 kHz."""
import numpy as np
import scipy.fft
from scipy.signal import butter, fftconvolve, lfilter, sosfilt

RATE = 16000


def unit(x):
    return x / (np.sqrt((x ** 2).mean()) + 1e-9)


def decibels(x):
    return 10 ** (x / 20)


def pick(random, things):
    return things[random.integers(len(things))]


def envelope(random, n, points, least):
    """Straight lines in amplitude between random levels of `least`...0 dB at random times."""
    return np.interp(np.arange(n), np.sort(random.integers(0, n, points)), decibels(random.uniform(least, 0, points)))


def tilted(random, x, most):
    return lfilter([1, -random.uniform(-most, most)], [1, -random.uniform(-most, most)], x)


def equalized(random, x, deviation):
    """Through a random smooth frequency response, as other microphones, places and distances have."""
    n = scipy.fft.next_fast_len(len(x))
    octaves = np.log2(np.arange(n // 2 + 1) * RATE / n / 60 + 1)
    response = random.normal(0, deviation, 9)
    gains = decibels(np.interp(octaves, np.linspace(0, octaves[-1], 9), response - response.mean()))
    return scipy.fft.irfft(scipy.fft.rfft(x, n) * gains, n)[:len(x)]


# ---------------------------------------------------------------- rooms

def decay(random, shortest, longest):
    n = int(random.uniform(shortest, longest) * RATE)
    return random.standard_normal(n) * 10 ** (-3 * np.arange(n) / n)


def room(random, weakest=-14, strongest=5):
    """Direct path and a tail of `weakest`...`strongest` dB against it; unit energy."""
    h = decay(random, .15, .8)
    h[:40] = 0
    h *= decibels(random.uniform(weakest, strongest)) / np.sqrt((h ** 2).sum())
    h[0] = 1
    return h / np.sqrt((h ** 2).sum())


def far_room(random):
    """A tail alone: the direct path is lost in it."""
    h = decay(random, .25, 1.)
    rise = int(random.uniform(.002, .04) * RATE)
    h[:rise] *= np.linspace(0, 1, rise) ** 2
    return h / np.sqrt((h ** 2).sum())


def within(random, x, make_room):
    return fftconvolve(x, make_room(random))[:len(x)]


# ---------------------------------------------------------------- noises

def coloured(random, n):
    """Noise with a slope or a resonance, or hum, at a level that may wander."""
    u, w = random.uniform, random.standard_normal(n)
    kind = random.integers(4)
    if kind == 0:
        w = lfilter([1], [1, -u(.5, .995)], w)
    elif kind == 1:
        a, f = u(.8, .99), u(.01, .4)
        w = lfilter([1], [1, -2 * a * np.cos(np.pi * f), a * a], w) + .05 * w
    elif kind == 2:
        f, t = u(50, 220), np.arange(n) / RATE
        w = sum(np.sin(2 * np.pi * f * h * t + u(0, 6)) / h ** u(.5, 1.5) for h in range(1, 12)) + w * u(.2, 2)
    if random.random() < .4:
        w = w * np.interp(np.arange(n), np.arange(0, n + RATE, RATE), u(.3, 1, n // RATE + 1))
    return w


def modulated(random, n):
    """Noise or hum whose level moves at the rates of speech, steps, engines, wheels."""
    u, t = random.uniform, np.arange(n) / RATE
    rise = .5 + .5 * np.sin(2 * np.pi * u(.3, 9) * t + 3 * np.sin(2 * np.pi * u(.05, .5) * t))
    return coloured(random, n) * (u(.02, .3) + rise ** u(1, 6))


def bands(random, n):
    """Noise in bands that come and go on their own, in rhythm or at random."""
    u, t = random.uniform, np.arange(n) / RATE
    y = .05 * coloured(random, n)
    for _ in range(random.integers(1, 6)):
        low = min(80 * 2 ** u(0, 6), 7000)
        high = min(max(low * 2 ** u(.1, 2.5), low * 1.05 + 20), 7900)
        level = envelope(random, n, random.integers(4, int(u(5, 160))), -30)
        if random.random() < .3:
            level = (.5 + .5 * np.sin(2 * np.pi * u(.3, 12) * t)) ** u(1, 8)
        band = butter(2, (low, high), "bandpass", fs=RATE, output="sos")
        y = y + sosfilt(band, random.standard_normal(n)) * level * u(.2, 1.5)
    return y


def clinks(random, n):
    """Dishes, keys, coins: struck things ring at a few high frequencies."""
    u, y = random.uniform, .03 * coloured(random, n)
    for t in random.integers(0, n - RATE, random.integers(10, 90)):
        at = np.arange(int(u(.02, .5) * RATE)) / RATE
        fall, loudness = u(8, 80), u(.05, 1)
        for _ in range(random.integers(2, 7)):
            y[t:t + len(at)] += loudness * u(.2, 1) * np.exp(-at * fall * u(.7, 2)) * np.sin(2 * np.pi * u(600, 7000) * at)
    return y


def thumps(random, n):
    """Steps, doors, bumps: short low noise, at times in a rhythm."""
    u, y = random.uniform, .05 * coloured(random, n)
    beats = np.arange(0, n - 8000, u(.25, 1.2) * RATE)
    times = beats + random.normal(0, .05 * RATE, len(beats)) if random.random() < .6 else random.integers(0, n - 8000, 40)
    for t in np.clip(times, 0, n - 8000).astype(int):
        m = int(u(.03, .3) * RATE)
        burst = lfilter([1], [1, -u(.6, .98)], random.standard_normal(m))
        y[t:t + m] += burst / np.abs(burst).max() * np.exp(-np.arange(m) / (m / u(2, 6))) * u(.3, 1)
    return y


def clicks(random, n):
    """Keyboards, switches, crackle."""
    u, y = random.uniform, .05 * coloured(random, n)
    for t in random.integers(0, n - 800, random.integers(60, 250)):
        m = random.integers(80, 800)
        burst = lfilter([1], [1, -u(-.5, .9)], random.standard_normal(m))
        y[t:t + m] += burst * np.exp(-np.arange(m) / (m / 5)) * u(.2, 1)
    return y


def glides(random, n):
    """Engines, horns, sirens, barks: harmonic tones that move."""
    u, y, t = random.uniform, .02 * coloured(random, n), 0
    while t < n - RATE:
        m = min(int(u(.1, 4) * RATE), n - t)
        k = np.arange(m) / m
        pitch = u(60, 900) * 2 ** np.interp(k, np.linspace(0, 1, 4), random.normal(0, u(0, .6), 4))
        phase, fall = 2 * np.pi * np.cumsum(pitch) / RATE, u(.5, 2.5)
        tone = sum(np.sin(h * phase + u(0, 6)) / h ** fall for h in range(1, int(min(16, 7500 / pitch.max())) + 1))
        y[t:t + m] += tone * np.sin(np.pi * k) ** u(.2, 1.5) * u(.2, 1)
        t += m + int(random.exponential(1) * RATE)
    return y


def chirps(random, n):
    """Birds, brakes, alarms."""
    u, y = random.uniform, .02 * coloured(random, n)
    for t in random.integers(0, n - RATE, random.integers(15, 120)):
        m = int(u(.03, .25) * RATE)
        k = np.arange(m) / m
        pitch = u(1500, 6500) * 2 ** (u(-.5, .5) * k + u(0, .1) * np.sin(2 * np.pi * u(5, 30) * k))
        y[t:t + m] += np.sin(2 * np.pi * np.cumsum(pitch) / RATE) * np.sin(np.pi * k) * u(.1, 1)
    return y


def tune(random, n):
    """Plucked chords in a rhythm, with or without a drum."""
    u, y, t = random.uniform, np.zeros(n), 0
    while t < n:
        beat = int(pick(random, [.15, .25, .4, .6, 1.]) * RATE)
        m = min(beat * 2, n - t)
        at = np.arange(m) / RATE
        for _ in range(random.integers(1, 4)):
            f = 110 * 2 ** (random.integers(0, 36) / 12)
            tone = sum(np.sin(2 * np.pi * f * h * at + u(0, 6)) * u(.1, 1) / h for h in range(1, 9))
            y[t:t + m] += np.exp(-at * u(.5, 6)) * tone
        if random.random() < .5:
            b = min(m, RATE // 20)
            y[t:t + b] += random.standard_normal(b) * np.exp(-np.arange(b) / 300) * u(.5, 3)
        t += beat
    return y


SYNTHESIZED = [modulated, clinks, thumps, glides, chirps, bands, bands, coloured, tune, clicks]


def synthesized(random, n):
    """One of them or two, in a room or none."""
    y = unit(pick(random, SYNTHESIZED)(random, n))
    if random.random() < .4:
        y = y + random.uniform(.1, 1) * unit(pick(random, [modulated, clinks, thumps, bands, clicks, coloured])(random, n))
    if random.random() < .4:
        y = within(random, y, room if random.random() < .5 else far_room)
    return unit(y)
