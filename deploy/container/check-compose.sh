#!/usr/bin/env bash
# Builds the image and runs compose.yaml as it stands, with podman, crun, buildah, netavark and docker-compose, and counts what arrives at a far side. What is changed for it: names of images,
# the permitted name and port. Needs root, the published programs, and a base image: BASE_TAR names an archive of a Debian 12 root; without it mmdebstrap makes one (from the packages that this machine is set to ask).
#   deploy/container/check-compose.sh [FOLDER OF ./dev publish]
# Networks, mounts, processes and images are in namespaces and a folder of its own, gone afterwards. Only the building of the image has this machine's network.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
programs=$(readlink -f "${1:-$here/../../artifacts/publish}")
stage=${2:-outside}

if [ "$stage" = outside ]; then
  [ -x "$programs/exeat-gateway" ] && [ ! -e "$programs/exeat-gateway.dll" ] || { echo "check-compose: $programs is not what ./dev publish makes (programs compiled ahead of time)" >&2; exit 3; }
  for program in podman crun buildah docker-compose nft ip python3 unshare; do command -v "$program" >/dev/null || { echo "check-compose: $program is missing" >&2; exit 3; }; done
  EXEAT_WORK=$(mktemp -d /tmp/exeat-compose-XXXXXX)
  export EXEAT_WORK
  child=''
  trap '[ -z "$child" ] || { kill -KILL "$child"; wait "$child"; } 2>/dev/null || true; rm -rf "$EXEAT_WORK"' EXIT
  mkdir "$EXEAT_WORK/context"
  cp -R "$programs/exeat" "$programs/exeat-gateway" "$programs/packs" "$here"/*.sh "$here/feature" "$EXEAT_WORK/context/"
  [ -n "${BASE_TAR:-}" ] || { command -v mmdebstrap >/dev/null || { echo "check-compose: mmdebstrap is missing, and BASE_TAR names no archive" >&2; exit 3; }; BASE_TAR=$EXEAT_WORK/base.tar; mmdebstrap --quiet --variant=minbase bookworm "$BASE_TAR"; }
  export BASE_TAR
  # The processes of a stage end with it, however this one ends.
  status=0
  for next in build inside; do
    network=()
    [ "$next" = build ] || network=(--net)
    setpriv --pdeathsig KILL unshare --mount ${network[@]+"${network[@]}"} --pid --cgroup --fork --mount-proc --kill-child "$0" "$programs" "$next" &
    child=$!
    wait "$child" || { status=$?; break; }
    child=''
  done
  exit "$status"
fi

work=$EXEAT_WORK
# Cgroups and podman's places are left alone: these are this mount namespace's own.
for place in /run /sys/fs/cgroup; do mount -t tmpfs none "$place"; done
mkdir -p /run/lock
if [ "$stage" = inside ]; then
  # What the engine's own resolver asks.
  echo 'nameserver 203.0.113.53' >"$work/resolv.conf"
  mount --bind "$work/resolv.conf" /etc/resolv.conf
fi
cat >"$work/containers.conf" <<CONF
[containers]
cgroups = "disabled"
cgroupns = "host"
[network]
network_backend = "netavark"
network_config_dir = "$work/networks"
[engine]
runtime = "crun"
runtime_supports_nocgroups = ["crun"]
cgroup_manager = "cgroupfs"
events_logger = "none"
CONF
printf '[storage]\ndriver = "overlay"\ngraphroot = "%s"\nrunroot = "/run/containers/storage"\n' "$work/storage" >"$work/storage.conf"
# podman runs health checks by systemd's timers; where there is none, somebody else has to.
export CONTAINERS_CONF=$work/containers.conf CONTAINERS_STORAGE_CONF=$work/storage.conf DISABLE_HC_SYSTEMD=true

if [ "$stage" = build ]; then
  trap 'umount "$work/storage/overlay" 2>/dev/null || true' EXIT
  podman import -q "$BASE_TAR" base:local >/dev/null
  build() { buildah bud --quiet --isolation chroot --network host --format docker --build-arg BASE=localhost/base:local "$@" "$work/context" >/dev/null; }
  build -t exeat:latest -f "$here/Containerfile"
  # The agent's image as a tool for development containers makes it: the feature's options are variables of its install.sh.
  printf 'ARG BASE\nFROM ${BASE}\nCOPY feature /tmp/feature\nRUN GATEWAY4=192.0.2.2 /tmp/feature/install.sh\n' >"$work/agent.Containerfile"
  build -t agent:latest -f "$work/agent.Containerfile"
  exit 0
fi

# The machine of the engine is this network namespace; the world is one more, behind it.
ip link set lo up
ip netns add world
ip link add wan type veth peer name eth0 netns world
ip address add 198.51.100.66/28 dev wan
ip address add 2001:db8:c::2/64 dev wan nodad
ip -n world address add 198.51.100.65/28 dev eth0
ip -n world address add 2001:db8:c::1/64 dev eth0 nodad
ip link set wan up
for link in lo eth0; do ip -n world link set "$link" up; done
for address in 203.0.113.10 203.0.113.53 203.0.113.66; do ip -n world address add "$address/32" dev lo; done
for address in 2001:db8:f::10 2001:db8:f::66; do ip -n world address add "$address/128" dev lo nodad; done
ip route add default via 198.51.100.65
ip -6 route add default via 2001:db8:c::1

cat >"$work/world.py" <<'PYTHON'
"""The far side: a resolver that knows two names, a page on port 8080, and a line on standard output for everything that arrives."""
import socket, socketserver, struct, threading

NAMES = {'page.example': ('203.0.113.10', '2001:db8:f::10'), 'other.example': ('203.0.113.66', '2001:db8:f::66')}

def say(*words): print(*words, flush=True)

def answer(question):
    labels, at = [], 12
    while question[at]:
        labels.append(question[at + 1:at + 1 + question[at]].decode()); at += 1 + question[at]
    kind, = struct.unpack('!H', question[at + 1:at + 3])
    name = '.'.join(labels)
    v4, v6 = NAMES.get(name.lower(), (None, None))
    data = socket.inet_aton(v4) if kind == 1 and v4 else socket.inet_pton(socket.AF_INET6, v6) if kind == 28 and v6 else b''
    record = b'\xc0\x0c' + struct.pack('!HHIH', kind, 1, 300, len(data)) + data if data else b''
    return name, question[:2] + (b'\x81\x80' if v4 else b'\x81\x83') + b'\0\1' + struct.pack('!H', bool(data)) + b'\0\0\0\0' + question[12:at + 5] + record

class Page(socketserver.BaseRequestHandler):
    def handle(self):
        say('connection', self.request.getsockname()[0].removeprefix('::ffff:'))
        try:
            request = b''
            while b'\r\n\r\n' not in request and (more := self.request.recv(4096)): request += more   # a shell writes lines one by one
            say('request', request.split(b'\r\n')[0].decode(errors='replace'))
            if request.startswith(b'POST'):
                while data := self.request.recv(4096): say('piece', len(data))
            self.request.sendall(b'HTTP/1.1 200 OK\r\nContent-Length: 4\r\nConnection: close\r\n\r\npage')
        except ConnectionError:
            pass

class Pages(socketserver.ThreadingTCPServer):
    address_family, allow_reuse_address, daemon_threads = socket.AF_INET6, True, True

def datagrams(port):
    s = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
    s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_RECVPKTINFO, 1)
    s.setsockopt(socket.IPPROTO_IP, 8, 1)
    s.bind(('::', port))
    while True:
        data, about, _, sender = s.recvmsg(2048, 256)
        if port != 53: say('udp', port, data[:64]); continue
        try: name, reply = answer(data)
        except (IndexError, struct.error, ValueError): say('dns', 'unreadable'); continue
        say('dns', name)
        s.sendmsg([reply], about, 0, sender)

for port in (53, 4444): threading.Thread(target=datagrams, args=(port,), daemon=True).start()
Pages(('::', 8080), Page).serve_forever()
PYTHON
ip netns exec world python3 "$work/world.py" >"$work/world.log" 2>&1 &

# compose.yaml as it stands, but for what it leaves to its reader.
site=$work/site
mkdir -p "$site/work"
cp -R "$here/compose.yaml" "$here/seccomp.json" "$here/config" "$here/resolv.conf" "$site/"
cp "$here/check-round.pl" "$site/work/round.pl"
sed -i 's|image: exeat$|image: localhost/exeat:latest|; s|image: debian:bookworm-slim.*|image: localhost/agent:latest|' "$site/compose.yaml"
sed -i 's/names: \[example.org\]/names: [page.example]/; s/ports: \[443\]/ports: [8080]/' "$site/config/policy.yaml"

# docker-compose sends the profile's text, which podman's socket takes for its path: for podman the engine is told.
sed -i 's|, "seccomp=./seccomp.json"||' "$site/compose.yaml"
sed "s|^\[containers\]|&\nseccomp_profile = \"$site/seccomp.json\"|" "$work/containers.conf" >"$work/service.conf"
CONTAINERS_CONF=$work/service.conf podman system service --time 0 "unix://$work/podman.sock" >"$work/service.log" 2>&1 &
tries=0
until [ -S "$work/podman.sock" ]; do tries=$((tries + 1)); [ "$tries" -lt 100 ] || { cat "$work/service.log"; exit 1; }; sleep 0.1; done
while sleep 1; do for id in $(podman ps -q 2>/dev/null); do timeout 20 podman healthcheck run "$id" >/dev/null 2>&1 || true; done; done &
compose() { DOCKER_HOST="unix://$work/podman.sock" COMPOSE_PROJECT_NAME=site timeout "$1" docker-compose -f "$site/compose.yaml" "${@:2}"; }

failed=0 passed=0
expect() { # NAME WANTED GOT
  if [ "$2" = "$3" ]; then passed=$((passed + 1)); echo "held: $1"; else failed=$((failed + 1)); echo "FAILED: $1: wanted '$2', got '$3'"; fi
}
in_agent() { podman exec site_agent_1 timeout 15 bash -c "$1" 2>/dev/null; }
beside() { podman run --rm --network site_inside --mac-address 02:00:00:00:00:99 --cap-drop ALL -v "$site/work:/work:ro" --workdir /work localhost/agent:latest timeout 15 bash -c "$1" 2>/dev/null; }
arrived() { grep -c "${1:-.}" "$work/world.log" || true; }
get() { printf 'exec 3<>/dev/tcp/%s/8080 && printf "GET /%s HTTP/1.1\\r\\nHost: %s\\r\\n\\r\\n" >&3 && tail -c 4 <&3' "$1" "$2" "$3"; }
# A question for LABEL.page.example by UDP to an address: the tunnel that needs no connection.
ask() { printf 'printf "\\x12\\x34\\x01\\0\\0\\1\\0\\0\\0\\0\\0\\0\\x06%s\\x04page\\x07example\\0\\0\\1\\0\\1" >/dev/udp/%s/53; sleep 1' "$2" "$1"; }

compose 180 up -d >"$work/up.log" 2>&1 || { cat "$work/up.log"; podman logs site_gateway_1; podman logs site_agent-net_1; exit 1; }
expect "the agent was started after the gateway enforced" yes "$([ "$(date -d "$(podman logs site_gateway_1 2>&1 | sed -n 's/ info \[3\] ready.*//p')" +%s%N)" -lt "$(date -d "$(podman inspect --format '{{.State.StartedAt.Format "2006-01-02T15:04:05.999999999Z07:00"}}' site_agent_1)" +%s%N)" ] && echo yes)"

