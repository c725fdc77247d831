#!/bin/sh
# Says whether this container's only way out is the gateway, as far as that can be seen from inside; status 1 if it is not. Needs nothing but a shell and /proc.
# What is inside can be changed by who is root inside: this finds mistakes, it stops nobody.
set -u
. "${EXEAT_GUARD_CONF:-/usr/local/share/exeat/guard.conf}"
found=0
wrong() { found=1; echo "exeat-guard: $*" >&2; }

# Rights over the network, raw sockets, or the machine (bits 12, 13, 21 of the set that could be gained).
bounding=$(sed -n 's/^CapBnd:[^0-9a-f]*//p' /proc/self/status)
[ $((0x$bounding & 0x203000)) -eq 0 ] || wrong "this container may have CAP_NET_ADMIN, CAP_NET_RAW or CAP_SYS_ADMIN (bounding set $bounding): cap_drop: [ALL]"
for socket in /var/run/docker.sock /run/docker.sock /run/podman/podman.sock /run/containerd/containerd.sock; do
  [ ! -S "$socket" ] || wrong "$socket gives the machine away: no engine's socket in the agent's container"
done
# AF_VSOCK, 40, leads to the hypervisor and is of no network. A shell makes no sockets: whoever is here and can is asked.
[ "$(sed -n 's/^Seccomp:[^0-9]*//p' /proc/self/status)" = 2 ] || wrong "nothing filters system calls: no seccomp=unconfined"
if { perl -e 'exit !socket(S, 40, 1, 0)' || python3 -c 'import socket; socket.socket(40, 1, 0)'; } 2>/dev/null; then
  wrong "a socket to the hypervisor can be made (AF_VSOCK): security_opt seccomp=./seccomp.json"
fi

# Every route of IPv4 leads by the gateway, or to it.
hex4() { # ADDRESS, as /proc/net/route writes it
  IFS=. read -r a b c d <<ADDRESS
$1
ADDRESS
  printf '%02X%02X%02X%02X' "$d" "$c" "$b" "$a"
}
hex6() { # ADDRESS, as /proc/net/ipv6_route writes it
  left=${1%%::*} right=''
  case "$1" in *::*) right=${1#*::} ;; esac
  groups() { old=$IFS; IFS=:; for group in $1; do printf '%04x' "0x$group"; done; IFS=$old; }
  left=$(groups "$left") right=$(groups "$right")
  while [ $((${#left} + ${#right})) -lt 32 ]; do left=${left}0; done
  echo "$left$right"
}
default=''
gate=none
[ -z "$gateway4" ] || gate=$(hex4 "$gateway4")
while read -r link destination by _; do
  [ "$link" != Iface ] && [ "$link" != lo ] || continue
  if [ "$destination" = 00000000 ] && [ "$by" = "$gate" ]; then default=yes; continue; fi
  [ "$destination" = "$gate" ] || wrong "a route of IPv4 goes round the gateway: destination $destination by $by on $link (/proc/net/route)"
done </proc/net/route
[ -z "$gateway4" ] || [ -n "$default" ] || wrong "there is no default route by $gateway4: start this container with compose.yaml"

default=''
gate=none
[ -z "$gateway6" ] || gate=$(hex6 "$gateway6")
if [ -e /proc/net/ipv6_route ]; then
  while read -r destination prefix _ _ by _ _ _ flags link; do
    [ "$link" != lo ] || continue
    case "$flags$destination" in 8* | ????????fe80* | ????????ff*) continue ;; esac # own addresses; the link's neighbours and multicast are the holder's filter's business
    if [ "$prefix" = 00 ] && [ "$by" = "$gate" ]; then default=yes; continue; fi
    [ "$prefix/$destination" = "80/$gate" ] || wrong "a route of IPv6 goes round the gateway: destination $destination/$prefix by $by on $link (/proc/net/ipv6_route)"
  done </proc/net/ipv6_route
fi
[ -z "$gateway6" ] || [ -n "$default" ] || wrong "there is no default route by $gateway6: start this container with compose.yaml"

while read -r word address _; do
  [ "$word" = nameserver ] || continue
  case " $resolvers " in *" $address "*) ;; *) wrong "/etc/resolv.conf asks $address, which is not the gateway's resolver" ;; esac
done </etc/resolv.conf

if [ "$found" = 0 ]; then echo "exeat-guard: the only way out is the gateway"; exit 0; fi
exit 1
