# curl over HTTP/1.1 and HTTP/2: files, uploads with and without a length, redirects, many at once, one connection again and again; then plain HTTP.
set -eu
said='%{http_code} HTTP/%{http_version} down %{size_download} up %{size_upload} redirects %{num_redirects} verified %{ssl_verify_result}\n'
ask() { curl -sS --max-time 60 --cacert "$CA" "$@"; }
head -c 3000000 /dev/zero | tr '\0' x >big
for version in 1.1 2; do
  ask --http$version -w "$said" -o got https://app.tools.example/bytes/1000000
  sha256sum <got
  ask --http$version -w "$said" -T big https://app.tools.example/upload
  ask --http$version -w "$said" -T - https://app.tools.example/upload <big
  ask --http$version -w "$said" -d field=value https://app.tools.example/upload
  ask --http$version -w "$said" -L -o /dev/null https://app.tools.example/moved
  ask --http$version -w "$said" -I https://app.tools.example/empty | grep -vi '^date:'
  ask --http$version https://app.tools.example/lines
  ask --http$version -w 'connections %{num_connects}\n' -o 'kept-#1' "https://app.tools.example/bytes/{11,22,33}"
  cat kept-* | sha256sum
  rm -f part-*
  ask --http$version -Z --parallel-max 30 --no-progress-meter -o 'part-#1' "https://app.tools.example/bytes/[50001-50030]"
  cat $(ls part-* | sort) | sha256sum
done
ask -w "$said" -o got http://app.tools.example/bytes/200000
sha256sum <got
ask -w "$said" -T big http://app.tools.example/upload
ask -w 'connections %{num_connects}\n' -o 'kept-#1' "http://app.tools.example/bytes/{11,22,33}"
cat kept-* | sha256sum