# Every frame with a word or a port of round.pl, as it comes out of a container's link: who sent it, to whom.
cat >"$work/frames.py" <<'PYTHON'
import re, socket
PORTS = {4501: 'stream4', 4502: 'stream6', 4503: 'opening4', 4504: 'opening6'}
s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
while True:
    frame, (link, _, kind, *_) = s.recvfrom(65536)
    if kind == socket.PACKET_OUTGOING: continue
    word = re.search(rb'round-([a-z]+[46]?)', frame)
    port = PORTS.get(int.from_bytes(frame[36:38]) if frame[12:14] == b'\x08\0' else int.from_bytes(frame[56:58]))
    if word or port: print(frame[6:12].hex(':'), frame[:6].hex(':'), word[1].decode() if word else port, flush=True)
PYTHON
python3 "$work/frames.py" >>"$work/frames.log" 2>&1 &
hardware() { podman exec "$1" sh -c "cat /sys/class/net/*/address" | grep -v 00:00:00:00:00:00 | sort; }
# Ways whose frames went from one sender to anybody (or to anybody but those behind it).
went() { sed -n "s/^$1 //p" "$work/frames.log" | grep -v ${2:-nobody} | sed 's/.* //' | sort -u | paste -sd ' '; }

# The counters count: a container on the outer network gets everywhere that the agent must not get.
loose() { podman run --rm --network site_outside --cap-drop ALL localhost/agent:latest timeout 15 bash -c "$1" 2>/dev/null; }
expect "control: without the gateway a page arrives, IPv4" page "$(loose "$(get 203.0.113.66 loose4 other.example)")"
expect "control: without the gateway a page arrives, IPv6" page "$(loose "$(get 2001:db8:f::66 loose6 other.example)")"
loose "$(ask 203.0.113.66 loose1)" || true
loose 'echo loose >/dev/udp/203.0.113.66/4444; echo loose >/dev/udp/2001:db8:f::66/4444; sleep 0.5' || true
expect "control: without the gateway a question and two datagrams arrive" "1 2" "$(arrived 'dns loose1') $(arrived "udp 4444 b'loose")"
# On the agents' network itself, without what agent-net does: the engine's resolver and the machine answer to everybody.
beside "$(ask 192.0.2.1 beside)" || true
expect "control: on the agents' network alone, the engine's resolver carries a question out" yes "$([ "$(arrived 'dns beside')" -gt 0 ] && echo yes)"
python3 -m http.server 8081 --bind :: --directory "$site/work" >"$work/machine.log" 2>&1 &
sleep 1
near() { printf 'exec 3<>/dev/tcp/%s/8081 && printf "GET / HTTP/1.0\\r\\n\\r\\n" >&3 && head -c 4 <&3' "$1"; }
bridge=$(ip -o -6 address show dev "$(podman network inspect --format '{{.NetworkInterface}}' site_inside)" scope link | sed -n 's/.*inet6 \(fe80[^/]*\).*/\1/p')
for address in 192.0.2.1 "$bridge%eth0"; do
  expect "control: on the agents' network alone, the machine is reached at $address" HTTP "$(beside "$(near "$address")")"
