# Chromium: a page that asks for files at once over HTTP/2, uploads, reads a stream and speaks over a WebSocket. It says in the page what came of it.
set -eu
timeout 60 chromium --headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync --disable-dev-shm-usage \
  --ignore-certificate-errors-spki-list="$SPKI" --user-data-dir="$PWD/profile" --dump-dom https://app.tools.example/page.html 2>errors >page || { tail -n 5 errors; exit 1; }
grep -q '<pre' page || { tail -n 5 errors page >&2; exit 1; }
sed -n '/<pre/,/<\/pre>/p' page
