# Runs the suites and counts. Sourced by ./dev.
# A suite that crashes, times out, prints no summary or runs no test counts as one failure: silence is not success.

passed=0 failed=0 skipped=0
suite_timeout=900
namespaced_timeout=3600
reports=artifacts/test
namespaced_suites=(Exeat.Linux.Tests Exeat.Run.Tests Exeat.Lab.Tests)

# Every test project there is, the rules of the repository last.
test_projects() {
  find test -mindepth 2 -maxdepth 2 -name '*.Tests.csproj' -printf '%f\n' | sed 's/\.csproj$//' | sort | grep -v '^Exeat\.Repo\.Tests$' || true
  echo Exeat.Repo.Tests
}

is_namespaced() { [[ " ${namespaced_suites[*]} " == *" $1 "* ]]; }

count() { # NAME PASSED FAILED SKIPPED SECONDS
  passed=$((passed + $2))
  failed=$((failed + $3))
  skipped=$((skipped + $4))
  printf '%-28s %5d passed %4d failed %4d skipped %5d s\n' "$1" "$2" "$3" "$4" "$5"
}

show_failures() { # LOG: the failed tests with what they say, or the end of the log when it names none
  local failures='\[FAIL\]|Unhandled exception'
  if grep -qE "$failures" "$1"; then
    { grep -A 25 -E "$failures" "$1" || true; } | sed -n -e '/\[SKIP\]/d' -e '1,200s/^/    /p'
  else
    tail -n 40 "$1" | sed 's/^/    /'
  fi
}

# run_tests NAME LIMIT COMMAND…: runs one xunit program and adds up its own summary line.
run_tests() {
  run_program "$@"
  count_program "$1" "$2"
}

# run_program NAME LIMIT COMMAND…: leaves its log, the time of each test (XML), and beside it how it ended and how long it took. suite_arguments: more for the program, where set.
run_program() {
  local name=$1 limit=$2 status=0 began=$SECONDS
  shift 2
  timeout --kill-after=10 "$limit" "$@" "$bin/$name/release/$name.dll" -noColor -noLogo -xml "$reports/$name.xml" ${suite_arguments[@]+"${suite_arguments[@]}"} >"$reports/$name.log" 2>&1 </dev/null || status=$?
  echo "$status $((SECONDS - began))" >"$reports/$name.ended"
}

count_program() { # NAME LIMIT
  local name=$1 limit=$2 log="$reports/$1.log" status=1 took=0 line
  # Without that line nothing is known of it: it counts as failed.
  read -r status took <"$reports/$name.ended" || true
  line=$(grep -E "^ *$name +Total: [0-9]+, Errors: [0-9]+, Failed: [0-9]+, Skipped: [0-9]+" "$log" | tail -n 1) || true
  if [[ ! "$line" =~ Total:\ ([0-9]+),\ Errors:\ ([0-9]+),\ Failed:\ ([0-9]+),\ Skipped:\ ([0-9]+),\ Not\ Run:\ ([0-9]+) ]]; then
    count "$name" 0 1 0 "$took"
    echo "    no summary; exit status $status (124: over $limit s); the log is $log"
    show_failures "$log"
    return 0
  fi
  local total=${BASH_REMATCH[1]} bad=$((BASH_REMATCH[2] + BASH_REMATCH[3])) left=${BASH_REMATCH[4]} unrun=${BASH_REMATCH[5]}
  local good=$((total - BASH_REMATCH[3] - left - unrun))
  if [ "$bad" -eq 0 ] && [ "$status" -ne 0 ]; then
    echo "    $name: every test passed, yet the exit status is $status"
    bad=1
  fi
  if [ "$good" -eq 0 ] && [ "$bad" -eq 0 ]; then
    echo "    $name: not one test ran"
    bad=1
  fi
  count "$name" "$good" "$bad" "$left" "$took"
  if [ "$bad" -gt 0 ]; then show_failures "$log"; fi
}