done
# Anybody's socket may name its link and ask for no router: routes do not hold it, and no capability is needed. Beside the agent it goes everywhere.
everywhere="broadcast device4 device6 info4 info6 linkinfo linklocal mapped multicast4 multicast6 opening4 opening6 pieces4 pieces6 segments stream4 stream6 unicast4 unicast6"
round() { printf 'perl round.pl eth0 192.0.2.1 2001:db8:a::1 %s' "${bridge%\%*}"; }
# A question to the engine's resolver and a page of the machine, that way: in full, and with the answer.
direct() { printf 'perl -MSocket -e '"'"'socket(S, PF_INET, %s, 0); setsockopt(S, 1, 25, "eth0"); setsockopt(S, 1, 5, 1); alarm 5; connect(S, pack_sockaddr_in(%s, inet_aton("192.0.2.1"))) or die; syswrite S, "%s"; sysread S, $_, 4; print unpack("%s", $_)'"'" "$@"; }
question() { direct SOCK_DGRAM 53 "\\x12\\x34\\1\\0\\0\\1\\0\\0\\0\\0\\0\\0\\x06$1\\4page\\7example\\0\\0\\1\\0\\1" H8; }
expect "control: beside the agent each way round the routes is open" "$everywhere" "$(beside "$(round)" >"$work/beside.log"; sleep 1; went 02:00:00:00:00:99)"
expect "control: beside the agent the engine's resolver answers that way, and asks the world" "12348183 yes" "$(beside "$(question direct)") $([ "$(arrived 'dns direct')" -gt 0 ] && echo yes)"
expect "control: and the machine" HTTP "$(beside "$(direct SOCK_STREAM 8081 'GET / HTTP/1.0\r\n\r\n' a4)")"

