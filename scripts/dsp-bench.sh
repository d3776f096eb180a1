#!/usr/bin/env bash
# Builds what `linnet bench dsp` and `bench hour` count beside the daemon's own code, into .build/release/dsp-bench: drivers of SpeexDSP
# and WebRTC's audio processing (Debian's libraries, never linked into the daemon), the front end as a bare AArch64 program, and the
# counter of allocations. Installs the Debian packages that are missing. What cannot be had here is named and left out.
set -euo pipefail
cd "$(dirname "$0")/.."
out=.build/release/dsp-bench
mkdir -p "$out"

say() { printf '==> %s\n' "$*"; }
missing() { printf 'dsp-bench: %s: left out\n' "$*" >&2; }

packages=(valgrind binutils gcc g++ libspeexdsp-dev libwebrtc-audio-processing-dev qemu-system-arm)
absent=()
for package in "${packages[@]}"; do
  [ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null)" = installed ] || absent+=("$package")
done
as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi; }
if [ ${#absent[@]} -gt 0 ]; then
  say "Installing ${#absent[@]} Debian packages: ${absent[*]}"
  as_root apt-get -o DPkg::Lock::Timeout=300 update -qq
  for package in "${absent[@]}"; do
    as_root env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 install -y -qq --no-install-recommends "$package" \
      >/dev/null || missing "no package $package"
  done
fi

# --- Other people's code

build_speexdsp() {
  cc -O2 -c Tests/DSPPeers/peer.c -o "$out/peer.o"
  # shellcheck disable=SC2046
  cc -O2 Tests/DSPPeers/speexdsp.c "$out/peer.o" -o "$out/speexdsp" $(pkg-config --cflags --libs speexdsp) -lm
}

# The same with the fixed-point arithmetic that Debian does not build for this processor, from Debian's source package.
build_speexdsp_fixed() {
  local work; work=$(mktemp -d)
  mkdir "$work/parts" "$work/lists"
  (
    set -e
    { grep -rhE '^deb ' /etc/apt/sources.list /etc/apt/sources.list.d || true; } 2>/dev/null | sed 's/^deb /deb-src /' >"$work/list"
    for file in /etc/apt/sources.list.d/*.sources; do
      [ ! -e "$file" ] || sed 's/^Types:.*/Types: deb-src/' "$file" >"$work/parts/$(basename "$file")"
    done
    binary=$PWD/$out/speexdsp-fixed driver=$PWD/Tests/DSPPeers/speexdsp.c common=$PWD/$out/peer.o
    apt_get() {
      apt-get -o "Dir::Etc::SourceList=$work/list" -o "Dir::Etc::SourceParts=$work/parts" -o "Dir::State::Lists=$work/lists" "$@"
    }
    cd "$work"
    apt_get update -qq && apt_get source --download-only -qq speexdsp && tar xf speexdsp_*.orig.tar.gz
    cd speexdsp-*/
    # The header that `configure` makes is the library's own, from libspeexdsp-dev.
    cc -O2 -w -DFIXED_POINT -DUSE_KISS_FFT -DEXPORT= -Iinclude -I/usr/include/speex -Ilibspeexdsp "$driver" "$common" \
      libspeexdsp/{preprocess,mdf,fftwrap,kiss_fft,kiss_fftr,filterbank}.c -o "$binary" -lm
  ) >"$work/log" 2>&1
  local status=$?
  [ $status = 0 ] || tail -3 "$work/log" >&2
  rm -rf "$work"
  return $status
}

build_webrtc() { # Debian 12 has 0.3; Debian 13 has 1.3, whose voice detector still exists; 2.1 is the next
  local name flags
  for name in webrtc-audio-processing-2 webrtc-audio-processing-1 webrtc-audio-processing; do
    pkg-config --exists "$name" || continue
    case $name in
    *-2) flags=-std=c++17 ;;
    *-1) flags='-std=c++17 -DWEBRTC_HAS_VAD' ;;
    *) flags=-DWEBRTC_0_3 ;;
    esac
    # shellcheck disable=SC2046,SC2086
    c++ -O2 $flags $(pkg-config --cflags "$name") Tests/DSPPeers/webrtc.cc "$out/peer.o" -o "$out/webrtc" $(pkg-config --libs "$name")
    say "WebRTC's audio processing is $(pkg-config --modversion "$name")"
    return
  done
  return 1
}

say "SpeexDSP is $(pkg-config --modversion speexdsp 2>/dev/null || echo missing)"
build_speexdsp || missing "SpeexDSP's driver does not build"
build_speexdsp_fixed || missing "SpeexDSP in fixed point does not build"
build_webrtc || missing "WebRTC's driver does not build"

# --- The counter of allocations

cc -O2 -shared -fPIC Tests/CAllocationCounter/*.c -ITests/CAllocationCounter/include -o "$out/liballocations.so" ||
  missing "the counter of allocations does not build"

# --- The front end on a bare AArch64

build_aarch64() {
  local swiftc tools work
  swiftc=$(command -v swiftc) || return 1
  tools=$(dirname "$(readlink -f "$swiftc")")
  work=$(mktemp -d)
  # The same optimisation as the shipped program's, not -Osize: instructions are what counts here.
  "$swiftc" -target aarch64-none-none-elf -enable-experimental-feature Embedded -enable-experimental-feature Extern -wmo -O \
    -swift-version 6 -enable-upcoming-feature ExistentialAny -parse-as-library -package-name linnet -module-name DSPBench \
    -c Sources/DSP/*.swift Sources/Stage/Bench/DSP/DSPStages.swift Sources/Stage/Bench/DSP/DSPScene.swift \
    Tests/DSPPeers/aarch64/Count.swift -o "$work/front-end.o" &&
    "$tools/clang" --target=aarch64-none-elf -O2 -ffreestanding -c Tests/DSPPeers/aarch64/runtime.c -o "$work/runtime.o" &&
    "$tools/clang" --target=aarch64-none-elf -c Tests/DSPPeers/aarch64/start.S -o "$work/start.o" &&
    "$tools/ld.lld" -T Tests/DSPPeers/aarch64/layout.ld "$work"/{start,runtime,front-end}.o -o "$out/aarch64.elf"
  local status=$?
  rm -rf "$work"
  return $status
}

build_aarch64 || missing "the bare AArch64 program does not build"
say "Built into $out: $(cd "$out" && echo *)"
