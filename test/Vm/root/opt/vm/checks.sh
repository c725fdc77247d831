#!/usr/bin/env bash
# Runs inside the virtual machine, once for each boot; the kernel's command line names the stage. Each check is one line on the console:
#   vm: ok SENTENCE | vm: FAILED SENTENCE: what was seen | vm: figure TEXT
set -uo pipefail
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 HOME=/root
console=/dev/console unit=exeat-gateway.service published=/opt/publish
# A container's first process has what a machine's kernel has.
said_at_boot="$(tr '\0' ' ' </proc/1/cmdline) $(cat /proc/cmdline)"
at_boot() { sed -n "s/.*vm\.$1=\([^ ]*\).*/\1/p" <<<"$said_at_boot"; }
is_container() { systemd-detect-virt --quiet --container; }
# A container runs on a kernel that may have either means.
queue_means='the nft queue expression' queue_said='nft queue'
if is_container; then queue_means='a queue of this kernel' queue_said='nft queue\|xt NFQUEUE'; fi
patience=$(at_boot patience)
patience=${patience:-1}
# shellcheck source=test/Vm/root/opt/vm/look.sh
source /opt/vm/look.sh
# shellcheck source=test/Vm/root/opt/vm/fleet.sh
source /opt/vm/fleet.sh

not_installed() {
  permitted_4=$(opened 4 0) permitted_6=$(opened 6 0) others=$(escaped 0)
  check "Control: without a gateway this machine forwards, and the witness counts it" test "$permitted_4" -gt 0 -a "$permitted_6" -gt 0 -a "$others" -gt 0
}

install_it() {
  check "A fresh installation leaves an example that its own check accepts" "$published/install.sh"
  check "The example starts nothing" test "$(systemctl is-active $unit)" != active
  check "The example passes exeat gateway check" exeat gateway check /etc/exeat/gateway.yaml
  cp -R /opt/vm/etc/. /etc/exeat/
  check "Installing the same again starts the gateway, now that it is configured" "$published/install.sh"
  check "The unit says ready" test "$(systemctl is-active $unit)" = active
  check "It runs as a user of its own with two rights" has_two_rights
  check "The packets come over $queue_means" said "$queue_said"
  local from
  from=$(ready_at)
  sleep $((2 * patience))
  check "Permitted connections pass in both families" test "$(opened 4 "$from")" -gt 0 -a "$(opened 6 "$from")" -gt 0
  check "Nothing else passes" test "$(escaped "$from")" -eq 0
  check "What was refused is recorded" recorded deny
  check "exeat status: it enforces, and all is as declared" exeat status
  check "exeat preflight: nothing fails" preflight_holds
}

run_lab() {
  local began=$SECONDS
  if EXEAT_LAB_PATIENCE=$patience exeat lab ${lab_options:-} >/var/tmp/lab.out 2>/var/tmp/lab.err; then ok "The lab passes on the published programs"
  else bad "The lab passes on the published programs" "$(grep -aE 'FAILED|ESCAPED|MISSED|WRONG|not ready|missing' /var/tmp/lab.out /var/tmp/lab.err | head -n 12; tail -n 3 /var/tmp/lab.err)"; fi
  figure "lab: $(tail -n 1 /var/tmp/lab.out) ($((SECONDS - began)) s in this machine)"
  check "The lab's packets come over $queue_means" grep -aq "$queue_said" /var/tmp/lab.err
}

# A change of the running gateway, under two permitted connections: they go on, nothing that is not permitted passes, new ones pass again afterwards.
across() { # SENTENCE COMMAND…
  local what=$1 before after family from gap
  shift
  begin_streams
  before=$(now)
  if ! "$@" >/var/tmp/across.log 2>&1; then
    bad "$what" "$(tail -n 5 /var/tmp/across.log)"
    end_streams
    return
  fi
  wait_active
  after=$(now)
  sleep $((3 * patience))
  for family in 4 6; do
    check "$what: a permitted connection over IPv$family goes on" ticked_since "$family" "$after"
    check "$what: new connections over IPv$family pass afterwards" test "$(opened "$family" "$after")" -gt 0
    gap=$(longest_gap "$family" "$before")
    figure "$what: longest time without a new connection over IPv$family: $gap ms (the agent tries about every $(pace) ms)"
  done
  check "$what: nothing that is not permitted passes" test "$(escaped "$before")" -eq 0
  end_streams
}

