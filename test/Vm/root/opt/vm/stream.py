"""One long connection of the agent to the permitted address: notes when each tick came, and how it ended."""
import socket, sys, time

family, address, file = (socket.AF_INET, "203.0.113.10", sys.argv[2]) if sys.argv[1] == "4" else (socket.AF_INET6, "2001:db8:f::10", sys.argv[2])
with open(file, "w", buffering=1) as ticks, socket.socket(family, socket.SOCK_STREAM) as tcp:
    tcp.settimeout(60)
    try:
        tcp.connect((address, 8080))
        while tcp.recv(1):
            ticks.write("%d\n" % (time.monotonic_ns() // 1000))
        ticks.write("closed\n")
    except OSError as error:
        ticks.write("ended: %s\n" % error)
