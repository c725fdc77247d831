#!/usr/bin/env bash
# Records anew what real programs send, into FOLDER: the captured files of test/Wire.Tests/corpus. Everything happens on the loopback of a network namespace of its own.
# The files in the repository stay as they are: other versions of the programs send other bytes, and tests know what is in them. This shows how they were made, and makes more.
#
# usage: test/Wire.Tests/corpus/remake.sh FOLDER     (node24-post-quantum is recorded when NODE24 names a Node of version 24)
set -euo pipefail

folder=${1:?usage: remake.sh FOLDER}
mkdir -p "$folder"
folder=$(cd "$folder" && pwd)
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
if [ "${EXEAT_CORPUS_NAMESPACE:-}" != 1 ]; then
  EXEAT_CORPUS_NAMESPACE=1 exec unshare --user --map-root-user --net --mount --pid --fork --mount-proc --kill-child bash "$here/remake.sh" "$folder"
fi
ip link set lo up
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
name=api.example.com
# The name, one of documentation, leads to the listener.
printf '127.0.0.1 localhost %s\n' "$name" >hosts
mount --bind hosts /etc/hosts
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout key.pem -out certificate.pem -days 1 -subj /CN=corpus.example 2>/dev/null

# Waits until somebody listens (0A) at the TCP port, or has the UDP port (07).
listens() {
  until awk -v port=":$(printf %04X "$1")" '$2 ~ port "$" && ($4 == "0A" || $4 == "07") { found = 1 } END { exit !found }' /proc/net/tcp /proc/net/udp; do sleep 0.05; done
}

# Takes one connection, writes what its client sends before it hears anything, and closes.
listen() { # FILE PORT
  python3 - "$folder/$1.bin" "$2" <<'PY' &
import socket, sys
s = socket.create_server(('127.0.0.1', int(sys.argv[2])))
c, _ = s.accept()
c.settimeout(1)
got = b''
try:
    while True:
        more = c.recv(65536)
        if not more: break
        got += more
except (TimeoutError, ConnectionResetError): pass
open(sys.argv[1], 'wb').write(got)
PY
  listener=$!
  listens "$2"
}

first() { # FILE COMMAND…: the first bytes of a client
  local file=$1
  shift
  listen "$file" 4443
  timeout 10 "$@" >/dev/null 2>&1 </dev/null || true
  wait "$listener"
}

# Stands between the ends of one connection, or of one exchange of datagrams, and writes what each says: all of it over TCP, the first datagrams over UDP.
between() { # tcp|udp PORT TO FROM_CLIENT FROM_SERVER [SECOND_FROM_CLIENT SECOND_FROM_SERVER]
  python3 - "$@" <<'PY' &
import selectors, socket, sys, time
kind, port, to, files = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4:]
if kind == 'tcp':
    listener = socket.create_server(('127.0.0.1', port))
    client, _ = listener.accept()
    server = socket.create_connection(('127.0.0.1', to))
else:
    client = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    client.bind(('127.0.0.1', port))
    server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    server.connect(('127.0.0.1', to))
choose = selectors.DefaultSelector()
choose.register(client, selectors.EVENT_READ, 0)
choose.register(server, selectors.EVENT_READ, 1)
said, end, peer, open_ends = ([], []), time.monotonic() + 3, None, 2
while open_ends and time.monotonic() < end:
    for key, _ in choose.select(0.2):
        side = key.data
        if kind == 'udp' and side == 0: data, peer = client.recvfrom(65536)
        else:
            try: data = key.fileobj.recv(65536)
            except ConnectionError: data = b''
        if kind == 'tcp' and not data:
            choose.unregister(key.fileobj); open_ends -= 1
            continue
        said[side].append(data)
        if kind == 'udp' and side == 1: client.sendto(data, peer)
        else: (server if side == 0 else client).sendall(data)
