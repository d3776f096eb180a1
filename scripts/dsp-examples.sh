#!/usr/bin/env bash
# Renews docs/examples: sounds before and after the front end as the built `linnet` has it, and their spectrograms. The voices are
# synthetic and the noise is made here, so that all of it may stand in the repository.
set -euo pipefail
cd "$(dirname "$0")/.."
bin=$PWD/.build/release
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p docs/examples
cd docs/examples

"$bin/linnet-rehearse" example-sounds --out "$work"
first() { cp "$work/$1.wav" "$1-before.wav"; }
picture() { # name, title, what is before, what is after
  "$bin/linnet" dsp picture --in "$1-before.wav" --in "$1-after.wav" --out "$1.svg" --title "$2" --label "$3" --label "$4"
}

for noise in fan babble; do
  first "noise-$noise"
  "$bin/linnet" dsp denoise --in "noise-$noise-before.wav" --out "noise-$noise-after.wav"
done
picture noise-fan "A voice in steady noise, 10 dB" "before" "after: linnet dsp denoise"
picture noise-babble "A voice among six others, 10 dB" "before" "after: linnet dsp denoise"

first echo
"$bin/linnet" dsp aec --mic echo-before.wav --ref "$work/echo-played.wav" --out echo-after.wav
picture echo "\"No, wait a moment.\" over the box's own voice" "before: the microphone" "after: linnet dsp aec"

cp "$work/array-first.wav" array-before.wav
"$bin/linnet" dsp front-end --in "$work/array.wav" --geometry circular4 --out array-after.wav
picture array "A question, and another talker across the room" "before: one of four microphones" \
  "after: linnet dsp front-end --geometry circular4"

du -cb ./*.wav ./*.svg | tail -1 | awk '{printf "docs/examples: %.2f MB\n", $1 / 1e6}'
