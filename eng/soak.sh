# A long run of traffic and faults. Sourced by ./dev.

# soak_seconds [--time] DURATION: 90, 90s, 30m or 2h, as seconds; an hour when none is named.
soak_seconds() {
  local asked=${1:-1h}
  case "$asked" in
    --time) asked=${2:-} ; [ $# -eq 2 ] || return 1 ;;
    --time=*) asked=${asked#--time=} ; [ $# -eq 1 ] || return 1 ;;
    *) [ $# -le 1 ] || return 1 ;;
  esac
  [[ "$asked" =~ ^([1-9][0-9]{0,5})([smh]?)$ ]] || return 1
  case "${BASH_REMATCH[2]}" in
    m) echo $((BASH_REMATCH[1] * 60)) ;;
    h) echo $((BASH_REMATCH[1] * 3600)) ;;
    *) echo "${BASH_REMATCH[1]}" ;;
  esac
}

# What an earlier one left that was killed: its folder is there, and nobody holds it.
sweep_soaks() { # FOLDER
  local left
  for left in "$1"/exeat-soak-*/; do
    [ -e "$left/held" ] || continue
    if (flock --nonblock 9) 9<"$left/held"; then rm -rf "$left"; fi
  done
}

# Stopped early it still reports what it has seen, and its status is of that: 0 held, 1 not. Stopped twice it just ends, with 1.
soak() { # SECONDS
  local temporary=${TMPDIR:-/tmp} folder status child
  sweep_soaks "$temporary"
  folder=$(mktemp -d "$temporary/exeat-soak-XXXXXX")
  exec 9>"$folder/held"
  flock 9
  # Everything of it lives in one process namespace, which ends with its first process, and in one folder.
  # shellcheck disable=SC2064
  trap "rm -rf '$folder'" EXIT
  # A session of its own: what a terminal sends at Ctrl-C would end the traffic too. Not with sudo, which may ask the terminal for its password.
  local session=(setsid)
  [ ${#as_root[@]} -eq 0 ] || session=(${as_root[@]+"${as_root[@]}"})
  # In the background, so that a signal reaches this shell at once.
  "${session[@]}" env EXEAT_TEST_NAMESPACE=1 EXEAT_SOAK="$1" EXEAT_SOAK_STOP="$folder/stop" TMPDIR="$folder" "${fresh_namespace[@]}" \
    dotnet "$bin/Exeat.Lab.Tests/release/Exeat.Lab.Tests.dll" -noColor -noLogo -class 'Exeat.Lab.Tests.Chaos.SoakTests' </dev/null 9>&- &
  child=$!
  trap 'stop_soak "$folder" "$child"' INT TERM HUP
  # A signal ends the waiting, not what is waited for.
  while :; do
    stopping=
    status=0
    wait "$child" || status=1
    [ -n "$stopping" ] || break
  done
  trap - INT TERM HUP
  exit "$status"
}

stop_soak() { # FOLDER CHILD
  stopping=1
  if [ ! -e "$1/stop" ]; then
    touch "$1/stop"
    say "stopping: it mends what it broke, then reports what it has seen so far; stop it again to end it at once"
    return
  fi
  trap - INT TERM HUP
  # Its first process goes when whoever started it does; a sudo between them would not tell it.
  ${as_root[@]+"${as_root[@]}"} pkill -KILL -P "$2" 2>/dev/null || true
  kill -KILL "$2" 2>/dev/null || true
  wait "$2" 2>/dev/null || true
  say "stopped before its end, without a report"
  exit 1
}
