# A long run of traffic and faults. Sourced by ./dev.

# soak_seconds DURATION: 90, 90s, 30m or 2h, as seconds.
soak_seconds() {
  [[ "$1" =~ ^([1-9][0-9]{0,5})([smh]?)$ ]] || return 1
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

soak() { # SECONDS
  local temporary=${TMPDIR:-/tmp} folder status=0 child
  sweep_soaks "$temporary"
  folder=$(mktemp -d "$temporary/exeat-soak-XXXXXX")
  exec 9>"$folder/held"
  flock 9
  # Everything of it lives in one process namespace, which ends with its first process, and in one folder.
  # shellcheck disable=SC2064
  trap "rm -rf '$folder'" EXIT
  # In the background, so that a signal reaches this shell at once.
  ${as_root[@]+"${as_root[@]}"} env EXEAT_TEST_NAMESPACE=1 EXEAT_SOAK="$1" TMPDIR="$folder" "${fresh_namespace[@]}" \
    dotnet "$bin/Exeat.Lab.Tests/release/Exeat.Lab.Tests.dll" -noColor -noLogo -class 'Exeat.Lab.Tests.Chaos.SoakTests' </dev/null 9>&- &
  child=$!
  # Its first process goes when whoever started it does; a sudo between them would not tell it.
  # shellcheck disable=SC2064
  trap "${as_root[*]} pkill -KILL -P $child 2>/dev/null; kill -KILL $child 2>/dev/null; wait $child 2>/dev/null || true; say 'stopped before its end'; exit 1" INT TERM HUP
  wait "$child" || status=1
  trap - INT TERM HUP
  exit "$status"
}
