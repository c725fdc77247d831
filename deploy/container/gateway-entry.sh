#!/bin/sh
# Starts the gateway in a container. Which link is which is known by address: names of links in containers follow no promise.
# INSIDE4 is the gateway's address on the agents' network; @INSIDE@ and @OUTSIDE@ stand in the documents of /etc/exeat for the links' names.
# Needs CAP_NET_ADMIN and CAP_NET_RAW to work with, and CAP_SETUID, CAP_SETGID, CAP_SETPCAP to become the user exeat; these go with the first command.
set -eu
: "${INSIDE4:?INSIDE4 is the address of this container on the network of the agents}"
user=${GATEWAY_USER:-exeat}
if [ "$(id -un)" != "$user" ]; then
  exec setpriv --reuid="$user" --regid="$user" --clear-groups --inh-caps=-all,+net_admin,+net_raw --ambient-caps=-all,+net_admin,+net_raw --bounding-set=-all,+net_admin,+net_raw --no-new-privs "$0" "$@"
fi

tries=0
while :; do
  inside=$(ip -o -4 address show | while read -r _ link _ prefix _; do [ "${prefix%/*}" != "$INSIDE4" ] || echo "$link"; done)
  outside=$(ip -o -4 route show default | sed -n 's/.* dev \([^ ]*\).*/\1/p' | head -n 1)
  [ -z "$inside" ] || [ -z "$outside" ] || break
  tries=$((tries + 1))
  [ "$tries" -lt 100 ] || { echo "gateway-entry: no link has $INSIDE4, or there is no default route" >&2; exit 3; }
  sleep 0.1
done
[ "$inside" != "$outside" ] || { echo "gateway-entry: the agents' network is the way out: it must be a network of its own" >&2; exit 2; }

mkdir -p /run/exeat
# Documents lie beside the one that names them.
for document in /etc/exeat/*.yaml; do
  sed -e "s/@INSIDE@/$inside/g" -e "s/@OUTSIDE@/$outside/g" "$document" >"/run/exeat/${document##*/}"
done

# Nothing is forwarded unjudged between here and the gateway's start.
/opt/exeat/exeat-gateway --close-locks --config /run/exeat/gateway.yaml
# What leaves has the gateway's own addresses.
nft -f - <<NFT
table inet exeat_out
delete table inet exeat_out
table inet exeat_out { chain out { type nat hook postrouting priority 100; oifname "$outside" masquerade; }; }
NFT
exec /opt/exeat/exeat-gateway --config /run/exeat/gateway.yaml "$@"
