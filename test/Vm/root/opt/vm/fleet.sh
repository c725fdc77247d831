# Control and link on the installed machine, under the service manager: from nothing to a login, enrolment, delivery, records, and what happens when one of them is gone.
control=exeat-control.service link=exeat-link.service own_password='four dogs and a hat'

# until_holds SECONDS COMMAND…: tries until it holds.
until_holds() {
  local i
  for i in $(seq 1 $(($1 * patience))); do
    "${@:2}" >/var/tmp/until.log 2>&1 && return 0
    sleep 1
  done
  tail -n 4 /var/tmp/until.log
  journalctl --no-pager -b -n 4 -u $control -u $link
  return 1
}
owner_of() { stat -c '%U:%G %a' "$1"; }
gateway_is_up() { exeat gateways show vm --json | grep -q '"state":"up".*"applied":true'; }
nothing_waits() { exeat gateways show vm --json | grep -q '"lagBytes":0'; }
control_answers() { exeat control status; }
passes() { local from; from=$(now); sleep $((2 * patience)); [ "$(opened 4 "$from")" -gt 0 ] && [ "$(opened 6 "$from")" -gt 0 ] && [ "$(escaped "$from")" -eq 0 ]; }
is_shut() { local from; from=$(now); sleep 2; [ "$(arrived_since "$from")" -eq 0 ]; }
pid_of() { systemctl show -P MainPID "$1"; }
runs_current() { [[ "$(readlink "/proc/$(pid_of "$1")/exe")" == "$(readlink -f /opt/exeat/current)"/* ]]; }
# Of the running process: whose it is, that it has no capability, and can get none.
has_no_right() { # UNIT USER
  local status
  status=/proc/$(pid_of "$1")/status
  grep -E '^(Uid|Cap|NoNewPrivs|Seccomp:)' "$status"
  [ "$(awk '/^Uid/ { print $2 }' "$status")" = "$(id -u "$2")" ] && [ "$(awk '/^CapEff/ { print $2 }' "$status")" = 0000000000000000 ] &&
    [ "$(awk '/^CapBnd/ { print $2 }' "$status")" = 0000000000000000 ] && [ "$(awk '/^NoNewPrivs/ { print $2 }' "$status")" = 1 ] && [ "$(awk '/^Seccomp:/ { print $2 }' "$status")" = 2 ]
}
started_again() { # UNIT
  local restarts
  restarts=$(systemctl show -P NRestarts "$1")
  kill -9 "$(pid_of "$1")"
  until_holds 30 eval "[ \"\$(systemctl show -P NRestarts $1)\" -gt $restarts ] && [ \"\$(systemctl is-active $1)\" = active ]"
}
records_of() { exeat flows query --control --format csv --limit 1000 "$@" | tail -n +2 | wc -l; }
has_records() { [ "$(records_of --verdict deny)" -gt 0 ] && [ "$(records_of --verdict permit)" -gt 0 ]; }

begin_control() {
  check "Fleet: the link's folder is the link's, and the gateway may look in" test "$(owner_of /var/lib/exeat-link)" = 'exeat-link:exeat 750'
  check "Fleet: control's folders are control's" test "$(owner_of /var/lib/exeat-control) $(owner_of /etc/exeat-control)" = 'exeat-control:exeat-control 700 root:exeat-control 750'
  check "Fleet: neither runs before it has something to run by" test "$(systemctl is-active $control)" != active -a "$(systemctl is-active $link)" != active
  exeat-control --print-example | sed 's|^data: .*|data: /var/lib/exeat-control|; s|gateways: .*|gateways: ["127.0.0.1:8441"]|; s|^names: .*|names: [localhost]|' >/etc/exeat-control/control.yaml
  check "Fleet: the example is a document that exeat control check takes" exeat control check /etc/exeat-control/control.yaml
  check "Fleet: control starts under its unit" systemctl start $control
  check "Fleet: it says ready" until_holds 60 eval "journalctl -b -u $control | grep -q ' ready'"
  check "Fleet: control has no right and cannot get one" has_no_right $control exeat-control
  check "Fleet: its folder is nobody else's" eval '[ "$(runuser -u exeat -- ls /var/lib/exeat-control 2>&1 | grep -c "Permission denied")" -eq 1 ]'
  check "Fleet: a first login at a terminal: key, account, one-time password, own password" python3 /opt/vm/typed.py '(yes/no): ' yes 'account: ' admin \
    'password: ' "!$(cut -d' ' -f2 /var/lib/exeat-control/first-login.txt)" 'new password: ' "!$own_password" 'once more: ' "!$own_password" -- exeat login https://127.0.0.1:8440
  check "Fleet: exeat whoami" exeat whoami
}

begin_link() {
  exeat gateways enrol vm >/run/vm/token 2>/dev/null
  check "Fleet: the gateway is enrolled as the page says, by the link's user" eval 'runuser -u exeat-link -g exeat -- exeat-link enrol --config /etc/exeat/gateway.yaml --control https://127.0.0.1:8441 </run/vm/token'
  check "Fleet: its key is its own alone" test "$(owner_of /var/lib/exeat-link/credentials.pem)" = 'exeat-link:exeat 600'
  sed -i 's|^agents: .*|agents: /var/lib/exeat-link/current/agents|; s|^policy: .*|policy: /var/lib/exeat-link/current/policy\npacks: /var/lib/exeat-link/current/packs|' /etc/exeat/gateway.yaml
  check "Fleet: the link starts under its unit" systemctl start $link
  check "Fleet: control sees the gateway up" until_holds 60 gateway_is_up
  check "Fleet: the link has no right and cannot get one" has_no_right $link exeat-link
  check "Fleet: permitted connections pass, and nothing else" passes
  check "Fleet: records arrive" until_holds 30 has_records
  local unit_name
  for unit_name in exeat-gateway $control $link; do figure "systemd-analyze security $unit_name: $(systemd-analyze security --no-pager "$unit_name" 2>/dev/null | sed -n 's/.*Overall exposure level for [^:]*: //p' | tr -cd '[:print:]')"; done
}

deliver() {
  local from
  check "Fleet: a published and assigned policy is applied" eval 'exeat policy publish /opt/vm/etc/policy --name prod --message "as before" --assign default && until_holds 30 exeat policy assignments'
  check "Fleet: permitted connections pass under it" passes
  cp -R /opt/vm/etc/policy /run/vm/published
  sed -i 's/203\.0\.113\.10/203.0.113.77/; s/2001:db8:f::10/2001:db8:f::77/' /run/vm/published/policy.yaml
  from=$(now)
  check "Fleet: another one that permits nothing that is tried reaches the gateway" eval 'exeat policy publish /run/vm/published --name prod --message "nothing" --assign default && until_holds 30 is_shut'
  figure "from publishing to the last connection: $((($(awk 'END { print $1 }' /run/vm/arrived) - from) / 1000)) ms"
  check "Fleet: rolled back in one step, connections pass again" eval 'exeat policy rollback --on default --reason "a test" && until_holds 30 passes'
}

without() {
  systemctl stop $control
  check "Fleet: without control the gateway goes on" passes
  check "Fleet: and the link waits" test "$(systemctl is-active $link)" = active
  systemctl start $control
  check "Fleet: control is back, and no record waits" until_holds 90 eval 'gateway_is_up && nothing_waits'
  systemctl stop $link
  check "Fleet: without the link the gateway goes on" passes
  systemctl start $link
  check "Fleet: the link is back" until_holds 60 gateway_is_up
  check "Fleet: a killed control is started again" started_again $control
  check "Fleet: a killed link is started again" started_again $link
  check "Fleet: both find each other" until_holds 90 gateway_is_up
}

upgrade_all() {
  [ -e /opt/publish-2 ] || second_version
  check "Fleet: upgrade" /opt/publish-2/install.sh
  check "Fleet: upgraded: control, link and gateway run the version in use" until_holds 30 eval "runs_current $control && runs_current $link && runs_current $unit"
  check "Fleet: upgraded: the gateway is up, and nothing was enrolled again" until_holds 90 gateway_is_up
  check "Fleet: upgraded: connections pass" passes
  check "Fleet: rollback" /opt/publish-2/install.sh --rollback
  check "Fleet: rolled back: all three run the version in use, and the gateway is up" until_holds 90 eval "runs_current $control && runs_current $link && runs_current $unit && gateway_is_up"
  echo 'kind: [' >>/etc/exeat-control/control.yaml
  check "Fleet: an upgrade over a control document that the new version refuses changes nothing" ends_with 2 /opt/publish-2/install.sh
  sed -i '$d' /etc/exeat-control/control.yaml
}

lose_everything() {
  local began before
  before=$(records_of --verdict deny)
  check "Fleet: a backup while it runs" exeat control backup /var/tmp/control.backup
  check "Fleet: the backup is its owner's alone" test "$(stat -c %a /var/tmp/control.backup)" = 600
  systemctl stop $control
  find /var/lib/exeat-control -mindepth 1 -delete
  began=$SECONDS
  chown exeat-control: /var/tmp/control.backup
  check "Fleet: a restore onto an empty folder" runuser -u exeat-control -- exeat control restore /var/tmp/control.backup
  systemctl start $control
  check "Fleet: restored: the gateway comes back by itself" until_holds 120 gateway_is_up
  figure "restore, start, and the gateway up again: $((SECONDS - began)) s"
  check "Fleet: restored: the login holds" exeat whoami
  check "Fleet: restored: the records are there" eval "[ \$(records_of --verdict deny) -ge $before ]"
}

fleet() {
  begin_control
  # Without it the rest shows nothing and takes an hour.
  if ! control_answers; then
    journalctl --no-pager -b -u $control | tail -n 12 >$console
    return
  fi
  begin_link
  deliver
  without
  upgrade_all
  lose_everything
}

fleet_after_boot() {
  check "Booted: control and link came up by themselves" test "$(systemctl is-active $control)" = active -a "$(systemctl is-active $link)" = active
  check "Booted: control has the gateway up" until_holds 120 gateway_is_up
  check "Booted: no record waits" until_holds 60 nothing_waits
}

fleet_removed() {
  check "Uninstalled: control and link are gone, and what they kept is there" test ! -e /etc/systemd/system/$control -a ! -e /etc/systemd/system/$link -a ! -e /usr/local/sbin/exeat-control -a -d /var/lib/exeat-control/tls -a -e /var/lib/exeat-link/link.json
}
