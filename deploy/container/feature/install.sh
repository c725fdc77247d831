#!/bin/sh
# Runs as root while the development container's image is built. Installs the guard and what it was told; no package, no download.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
gateway4=${GATEWAY4-192.0.2.2} gateway6=${GATEWAY6-2001:db8:a::2} resolvers=${RESOLVERS-198.51.100.53 2001:db8:53::53}
for value in "$gateway4" "$gateway6" "$resolvers"; do
  case "$value" in *[!0-9a-fA-F.:\ ]*) echo "exeat-guard: '$value' is not made of addresses" >&2; exit 2 ;; esac
done
mkdir -p /usr/local/share/exeat
cp "$here/guard.sh" /usr/local/share/exeat/guard.sh
printf 'gateway4="%s"\ngateway6="%s"\nresolvers="%s"\n' "$gateway4" "$gateway6" "$resolvers" >/usr/local/share/exeat/guard.conf
# Entry points of features are run one after the other by the container's first shell, which ends at SIGTERM, and whatever they end with.
printf '#!/bin/sh\n/usr/local/share/exeat/guard.sh || kill -TERM "$PPID"\n' >/usr/local/share/exeat/entry.sh
chmod 0755 /usr/local/share/exeat/guard.sh /usr/local/share/exeat/entry.sh
chmod 0644 /usr/local/share/exeat/guard.conf