agent=$(hardware site_agent_1)
expect "none of these ways leads the agent to anybody but the gateway" "" "$(in_agent "$(round)" >"$work/round.log"; sleep 1; went "$agent" "$(hardware site_gateway_1 | sed 's/^/-e ^/' | paste -sd ' ')")"
expect "control: those that ask for the gateway all the same were seen" yes "$(went "$agent" | grep -q device6 && echo yes)"
expect "nor a question to the engine's resolver, nor to the machine" " refused 0" "$(in_agent "$(question hidden)") $(in_agent "$(direct SOCK_STREAM 8081 'GET / HTTP/1.0\r\n\r\n' a4)" || echo refused) $(arrived 'dns hidden')"
# Sockets of no network at all: AF_VSOCK (40) goes to the hypervisor.
families() { printf 'perl -e '"'"'for $f (0 .. 46) { for $t (1, 2, 3, 5) { socket(S, $f, $t, 0) and $o{$f} = 1 } } print join " ", sort { $a <=> $b } keys %%o'"'"; }
expect "control: with the engine's own profile a socket to the hypervisor can be made" yes "$(beside "$(families)" | grep -qw 40 && echo yes)"
expect "the agent makes sockets of the families local, IPv4, IPv6 and routing alone" "1 2 10 16" "$(in_agent "$(families)")"
expect "so does a container that podman itself is told the profile for" "1 2 10 16" "$(podman run --rm --cap-drop ALL --network none --security-opt "seccomp=$site/seccomp.json" localhost/agent:latest bash -c "$(families)")"

