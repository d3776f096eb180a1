#!/usr/bin/env bash
# The shipped unit under a real systemd: PID 1 of a container made of namespaces, over a small Debian tree. No virtual machine.
#
#   make systemd-test            (root; the first time fetches some 60 MB of packages, from the host's apt sources)
#
# What is built is installed by scripts/install.sh; a room in software (the virtual sound card) stands in for the devices, and
# nothing outside the container can be reached. One line is printed per fact; the exit status is 0 when all of them hold.
# When one does not, the end of the container's journal follows. The tree stays in .cache/systemd-test; `make clean` forgets it.
set -euo pipefail

# ---- Inside: what must be true --------------------------------------------------------------------------------------------

failures=0
fact() {  # fact STATUS TEXT: says whether it holds
  if [ "$1" = 0 ]; then echo "ok    $2"; else echo "FAIL  $2"; failures=$((failures + 1)); fi
}
check() { local text=$1 status=0; shift; "$@" >/dev/null 2>&1 || status=$?; fact "$status" "$text"; }
show() { systemctl show -P "$1" linnet; }
within() {  # within SECONDS COMMAND…: tries until it succeeds
  local deadline=$((SECONDS + $1)); shift
  until "$@" >/dev/null 2>&1; do [ $SECONDS -lt $deadline ] || return 1; sleep 0.05; done
}
milliseconds() { echo $(($(date +%s%N) / 1000000)); }
entries() { journalctl -q --sync >/dev/null 2>&1 || true; journalctl -q -u linnet "$@"; }
has_entry() { entries -o cat "$@" | grep -q .; }
runs() { [ "$(show ActiveState)" = active ] && linnet status --json | grep -q '"capture":{[^}]*"state":"running"'; }
restarted_since() { [ "$(show NRestarts)" -gt "$1" ] && [ "$(show ActiveState)" = active ]; }
# "priority name" of every thread of the daemon under SCHED_FIFO (fields 40 and 41 of stat, counted from behind the name)
fifo_threads() {
  local stat rest
  for stat in /proc/"$(show MainPID)"/task/*/stat; do
    stat=$(<"$stat"); rest=(${stat##*) })
    if [ "${rest[38]}" = 1 ]; then stat=${stat#*(}; echo "${rest[37]} ${stat%)*}"; fi
  done
}

check_start() {
  local ms lacking
  within 30 runs || true
  ms=$((($(show ActiveEnterTimestampMonotonic) - $(show InactiveExitTimestampMonotonic)) / 1000))
  check "active by READY=1 after $ms ms, $(show NRestarts) restarts" \
    [ "$(show Type) $(show ActiveState) $(show NRestarts)" = "notify active 0" ]
  check "linnet status says that microphones and loudspeaker run: $(show StatusText)" runs
  lacking=$(entries -o json LINNET_EVENT=key-missing | grep -o '"LINNET_CREDENTIAL":"[^"]*"' | cut -d'"' -f4 | sort | xargs)
  check "no key is stored; it says which it lacks: $lacking" \
    [ "$lacking" = "cartesia-api-key deepgram-api-key gemini-api-key groq-api-key tavily-api-key" ]
}

check_journal() {
  local entry field
  linnet press
  within 5 has_entry LINNET_EVENT=state LINNET_STATE=error || true
  entry=$(entries -o json -n 1 LINNET_EVENT=state LINNET_STATE=error)
  check "linnet press is heard: without keys it ends in the state error" [ -n "$entry" ]
  for field in _TRANSPORT=journal MESSAGE_ID='[0-9a-f]{32}' LINNET_SESSION='[0-9a-f-]{36}' LINNET_TURN='[0-9]+' \
    LINNET_MONOTONIC_US='[0-9]+'; do
    check "journald has the field $field" grep -qE "\"${field%%=*}\":\"${field#*=}\"" <<<"$entry"
  done
  entry=$(entries -o json LINNET_EVENT=ready | grep -oE '"LINNET_READY_MS":"[0-9]+"' || true)
  check "the entry that it is ready has its time as a number: $entry" [ -n "$entry" ]
  check "journalctl -x explains the entry" grep -q "Press the button and talk" < <(entries -x LINNET_EVENT=ready)
  check "… with the entry's own fields" \
    grep -q "as /etc/linnet/credentials/groq-api-key" < <(entries -x LINNET_EVENT=key-missing)
  check "systemctl status shows $(systemctl status linnet | grep -o 'Status: .*')" [ -n "$(show StatusText)" ]
  check "users of the group linnet may use the control socket" \
    setpriv --reuid=nobody --regid=linnet --clear-groups linnet status
  check "other users may not" eval '! setpriv --reuid=nobody --regid=nogroup --clear-groups linnet status'
}

check_confinement() {
  local fifo line filter=() refusal level status=/proc/$(show MainPID)/status
  fifo=$(fifo_threads | sort -r | paste -sd, | sed 's/,/, /g')
  if [ -n "$fifo" ]; then fact 0 "SCHED_FIFO: $fifo"
  else check "no SCHED_FIFO here (the limit is $(ulimit -Hr)), and the journal says so" \
    has_entry LINNET_EVENT=ordinary-scheduling; fi
  # The unit's filter with a refusal of its own tells the filter's refusals from the kernel's.
  while read -r line; do filter+=(-p "$line"); done < <(grep ^SystemCallFilter= /usr/lib/systemd/system/linnet.service)
  filtered() { systemd-run --quiet --wait --collect --pipe "${filter[@]}" -p SystemCallErrorNumber=EXDEV "$@" 2>&1 || true; }
  refusal=$(filtered chrt -f 20 true)
  check "the filter lets SCHED_FIFO through" eval '! grep -q cross-device <<<"$refusal"'
  refusal=$(filtered unshare --mount true)
  check "the filter does refuse what it should: ${refusal:-nothing}" grep -q cross-device <<<"$refusal"
  check "no capability, no new privileges, filter active" \
    [ "$(grep -E '^(CapEff|CapBnd|NoNewPrivs|Seccomp):' "$status" | cut -f2 | xargs)" = "0000000000000000 0000000000000000 1 2" ]
  check "nothing was killed by the filter" eval '! entries -o cat | grep -qiE "seccomp|SIGSYS|status=31"'
  local refused_here=; [ "$(ulimit -He)" = 0 ] || refused_here=" never"
  # Where the host keeps LimitNICE from being raised, Dispatch says so (EACCES); the filter's EPERM would be our own mistake.
  check "nothing but our own entries came from the daemon" eval \
    '! entries -o json _SYSTEMD_UNIT=linnet.service | grep -v \"LINNET_EVENT\" | grep -v "errno=13$refused_here"'
  check "MemoryDenyWriteExecute is on, and no mapping is both" \
    eval '[ "$(show MemoryDenyWriteExecute)" = yes ] && ! grep -q " .wx" /proc/$(show MainPID)/maps'
  level=$(systemd-analyze security linnet --no-pager | grep -oE 'linnet.service: [0-9.]+' | cut -d' ' -f2)
  check "exposure $level, at most 2.5" awk "BEGIN { exit !($level <= 2.5) }"
}

check_credential() {
  local secret=secret-$RANDOM$RANDOM invocation
  install -m600 /dev/stdin /etc/linnet/credentials/deepgram-api-key <<<"$secret"
  systemctl restart linnet; within 10 runs || true
  invocation=_SYSTEMD_INVOCATION_ID=$(show InvocationID)
  check "a stored key is read" eval '! has_entry LINNET_CREDENTIAL=deepgram-api-key $invocation &&
    has_entry LINNET_CREDENTIAL=groq-api-key $invocation'
  check "… and not in the environment" eval '! grep -qz "$secret" /proc/$(show MainPID)/environ'
  check "… nor in the journal" eval '! journalctl -q -o export | grep -qa "$secret"'
  check "… nor readable by others" \
    eval '! setpriv --reuid=nobody --regid=linnet --clear-groups cat /run/credentials/linnet.service/deepgram-api-key'
}

set_key() { sed -i "s|^$1 = .*|$1 = $2|" /etc/linnet/linnet.toml; }

check_reload() {
  local before status=0 said
  before=$(show MainPID)
  set_key follow_up_s 9; set_key capture_rate_hz 16000
  systemctl reload linnet || status=$?
  check "systemctl reload succeeds, and it runs on as the same process" \
    [ "$status $(show ActiveState) $(show MainPID)" = "0 active $before" ]
  check "the journal says what holds now" grep -q conversation.follow_up_s < <(entries -o cat LINNET_EVENT=reloaded)
  check "… and what needs a restart: $(entries -o cat -n 1 LINNET_EVENT=restart-needed)" \
    has_entry LINNET_EVENT=restart-needed LINNET_KEY=audio.capture_rate_hz LINNET_OLD=0 LINNET_NEW=16000
  check "linnet status says it too" grep -q "audio.capture_rate_hz is 0 until the next start" < <(linnet status)
  check "linnet reload says that nothing else changed" grep -q "needs a restart" < <(linnet reload)
  set_key capture_rate_hz 0; set_key follow_up_s 99; set_key speculate yes
  status=0; systemctl reload linnet 2>/dev/null || status=$?
  check "of a bad file systemctl reload fails, and it runs on" \
    [ "$status $(show ActiveState) $(show MainPID)" = "1 active $before" ]
  said=$(entries -o cat LINNET_EVENT=reload-refused)
  check "every mistake is said: $(tr '\n' '|' <<<"$said")" [ "$(wc -l <<<"$said")" = 2 ]
  check "the service manager shows it: $(show StatusText)" grep -q follow_up_s <<<"$(show StatusText)"
  set_key follow_up_s 6; set_key speculate true
  kill -HUP "$before"; kill -HUP "$before"
  sleep 1.5
  check "two SIGHUPs are orderly reloads: $(show StatusText)" \
    [ "$(show ActiveState) $(show MainPID) $(show Result)" = "active $before success" ]
}

check_checking() {
  local said unit=(systemd-run --quiet --wait --collect --pipe -p User=linnet -p Group=linnet
    -p Environment=ALSA_CONFIG_PATH=/etc/room.conf -p LoadCredential=groq-api-key:/run/groq-key)
  install -m600 /dev/stdin /run/groq-key <<<"gsk_secret$RANDOM$RANDOM$RANDOM"
  said=$("${unit[@]}" linnet run --check 2>&1 || true)
  check "--check under systemd credentials: $(grep " is right" <<<"$said")" grep -qE "^  keys +groq-api-key$" <<<"$said"
  check "… names the keys that are missing and shows none" \
    eval 'grep -q "no key for deepgram" <<<"$said" && ! grep -q gsk_ <<<"$said"'
}

check_recovery() {
  local before from
  before=$(show NRestarts) from=$(milliseconds)
  kill -9 "$(show MainPID)"; within 10 restarted_since "$before" || true
  from=$(($(milliseconds) - from)); check "after kill -9 it runs again within $from ms" [ $from -lt 3000 ]
  within 10 runs || true
  before=$(show NRestarts) from=$(milliseconds)
  kill -STOP "$(show MainPID)"; within 25 restarted_since "$before" || true
  from=$(($(milliseconds) - from))
  check "frozen, it is restarted by the watchdog within $from ms" [ $from -lt 15000 ]
  check "… and the journal says so" grep -q "Watchdog timeout" < <(entries -o cat)
  within 10 runs || true
  from=$(milliseconds); systemctl stop linnet
  from=$(($(milliseconds) - from))
  check "systemctl stop takes $from ms: $(show Result)" [ "$(show Result)" = success -a $from -lt 3000 ]
  check "nothing is left in /run/linnet" [ ! -e /run/linnet ]
}

check_refused_settings() {
  local before; before=$(show NRestarts)
  sed -i 's/^longest_question_s = .*/longest_question_s = 900/' /etc/linnet/linnet.toml
  systemctl start linnet 2>/dev/null || true
  within 5 has_entry LINNET_EVENT=settings-refused || true
  sleep 1.5
  check "wrong settings end it for good: $(entries -o cat -n 1 LINNET_EVENT=settings-refused)" \
    [ "$(show ActiveState) $(show ExecMainStatus) $(entries -o cat LINNET_EVENT=settings-refused | wc -l)" = "failed 78 1" ]
}

