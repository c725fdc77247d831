"""The agent: tries permitted and other addresses in both families, several times a second, for as long as it lives, and notes when.

With a pace in seconds as argument, only what is permitted, and that often: to measure by.
"""
import select, socket, sys, time

PLACES = [(socket.AF_INET, "203.0.113.10"), (socket.AF_INET, "203.0.113.66"), (socket.AF_INET6, "2001:db8:f::10"), (socket.AF_INET6, "2001:db8:f::66")]

PACE = float(sys.argv[1]) if len(sys.argv) > 1 else 0
if PACE:
    PLACES = [place for place in PLACES if place[1].endswith("10")]


def echo(family, address):
    kind, number = (socket.IPPROTO_ICMP, 8) if family == socket.AF_INET else (socket.IPPROTO_ICMPV6, 128)
    with socket.socket(family, socket.SOCK_RAW, kind) as raw:
        body = bytes([number, 0, 0, 0, 0, 1, 0, 1])
        total = sum(int.from_bytes(body[i:i + 2], "big") for i in range(0, len(body), 2))
        checked = body[:2] + (~total & 0xffff).to_bytes(2, "big") + body[4:]
        raw.sendto(checked if family == socket.AF_INET else body, (address, 0))


def round_of_attempts():
    opened = []
    for family, address in PLACES:
        tcp = socket.socket(family, socket.SOCK_STREAM)
        tcp.setblocking(False)
        try:
            tcp.connect_ex((address, 8080))
            opened.append(tcp)
            if PACE:
                continue
            with socket.socket(family, socket.SOCK_DGRAM) as udp:
                udp.sendto(b"probe", (address, 9000))
            echo(family, address)
        except OSError:
            pass  # refused by the gateway: that is what is being tried
    select.select([], [], [], PACE or 0.2)
    for tcp in opened:
        tcp.close()


with open("/run/vm/sent", "w", buffering=1) as sent:
    while True:
        round_of_attempts()
        sent.write("%d\n" % (time.monotonic_ns() // 1000))
