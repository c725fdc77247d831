// The far side of the honest clients: one server of HTTP/1.1, HTTP/2 and WebSocket, with files of any length, uploads, a package registry and Git's smart protocol.
// What it was asked is written to a log, so that both sides of a connection can be compared.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { appendFileSync, existsSync, readFileSync, statSync } from 'node:fs';
import http from 'node:http';
import http2 from 'node:http2';
import { join } from 'node:path';
import { complete, poisoned } from './model.mjs';

const [certificate, key, folder, log] = process.argv.slice(2);
const tlsPort = 9443, plainPort = 9080;
const block = Buffer.alloc(64 * 1024);
for (let at = 0; at < block.length; at += 32) createHash('sha256').update(String(at)).digest().copy(block, at);
const waitingForResult = new Map(), results = new Map();

const server = http2.createSecureServer({ cert: readFileSync(certificate), key: readFileSync(key), allowHTTP1: true }, serve);
const plain = http.createServer(serve);
for (const one of [server, plain]) {
  one.on('upgrade', upgrade);
  // Idle connections are the client's to end.
  one.keepAliveTimeout = one.requestTimeout = one.headersTimeout = one.timeout = 0;
}
server.on('sessionError', () => { });
server.on('tlsClientError', (error, socket) => write({ from: address(socket), error: error.code }));
server.listen({ port: tlsPort, host: '::', backlog: 4096 }, () => plain.listen({ port: plainPort, host: '::', backlog: 4096 }, () => console.log('ready')));

function write(line) { appendFileSync(log, JSON.stringify(line) + '\n'); }

const address = socket => (socket.remoteAddress ?? '').replace('::ffff:', '');

function seen(request) {
  const socket = request.stream?.session?.socket ?? request.socket;
  return {
    from: address(socket), http: request.httpVersion, alpn: socket.alpnProtocol || '', tls: socket.getProtocol?.() ?? '', cipher: socket.getCipher?.().name ?? '',
    name: socket.servername || '', host: request.headers[':authority'] ?? request.headers.host ?? '', method: request.method, path: request.url,
  };
}

function serve(request, response) {
  const line = seen(request), sum = createHash('sha256'), path = request.url.split('?')[0];
  if (path.startsWith('/git/')) return git(request, response, line);
  let bytes = 0;
  const said = [];
  request.on('data', piece => { bytes += piece.length; sum.update(piece); if (path.endsWith('/chat/completions')) said.push(piece); });
  request.on('end', () => {
    const sent = sum.digest('hex');
    write({ ...line, bytes, sent });
    if (said.length > 0) return complete(Buffer.concat(said).toString(), response);
    answer(request, response, path, bytes, sent, line);
  });
}

function answer(request, response, path, bytes, sent, line) {
  if (path.startsWith('/bytes/')) return give(response, Number(path.slice(7)));
  if (path.startsWith('/poisoned/')) { response.writeHead(200, { 'content-type': 'text/html' }); return response.end(poisoned(path)); }
  if (path === '/upload') return json(response, { bytes, sent });
  if (path === '/lines') return lines(response);
  if (path === '/empty') { response.writeHead(204); return response.end(); }
  if (path === '/moved') { response.writeHead(302, { location: '/echo' }); return response.end(); }
  if (path === '/result') { results.set(line.from, true); waitingForResult.get(line.from)?.(); return json(response, {}); }
  // The page's load event waits for this image, and this image for what the page found out.
  if (path === '/until-result') {
    const go = () => { response.writeHead(200, { 'content-type': 'image/svg+xml' }); response.end('<svg xmlns="http://www.w3.org/2000/svg"/>'); };
    return results.delete(line.from) ? go() : waitingForResult.set(line.from, () => { results.delete(line.from); waitingForResult.delete(line.from); go(); });
  }
  for (const file of [path, path + '.json'].map(name => join(folder, 'files', name))) {
    if (!existsSync(file) || !statSync(file).isFile()) continue;
    response.writeHead(200, { 'content-type': /html$/.test(file) ? 'text/html' : /js$/.test(file) ? 'text/javascript' : /tgz$/.test(file) ? 'application/octet-stream' : 'application/json' });
    return response.end(readFileSync(file));
  }
  json(response, { method: request.method, path: request.url, http: request.httpVersion });
}