stopped() {
  begin_streams
  systemctl stop $unit
  local from to
  from=$(now)
  sleep $((3 * patience))
  to=$(now)
  check "Stopped: the agent went on trying" test "$(tried "$from" "$to")" -gt 0
  check "Stopped: no new connection passes in either family" test "$(opened 4 "$from" "$to")" -eq 0 -a "$(opened 6 "$from" "$to")" -eq 0
  check "Stopped: nothing else passes" test "$(escaped "$from")" -eq 0
  check "Stopped: exeat status says so" ends_with 3 exeat status
  systemctl start $unit
  wait_active
  end_streams
}

kill_it() {
  local pid restarts started
  pid=$(systemctl show -P MainPID $unit) restarts=$(systemctl show -P NRestarts $unit)
  kill -9 "$pid"
  while kill -0 "$pid" 2>/dev/null; do sleep 0.01; done
  started=$(now)
  for _ in $(seq 1 $((60 * patience))); do
    [ "$(systemctl show -P NRestarts $unit)" -gt "$restarts" ] && [ "$(systemctl is-active $unit)" = active ] && break
    sleep 0.5
  done
  killed_from=$started killed_to=$(main_started_at)
  [ "$(systemctl is-active $unit)" = active ]
}

# A gateway that hangs: systemd hears nothing from it, ends it and starts it again.
hang_it() {
  local restarts
  restarts=$(systemctl show -P NRestarts $unit)
  kill -STOP "$(systemctl show -P MainPID $unit)"
  killed_from=$(now)
  for _ in $(seq 1 $((120 + 60 * patience))); do
    [ "$(systemctl show -P NRestarts $unit)" -gt "$restarts" ] && [ "$(systemctl is-active $unit)" = active ] && break
    sleep 0.5
  done
  killed_to=$(main_started_at)
  [ "$(systemctl show -P NRestarts $unit)" -gt "$restarts" ]
}

# Of the running process: whose it is, and the capabilities it has (12 and 13: CAP_NET_ADMIN, CAP_NET_RAW).
has_two_rights() {
  local status
  status=/proc/$(systemctl show -P MainPID $unit)/status
  grep -E '^(Uid|Cap|NoNewPrivs)' "$status"
  [ "$(awk '/^Uid/ { print $2 }' "$status")" = "$(id -u exeat)" ] && [ "$(awk '/^CapEff/ { print $2 }' "$status")" = 0000000000003000 ] &&
    [ "$(awk '/^CapBnd/ { print $2 }' "$status")" = 0000000000003000 ] && [ "$(awk '/^NoNewPrivs/ { print $2 }' "$status")" = 1 ]
}

reload_it() {
  local from
  sed -i 's/203\.0\.113\.10/203.0.113.77/; s/2001:db8:f::10/2001:db8:f::77/' /etc/exeat/policy/policy.yaml
  check "systemctl reload takes a policy that permits nothing that is tried" systemctl reload $unit
  sleep $((1 * patience))
  from=$(now)
  sleep $((2 * patience))
  check "Reloaded: no new connection passes, and nothing else" test "$(opened 4 "$from")" -eq 0 -a "$(opened 6 "$from")" -eq 0 -a "$(escaped "$from")" -eq 0
  cp /opt/vm/etc/policy/policy.yaml /etc/exeat/policy/policy.yaml
  systemctl reload $unit
  sleep $((2 * patience))
  from=$(now)
  sleep $((2 * patience))
  check "Reloaded again: new connections pass" test "$(opened 4 "$from")" -gt 0 -a "$(opened 6 "$from")" -gt 0
}

second_version() { # a later build: same programs, another version
  cp -R $published /opt/publish-2
  echo "$(cat $published/VERSION).later" >/opt/publish-2/VERSION
  (cd /opt/publish-2 && find . -type f ! -name SHA256SUMS -printf '%P\n' | LC_ALL=C sort | xargs -d '\n' sha256sum >SHA256SUMS)
}

installed_version() { basename "$(readlink /opt/exeat/current)"; }