expect "a permitted name arrives" page "$(in_agent "$(get page.example name page.example)")"
expect "a permitted name arrives at its address, IPv4" page "$(in_agent "$(get 203.0.113.10 four page.example)")"
expect "a permitted name arrives at its address, IPv6" page "$(in_agent "$(get 2001:db8:f::10 six page.example)")"
expect "these were seen outside" 3 "$(arrived 'GET /\(name\|four\|six\) ')"

expect "another name at a permitted address is refused, and its request does not arrive" "refused 0" "$(in_agent "$(get 203.0.113.10 claimed other.example)" | grep page || echo refused) $(arrived claimed)"
before=$(arrived)
expect "a denied name has no address" refused "$(in_agent "$(get other.example denied other.example)" || echo refused)"
expect "a literal address is refused, IPv4" refused "$(in_agent "$(get 203.0.113.66 denied page.example)" || echo refused)"
expect "a literal address is refused, IPv6" refused "$(in_agent "$(get 2001:db8:f::66 denied page.example)" || echo refused)"
for address in 203.0.113.53 203.0.113.66 192.0.2.1 127.0.0.11 198.51.100.53 198.51.100.66 2001:db8:f::66 2001:db8:a::1 2001:db8:c::2; do in_agent "$(ask "$address" tunnel)" || true; done
in_agent 'for address in 203.0.113.66 2001:db8:f::66 192.0.2.1 255.255.255.255 224.0.0.251; do echo datagram >/dev/udp/$address/4444; done' || true
sleep 1
expect "of these, of questions to nine other resolvers and of datagrams nothing arrived" "$before" "$(arrived)"
# Something listens in the gateway's own namespace, too.
gateway=$(podman inspect --format '{{.State.Pid}}' site_gateway_1)
nsenter --target "$gateway" --net python3 -m http.server 8081 --bind :: --directory "$site/work" >"$work/ports.log" 2>&1 &
ports=$!
tries=0
until nsenter --target "$gateway" --net bash -c ': </dev/tcp/127.0.0.1/8081' 2>/dev/null; do tries=$((tries + 1)); [ "$tries" -lt 100 ] || break; sleep 0.2; done
out=$(nsenter --target "$gateway" --net ip -o -4 address show | sed -n 's/.* inet \(198[^/]*\).*/\1/p')
for address in 192.0.2.2 2001:db8:a::2 "$out"; do expect "control: the gateway itself reaches its port at $address" HTTP "$(nsenter --target "$gateway" --net bash -c "$(near "$address")")"; done
for address in 192.0.2.1 198.51.100.66 2001:db8:a::1 "$bridge%eth0" 192.0.2.2 2001:db8:a::2 "$out"; do
  expect "the machine and the gateway are not reached at $address" refused "$(in_agent "$(near "$address")" || echo refused)"
