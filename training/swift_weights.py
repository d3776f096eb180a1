"""Writes models as Swift: `train.py`'s for VoiceLayer.swift, one or two layers to a file, `train_gains.py`'s for BinLayer.swift.

    python3 swift_weights.py MODEL.npz ../Sources/DSP
    python3 swift_weights.py --gains GAINS.npz ../Sources/DSP
"""
import argparse
import pathlib

import numpy as np

MEMORY, BANDS, WIDTH = 96, 32, 130


def filled(items, indent):
    lines, line = [], " " * (indent - 1)
    for item in items:
        if len(line) + len(item) + 2 > WIDTH:
            lines.append(line)
            line = " " * (indent - 1)
        line += f" {item},"
    return "\n".join(lines + [line])


def numbers(values):
    return [f"{int(value):_}" for value in np.round(values)]


def words(weights):
    """Signed bytes, eight to a word, the first in the lowest; all inputs of one output, then of the next."""
    for word in np.ascontiguousarray(weights.T).reshape(-1).view("<u8"):
        digits = f"{int(word):016X}"
        yield "0x" + "_".join(digits[i:i + 4] for i in range(0, 16, 4))


def layer(what, name, weights, bias, input_bits):
    scale = np.maximum(np.abs(weights).max(0), 1e-6) / 127
    integers = np.clip(np.round(weights / scale), -127, 127).astype(np.int8)
    parts = [("scalesQ24", numbers(scale * 2 ** 24)), ("biasesQ16", numbers(bias * 2 ** 16)), ("words", list(words(integers)))]
    body = ",\n".join(f"        {part}: [\n{filled(items, 12)}\n        ]" for part, items in parts)
    return (f"    /// {what}\n    public static let {name} = VoiceLayer.Weights(\n"
            f"        inputs: {len(weights)}, inputBits: {input_bits},\n{body})\n")


def table(what, name, values):
    return f"    /// {what}\n    public static let {name}: [Int32] = [\n{filled(numbers(values), 8)}\n    ]\n"


def bin_layer(what, name, weights, bias):
    parts = [("biasesQ22", numbers(bias * 2 ** 22)), ("valuesQ11", numbers((weights * 2 ** 11).T.reshape(-1)))]
    body = ",\n".join(f"        {part}: [\n{filled(items, 12)}\n        ]" for part, items in parts)
    return f"    /// {what}\n    public static let {name} = BinLayer.Weights(\n{body})\n"


def gain_layers(m):
    yield layer("`VoiceNetwork`'s units and states to the biases of the units.", "voice", m["voice"], m["units_bias"], 12)
    # Of five neighbours two numbers, then of five neighbours the other two, then two.
    taps = m["units"][:20].reshape(5, 4, -1)
    yield bin_layer("Features to rectified units.", "units", np.r_[taps[:, :2].reshape(10, -1), taps[:, 2:].reshape(10, -1), m["units"][20:]],
                    0 * m["units_bias"])
    yield bin_layer("Units and states to what a state keeps, then to what it may become.", "states",
                    np.concatenate([m["fed"], m["state"]]), m["states_bias"])
    units = m["units"].shape[1]
    own, below, here, above = np.split(m["gain"][:, 0], [units, units + len(m["state"]), units + 2 * len(m["state"])])
    away = np.zeros(units)
    yield bin_layer("Units and states to the logit of the bin's gain, of the next higher bin's and of the next lower one's.", "gain",
                    np.stack([np.r_[own, here], np.r_[away, below], np.r_[away, above]], 1), np.r_[m["gain_bias"], 0, 0])


def files(m):
    yield "Dense", "public enum", [
        table("Mean of each feature in the training material, octaves in Q16.", "featureMeansQ16", m["mean"] * 2 ** 16),
        table("2^15 over the deviation of each feature in octaves.", "featureScalesQ15", 2 ** 15 / m["deviation"]),
        layer("Features to rectified units.", "dense", m["dense"], m["dense_bias"], 11)]
    for index, gate in enumerate(("update", "reset", "candidate")):
        at = slice(index * MEMORY, (index + 1) * MEMORY)
        yield gate.capitalize() + "Inputs", "extension", [
            layer("Rectified units to the gate.", gate + "FromInputs", m["inputs"][:, at], m["inputs_bias"][at], 12)]
        yield gate.capitalize() + "State", "extension", [
            layer("State to the gate.", gate + "FromState", m["state"][:, at], m["state_bias"][at], 15)]
    band, fine = slice(0, BANDS), slice(BANDS, None)
    yield "Bands", "extension", [
        layer("Units and states to the gains of the bands.", "bandGains", m["shares"][:, band], m["shares_bias"][band], 12),
        layer("States to the logit of speech.", "speech", m["speech"], m["speech_bias"], 15)]
    yield "Bins", "extension", [
        layer("Units and states to the gains of single bins.", "binGains", m["shares"][:, fine], m["shares_bias"][fine], 12)]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--gains", action="store_true", help="the gain network's")
    parser.add_argument("model", type=pathlib.Path)
    parser.add_argument("folder", type=pathlib.Path)
    options = parser.parse_args()
    model = np.load(options.model)
    head = "/// Trained numbers of the {} network: made by `training/swift_weights.py`, not by hand.\n{} {}Weights {{\n"
    if options.gains:
        path = options.folder / "GainWeights.swift"
        path.write_text(head.format("gain", "public enum", "Gain") + "\n".join(gain_layers(model)) + "}\n")
        return
    for name, kind, parts in files(model):
        path = options.folder / f"VoiceWeights{name}.swift"
        path.write_text(head.format("voice", kind, "Voice") + "\n".join(parts) + "}\n")


if __name__ == "__main__":
    main()
