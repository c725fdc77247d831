# The fuzz program and its copy in which branches count. Sourced by ./dev.

fuzz_copy=artifacts/fuzz/bin

# The ordinary build stays as it is: the copy is made anew after each build.
prepare_fuzz() {
  local built="$bin/Exeat.Fuzz/release" fresh="$fuzz_copy.new"
  if [ -f "$fuzz_copy/ready" ] && [ ! "$built/Exeat.Fuzz.dll" -nt "$fuzz_copy/ready" ] && [ ! artifacts/everything.stamp -nt "$fuzz_copy/ready" ]; then return 0; fi
  rm -rf "$fresh" "$fuzz_copy"
  mkdir -p "$fresh"
  cp -R "$built/." "$fresh/"
  dotnet "$built/Exeat.Fuzz.dll" --instrument "$fresh" >&2
  touch "$fresh/ready"
  mv "$fresh" "$fuzz_copy"
}

# Paths that a person types are those of their own folder.
run_fuzz() {
  [ $# -gt 0 ] || set -- --help
  prepare_fuzz
  cd "$place"
  exec dotnet "$root/$fuzz_copy/Exeat.Fuzz.dll" "$@" --corpus "$root/fuzz/corpus" --work "$root/artifacts/fuzz"
}
