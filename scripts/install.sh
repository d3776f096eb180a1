#!/usr/bin/env bash
# Puts the daemon on this machine, or below DESTDIR. `install.sh uninstall` takes it away again; settings and keys stay.
set -euo pipefail
cd "$(dirname "$0")/.."
root=${DESTDIR:-}
say() { printf '==> %s\n' "$*"; }

[ -n "$root" ] || [ "$(id -u)" = 0 ] || { echo "error: run as root (sudo make install), or set DESTDIR" >&2; exit 1; }
has_systemd() { [ -z "$root" ] && [ -d /run/systemd/system ]; }

if [ "${1:-}" = uninstall ]; then
  if has_systemd; then systemctl disable --now linnet.service || true; fi
  rm -f "$root/usr/bin/linnet" "$root/usr/lib/systemd/system/linnet.service" "$root/usr/lib/sysusers.d/linnet.conf" \
    "$root/usr/lib/systemd/catalog/linnet.catalog" "$root/usr/lib/udev/rules.d/60-linnet-gpio.rules"
  if has_systemd; then systemctl daemon-reload; journalctl --update-catalog; fi
  say "Removed. Settings and keys stay in $root/etc/linnet, memory in $root/var/lib/linnet"
  exit
fi

[ -x .build/release/linnet ] || { echo "error: nothing built yet: run make build first" >&2; exit 1; }
install -Dm755 .build/release/linnet "$root/usr/bin/linnet"
install -Dm644 systemd/linnet.service "$root/usr/lib/systemd/system/linnet.service"
install -Dm644 systemd/linnet.sysusers "$root/usr/lib/sysusers.d/linnet.conf"
install -Dm644 systemd/linnet.catalog "$root/usr/lib/systemd/catalog/linnet.catalog"
install -Dm644 systemd/60-linnet-gpio.rules "$root/usr/lib/udev/rules.d/60-linnet-gpio.rules"
install -dm755 "$root/etc/linnet"
install -dm700 "$root/etc/linnet/credentials"
if [ -e "$root/etc/linnet/linnet.toml" ]; then
  install -Dm644 systemd/linnet.toml "$root/etc/linnet/linnet.toml.new"
  say "Kept your $root/etc/linnet/linnet.toml; the shipped one is beside it as linnet.toml.new"
else
  install -Dm644 systemd/linnet.toml "$root/etc/linnet/linnet.toml"
fi
say "Installed below ${root:-/}"

if has_systemd; then
  systemd-sysusers linnet.conf
  udevadm control --reload && udevadm trigger --subsystem-match=gpio || true
  journalctl --update-catalog
  systemctl daemon-reload
  systemctl enable linnet.service
  say "Next: name your cards and board in /etc/linnet/linnet.toml, store the keys in /etc/linnet/credentials (.env.example"
  say "says how), then: systemctl restart linnet && journalctl -fu linnet"
fi
