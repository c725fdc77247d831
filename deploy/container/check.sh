#!/usr/bin/env bash
# Tries the three containers of compose.yaml with podman, without a registry: their root is this machine's, under an overlay. Links stand in for the engine's networks.
# Needs root, podman, crun, curl, python3, and programs as ./dev build or ./dev publish leave them. Everything is in namespaces of its own and gone afterwards.
#   deploy/container/check.sh [FOLDER OF THE PROGRAMS]
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
programs=$(readlink -f "${1:-$here/../../artifacts/exeat}")
if [ "${2:-}" != inside ]; then exec unshare --mount --net --pid --cgroup --fork --mount-proc --kill-child "$0" "$programs" inside; fi

work=$(mktemp -d /tmp/exeat-container-XXXXXX)
trap 'rm -rf "$work"' EXIT
# Cgroups and podman's places are left alone: these are this mount namespace's own.
for place in /run /var/lib/containers /sys/fs/cgroup; do mkdir -p "$place"; mount -t tmpfs none "$place"; done
printf '[engine]\nruntime_supports_nocgroups=["crun"]\ncgroup_manager="cgroupfs"\nevents_logger="none"\n' >"$work/containers.conf"
export CONTAINERS_CONF=$work/containers.conf

for space in gateway agent world; do ip netns add "$space"; ip -n "$space" link set lo up; done
ip link add inside netns gateway type veth peer name eth0 netns agent
ip link add outside netns gateway type veth peer name eth0 netns world
ip -n gateway address add 192.0.2.2/24 dev inside
ip -n gateway address add 198.51.100.2/24 dev outside
ip -n agent address add 192.0.2.3/24 dev eth0
ip -n world address add 198.51.100.1/24 dev eth0
for address in 203.0.113.10 203.0.113.66; do ip -n world address add "$address/32" dev lo; done
for pair in gateway/inside gateway/outside agent/eth0 world/eth0; do ip -n "${pair%/*}" link set "${pair#*/}" up; done
ip -n gateway route add default via 198.51.100.1
ip -n gateway address add 2001:db8:a::2/64 dev inside nodad
ip -n gateway address add 2001:db8:c::2/64 dev outside nodad
ip -n agent address add 2001:db8:a::3/64 dev eth0 nodad
ip -n world address add 2001:db8:c::1/64 dev eth0 nodad
for address in 2001:db8:f::10 2001:db8:f::66; do ip -n world address add "$address/128" dev lo nodad; done
ip -n gateway -6 route add default via 2001:db8:c::1