done
kill "$ports"
wait "$ports" 2>/dev/null || true
# A holder that cannot load its filter makes no way out either.
printf '#!/bin/sh\nexit 1\n' >"$work/no-nft"
chmod 0755 "$work/no-nft"
hold() { podman run --rm --network site_inside --cap-drop ALL --cap-add NET_ADMIN --cap-add SETPCAP -e GATEWAY4=192.0.2.2 -e GATEWAY6=2001:db8:a::2 "$@" --entrypoint sh localhost/exeat:latest -c 'timeout 3 /opt/exeat/hold-network.sh; ip route show default; ip -6 route show default' 2>/dev/null | grep -o 'ready\|via [^ ]*' | paste -sd ' '; }
expect "control: a holder makes its routes" "ready via 192.0.2.2 via 2001:db8:a::2" "$(hold)"
expect "a holder that cannot load its filter makes none" "" "$(hold -v "$work/no-nft:/usr/sbin/nft:ro")"

expect "the agent has no capability and can gain none" "0000000000000000 0000000000000000" "$(in_agent 'echo $(sed -n "s/^Cap\(Eff\|Bnd\):.//p" /proc/self/status)')"
expect "the gateway is nobody, with two capabilities" "10001 0000000000003000 0000000000003000" "$(podman exec site_gateway_1 sh -c 'echo $(sed -n "s/^Uid:.\([0-9]*\).*/\1/p; s/^Cap\(Eff\|Bnd\):.//p" /proc/1/status)')"
# Only asked about, never written: it would be the machine's.
expect "and may write its namespace's settings, but not the machine's" "net" "$(podman exec site_gateway_1 setpriv --reuid=exeat --regid=exeat --clear-groups sh -c '[ -w /proc/sys/kernel/core_pattern ] && echo kernel; echo net')"

expect "the feature's guard is content in the agent's container" "exeat-guard: the only way out is the gateway" "$(in_agent /usr/local/share/exeat/guard.sh)"
expect "and not where a socket to the hypervisor can be made" 1 "$(podman run --rm --network container:site_agent-net_1 --cap-drop ALL localhost/agent:latest sh -c '/usr/local/share/exeat/guard.sh 2>&1 || true' | grep -c AF_VSOCK)"
# As a tool for development containers starts them: one shell, entry points in turn, then waiting.
started() { podman run --rm "$@" localhost/agent:latest timeout 10 /bin/sh -c 'trap "exit 0" 15; /usr/local/share/exeat/entry.sh; echo went on' 2>&1; }
elsewhere=$(started --network site_outside || true)
expect "and ends one that is elsewhere" "exeat-guard:" "$(grep -o 'exeat-guard:\|went on' <<<"$elsewhere" | sort -u)"

records() { podman exec site_gateway_1 setpriv --reuid=exeat --regid=exeat --clear-groups exeat flows query --journal /var/lib/exeat/journal --format csv 2>/dev/null; }
expect "the record names the agent" yes "$(records | grep 203.0.113.66 | grep default-deny | grep -q agent-1 && echo yes)"

# A gateway that dies, and one that comes back, while the agent tries all the time, and a permitted transfer is under way.
cat >"$site/work/transfer.pl" <<'PERL'
use Socket; $SIG{PIPE} = 'IGNORE'; $| = 1;
socket(S, AF_INET, SOCK_STREAM, 0); connect(S, pack_sockaddr_in(8080, inet_aton('203.0.113.10'))) or die;
syswrite S, "POST /long HTTP/1.1\r\nHost: page.example\r\nContent-Length: 10000000\r\n\r\n";
for (0 .. 2400) { defined syswrite S, '.' x 100 or do { print "$_: $!\n"; exit }; select undef, undef, undef, 0.05 }
PERL
podman exec site_agent_1 perl transfer.pl >"$work/transfer.log" 2>&1 &
podman exec site_agent_1 bash -c 'for ((i = 0; i < 6000; i++)); do echo flood >/dev/udp/203.0.113.66/4444; echo flood >/dev/udp/2001:db8:f::66/4444; echo >>sent; sleep 0.005; done' >"$work/flood.log" 2>&1 &
sleep 3
pieces=$(arrived piece)
kill -KILL "$(podman inspect --format '{{.State.Pid}}' site_gateway_1)"
sleep 0.5
dead=$(arrived piece)
tries=0
until [ "$(in_agent "$(get page.example back page.example)")" = page ]; do tries=$((tries + 1)); [ "$tries" -lt 30 ] || break; podman start site_gateway_1 >/dev/null 2>&1 || true; sleep 1; done
expect "after a kill and a restart of the gateway the same agent's page arrives" yes "$([ "$(arrived 'GET /back ')" -gt 0 ] && echo yes)"
sent=$((2 * $(wc -l <"$site/work/sent")))
expect "and of the datagrams that it sent meanwhile, $sent, none" "yes 0" "$([ "$sent" -gt 100 ] && echo yes) $(arrived "udp 4444 b'flood")"
expect "the transfer that was under way did not go on: not while the gateway was dead, not by the new one" "yes $dead" "$([ "$pieces" -gt 3 ] && echo yes) $(sleep 5; arrived piece)"
echo "note: the transfer's end in the agent: $(cat "$work/transfer.log")"
compose 60 stop gateway >>"$work/up.log" 2>&1
before=$(arrived)
expect "with the gateway stopped a permitted page does not arrive, and nothing else" "refused $before" "$(in_agent "$(get 203.0.113.10 stopped page.example)" || echo refused) $(arrived)"