# Corpora and a bounded number of mutations. A target counts as one, however many inputs it saw.
replay_corpora() {
  local log="$reports/fuzz-replay.log" status=0 began=$SECONDS good bad
  timeout --kill-after=10 "$suite_timeout" dotnet "$bin/Exeat.Fuzz/release/Exeat.Fuzz.dll" --replay >"$log" 2>&1 </dev/null || status=$?
  good=$(grep -cE '^[a-z0-9-]+: [0-9]+ inputs, 0 failed$' "$log" || true)
  bad=$(grep -E '^[a-z0-9-]+: ([0-9]+ inputs|no corpus), [0-9]+ failed$' "$log" | grep -cvE ' inputs, 0 failed$' || true)
  if [ "$bad" -eq 0 ] && { [ "$status" -ne 0 ] || [ "$good" -eq 0 ]; }; then bad=1; fi
  count "fuzz (replay)" "$good" "$bad" 0 $((SECONDS - began))
  echo "    inputs: $(grep -E '^[0-9]+ passed, [0-9]+ failed$' "$log" | tail -n 1)"
  if [ "$bad" -gt 0 ]; then
    echo "    exit status $status; the log is $log"
    tail -n 40 "$log" | sed 's/^/    /'
  fi
}

# Whether a guided run finds what is planted for it, in the copy in which branches count.
check_fuzz_engine() {
  local log="$reports/fuzz-self-check.log" status=0 began=$SECONDS
  (set -e; prepare_fuzz; timeout --kill-after=10 "$suite_timeout" dotnet "$fuzz_copy/Exeat.Fuzz.dll" --self-check) >"$log" 2>&1 </dev/null || status=$?
  count "fuzz (self-check)" $((status == 0)) $((status != 0)) 0 $((SECONDS - began))
  if [ "$status" -ne 0 ]; then tail -n 40 "$log" | sed 's/^/    /'; fi
}

# Each bench once, in this process: shows that it runs, measures nothing.
run_benches_dry() {
  local log="$reports/bench-dry.log" status=0 began=$SECONDS good=0 bad=0
  timeout --kill-after=10 "$suite_timeout" dotnet "$bin/Exeat.Bench/release/Exeat.Bench.dll" --job dry --inProcess --filter '*' \
    --artifacts artifacts/bench-dry >"$log" 2>&1 </dev/null || status=$?
  if [[ "$(grep -oE 'executed benchmarks: [0-9]+' "$log" | tail -n 1)" =~ ([0-9]+) ]]; then good=${BASH_REMATCH[1]}; fi
  # BenchmarkDotNet ends with status 0 even when benches failed, and lists them under this heading.
  bad=$(sed -n '/^Benchmarks with issues:/,/^$/p' "$log" | grep -cE '^ +[A-Za-z]' || true)
  good=$((good - bad))
  if [ "$bad" -eq 0 ] && { [ "$status" -ne 0 ] || [ "$good" -le 0 ]; }; then good=0 bad=1; fi
  count "bench (dry)" "$good" "$bad" 0 $((SECONDS - began))
  if [ "$bad" -gt 0 ]; then
    echo "    exit status $status; the log is $log"
    tail -n 40 "$log" | sed 's/^/    /'
  fi
}

# The two steps without which nothing can be tested.
build_for_tests() { # BUILD: the function that builds
  local began=$SECONDS status=0
  rm -rf "$reports"
  mkdir -p "$reports"
  # In a subshell of its own with errors fatal: inside a condition bash would ignore them.
  set +e
  (set -e; "$1")
  status=$?
  set -e
  if [ "$status" -ne 0 ]; then
    echo "build failed after $((SECONDS - began)) s"
    failed=1
    close
  fi
  echo "build: $((SECONDS - began)) s"
}

