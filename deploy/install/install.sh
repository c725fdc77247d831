#!/usr/bin/env bash
# Installs, upgrades, rolls back and removes the published folder that this script lies in. What it does: --help. It says every step; --dry-run only says them.
set -euo pipefail

usage() {
  cat <<'TEXT'
usage: install.sh [--prefix DIR] [--root DIR] [--no-start] [--dry-run]     install, or upgrade what is there
       install.sh --rollback [OPTIONS]                                     back to the version before the last upgrade
       install.sh --uninstall [--open] [--purge] [OPTIONS]                 remove programs and units

  --prefix DIR   where versions lie side by side (/opt/exeat)
  --root DIR     install below DIR instead of /, for images: nothing is started, no user is made
  --no-start     neither start nor restart; the next boot does
  --dry-run      say each step, do none
  --open         with --uninstall: remove the locks from the running kernel as well. Without it nothing of the agents passes until the next boot
  --purge        with --uninstall: also configuration, journal and state, control's data and the link's key

What it writes: PREFIX/versions/VERSION, PREFIX/current and PREFIX/previous (links), /usr/local/bin/exeat, /usr/local/sbin/exeat-gateway, exeat-link and exeat-control (links),
/usr/share/exeat/packs (a link to the policy packs of the version in use),
units in /etc/systemd/system, the users exeat, exeat-link and exeat-control by way of /etc/sysusers.d, the folders of the link and of control, and, only where nothing is there
yet, /etc/exeat with an example that permits one name that does not exist.
Control runs where /etc/exeat-control/control.yaml is, the link where exeat-link enrol has been.
An upgrade keeps configuration, journal and state, checks the configuration with the new version first, and keeps the version before for --rollback.

Exit status: 0 done, 2 wrong usage or a configuration that the version refuses, 3 the machine lacks something.
TEXT
}

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
prefix=/opt/exeat root="" verb=install start=yes dry=no open=no purge=no
while [ $# -gt 0 ]; do
  case "$1" in
    --prefix) prefix=${2:-}; shift ;;
    --root) root=${2:-}; shift; [ -d "$root" ] || { echo "install: --root needs a folder that is there" >&2; exit 2; }; root=$(cd "$root" && pwd) ;;
    --rollback | --uninstall) verb=${1#--} ;;
    --no-start) start=no ;;
    --dry-run) dry=yes ;;
    --open) open=yes ;;
    --purge) purge=yes ;;
    -h | --help) usage; exit 0 ;;
    *) echo "install: there is no option '$1'" >&2; usage >&2; exit 2 ;;
  esac
  shift