check_all() {
  check_start; check_journal; check_confinement; check_credential
  check_reload; check_checking; check_recovery; check_refused_settings
  local failed; failed=$(systemctl --failed --plain --no-legend | cut -d' ' -f1 | xargs)
  check "no other unit failed: $failed" [ "$failed" = linnet.service ]
  [ $failures = 0 ] || journalctl -q -b -o short-monotonic --no-pager | tail -60
}

# ---- Outside: the tree, the daemon in it, the container -------------------------------------------------------------------

say() { printf '==> %s\n' "$*"; }
fail() { printf 'error: %s\n' "$*" >&2; exit 1; }

# A tree of the host's release with the packages of the host's own libraries that the daemon is linked against.
make_tree() {
  local tree=$1 libraries sources
  command -v mmdebstrap >/dev/null || apt-get install -y -qq --no-install-recommends mmdebstrap >/dev/null
  libraries=$(ldd $built/linnet | grep -oE 'lib(asound|curl|gpiod|systemd|stdc\+\+)\.so\.[0-9]+ ' | sed 's/^/*\//' |
    xargs dpkg-query -S | cut -d: -f1 | sort -u | paste -sd,)
  sources=$(apt-get indextargets --format '$(ORIGIN) $(CODENAME) deb $(REPO_URI) $(RELEASE) $(COMPONENT)' 'Created-By: Packages' |
    sed -nE "s/^Debian $VERSION_CODENAME(-updates|-security)? //p")
  say "Making a Debian tree ($VERSION_CODENAME with $libraries)"
  rm -rf "$tree.new"; mkdir -p "${tree%/*}"
  mmdebstrap --quiet --mode=root --variant=minbase --include="systemd-sysv,dbus,ca-certificates,$libraries" \
    --aptopt='Acquire::Languages "none"' --dpkgopt='path-exclude=/usr/share/man/*' --dpkgopt='path-exclude=/usr/share/doc/*' \
    --dpkgopt='path-exclude=/usr/share/locale/*' "$VERSION_CODENAME" "$tree.new" - <<<"$sources"
  mv "$tree.new" "$tree"
}

