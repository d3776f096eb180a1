#!/usr/bin/env bash
# Builds the front end as a WebAssembly module, .build/dsp-web/linnet-front-end.wasm, and beside it the lives of the fuzz target
# (linnet-fuzz.wasm), with which the tests compare 32-bit arithmetic to the daemon's. Does nothing when both are up to date.
set -euo pipefail
cd "$(dirname "$0")/.."

limit=$((150 * 1024))
work=.build/dsp-web
front=$work/linnet-front-end.wasm
lives=$work/linnet-fuzz.wasm
sources=(Sources/DSP Sources/DSPWeb Tests/DSPFuzz "$0")

report() {
    local size
    size=$(wc -c <"$front" | tr -d ' ')
    echo "WebAssembly: $front, $size bytes of at most $limit"
    [ "$size" -le "$limit" ]
}
if [ -e "$front" ] && [ -e "$lives" ] && [ -z "$(find "${sources[@]}" -newer "$front" -print -quit)" ]; then report; exit; fi

tools=$(dirname "$(readlink -f "$(command -v swiftc)")")
mkdir -p "$work"
# -Osize takes about twice the time of -O, which is over the limit. Vectors of WebAssembly's own keep the code of those in the source small.
flags=(-target wasm32-unknown-none-wasm -enable-experimental-feature Embedded -wmo -Osize -Xllvm -unroll-threshold=30
    -Xllvm -unroll-runtime=false -swift-version 6 -enable-upcoming-feature ExistentialAny -warnings-as-errors -parse-as-library
    -Xfrontend -disable-stack-protector -Xcc -msimd128)

# A client of an Embedded module carries what it uses of it: the module alone is needed, not its object.
swiftc "${flags[@]}" -module-name DSP -emit-module -emit-module-path "$work/DSP.swiftmodule" -c Sources/DSP/*.swift \
    -o "$work/DSP.o"
"$tools/clang" --target=wasm32-unknown-unknown -O2 -ffreestanding -Wall -Werror -c Sources/DSPWeb/runtime.c -o "$work/runtime.o"

link() { # module, sources' folder, result
    swiftc "${flags[@]}" -module-name "$1" -I "$work" -c "$2"/*.swift -o "$work/$1.o"
    local exports=()
    for name in $(grep -ohE '@_cdecl\("linnet_[a-z0-9_]+"\)' "$2"/*.swift | cut -d'"' -f2); do exports+=("--export=$name"); done
    "$tools/wasm-ld" --no-entry --gc-sections --strip-all --global-base=1024 -z stack-size=65536 "${exports[@]}" \
        "$work/$1.o" "$work/runtime.o" -o "$work/linked.wasm"
    # A fifteenth smaller: Swift's own passes leave much that one look at the whole module finds. Low memory is unused because
    # nothing stands below the global base.
    wasm-opt -Oz --converge --low-memory-unused --enable-bulk-memory --enable-sign-ext --enable-simd "$work/linked.wasm" -o "$3"
}
link DSPFuzz Tests/DSPFuzz "$lives"
link DSPWeb Sources/DSPWeb "$front"
report