done
[[ "$prefix" == /* && "$prefix" != / && "$prefix" != *[[:space:]\|]* ]] || { echo "install: --prefix must be a folder from the root on, without blanks" >&2; exit 2; }
# Below another root nothing runs: the kernel and the service manager are this machine's, not the image's.
[ -z "$root" ] || start=no

at=$root$prefix etc=$root/etc/exeat units=$root/etc/systemd/system state=$root/var/lib/exeat
control_etc=$root/etc/exeat-control control_state=$root/var/lib/exeat-control link_state=$root/var/lib/exeat-link
gateway=exeat-gateway.service

say() { printf 'install: %s\n' "$*"; }
fail() { printf 'install: %s\n' "$2" >&2; exit "$1"; }
# run WHAT COMMAND…: says what, then does it.
run() {
  say "$1"
  [ "$dry" = yes ] || "${@:2}"
}
put() { # CONTENT FILE MODE: whole or not at all
  printf '%s\n' "$1" >"$2.new"
  chmod "$3" "$2.new"
  mv -f "$2.new" "$2"
}
link_to() { # TARGET LINK: in one step, so that there is no moment without it
  mkdir -p "$(dirname "$2")"
  ln -sfn "$1" "$2.new"
  mv -fT "$2.new" "$2"
}
version_at() { # LINK: the version that it names, or nothing
  [ ! -L "$at/$1" ] || basename "$(readlink "$at/$1")"
}
has_systemd() { [ -z "$root" ] && [ -d /run/systemd/system ]; }

require() {
  [ "$(uname -m)" = x86_64 ] || fail 3 "these programs are for x86_64; this machine is $(uname -m)"
  if [ "$dry" = no ] && [ -z "$root" ] && [ "$(id -u)" -ne 0 ]; then fail 3 "must be root: sudo $0"; fi
  # The one thing that the programs load from the system.
  if [ "$verb" != uninstall ] && [ -z "$root" ] && ! ldconfig -p | grep -F 'libnftables.so.1 ' >/dev/null; then fail 3 "libnftables is missing: apt-get install libnftables1"; fi
}

# --- the units -----------------------------------------------------------------------------------------------------------------------------------------------

# exeat-verify is for agents' machines, which are installed by hand (docs/verify.md).
unit_files() { find "$1/systemd" -maxdepth 1 -type f -name '*.service' ! -name 'exeat-verify.*' -printf '%f\n' 2>/dev/null | sort; }

# Units name the programs where this prefix puts them.
unit_text() { sed -E "s#^(Exec[A-Za-z]+=[-+!@:]*)/[^ ]*/(control/exeat-control|exeat-gateway|exeat-link|exeat)( |\$)#\\1$prefix/current/\\2\\3#" "$1"; }

is_enabled_by_itself() { grep -qE '^(WantedBy|RequiredBy)=' "$1"; }

install_units() { # VERSION-FOLDER
  local file
  mkdir -p "$units"
  # Written by an older version, unknown to this one.
  for file in $(cat "$at/units" 2>/dev/null || true); do
    [ -e "$1/systemd/$file" ] || remove_unit "$file"
  done
  for file in $(unit_files "$1"); do put "$(unit_text "$1/systemd/$file")" "$units/$file" 644; done
  unit_files "$1" >"$at/units"
  if has_systemd; then systemctl daemon-reload; fi
  for file in $(unit_files "$1"); do
    is_enabled_by_itself "$1/systemd/$file" || continue
    if [ -n "$root" ]; then systemctl --root="$root" enable "$file" 2>/dev/null || true
    elif has_systemd; then systemctl --quiet enable "$file"; fi
  done
}

remove_unit() { # FILE
  if [ -n "$root" ]; then systemctl --root="$root" disable "$1" 2>/dev/null || true
  elif has_systemd; then systemctl --quiet disable --now "$1" 2>/dev/null || true; fi
  rm -f "$units/$1"
}

# --- the user ------------------------------------------------------------------------------------------------------------------------------------------------

user=exeat sysusers=$root/etc/sysusers.d/exeat.conf

install_user() { # VERSION-FOLDER
  [ -e "$1/systemd/exeat.sysusers.conf" ] || return 0
  mkdir -p "$(dirname "$sysusers")"
  put "$(cat "$1/systemd/exeat.sysusers.conf")" "$sysusers" 644
  [ -z "$root" ] || return 0
  if command -v systemd-sysusers >/dev/null; then systemd-sysusers "$sysusers"; return 0; fi
  getent passwd exeat-control >/dev/null || useradd --system --user-group --no-create-home --home-dir /var/lib/exeat-control --shell /usr/sbin/nologin exeat-control
  getent passwd "$user" >/dev/null || useradd --system --user-group --no-create-home --home-dir /var/lib/exeat --shell /usr/sbin/nologin "$user"
  getent passwd "$user-link" >/dev/null || useradd --system --gid "$user" --no-create-home --home-dir /var/lib/exeat-link --shell /usr/sbin/nologin "$user-link"
}

# Folders that are needed before a unit has run: enrolling writes the link's, a person writes control's document, a backup is restored into control's.
install_folders() {
  folder "$link_state" 750 "$user-link:$user"
  folder "$control_etc" 750 "root:exeat-control"
  folder "$control_state" 700 "exeat-control:exeat-control"
}

folder() { # PATH MODE OWNER: made when it is not there; one that is there is left as it is
  [ ! -d "$1" ] || return 0
  mkdir -p "$(dirname "$1")"
  mkdir -m "$2" "$1"
  [ -n "$root" ] || chown "$3" "$1"
}

# --- the documents -------------------------------------------------------------------------------------------------------------------------------------------

install_documents() {
  local file
  mkdir -p "$etc/policy"
  for file in gateway.yaml agents.yaml policy/policy.yaml; do
    [ -e "$etc/$file" ] || cp "$here/etc/$file" "$etc/$file"
  done
  # Read by the gateway, written by root alone; not for other users to read.
  chmod 750 "$etc"
  if [ -z "$root" ] && getent group "$user" >/dev/null; then chgrp "$user" "$etc"; fi
}

# Of this version, or of one that is still here: nobody has configured anything yet.
is_example() {
  local example
  for example in "$at"/versions/*/etc/gateway.yaml; do
    if cmp -s "$etc/gateway.yaml" "$example"; then return 0; fi
  done
  return 1
}

# An older version that one goes back to may not: what it lacks is no refusal of the document.
knows_control_check() { # VERSION-FOLDER
  [[ "$("$1/exeat" control --help 2>/dev/null || true)" == *$'\n  check '* ]]
}

check_documents() { # VERSION-FOLDER: a version that refuses the configuration is not switched to
  if [ -e "$etc/gateway.yaml" ]; then
    "$1/exeat" gateway check "$etc/gateway.yaml" >&2 || fail 2 "this version refuses $etc/gateway.yaml or what it names; nothing was changed"
  fi
  if [ -e "$control_etc/control.yaml" ] && ! knows_control_check "$1"; then
    say "this version has no check of $control_etc/control.yaml; its exeat-control says at its start what it refuses"
  elif [ -e "$control_etc/control.yaml" ]; then
    "$1/exeat" control check "$control_etc/control.yaml" >&2 || fail 2 "this version refuses $control_etc/control.yaml; nothing was changed"
  fi
}

# --- switching -----------------------------------------------------------------------------------------------------------------------------------------------

switch_to() { # VERSION: links, units, and the running gateway
  run "current → versions/$1" link_to "versions/$1" "$at/current"
  run "/usr/local/bin/exeat, /usr/local/sbin/exeat-gateway, exeat-link and exeat-control, /usr/share/exeat/packs → $prefix/current" link_programs
  run "units: $(unit_files "$at/versions/$1" | tr '\n' ' ')" install_units "$at/versions/$1"
}

link_programs() {
  link_to "$prefix/current/exeat" "$root/usr/local/bin/exeat"
  link_to "$prefix/current/exeat-gateway" "$root/usr/local/sbin/exeat-gateway"
  link_to "$prefix/current/exeat-link" "$root/usr/local/sbin/exeat-link"
  link_to "$prefix/current/control/exeat-control" "$root/usr/local/sbin/exeat-control"
  link_to "$prefix/current/packs" "$root/usr/share/exeat/packs"
}

start_gateway() {
  if [ "$start" = no ] || ! has_systemd; then say "not started; the next boot does, or: systemctl restart $gateway"; return 0; fi
  if is_example; then
    say "not started: $etc/gateway.yaml is the example still. Name your interfaces, resolvers and agents there, then: systemctl start $gateway"
    return 0
  fi
  # Between stop and ready nothing new passes; both locks are in the kernel all the while.
  run "restart $gateway and wait until it is ready" restart_or_tell
}

# What runs, runs the version in use from now on; what does not run is not started here. Neither is in the packet path.
restart_beside() {
  if [ "$start" = no ] || ! has_systemd; then return 0; fi
  run "restart exeat-control and exeat-link where they run" systemctl try-restart exeat-control.service exeat-link.service
}

# An older version refuses a database that a newer one has changed, each time, when it has looked it through.
look_beside() {
  if [ "$start" = no ] || ! has_systemd || ! systemctl is-enabled --quiet exeat-control.service 2>/dev/null; then return 0; fi
  local restarts tries
  restarts=$(systemctl show --property NRestarts --value exeat-control.service)
  for tries in 1 2 3 4 5 6 7 8 9 10; do
    sleep 1
    [ "$(systemctl show --property NRestarts --value exeat-control.service)" = "$restarts" ] || break
    [ "$tries" != 10 ] || return 0
  done
  journalctl --no-pager -n 5 -u exeat-control.service >&2 || true
  say "exeat-control does not stay up with this version. If it says that its database is a newer release's: install that release again, or put back a backup from before it (exeat control restore). Gateways go on as they are"
}

restart_or_tell() {
  systemctl restart "$gateway" && return 0
  journalctl --no-pager -n 20 -u "$gateway" >&2 || true
  fail 3 "$gateway did not become ready; nothing of the agents passes. To go back: $0 --rollback"
}

install_version() {
  local version before was
  (cd "$here" && sha256sum --check --quiet --strict SHA256SUMS) >&2 || fail 2 "the folder is not what SHA256SUMS says"
  # The content is part of the name: the same version built twice is two versions, and installing the same again changes nothing.
  version=$(cat "$here/VERSION")-$(sha256sum "$here/SHA256SUMS" | cut -c1-8)
  before=$(version_at current)
  check_documents "$here"
  if [ ! -d "$at/versions/$version" ]; then run "programs to $prefix/versions/$version" copy_version "$version"; fi
  run "users $user, $user-link and exeat-control" install_user "$here"
  run "folders $link_state, $control_etc and $control_state, where they are not there yet" install_folders
  run "configuration in $etc, where there is none yet" install_documents
  if [ -n "$before" ] && [ "$before" != "$version" ]; then run "previous → versions/$before" link_to "versions/$before" "$at/previous"; fi
  if [ "$dry" = yes ]; then say "current → versions/$version, units, links of programs; then $gateway is started"; return 0; fi
  switch_to "$version"
  for was in $(find "$at/versions" -mindepth 1 -maxdepth 1 -printf '%f\n'); do
    [ "$was" = "$version" ] || [ "$was" = "$(version_at previous)" ] || run "remove the older versions/$was" rm -rf "$at/versions/$was"
  done
  restart_beside
  start_gateway
  look_beside
  say "done: $version is installed${before:+ over $before}"
}

copy_version() { # VERSION
  mkdir -p "$at/versions"
  rm -rf "$at/versions/.new"
  cp -R "$here" "$at/versions/.new"
  chown -R "$(id -u):$(id -g)" "$at/versions/.new"
  chmod -R go-w "$at/versions/.new"
  mv "$at/versions/.new" "$at/versions/$1"
}

roll_back() {
  local now target
  now=$(version_at current) target=$(version_at previous)
  [ -n "$target" ] && [ -d "$at/versions/$target" ] || fail 2 "there is no version before this one in $prefix"
  check_documents "$at/versions/$target"
  if [ "$dry" = yes ]; then say "current → versions/$target, previous → versions/$now, its units, then restart"; return 0; fi
  switch_to "$target"
  run "previous → versions/$now" link_to "versions/$now" "$at/previous"
  restart_beside
  start_gateway
  look_beside
  say "done: $target again; $now is kept for another --rollback"
}

uninstall() {
  local file
  [ -e "$at/current" ] || [ -e "$at/units" ] || fail 2 "nothing is installed in $prefix"
  for file in $(cat "$at/units" 2>/dev/null || true); do run "stop, disable and remove $file" remove_unit "$file"; done
  if [ "$open" = yes ] && [ -z "$root" ]; then run "remove both locks from the kernel; if it forwards, agents now pass unguarded (sysctl -w net.ipv4.ip_forward=0 net.ipv6.conf.all.forwarding=0)" "$at/current/exeat-gateway" --remove-locks
  elif [ -z "$root" ]; then say "both locks stay in the kernel: nothing of the agents passes until the next boot. After it, forwarding is what this machine's settings make of it"; fi
  run "remove links and $prefix" rm -rf "$root/usr/local/bin/exeat" "$root/usr/local/sbin/exeat-gateway" "$root/usr/local/sbin/exeat-link" "$root/usr/local/sbin/exeat-control" "$root/usr/share/exeat/packs" "$at"
  if [ "$purge" = yes ]; then run "remove configuration, journal and state, control's data and the link's key" rm -rf "$etc" "$state" "$control_etc" "$control_state" "$link_state"
  else say "kept: $etc, $state, $control_etc, $control_state, $link_state (--purge removes them)"; fi
  [ ! -e "$sysusers" ] || run "remove $sysusers; the users stay, as files may be theirs" rm -f "$sysusers"
  if has_systemd && [ "$dry" = no ]; then systemctl daemon-reload; fi
  say "done: removed"
}

require
case "$verb" in
  install) install_version ;;
  rollback) roll_back ;;
  uninstall) uninstall ;;
esac