function json(response, value) {
  const text = JSON.stringify(value) + '\n';
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': text.length });
  response.end(text);
}

function give(response, length) {
  response.writeHead(200, { 'content-type': 'application/octet-stream', 'content-length': length });
  let left = length;
  const more = () => {
    while (left > 0) {
      const piece = left < block.length ? block.subarray(0, left) : block;
      left -= piece.length;
      if (!response.write(piece)) return response.once('drain', more);
    }
    response.end();
  };
  more();
}

function lines(response) {
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  let count = 0;
  const timer = setInterval(() => {
    response.write(`data: ${++count}\n\n`);
    if (count === 10) { clearInterval(timer); response.end(); }
  }, 50);
}

// Git's own program speaks the protocol (git-http-backend(1)); it is handed the request as a CGI program is.
function git(request, response, line) {
  const [path, query = ''] = request.url.split('?');
  const backend = spawn('git', ['http-backend'], {
    env: {
      PATH: process.env.PATH, GIT_PROJECT_ROOT: join(folder, 'git'), GIT_HTTP_EXPORT_ALL: '1', REQUEST_METHOD: request.method, PATH_INFO: path.slice(4), QUERY_STRING: query,
      CONTENT_TYPE: request.headers['content-type'] ?? '', HTTP_CONTENT_ENCODING: request.headers['content-encoding'] ?? '', GIT_PROTOCOL: request.headers['git-protocol'] ?? '',
      REMOTE_USER: 'lab', REMOTE_ADDR: line.from, ...(request.headers['content-length'] ? { CONTENT_LENGTH: request.headers['content-length'] } : {}),
    }, stdio: ['pipe', 'pipe', 'inherit'],
  });
  request.pipe(backend.stdin);
  let head = Buffer.alloc(0), begun = false;
  backend.stdout.on('data', piece => {
    if (begun) return response.write(piece);
    head = Buffer.concat([head, piece]);
    const end = head.indexOf('\r\n\r\n');
    if (end < 0) return;
    begun = true;
    const fields = head.subarray(0, end).toString().split('\r\n').map(field => field.split(': '));
    response.writeHead(Number(fields.find(f => f[0] === 'Status')?.[1].split(' ')[0] ?? 200), Object.fromEntries(fields.filter(f => f[0] !== 'Status')));
    response.write(head.subarray(end + 4));
  });
  backend.stdout.on('end', () => { write(line); if (!begun) response.writeHead(500); response.end(); });
}

// RFC 6455: takes whole frames of up to 64 KiB and sends each back.
function upgrade(request, socket) {
  write({ ...seen(request), upgrade: request.headers.upgrade });
  const accept = createHash('sha1').update(request.headers['sec-websocket-key'] + '258EAFA5-E914-47DA-95CA-C5AB0DC85B11').digest('base64');
  socket.write(`HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`);
  let kept = Buffer.alloc(0);
  socket.on('error', () => { });
  socket.on('data', piece => {
    kept = Buffer.concat([kept, piece]);
    while (kept.length >= 6) {
      const short = kept[1] & 0x7f, length = short === 126 ? kept.readUInt16BE(2) : short, at = short === 126 ? 4 : 2;
      if (kept.length < at + 4 + length) return;
      const mask = kept.subarray(at, at + 4), text = Buffer.from(kept.subarray(at + 4, at + 4 + length)).map((byte, i) => byte ^ mask[i % 4]);
      const head = length < 126 ? Buffer.from([kept[0], length]) : Buffer.from([kept[0], 126, length >> 8, length & 0xff]);
      socket.write(Buffer.concat([head, text]));
      if ((kept[0] & 0x0f) === 8) return socket.end();
      kept = kept.subarray(at + 4 + length);
    }
  });
}
