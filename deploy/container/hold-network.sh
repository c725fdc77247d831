#!/bin/sh
# Holds the network namespace that an agent's container joins (network_mode: service:…). It alone has CAP_NET_ADMIN there, and only until routes and filter are made:
# the agent, which has no capability, can change nothing. The network is internal: without these routes nothing leaves at all.
set -eu
: "${GATEWAY4:?GATEWAY4 is the address of the gateway on this network}"

link=$(ip -o -4 route get "$GATEWAY4" | sed -n 's/.* dev \([^ ]*\).*/\1/p')
# Other addresses of the network are the machine's own, the engine's resolver and other agents: nobody but the gateway is on the link any more, so that what is sent to them is judged.
only_way() { # FAMILY GATEWAY
  ip "-$1" route replace "$2" dev "$link"
  ip "-$1" route replace default via "$2" dev "$link"
  subnets=$(ip "-$1" route show dev "$link" proto kernel)
  echo "$subnets" | while read -r subnet _; do
    case "$subnet" in '' | fe80::*) ;; *) ip "-$1" route del "$subnet" dev "$link" proto kernel ;; esac
  done
}
only_way 4 "$GATEWAY4"
# Without a gateway for it there is no IPv6: the network may have it all the same, and the machine an address there.
no_ipv6='meta nfproto ipv6 drop'
if [ -n "${GATEWAY6:-}" ]; then
  only_way 6 "$GATEWAY6"
  no_ipv6=
fi
# What needs no route: the engine's own resolver (Docker's), everybody on the link, neighbours by their link's address, and a sender that is somebody else.
nft -f - <<NFT
table inet exeat_hold
delete table inet exeat_hold
table inet exeat_hold {
  chain output {
    type filter hook output priority -500;
    ip daddr 127.0.0.11 drop
    oifname "lo" accept
    $no_ipv6
    icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert, mld2-listener-report } accept
    fib daddr type { broadcast, multicast } drop
    ip6 daddr fe80::/10 drop
    fib saddr type != local drop
  }
}
NFT
echo "hold-network: ready"
touch /run/held
# Nobody adds rights to it any more; it stays for the sake of the namespace.
exec setpriv --bounding-set=-all --inh-caps=-all --no-new-privs sleep infinity