compose 60 start gateway >>"$work/up.log" 2>&1
tries=0
until [ "$(in_agent "$(get page.example again page.example)")" = page ]; do tries=$((tries + 1)); [ "$tries" -lt 30 ] || break; sleep 1; done
expect "control: started again, it arrives" yes "$([ "$(arrived 'GET /again ')" -gt 0 ] && echo yes)"
kill -KILL "$(podman inspect --format '{{.State.Pid}}' site_agent-net_1)"
sleep 3
before=$(arrived)
in_agent "$(ask 192.0.2.1 orphan)" || true
expect "when agent-net was killed and came back, the machine and its resolver stay out of reach" "refused $before" "$(in_agent "$(near 192.0.2.1)" || echo refused) $(arrived)"
: >"$work/frames.log"   # the new gateway has another hardware address
expect "and no way round the routes leads to them" "" "$(in_agent "$(round)" >>"$work/round.log"; sleep 1; went "$(hardware site_agent_1)" "$(hardware site_gateway_1 | sed 's/^/-e ^/' | paste -sd ' ')")"

down() { compose 120 down --volumes >>"$work/up.log" 2>&1 || true; podman rm --all --force >/dev/null 2>&1 || true; podman network rm site_inside site_outside >/dev/null 2>&1 || true; }
down
# The folder as a development container has it: what runs outside is not the agent's to write.
mkdir -p "$work/project/.git/hooks"
cp -R "$site" "$work/project/.devcontainer"
cp "$here/compose.devcontainer.yaml" "$work/project/.devcontainer/"
(site=$work/project/.devcontainer; compose 180 -f "$site/compose.devcontainer.yaml" up -d >>"$work/up.log" 2>&1) || cat "$work/up.log"
tamper='touch /project/.git/hooks/post-checkout /project/code; for name in .devcontainer .git .vscode; do touch /project/$name/new; echo "#" >>/project/$name/compose.yaml; mv /project/$name /project/moved; done 2>/dev/null'
cp -R "$work/project" "$work/bare"
left() { (cd "$1" && find . -newer "$work/before" -type f | sort | paste -sd ' '); }
touch "$work/before"
sleep 0.1
in_agent "$tamper" || true
expect "in a development container the agent writes the project, and nothing that runs outside" "./code .devcontainer .git .vscode code" "$(left "$work/project") $(ls -A "$work/project" | paste -sd ' ')"
podman run --rm --network none --cap-drop ALL -v "$work/bare:/project" localhost/agent:latest bash -c "$tamper" >/dev/null 2>&1 || true
expect "control: with the project alone it does" yes "$(left "$work/bare" | grep -q hooks/post-checkout && [ -e "$work/bare/moved" ] && echo yes)"
down
# A gateway that cannot start: nobody starts the agent.
sed -i 's/kind: Policy/kind: Nothing/' "$site/config/policy.yaml"
compose 30 up -d >>"$work/up.log" 2>&1 || true
expect "without a gateway that enforces the agent is not started" "" "$(podman ps --all --filter status=running --format '{{.Names}}' | grep -v gateway || true)"
down
echo "$passed passed, $failed failed (podman $(podman version --format '{{.Client.Version}}'), $(crun --version | head -n 1), $(docker-compose version --short))"
[ "$failed" -eq 0 ]
