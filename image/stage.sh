#!/usr/bin/env bash
# Puts the built daemon into an unpacked Debian tree, so that it starts at boot. Root, because the tree belongs to root.
#   image/stage.sh ROOT
set -euo pipefail
cd "$(dirname "$0")/.."
root=${1:?"usage: image/stage.sh ROOT (an unpacked Debian tree)"}
[ -e "$root/etc/os-release" ] || { echo "error: $root has no etc/os-release: not a Debian tree" >&2; exit 1; }

missing=()
for library in libasound.so.2 libcurl.so.4 libsystemd.so.0; do
  find "$root/usr/lib" -name "$library*" -print -quit | grep -q . || missing+=("$library")
done
find "$root/usr/lib" -name 'libgpiod.so.*' -print -quit | grep -q . || missing+=(libgpiod)
[ ${#missing[@]} = 0 ] || { echo "error: the tree lacks ${missing[*]}: install libasound2 libcurl4 libgpiod2 (or 3) libsystemd0 into it" >&2; exit 1; }

DESTDIR=$root scripts/install.sh
systemd-sysusers --root="$root" linnet.conf
systemctl --root="$root" enable linnet.service
[ -z "$(ls -A "$root/etc/linnet/credentials")" ] || { echo "error: $root/etc/linnet/credentials holds keys: an image must not" >&2; exit 1; }
echo "==> $root starts linnet.service at boot; keys and cards are named on the box itself"
