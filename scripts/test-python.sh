#!/usr/bin/env bash
# Python peers of the tests (an HTTP/2 server, the providers' official clients) in a virtual environment of their own under
# .cache/python. Quick when it is there.
set -euo pipefail
cd "$(dirname "$0")/.."

home=.cache/python
stamp="$home/.ready"
pins="hypercorn==0.17.3 h2==4.2.0 hpack==4.1.0 hyperframe==6.1.0 h11==0.16.0 wsproto==1.2.0 priority==2.0.0"
pins="$pins deepgram-sdk==7.17.0 groq==1.7.0 google-genai==3.4.0 cartesia==4.2.0 tavily-python==0.8.5 websockets==17.4"
[ "$(cat "$stamp" 2>/dev/null)" = "$pins" ] && [ -x "$home/bin/python" ] && exit 0

fail() { printf 'error: %s\n' "$*" >&2; exit 1; }
command -v python3 >/dev/null || fail "python3 is missing: run scripts/dependencies.sh"
printf '==> Preparing the tests'\'' Python peers in %s\n' "$home"
rm -rf "$home"
python3 -m venv "$home" || fail "python3 -m venv failed: on Debian the package python3-venv has it"
# shellcheck disable=SC2086 # one word per pin
"$home/bin/python" -m pip install --quiet --disable-pip-version-check $pins \
  || fail "pip could not install the test peers ($pins): is a package index reachable?"
printf '%s' "$pins" > "$stamp"
