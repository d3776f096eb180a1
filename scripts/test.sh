#!/usr/bin/env bash
# All tests, on the build that `make test` has just made. The last line counts them.
set -euo pipefail
cd "$(dirname "$0")/.."
export SWIFT_BACKTRACE=enable=no

scripts/test-python.sh
echo "==> Checking the format"
swift format lint --strict --recursive --parallel Package.swift Sources Tests
echo "==> Compiling DSP for its other homes"
scripts/dsp-targets.sh
echo "==> Tests (real time: one after the other)"
swift test -c release --skip-build --no-parallel