# Style and analysis are the compiler's, whose warnings are errors. What is left to look at is the text, and the order of usings, which `style` looks at whatever diagnostic it is asked for (and for all of them takes minutes).
check_format() {
  local began=$SECONDS
  if {
    dotnet format whitespace . --folder --verify-no-changes --include ./src/ ./test/ ./bench/ ./fuzz/ &&
      dotnet format style "$solution" --verify-no-changes --no-restore --diagnostics IDE0040
  } >"$reports/format.log" 2>&1 </dev/null; then
    echo "format: $((SECONDS - began)) s"
    return 0
  fi
  failed=$((failed + 1))
  echo "format: FAILED after $((SECONDS - began)) s; to mend it: dotnet format $solution"
  sed -n "s|$root/||g; 1,40s/^/    /p" "$reports/format.log"
}

# A whole suite that cannot be run here: it counts as one skipped, and says why.
skip_one() { # NAME WHY
  printf '%s [SKIP]\n  %s\n' "$1" "$2" >>"$reports/skipped.log"
  count "$1" 0 0 1 0
}

# What was skipped and why, then the closing line, which is the last one and the only one of its form.
close() {
  if [ "$skipped" -gt 0 ]; then
    echo "$skipped skipped:"
    grep -h -A 1 -E '\[SKIP\]$' "$reports"/*.log | grep -v '^--$' | sed 's/^ */    /' || true
  fi
  echo "took $SECONDS s"
  echo "$passed passed, $failed failed"
  if [ "$failed" -gt 0 ]; then exit 1; fi
  exit 0
}

# Two at once: more was not faster on two cores.
run_unit_suites() {
  local name running=0
  for name in $(test_projects); do
    is_namespaced "$name" && continue
    if [ "$running" -ge 2 ]; then wait -n || true; running=$((running - 1)); fi
    run_program "$name" "$suite_timeout" dotnet &
    running=$((running + 1))
  done
  wait
  for name in $(test_projects); do is_namespaced "$name" || count_program "$name" "$suite_timeout"; done
}

test_quick() {
  build_for_tests build_for_quick
  run_unit_suites
  close
}

# The lab again, on what is shipped: compiled ahead of time, in one folder.
test_published() {
  local log="$reports/publish.log" began=$SECONDS status=0 line
  set +e
  (set -e; publish) >"$log" 2>&1
  status=$?
  set -e
  if [ "$status" -ne 0 ]; then
    count "publish" 0 1 0 $((SECONDS - began))
    tail -n 15 "$log" | sed 's/^/    /'
    return 1
  fi
  count "publish" 1 0 0 $((SECONDS - began))
  began=$SECONDS log="$reports/published-lab.log"
  timeout --kill-after=10 "$suite_timeout" ${as_root[@]+"${as_root[@]}"} "$published/exeat" lab >"$log" 2>&1 </dev/null || status=$?
  line=$(grep -E '^[0-9]+ passed, [0-9]+ failed' "$log" | tail -n 1) || true
  if [[ "$line" =~ ^([0-9]+)\ passed,\ ([0-9]+)\ failed ]] && [ "${BASH_REMATCH[1]}" -gt 0 ]; then
    count "lab (published)" "${BASH_REMATCH[1]}" "$((BASH_REMATCH[2] + (BASH_REMATCH[2] == 0 && status != 0)))" 0 $((SECONDS - began))
  else
    count "lab (published)" 0 1 0 $((SECONDS - began))
  fi
  if [ "$status" -ne 0 ]; then grep -E 'FAILED|ESCAPED|^lab: ' "$log" | tail -n 20 | sed 's/^/    /' || true; fi
}

# Beyond the ordinary: what is shipped, on the kernels that people have, and for longer.
test_beyond() {
  run_runtimes
  if test_published; then run_machine vm 8; else count "vm (Debian, systemd)" 0 1 0 0; fi
}

test_everything() { # [ALL]
  local name
  build_for_tests build_everything
  check_format
  run_unit_suites
  for name in "${namespaced_suites[@]}"; do
    run_tests "$name" "$namespaced_timeout" \
      ${as_root[@]+"${as_root[@]}"} env EXEAT_TEST_NAMESPACE=1 "${fresh_namespace[@]}" dotnet
  done
  replay_corpora
  check_fuzz_engine
  run_benches_dry
  [ "${1:-}" != all ] || test_beyond
  close
}
