"""The far side: counts every packet of the agent that arrives on the world's link, below its IP stack, and serves ticks on TCP 8080."""
import socket, struct, threading, time

AGENT4, AGENT6 = socket.inet_aton("192.0.2.2"), socket.inet_pton(socket.AF_INET6, "2001:db8:a:1::2")


def read(packet):
    """family, destination, protocol, port and whether it opens a connection, of a packet of the agent's; None of others."""
    kind, = struct.unpack("!H", packet[12:14])
    body = packet[14:]
    if kind == 0x0800 and body[12:16] == AGENT4:
        family, destination, protocol, rest = 4, socket.inet_ntoa(body[16:20]), body[9], body[(body[0] & 15) * 4:]
    elif kind == 0x86dd and body[8:24] == AGENT6:
        family, destination, protocol, rest = 6, socket.inet_ntop(socket.AF_INET6, body[24:40]), body[6], body[40:]
    else:
        return None
    port = struct.unpack("!H", rest[2:4])[0] if protocol in (6, 17) and len(rest) >= 4 else 0
    opens = int(protocol == 6 and len(rest) >= 14 and rest[13] & 0x12 == 2)
    return family, destination, protocol, port, opens


def watch():
    tap = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
    tap.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 22)
    tap.bind(("wan0", 0))
    with open("/run/vm/arrived", "w", buffering=1) as arrived:
        open("/run/vm/witness.ready", "w").close()
        while True:
            packet, address = tap.recvfrom(65536)
            if address[2] == socket.PACKET_OUTGOING:
                continue
            seen = read(packet)
            if seen:
                arrived.write("%d %d %s %d %d %d\n" % (time.monotonic_ns() // 1000, *seen))


def tick(connection):
    try:
        while True:
            connection.sendall(b".")
            time.sleep(0.1)
    except OSError:
        connection.close()


def serve(family, address):
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if family == socket.AF_INET6:
        listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
    listener.bind((address, 8080))
    listener.listen(64)
    while True:
        connection, _ = listener.accept()
        threading.Thread(target=tick, args=(connection,), daemon=True).start()


def answer():
    """A resolver that answers every question, with nothing: enough to be one."""
    resolver = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    resolver.bind(("203.0.113.10", 53))
    while True:
        question, address = resolver.recvfrom(4096)
        if len(question) >= 12:
            resolver.sendto(question[:2] + b"\x81\x80" + question[4:], address)


threading.Thread(target=answer, daemon=True).start()
for each, any_address in ((socket.AF_INET, "0.0.0.0"), (socket.AF_INET6, "::")):
    threading.Thread(target=serve, args=(each, any_address), daemon=True).start()
watch()
