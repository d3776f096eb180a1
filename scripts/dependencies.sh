#!/usr/bin/env bash
# Installs what is missing and says what it does. Root, or an ordinary user with sudo. Nothing happens when all is there.
set -euo pipefail
cd "$(dirname "$0")/.."

say() { printf '==> %s\n' "$*"; }
fail() { printf 'error: %s\n' "$*" >&2; exit 1; }

command -v swift >/dev/null || fail "swift is not on the PATH; install Swift 6.2 or newer (swift.org) and try again"
command -v apt-get >/dev/null || fail "this needs Debian 12 or 13: there is no apt-get here"

as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"
  elif command -v sudo >/dev/null; then sudo "$@"
  else fail "packages must be installed: run as root, or install sudo"; fi
}

# libraries of the daemon; voices and recordings of the demo; certificates, Python and a page's engine for the tests; what makes the
# page's module small
packages=(
  libasound2-dev libcurl4-openssl-dev libgpiod-dev libsystemd-dev pkg-config ca-certificates
  libflite1 asterisk-core-sounds-en-g722
  openssl python3 python3-venv python3-pip binutils systemd nodejs binaryen
)
missing=()
for package in "${packages[@]}"; do
  [ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null)" = installed ] || missing+=("$package")
done
if [ ${#missing[@]} -gt 0 ]; then
  say "Installing ${#missing[@]} Debian packages: ${missing[*]}"
  as_root apt-get -o DPkg::Lock::Timeout=300 update -qq
  as_root env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 install -y -qq --no-install-recommends "${missing[@]}" \
    >/dev/null || fail "apt-get could not install: ${missing[*]}"
fi

scripts/speech-engines.sh
