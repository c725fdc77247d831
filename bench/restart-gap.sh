#!/usr/bin/env bash
# How long no new connection passes when a gateway is stopped and started again, and when it is killed and started again.
# usage: bench/restart-gap.sh [TIMES]    after ./dev publish; in namespaces of its own, as root of them. Prints milliseconds, sorted.
#
# The agent of test/Vm opens a permitted connection in both families every 20 ms; a gap is the longest time between two that arrive. Starting again begins
# when the process has ended, as `systemctl restart` does it. The policy is small, and no journal has to be read.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
times=${1:-20}
if [ "${EXEAT_GAP_INSIDE:-}" != 1 ]; then
  EXEAT_GAP_INSIDE=1 exec unshare --user --map-root-user --net --mount --pid --fork --mount-proc --kill-child bash "${BASH_SOURCE[0]}" "$times"
fi

mount -t tmpfs run /run
cp -R "$root/test/Vm/root/opt/vm" /run/checks
cp -R "$root/artifacts/publish" /run/programs
sed -i 's#/var/lib/exeat#/run/exeat#' /run/checks/etc/gateway.yaml
ip link set lo up
bash /run/checks/topology.sh 0.02

start() {
  /run/programs/exeat-gateway --config /run/checks/etc/gateway.yaml >/run/gateway.log 2>&1 &
  gateway=$!
  until grep -q 'ready: policy' /run/gateway.log; do
    kill -0 "$gateway" || { cat /run/gateway.log >&2; exit 1; }
    sleep 0.005
  done
}

longest() { # FAMILY FROM: of the connections that arrived
  awk -v family="$1" -v from="$2" '$2 == family && $6 { if (last && $1 > from && $1 - last > gap) gap = $1 - last; last = $1 } END { print int(gap / 1000) }' /run/vm/arrived
}

start
sleep 2
for signal in TERM KILL; do
  for _ in $(seq "$times"); do
    from=$(tail -n 1 /run/vm/arrived | cut -d ' ' -f 1)
    kill -"$signal" "$gateway"
    wait "$gateway" 2>/dev/null || true
    start
    sleep 1.5
    for family in 4 6; do longest "$family" "$from" >>"/run/gap-$signal-$family"; done
  done
  for family in 4 6; do
    sort -n "/run/gap-$signal-$family" | awk -v what="$signal, IPv$family" '{ all = all " " $1; at[NR] = $1 }
      END { print what ": median " at[int((NR + 1) / 2)] " ms, longest " at[NR] " ms, of " NR ":" all }'
  done
done
kill "$gateway"
