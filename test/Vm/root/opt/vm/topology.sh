#!/usr/bin/env bash
# What a machine's network set-up would do: the links of the gateway, with an agent and a small world behind them. Run at boot, after network-pre.target.
#
#   agent (192.0.2.2) ── ag-1 ─ [ this machine: the gateway ] ─ wan ── world (203.0.113.10 permitted, 203.0.113.66 not)
#
# The witness in the world counts before the agent sends its first packet, and the agent sends before this script ends.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
mkdir -p /run/vm /run/netns
for space in agent world; do
  ip netns add "$space"
  ip netns exec "$space" sh -c 'for f in /proc/sys/net/ipv6/conf/*/accept_dad; do echo 0 > $f; done'
done
for f in /proc/sys/net/ipv6/conf/*/accept_dad; do echo 0 >"$f"; done
ip link add ag-1 type veth peer name eth0 netns agent
ip link add wan type veth peer name wan0 netns world
ip -batch - <<'BATCH'
addr add 192.0.2.1/24 dev ag-1
addr add 2001:db8:a:1::1/64 dev ag-1 nodad
addr add 203.0.113.1/24 dev wan
addr add 2001:db8:f::1/64 dev wan nodad
link set ag-1 up
link set wan up
route add default via 203.0.113.10
route add default via 2001:db8:f::10
BATCH
ip -n world -batch - <<'BATCH'
link set lo up
addr add 203.0.113.10/24 dev wan0
addr add 203.0.113.66/24 dev wan0
addr add 2001:db8:f::10/64 dev wan0 nodad
addr add 2001:db8:f::66/64 dev wan0 nodad
link set wan0 up
route add default via 203.0.113.1
route add default via 2001:db8:f::1
BATCH
ip -n agent -batch - <<'BATCH'
link set lo up
addr add 192.0.2.2/24 dev eth0
addr add 2001:db8:a:1::2/64 dev eth0 nodad
link set eth0 up
route add default via 192.0.2.1
route add default via 2001:db8:a:1::1
BATCH
ip netns exec world setsid python3 "$here/witness.py" >/run/vm/witness.log 2>&1 </dev/null &
until [ -e /run/vm/witness.ready ]; do sleep 0.1; done
ip netns exec agent setsid python3 "$here/agent.py" "$@" >/run/vm/agent.log 2>&1 </dev/null &
until [ -e /run/vm/sent ] && [ "$(wc -l </run/vm/sent)" -ge 2 ]; do sleep 0.1; done
