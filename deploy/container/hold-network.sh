#!/bin/sh
# Holds the network namespace that an agent's container joins (network_mode: service:…). It alone has CAP_NET_ADMIN there, and only until its routes are made:
# the agent, which has no capability, can change nothing. The network is internal: without these routes nothing leaves at all.
set -eu
: "${GATEWAY4:?GATEWAY4 is the address of the gateway on this network}"

ip route replace default via "$GATEWAY4"
[ -z "${GATEWAY6:-}" ] || ip -6 route replace default via "$GATEWAY6"
# The container engine's own resolver would carry names out beside the gateway.
nft -f - <<NFT
table inet exeat_hold
delete table inet exeat_hold
table inet exeat_hold {
  chain output { type filter hook output priority -500; oifname "lo" ip daddr 127.0.0.11 drop; ip daddr 127.0.0.11 drop; }
}
NFT
echo "hold-network: ready"
# Nobody adds rights to it any more; it stays for the sake of the namespace.
exec setpriv --bounding-set=-all --inh-caps=-all --no-new-privs sleep infinity
