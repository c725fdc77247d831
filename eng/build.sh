# Restore, build, publish. Sourced by ./dev.

bin=artifacts/bin
programs=artifacts/exeat
solution=Exeat.slnx
program_projects=(src/Gateway/Exeat.Gateway.csproj src/Link/Exeat.Link.csproj src/Control/Exeat.Control.csproj src/Cli/Exeat.Cli.csproj)

# Paths whose change asks for a new build.
inputs=(src test bench fuzz policies Directory.Build.props Directory.Build.targets Directory.Packages.props Exeat.slnx global.json .editorconfig BannedSymbols.txt)

is_fresh() { # STAMP [PATH…]: true when nothing of the paths, or of all inputs, was changed since the stamp
  [ -f "$1" ] || return 1
  local present=() path stamp=$1
  shift
  [ $# -gt 0 ] || set -- "${inputs[@]}"
  for path in "$@"; do [ ! -e "$path" ] || present+=("$path"); done
  [ -z "$(find "${present[@]}" -newer "$stamp" -not -name '*.md' -print -quit)" ]
}

stamp_from() { # STAMP MARK: the stamp carries the time before the build, so a change during it is not missed
  mv -f "$2" "$1"
}

# The programs with the files that they start by. Building single projects into the folder that they share has been seen to take such a file away.
programs_are_whole() {
  local name
  for name in exeat exeat-gateway exeat-link exeat-control; do
    [ -x "$programs/$name" ] && [ -f "$programs/$name.runtimeconfig.json" ] && [ -f "$programs/$name.deps.json" ] || return 1
  done
}

# Compiles in Release. Where the environment forbids compilers that stay (UseSharedCompilation=false), one serves all projects of this build and ends with it: a compiler for
# each project takes twice the time.
compile() { # PROJECT [OPTION…]
  local status=0 id="exeat-$$-$RANDOM" own=() server
  [ "${UseSharedCompilation:-}" != false ] || own=(-p:UseSharedCompilation=true "-p:SharedCompilationId=$id")
  dotnet build "$@" -c Release --no-restore --nologo -v q "-clp:ErrorsOnly;NoSummary" ${own[@]+"${own[@]}"} >&2 </dev/null || status=$?
  server="$(dirname "$(readlink -f "$(command -v dotnet)")")/sdk/$(dotnet --version)/Roslyn/bincore/VBCSCompiler.dll"
  # Not found: it ends by itself when it was idle for a while.
  if [ ${#own[@]} -gt 0 ] && [ -f "$server" ]; then dotnet "$server" "-pipename:$id" -shutdown >/dev/null 2>&1 </dev/null || true; fi
  return "$status"
}

# Builds the programs from nothing when a build left one of their files out.
complete_programs() {
  local project
  if programs_are_whole; then return 0; fi
  for project in "${program_projects[@]}"; do
    compile "$project" --no-incremental --no-dependencies
  done
  programs_are_whole || { say "the build left files of $programs out; remove the folder artifacts and build again"; return 1; }
}

# Restores exactly what the lock files name: a changed package or reference shows here, not on somebody else's machine.
restore_locked() { # PROJECT
  dotnet restore "$1" --locked-mode -v q >&2 </dev/null && return 0
  say "the restore failed. If NU1004 stands above, a package or reference was changed without its lock files:"
  say "dotnet restore $solution --force-evaluate, then commit each packages.lock.json"
  return 1
}

# Only the programs: what the lab and the command line need.
build_programs() {
  local stamp=artifacts/programs.stamp mark project
  if programs_are_whole && is_fresh "$stamp"; then return 0; fi
  mkdir -p artifacts
  mark=$stamp.new
  touch "$mark"
  say "building the programs"
  for project in "${program_projects[@]}"; do
    restore_locked "$project"
    compile "$project"
  done
  complete_programs
  stamp_from "$stamp" "$mark"
}

build_everything() {
  local stamp=artifacts/everything.stamp mark
  if programs_are_whole && is_fresh "$stamp"; then return 0; fi
  mkdir -p artifacts
  mark=$stamp.new
  touch "$mark"
  say "restoring what the lock files name"
  restore_locked "$solution"
  say "building $solution in Release"
  compile "$solution"
  complete_programs
  cp "$mark" artifacts/programs.stamp
  touch -r "$mark" artifacts/programs.stamp
  stamp_from "$stamp" "$mark"
}

# What the suites without namespaces need: everything but the suites that need them, fuzz and bench. Restored as a whole, so that the lock files are checked all the same.
build_for_quick() {
  local stamp=artifacts/quick.stamp mark filter=artifacts/quick.slnf suites
  if programs_are_whole && { is_fresh "$stamp" || is_fresh artifacts/everything.stamp; }; then return 0; fi
  mkdir -p artifacts
  mark=$stamp.new
  touch "$mark"
  say "restoring what the lock files name"
  restore_locked "$solution"
  suites=$(IFS='|'; echo "${namespaced_suites[*]}")
  printf '{"solution":{"path":"../%s","projects":[%s]}}\n' "$solution" \
    "$(grep -o '<Project Path="[^"]*"' "$solution" | cut -d'"' -f2 | grep -vE "^(fuzz|bench)/|/($suites)\.csproj$" | sed 's/.*/"&"/' | paste -sd,)" >"$filter"
  say "building what the quick tests need, in Release"
  compile "$filter"
  complete_programs
  stamp_from "$stamp" "$mark"
}

published=artifacts/publish

# The compiler package for ahead-of-time builds follows the SDK's patch version, so this has a restore of its own, unlocked and beside the ordinary build.
publish() {
  local project work="$root/artifacts/publish-work" compiled="$root/artifacts/publish-work/programs" stamp=artifacts/publish.stamp mark
  if [ ! -x "$compiled/exeat" ] || [ ! -x "$compiled/exeat-gateway" ] || [ ! -x "$compiled/exeat-link" ] || [ ! -x "$compiled/control/exeat-control" ] || ! is_fresh "$stamp" src policies Directory.*; then
    mkdir -p artifacts
    mark=$stamp.new
    touch "$mark"
    rm -rf "$compiled"
    for project in src/Gateway/Exeat.Gateway.csproj src/Link/Exeat.Link.csproj src/Cli/Exeat.Cli.csproj; do
      say "compiling $project ahead of time for linux-x64"
      dotnet publish "$project" -c Release -r linux-x64 --nologo -v q "-clp:ErrorsOnly;NoSummary" -o "$compiled" \
        -p:PublishAot=true -p:StripSymbols=true -p:ExeatPublish=true -p:RestoreLockedMode=false "-p:ArtifactsPath=$work" >&2 </dev/null || return 1
    done
    # Control comes with a runtime, in a folder of its own: its web server and DuckDB's binding are not for ahead-of-time compilation.
    say "publishing src/Control/Exeat.Control.csproj with its runtime for linux-x64"
    dotnet publish src/Control/Exeat.Control.csproj -c Release -r linux-x64 --self-contained --nologo -v q "-clp:ErrorsOnly;NoSummary" -o "$compiled/control" \
      -p:ExeatPublish=true -p:RestoreLockedMode=false "-p:ArtifactsPath=$work" >&2 </dev/null || return 1
    find "$compiled/control" -maxdepth 1 \( -name '*.pdb' -o -name '*.xml' \) -delete
    # Symbols are kept beside, not shipped.
    mkdir -p artifacts/symbols
    find "$compiled" -maxdepth 1 \( -name '*.dbg' -o -name '*.pdb' -o -name '*.xml' \) -exec mv -f -t artifacts/symbols {} +
    stamp_from "$stamp" "$mark"
  fi
  assemble "$compiled"
}

# One folder: programs, units, an example configuration, the script that installs them, licences, and the sums that the script checks.
assemble() { # COMPILED
  rm -rf "$published"
  mkdir -p "$published/systemd"
  cp -R "$1/." "$published/"
  cp -R deploy/install/. "$published/"
  find deploy/systemd -maxdepth 1 -type f ! -name '*.md' -exec cp -t "$published/systemd" {} +
  cp LICENSE NOTICE "$published/"
  # The version of the build, and the commit it was made from, where there is one.
  printf '%s%s\n' "$(sed -n 's:.*<VersionPrefix>\(.*\)</VersionPrefix>.*:\1:p' Directory.Build.props)" \
    "$(git rev-parse --short=8 HEAD 2>/dev/null | sed 's/^/+/')" >"$published/VERSION"
  (cd "$published" && find . -type f ! -name SHA256SUMS -printf '%P\n' | sort | xargs -d '\n' sha256sum >SHA256SUMS)
  say "published $(cat "$published/VERSION") in $published; to install it: sudo $published/install.sh (--help, --dry-run)"
}
