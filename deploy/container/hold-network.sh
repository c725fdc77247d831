#!/bin/sh
# Holds the network namespace that an agent's container joins (network_mode: service:…). It alone has CAP_NET_ADMIN there, and only until filter and routes are made:
# the agent, which has no capability, can change nothing. The network is internal: without these routes nothing leaves at all.
set -eu
: "${GATEWAY4:?GATEWAY4 is the address of the gateway on this network}"

# What goes to nobody but the gateway may leave, judged by the next hop that the kernel sends it to: whoever names a link for a socket and asks for no router (SO_BINDTODEVICE or IP_PKTINFO with
# SO_DONTROUTE, which need no right) is on the link with everybody, whatever the routes say. Before the routes: no moment has the way out without it, and where it cannot be loaded there is neither.
# The rest: the engine's own resolver (Docker's) is on loopback; a sender that is somebody else; without a gateway for it there is no IPv6, though the network may have it.
if [ -n "${GATEWAY6:-}" ]; then
  neighbours='icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert, mld2-listener-report } accept'
  by_gateway6="rt ip6 nexthop $GATEWAY6 accept"
fi
nft -f - <<NFT
table inet exeat_hold
delete table inet exeat_hold
table inet exeat_hold {
  chain output {
    type filter hook output priority -500; policy drop;
    ip daddr 127.0.0.11 drop
    oifname "lo" accept
    ${neighbours:-}
    fib daddr type { broadcast, multicast } drop
    ip6 daddr fe80::/10 drop
    fib saddr type != local drop
    rt ip nexthop $GATEWAY4 accept
    ${by_gateway6:-}
  }
}
NFT

link=$(ip -o -4 route get "$GATEWAY4" | sed -n 's/.* dev \([^ ]*\).*/\1/p')
# Other addresses of the network are the machine's own, the engine's resolver and other agents: what is sent to them goes by the gateway and is judged.
only_way() { # FAMILY GATEWAY
  ip "-$1" route replace "$2" dev "$link"
  ip "-$1" route replace default via "$2" dev "$link"
  subnets=$(ip "-$1" route show dev "$link" proto kernel)
  echo "$subnets" | while read -r subnet _; do
    case "$subnet" in '' | fe80::*) ;; *) ip "-$1" route del "$subnet" dev "$link" proto kernel ;; esac
  done
}
only_way 4 "$GATEWAY4"
[ -z "${GATEWAY6:-}" ] || only_way 6 "$GATEWAY6"
echo "hold-network: ready"
touch /run/held
# Nobody adds rights to it any more; it stays for the sake of the namespace.
exec setpriv --bounding-set=-all --inh-caps=-all --no-new-privs sleep infinity