# A room whose person says nothing: what the virtual sound card needs.
make_room() {
  local compiler; compiler=$(command -v cc || command -v clang)
  "$compiler" -O1 -std=gnu17 -D_GNU_SOURCE -ISources/CRoom/include -x c -o "$scratch/make-room" - Sources/CRoom/*.c -lm <<'END'
#include "CRoom.h"
int main(int count, char **words) {
  room_settings settings = room_settings_default();
  room_air *air;
  return count == 2 ? room_air_create(words[1], &settings, &air) : 1;
}
END
  mkdir -p "$root/var/lib/room"
  "$scratch/make-room" "$root/var/lib/room/air"
  chmod 666 "$root/var/lib/room/air"
  install -m644 $built/libasound_module_pcm_room.so "$root/usr/lib/"
  cat >"$root/etc/room.conf" <<'END'
pcm_type.room { lib "/usr/lib/libasound_module_pcm_room.so" }
pcm.!default {
  type asym
  capture.pcm { type room air "/var/lib/room/air" role capture channels 2 rate 48000 format S16_LE }
  playback.pcm { type room air "/var/lib/room/air" role playback channels 2 rate 48000 format S16_LE }
}
END
  mkdir -p "$root/etc/systemd/system/linnet.service.d"
  printf '[Service]\nEnvironment=ALSA_CONFIG_PATH=/etc/room.conf\nReadWritePaths=/var/lib/room\n' \
    >"$root/etc/systemd/system/linnet.service.d/room.conf"
}

install_daemon() {
  DESTDIR=$root scripts/install.sh
  # What install.sh does on a machine that runs: the user, the catalog, the start at boot.
  chroot "$root" systemd-sysusers linnet.conf
  chroot "$root" journalctl --update-catalog
  chroot "$root" systemctl --quiet enable linnet.service
  chroot "$root" systemctl --quiet mask console-getty.service  # there is no console
}

# PID 1 of the container; never returns. Its /sys is read-only, its /dev has no devices, its network is its own loopback.
boot() {
  local name
  ip link set lo up 2>/dev/null || true
  cd "$root"
  mount -t proc proc proc
  mount -t sysfs -o ro sysfs sys
  mount -t tmpfs -o mode=755 tmpfs sys/fs/cgroup && mount -t cgroup2 cgroup2 sys/fs/cgroup
  mount -t tmpfs -o mode=755 tmpfs run
  mount -t tmpfs -o mode=755 tmpfs dev
  for name in null zero full random urandom tty; do cp -a /dev/$name dev/; done
  mkdir dev/pts dev/shm
  mount -t devpts -o newinstance,ptmxmode=0666,mode=620 devpts dev/pts
  ln -s pts/ptmx dev/ptmx && ln -s /proc/self/fd dev/fd && ln -s null dev/console
  pivot_root . mnt && umount -l /mnt
  mount --make-rshared /  # PID 1 expects it of a container: credentials are mounted for a unit this way
  exec env -i container=linnet-test PATH=/usr/sbin:/usr/bin:/sbin:/bin /sbin/init </dev/null >/dev/null 2>&1
}

case ${1:-} in
  inside) check_all; exit $((failures > 0)) ;;
  boot) root=$2; boot ;;
  mounted) ;;
  *)  # All mounts are made in a namespace of their own and end with it.
    cd "$(dirname "$0")/.."
    [ "$(id -u)" = 0 ] || fail "run as root: sudo make systemd-test"
    exec unshare --mount --propagation private "$PWD/scripts/systemd-test.sh" mounted ;;
esac

. /etc/os-release
built=.build/release tree=$PWD/.cache/systemd-test/tree-$VERSION_CODENAME scratch=$PWD/.cache/systemd-test/run
for file in linnet libasound_module_pcm_room.so; do
  [ -e $built/$file ] || fail "$built/$file is not built: run make build first"
done
[ -d "$tree" ] || make_tree "$tree"

# Each run begins with the tree as it was made: what it writes lies in memory above it.
mkdir -p "$scratch" && mount -t tmpfs tmpfs "$scratch" && mkdir "$scratch"/{upper,work,root}
root=$scratch/root
mount -t overlay -o lowerdir="$tree",upperdir="$scratch/upper",workdir="$scratch/work" overlay "$root"
install_daemon
make_room
install -m755 scripts/systemd-test.sh "$root/systemd-test.sh"

say "Booting"
cgroup=/sys/fs/cgroup; [ ! -d $cgroup/unified ] || cgroup=$cgroup/unified
cgroup=$cgroup/linnet-test.$$
mkdir "$cgroup"
(echo $BASHPID >"$cgroup/cgroup.procs"
 exec unshare --mount --uts --ipc --pid --net --cgroup --fork --kill-child scripts/systemd-test.sh boot "$root" \
   2>"$scratch/boot.log") &
container=$!
init=
trap 'kill -9 ${init:-$container}; wait $container 2>/dev/null || true
  find "$cgroup" -depth -type d -exec rmdir {} +' EXIT
for _ in {1..100}; do
  init=$(pgrep -P $container || true)
  if [ -n "$init" ] && [ "$(cat "/proc/$init/comm")" = systemd ]; then break; fi
  [ -d /proc/$container ] || { cat "$scratch/boot.log" >&2; fail "the container did not start"; }
  sleep 0.1
done
status=0
nsenter -t "$init" --all /systemd-test.sh inside || status=$?
[ $status = 0 ] && say "All facts hold" || say "Not all facts hold"
exit $status
