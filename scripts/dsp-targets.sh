#!/usr/bin/env bash
# Proves that Sources/DSP runs anywhere: compiles it as Embedded Swift for a Cortex-M0 (a core without a floating-point unit),
# and fails when its object calls a software floating-point routine; for a Cortex-M4, ARMv7 and AArch64; and as WebAssembly.
set -euo pipefail
cd "$(dirname "$0")/.."

swiftc=$(command -v swiftc) || { echo "dsp-targets: no swiftc on the PATH" >&2; exit 1; }
nm=$(dirname "$(readlink -f "$swiftc")")/llvm-nm
[ -x "$nm" ] || nm=$(command -v llvm-nm || command -v nm) || { echo "dsp-targets: neither llvm-nm nor nm found" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

compile() { # target, object
    "$swiftc" -target "$1" -enable-experimental-feature Embedded -wmo -Osize -swift-version 6 -enable-upcoming-feature ExistentialAny \
        -warnings-as-errors -parse-as-library -module-name DSP -c Sources/DSP/*.swift -o "$2"
}

bytes() { wc -c <"$1" | tr -d ' '; }

# The run-time ABI's float and double helpers (__aeabi_fadd, __aeabi_d2iz, __aeabi_i2f, __aeabi_ul2d, __aeabi_cfcmple ...),
# libgcc's and compiler-rt's names for the same (__addsf3, __muldf3, __floatsidf, __fixsfsi, __extendhfsf2 ...), and libm's.
float_helpers='^(__aeabi_(c?[fd][a-z0-9]+|u?[il]2[fd]|h2f.*)|__[a-z]+(hf|sf|df|tf|xf)[a-z0-9]*|__(float|fix)[a-z0-9]+'
float_helpers+='|(sin|cos|tan|exp|exp2|log|log2|log10|pow|sqrt|floor|ceil|round|trunc|fm(a|od|in|ax))f?)$'

status=0
compile armv6m-none-none-eabi "$work/armv6m.o"
undefined=$("$nm" -u "$work/armv6m.o" | awk '{print $NF}' | sort -u)
[ -n "$undefined" ] || { echo "dsp-targets: $nm lists no symbols of the armv6m object" >&2; exit 1; }
found=$(grep -E "$float_helpers" <<<"$undefined" || true)
if [ -n "$found" ]; then
    echo "dsp-targets: the armv6m object calls software floating point:" >&2
    sed 's/^/    /' <<<"$found" >&2
    status=1
else
    echo "armv6m-none-none-eabi: compiles, $(bytes "$work/armv6m.o") bytes of object, $(wc -l <<<"$undefined" | tr -d ' ') outside symbols," \
        "none of them floating point:"
    fmt -w 120 <<<"$undefined" | sed 's/^/    /'
fi

for target in armv7em-none-none-eabi armv7-none-none-eabi aarch64-none-none-elf; do
    compile "$target" "$work/$target.o"
    echo "$target: compiles, $(bytes "$work/$target.o") bytes of object"
done
scripts/dsp-wasm.sh || status=1
exit $status