for i, path in enumerate(files):
    if path == '-': continue
    parts = said[i % 2]
    open(path, 'wb').write(b''.join(parts) if kind == 'tcp' else parts[i // 2])
PY
  relay=$!
  listens "$2"
}

serve() { # PORT COMMAND…
  local port=$1
  shift
  # Some end with their standard input.
  "$@" >/dev/null 2>&1 < <(sleep 60) &
  server=$!
  listens "$port"
}

stop() { kill "$server" 2>/dev/null || true; wait "$server" 2>/dev/null || true; }

node_request="require('https').get({host: '$name', port: 4443, rejectUnauthorized: false}).on('error', () => {})"
first openssl openssl s_client -connect 127.0.0.1:4443 -servername "$name"
first openssl-tls12-nosni openssl s_client -connect 127.0.0.1:4443 -noservername -tls1_2
first curl curl -sk --max-time 3 "https://$name:4443/"
first curl-http curl -s --max-time 3 "http://$name:4443/"
first git git ls-remote "https://$name:4443/lab.git"
first python python3 -c "import ssl, socket; ssl._create_unverified_context().wrap_socket(socket.create_connection(('127.0.0.1', 4443)), server_hostname='$name')"
first node node -e "$node_request"
[ -z "${NODE24:-}" ] || first node24-post-quantum "$NODE24" -e "$node_request"
if command -v ssh >/dev/null; then first ssh ssh -o BatchMode=yes -o ConnectTimeout=3 -p 4443 127.0.0.1; fi

server_of() { # OPTIONS…
  serve 4444 openssl s_server -accept 127.0.0.1:4444 -key key.pem -cert certificate.pem "$@"
}
ask() { timeout 2 openssl s_client -connect 127.0.0.1:4443 -servername "$name" "$@" >/dev/null 2>&1 </dev/null || true; }

server_of -groups P-521
between tcp 4443 4444 "$folder/retry-client.bin" "$folder/retry-server.bin"
ask -groups X25519:P-521
wait "$relay"; stop
server_of
between tcp 4443 4444 - "$folder/tls13-server.bin"
ask -tls1_3
wait "$relay"
between tcp 4443 4444 - "$folder/tls12-server.bin"
ask -tls1_2
wait "$relay"; stop

quic() { timeout 3 gtlsclient -q --timeout=1s --exit-on-all-streams-close localhost 4443 https://localhost/ >/dev/null 2>&1 </dev/null || true; }
serve 4444 gtlsserver -q -d . 127.0.0.1 4444 key.pem certificate.pem
between udp 4443 4444 "$folder/quic-client-initial.bin" "$folder/quic-server-initial.bin"
quic
wait "$relay"; stop
serve 4444 gtlsserver -q -V -d . 127.0.0.1 4444 key.pem certificate.pem
between udp 4443 4444 - "$folder/quic-retry.bin" "$folder/quic-client-after-retry.bin" "$folder/quic-server-after-retry.bin"
quic
wait "$relay"; stop

# Hellos of OpenSSL, changed at random, that a server of the same kind answered with a ServerHello: what it read as the name, and the bytes.
python3 - "$folder/answered-by-openssl.txt" <<'PY'
import random, ssl, sys
sys.unraisablehook = lambda *_: None  # names that Python cannot read in its callback
random.seed(1)
def hello(name):
    into, out = ssl.MemoryBIO(), ssl.MemoryBIO()
    context = ssl._create_unverified_context()
    if random.random() < 0.5: context.set_alpn_protocols(['h2', 'http/1.1'])
    if random.random() < 0.3: context.maximum_version = ssl.TLSVersion.TLSv1_2
    try: context.wrap_bio(into, out, server_hostname=name).do_handshake()
    except ssl.SSLWantReadError: pass
    return bytearray(out.read())
def records(data):
    if random.random() < 0.5: return data
    message, cut, parts = data[5:], 0, b''
    while cut < len(message):
        take = random.randint(1, max(1, len(message) // 2))
        piece = message[cut:cut + take]
        parts += bytes([22, 3, random.choice([0, 1, 3])]) + len(piece).to_bytes(2, 'big') + piece
        cut += take
    return bytearray(parts)
def answered(data):
    into, out = ssl.MemoryBIO(), ssl.MemoryBIO()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain('certificate.pem', 'key.pem')
    context.set_alpn_protocols(['http/1.1'])
    seen = []
    context.sni_callback = lambda _, read, __: seen.append(read)
    server = context.wrap_bio(into, out, server_side=True)
    into.write(bytes(data))
    try: server.do_handshake()
    except ssl.SSLWantReadError: pass
    except (ssl.SSLError, ValueError): return 'none'
    said = out.read()
    # A HelloRetryRequest (RFC 8446, 4.1.3: by its random) comes before the server looks at the name.
    if len(said) < 15 or said[0] != 22 or said[5] != 2 or said[11:15] == bytes.fromhex('cf21ad74'): return 'none'
    return seen[0] if seen else None
lines = []
while len(lines) < 140:
    data = records(hello(random.choice(['api.example.com', 'a.b.c.example.org', 'x' * 60 + '.example.net'])))
    for _ in range(random.randint(1, 3)): data[random.randrange(len(data))] = random.choice([0, 1, 2, 255, random.randrange(256)])
    try: name = answered(data)
    except UnicodeError: continue
    if name == 'none': continue
    lines.append(f"{name.encode().hex() if name else '-'} {bytes(data).hex()}")
open(sys.argv[1], 'w').write('\n'.join(lines) + '\n')
PY

cd "$folder"
# Of a TLS server the beginning says all that is read.
for file in retry-server tls12-server tls13-server; do truncate -s '<160' "$file.bin"; done
wc -c -- *