change_it() {
  stopped
  across "systemctl restart" systemctl restart $unit
  across "kill -9" kill_it
  check "kill -9: no new connection passes until systemd has started it again" test "$(opened 4 "${killed_from:-0}" "${killed_to:-0}")" -eq 0 -a "$(opened 6 "${killed_from:-0}" "${killed_to:-0}")" -eq 0
  across "hanging" hang_it
  check "hanging: no new connection passes until systemd has started it again" test "$(opened 4 "${killed_from:-0}" "${killed_to:-0}")" -eq 0 -a "$(opened 6 "${killed_from:-0}" "${killed_to:-0}")" -eq 0
  reload_it
  local first second
  first=$(installed_version)
  second_version
  across "upgrade" /opt/publish-2/install.sh
  second=$(installed_version)
  check "The upgrade installed another version and kept the configuration" test "$second" != "$first" -a "$(grep -c allow-probe /etc/exeat/policy/policy.yaml)" -eq 1
  across "rollback" /opt/publish-2/install.sh --rollback
  check "The rollback brought the version before" test "$(installed_version)" = "$first"
  echo 'kind: [' >>/etc/exeat/gateway.yaml
  check "An upgrade over a configuration that the new version refuses changes nothing" refuses_upgrade "$first"
  cp /opt/vm/etc/gateway.yaml /etc/exeat/gateway.yaml
  # Debian's own unit flushes the whole ruleset when it starts: the next boots have it beside ours.
  check "The distribution's nftables unit is switched on as well" systemctl --quiet enable nftables.service
}

preflight_holds() {
  exeat preflight --config /etc/exeat/gateway.yaml >/var/tmp/preflight.log && return 0
  grep -A 1 '^fail' /var/tmp/preflight.log
  return 1
}

ends_with() { # STATUS COMMAND…
  local status=0
  "${@:2}" || status=$?
  [ "$status" -eq "$1" ]
}

refuses_upgrade() {
  local status=0
  /opt/publish-2/install.sh >/var/tmp/refused.log 2>&1 || status=$?
  [ "$status" -eq 2 ] && [ "$(installed_version)" = "$1" ] && [ "$(systemctl is-active $unit)" = active ]
}

after_boot() { # HOW
  wait_active
  check "$1: the gateway came up by itself" test "$(systemctl is-active $unit)" = active
  check "$1: the agent tried before the gateway was there" test "$(tried 0 "$(main_started_at)")" -gt 0
  check "$1: nothing passed before the gateway was there" test "$(arrived_before "$(main_started_at)")" -eq 0
  sleep $((3 * patience))
  check "$1: permitted connections pass once it is ready, in both families" test "$(opened 4 "$(main_started_at)")" -gt 0 -a "$(opened 6 "$(main_started_at)")" -gt 0
  check "$1: nothing that is not permitted ever passed" test "$(escaped 0)" -eq 0
  check "$1: its packets come over $queue_means" said "$queue_said"
  is_container || figure "$1: first new connection $(($(first_opened) / 1000)) ms after the kernel began; the gateway was started at $(($(main_started_at) / 1000)) ms, ready at $(($(ready_at) / 1000)) ms"
}

remove_it() {
  local from
  check "Uninstalling works" $published/install.sh --uninstall
  check "Uninstalled: no program, no unit" test ! -e /opt/exeat -a ! -e /usr/local/bin/exeat -a ! -e /etc/systemd/system/$unit
  check "Uninstalled: configuration and journal are kept" test -e /etc/exeat/gateway.yaml -a -d /var/lib/exeat
  from=$(now)
  sleep $((3 * patience))
  check "Uninstalled: nothing passes until the next boot" test "$(arrived_since "$from")" -eq 0 -a "$(tried "$from" "$(now)")" -gt 0
}

stage=$(at_boot stage)
lab_options=$(at_boot lab | tr ',' ' ')
say "stage $stage, kernel $(uname -r), $(systemctl --version | head -n 1)"
case "$stage" in
  first) not_installed; install_it; [ "$lab_options" = none ] || run_lab; change_it ;;
  router) after_boot "Booted with forwarding on"; rm -f /etc/sysctl.d/10-router.conf ;;
  # Alone, without the stages before it, it installs first.
  fleet) [ -e /opt/exeat/current ] || install_it; wait_active; fleet ;;
  stock) after_boot "Booted"; fleet_after_boot; remove_it; fleet_removed ;;
  *) bad "The stage is known" "'$stage'" ;;
esac
say "stage $stage is over"
if [ "$stage" = stock ] || is_container; then systemctl --no-block poweroff; else systemctl --no-block reboot; fi
