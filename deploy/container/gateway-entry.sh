#!/bin/sh
# Starts the gateway in a container. Which link is which is known by address: names of links in containers follow no promise.
# INSIDE4 is the gateway's address on the agents' network; @INSIDE@ and @OUTSIDE@ stand in /etc/exeat/gateway.yaml for the links' names.
set -eu
: "${INSIDE4:?INSIDE4 is the address of this container on the network of the agents}"

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
sed -e "s/@INSIDE@/$inside/g" -e "s/@OUTSIDE@/$outside/g" /etc/exeat/gateway.yaml >/run/exeat/gateway.yaml
# Documents lie beside the one that names them.
for document in /etc/exeat/*; do
  [ "$document" = /etc/exeat/gateway.yaml ] || sed -e "s/@INSIDE@/$inside/g" "$document" >"/run/exeat/$(basename "$document")"
done

# What leaves has the gateway's own address.
nft -f - <<NFT
table inet exeat_out
delete table inet exeat_out
table inet exeat_out { chain out { type nat hook postrouting priority 100; oifname "$outside" masquerade; }; }
NFT
exec /opt/exeat/exeat-gateway --config /run/exeat/gateway.yaml "$@"
