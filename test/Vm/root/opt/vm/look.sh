# What the checks look at: the witness's lines (time family destination protocol port opens), the agent's, the unit's. Times are µs of the monotonic clock.

say() { printf 'vm: %s\r\n' "$*" >"$console"; }
ok() { say "ok $1"; }
bad() { say "FAILED $1: $(printf '%s' "$2" | tr '\n' '|' | tr -cd '[:print:]')"; }
figure() { say "figure $*"; }
check() { # SENTENCE COMMAND…
  local said
  if said=$("${@:2}" 2>&1); then ok "$1"; else bad "$1" "${*:2} → $(printf '%s' "$said" | tail -n 4)"; fi
}

now() { python3 -c 'import time; print(time.monotonic_ns() // 1000)'; }
ready_at() { systemctl show -P ActiveEnterTimestampMonotonic $unit; }
main_started_at() { systemctl show -P ExecMainStartTimestampMonotonic $unit; }
# Of the running process; a line may reach the journal moments after the fact.
said() {
  local i
  for i in $(seq 1 $((4 * patience))); do
    journalctl --no-pager -b -u $unit | grep -q "$1" && return 0
    sleep 0.5
  done
  journalctl --no-pager -b -u $unit | tail -n 4
  return 1
}
recorded() { exeat flows query --journal /var/lib/exeat/journal --verdict "$1" --format csv | grep -q ",$1,"; }

far=9223372036854775807
is_permitted='($3 == "203.0.113.10" || $3 == "2001:db8:f::10") && $4 == 6 && $5 == 8080'
opened() { awk -v family="$1" -v from="$2" -v to="${3:-$far}" '$1 > from + 0 && $1 < to + 0 && $2 == family && $6 && '"$is_permitted"' { n++ } END { print n + 0 }' /run/vm/arrived; }
escaped() { awk -v from="$1" '$1 > from + 0 && !('"$is_permitted"') { n++ } END { print n + 0 }' /run/vm/arrived; }
arrived_before() { awk -v to="$1" '$1 < to + 0 { n++ } END { print n + 0 }' /run/vm/arrived; }
arrived_since() { awk -v from="$1" '$1 > from + 0 { n++ } END { print n + 0 }' /run/vm/arrived; }
tried() { awk -v from="$1" -v to="$2" '$1 > from + 0 && $1 < to + 0 { n++ } END { print n + 0 }' /run/vm/sent; }
first_opened() { awk '$6 { print $1; exit }' /run/vm/arrived; }
pace() { awk 'NR > 1 { sum += $1 - last; n++ } { last = $1 } END { print int(sum / (n ? n : 1) / 1000) }' /run/vm/sent; }
longest_gap() { awk -v family="$1" -v from="$2" '$2 == family && $6 && '"$is_permitted"' { if ($1 > from + 0 && last && $1 - last > gap) gap = $1 - last; last = $1 } END { print int(gap / 1000) }' /run/vm/arrived; }

wait_active() {
  local i
  for i in $(seq 1 $((60 * patience))); do
    [ "$(systemctl is-active $unit)" = active ] && return 0
    sleep 0.5
  done
  systemctl --no-pager status $unit >"$console" 2>&1
}

begin_streams() {
  local family i
  streams=""
  for family in 4 6; do
    ip netns exec agent python3 /opt/vm/stream.py "$family" /run/vm/stream-$family &
    streams="$streams $!"
  done
  for i in $(seq 1 $((20 * patience))); do
    [ -s /run/vm/stream-4 ] && [ -s /run/vm/stream-6 ] && return 0
    sleep 0.5
  done
}
ticked_since() { awk -v from="$2" '/ended|closed/ { bad = 1; print } $1 > from + 0 { n++ } END { exit bad || n < 2 }' "/run/vm/stream-$1"; }
end_streams() {
  # shellcheck disable=SC2086
  kill $streams 2>/dev/null
  wait
  rm -f /run/vm/stream-4 /run/vm/stream-6
}
