# Python: urllib, a kept connection of http.client, threads at once, and a TLS session that is resumed.
import concurrent.futures, hashlib, http.client, os, socket, ssl, urllib.request

trust = ssl.create_default_context(cafile=os.environ['CA'])
host = 'app.tools.example'
digest = lambda data: hashlib.sha256(data).hexdigest()
get = lambda path: urllib.request.urlopen(f'https://{host}{path}', timeout=20, context=trust)
with get('/bytes/2000000') as answer:
    print('urllib', answer.status, digest(answer.read()))
with urllib.request.urlopen(urllib.request.Request(f'https://{host}/upload', data=b'y' * 1500000, method='PUT'), timeout=20, context=trust) as answer:
    print('put', answer.read().decode().strip())
kept = http.client.HTTPSConnection(host, timeout=20, context=trust)
for i in range(5):
    kept.request('POST', '/upload', body=iter([b'a' * 1000, b'b' * (1000 + i)]), headers={'Transfer-Encoding': 'chunked'}, encode_chunked=True)
    print('kept', kept.getresponse().read().decode().strip())
kept.close()
with concurrent.futures.ThreadPoolExecutor(20) as threads:
    print('threads', digest(''.join(threads.map(lambda i: digest(get(f'/bytes/{3000 + i}').read()), range(60))).encode()))
session = None
for i in range(3):
    with socket.create_connection((host, 443), timeout=20) as plain, trust.wrap_socket(plain, server_hostname=host, session=session) as secured:
        secured.sendall(f'GET /bytes/{i} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n'.encode())
        while secured.recv(65536): pass
        print('resumed', secured.session_reused, secured.version())
        session = secured.session
