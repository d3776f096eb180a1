#!/usr/bin/env bash
# dsp-fuzz.sh [SECONDS]: gives FrontEnd configurations, signals, played counts and offsets that nobody would choose, with every
# `assert` armed, for SECONDS (600), and fails at the first trap. What it has learnt stays in .build/dsp-fuzz/corpus.
set -euo pipefail
cd "$(dirname "$0")/.."

seconds=${1:-600}
work=.build/dsp-fuzz
mkdir -p "$work/corpus"
flags=(-O -assert-config Debug -wmo -sanitize=fuzzer -swift-version 6 -enable-upcoming-feature ExistentialAny -parse-as-library)
swiftc "${flags[@]}" -module-name DSP -emit-module -emit-module-path "$work/DSP.swiftmodule" -c Sources/DSP/*.swift \
    -o "$work/dsp.o"
swiftc "${flags[@]}" -module-name DSPFuzz -I "$work" Tests/DSPFuzz/*.swift "$work/dsp.o" -o "$work/dsp-fuzz"

# Every string of octets is a life; 64 arbitrary ones, always the same, to begin with.
python3 - "$work/corpus" <<'PYTHON'
import pathlib, random, sys
for seed in range(64):
    pathlib.Path(sys.argv[1], f"seed-{seed}").write_bytes(random.Random(seed).randbytes(200))
PYTHON
status=0
nice -n 10 "$work/dsp-fuzz" -max_total_time="$seconds" -max_len=512 -timeout=60 -print_final_stats=1 -artifact_prefix="$work/" \
    "$work/corpus" >"$work/log" 2>&1 || status=$?
if [ $status != 0 ]; then
    grep -nE 'failed|Fatal|ERROR|crashed|Test unit|^ *[0-9]+ .* in dsp-fuzz' "$work/log" | head -20 >&2
    exit $status
fi
awk '/^stat::number_of_executed_units/ { lives = $2 } /cov:/ { for (i = 1; i < NF; i++) if ($i == "cov:") edges = $(i + 1) }
    END { print lives " lives, " edges " edges of the code reached, no trap" }' "$work/log"