mkdir -p "$work/config" "$work/lib" "$work/pages"
cp "$here"/config/* "$work/config/"
cat >"$work/config/policy.yaml" <<'YAML'
apiVersion: exeat/v1
kind: Policy
mode: enforce
default: deny
smartGroups: {coders: {class: coding}, page: {cidrs: [203.0.113.10/32, "2001:db8:f::10/128"]}}
rules:
- {name: allow-page, priority: 10, from: [coders], to: {groups: [page]}, protocol: tcp, ports: [8080], action: permit}
YAML
sed -i 's/203.0.113.53/198.51.100.1/' "$work/config/gateway.yaml"
echo page >"$work/pages/index.html"
ip netns exec world python3 -m http.server 8080 --bind :: --directory "$work/pages" >"$work/world.log" 2>&1 &

container() { # NAME NAMESPACE CAPABILITIES COMMAND…
  local name=$1 space=$2 capabilities=() capability
  for capability in ${3//,/ }; do capabilities+=(--cap-add "$capability"); done
  shift 3
  podman --storage-driver vfs --runtime crun run --rm --name "$name" --cgroups=disabled --network "ns:/run/netns/$space" --cap-drop ALL ${capabilities[@]+"${capabilities[@]}"} \
    --security-opt no-new-privileges ${unmask[@]+"${unmask[@]}"} -v "$work/config:/etc/exeat:ro" -v "$work/lib:/var/lib/exeat" -v "$programs:/opt/exeat:ro" -v "$here:/opt/scripts:ro" \
    -e "DOTNET_ROOT=${DOTNET_ROOT:-}" -e GATEWAY_USER=root -e INSIDE4=192.0.2.2 -e GATEWAY4=192.0.2.2 -e GATEWAY6=2001:db8:a::2 --rootfs "/:O" "$@"
}

failed=0 passed=0
expect() { # NAME WANTED GOT
  if [ "$2" = "$3" ]; then passed=$((passed + 1)); echo "held: $1"; else failed=$((failed + 1)); echo "FAILED: $1: wanted '$2', got '$3'"; fi
}
arrived() { grep -c "GET" "$work/world.log" || true; }

# Before anything is there, the network is what an internal network is: without a way out.
expect "nothing leaves without the gateway" 0 "$(container before agent "" curl -s -m 3 http://203.0.113.10:8080/ >/dev/null 2>&1; arrived)"
# By the link itself, past every route: anybody's socket may ask for it.
round() { container "$1" agent "" python3 -c 'import socket; s = socket.socket(2, 2); s.setsockopt(1, 25, b"eth0"); s.setsockopt(1, 5, 1); s.sendto(b"x", ("192.0.2.1", 53)); print("sent")' 2>/dev/null || echo refused; }
expect "control: a socket that asks for no router has none" sent "$(round r1)"

unmask=(--security-opt unmask=ALL)
container gateway gateway NET_ADMIN,NET_RAW,SETPCAP sh /opt/scripts/gateway-entry.sh >"$work/gateway.log" 2>&1 &
unmask=()
container hold agent NET_ADMIN,SETPCAP sh /opt/scripts/hold-network.sh >"$work/hold.log" 2>&1 &
tries=0
until grep -q ready "$work/gateway.log" && grep -q ready "$work/hold.log"; do
  tries=$((tries + 1))
  [ "$tries" -lt 600 ] || { cat "$work/gateway.log" "$work/hold.log"; exit 1; }
  sleep 0.1
done

expect "a permitted page arrives" page "$(container a1 agent "" curl -s -m 10 http://203.0.113.10:8080/)"
expect "a permitted page arrives over IPv6" page "$(container a9 agent "" curl -s -m 10 'http://[2001:db8:f::10]:8080/')"
before=$(arrived)
expect "an address that is not permitted is refused over IPv6" refused "$(container a10 agent "" curl -s -m 10 'http://[2001:db8:f::66]:8080/' || echo refused)"
expect "an address that is not permitted is refused at once" refused "$(container a2 agent "" curl -s -m 10 http://203.0.113.66:8080/ || echo refused)"
expect "the agent has no capability" 0000000000000000 "$(container a3 agent "" sh -c 'sed -n "s/^CapEff:.//p" /proc/self/status')"
expect "the agent cannot change its routes" refused "$(container a4 agent "" sh -c 'ip route replace default via 192.0.2.9 2>/dev/null || echo refused')"
expect "control: with CAP_NET_ADMIN it could" changed "$(container a5 agent NET_ADMIN sh -c 'ip route replace default via 192.0.2.2 && echo changed')"
expect "a socket that asks for no router sends nothing" refused "$(round r2)"
expect "the agent opens no packet socket" refused "$(container a6 agent "" python3 -c 'import socket; socket.socket(17, 3, 0)' 2>/dev/null || echo refused)"
expect "the gateway's ports are out of reach" refused "$(container a7 agent "" curl -s -m 5 http://192.0.2.2:9464/ || echo refused)"
expect "nothing of that arrived" "$before" "$(arrived)"
podman --storage-driver vfs --runtime crun kill gateway >/dev/null
wait %2 2>/dev/null || true
expect "with the gateway dead nothing new passes" refused "$(container a8 agent "" curl -s -m 3 http://203.0.113.10:8080/ || echo refused)"
expect "the record says why" default-deny "$(grep -h '203.0.113.66' "$work"/lib/journal/* | sed -n 's/.*"rule":"\([^"]*\)".*/\1/p' | head -n 1)"
podman --storage-driver vfs --runtime crun kill hold >/dev/null
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
