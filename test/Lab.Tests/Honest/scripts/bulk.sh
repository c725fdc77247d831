# A large download and a large upload over TLS.
set -eu
ask() { curl -sS --max-time 300 --cacert "$CA" "$@"; }
ask "https://files.tools.example/bytes/$BYTES" | sha256sum
head -c "$BYTES" /dev/zero | openssl enc -aes-128-ctr -nosalt -K 00112233445566778899aabbccddeeff -iv 00000000000000000000000000000000 | ask --http1.1 -T - https://files.tools.example/upload
