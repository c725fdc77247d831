# Restore, build, publish. Sourced by ./dev.

bin=artifacts/bin
programs=artifacts/exeat
solution=Exeat.slnx

# Paths whose change asks for a new build.
inputs=(src test bench fuzz policies Directory.Build.props Directory.Build.targets Directory.Packages.props Exeat.slnx global.json .editorconfig BannedSymbols.txt)

is_fresh() { # STAMP: true when nothing was changed since the stamp
  [ -f "$1" ] || return 1
  local present=() path
  for path in "${inputs[@]}"; do [ ! -e "$path" ] || present+=("$path"); done
  [ -z "$(find "${present[@]}" -newer "$1" -not -name '*.md' -print -quit)" ]
}

stamp_from() { # STAMP MARK: the stamp carries the time before the build, so a change during it is not missed
  mv -f "$2" "$1"
}

# Restores exactly what the lock files name: a changed package or reference shows here, not on somebody else's machine.
restore_locked() { # PROJECT
  dotnet restore "$1" --locked-mode -v q >&2 </dev/null && return 0
  say "the restore failed. If NU1004 stands above, a package or reference was changed without its lock files:"
  say "dotnet restore $solution --force-evaluate, then commit each packages.lock.json"
  return 1
}

# Only the two programs: what the lab and the command line need.
build_programs() {
  local stamp=artifacts/programs.stamp mark project
  if [ -x "$programs/exeat" ] && [ -x "$programs/exeat-gateway" ] && is_fresh "$stamp"; then return 0; fi
  mkdir -p artifacts
  mark=$stamp.new
  touch "$mark"
  say "building exeat and exeat-gateway"
  for project in src/Gateway/Exeat.Gateway.csproj src/Cli/Exeat.Cli.csproj; do
    restore_locked "$project"
    dotnet build "$project" -c Release --no-restore --nologo -v q "-clp:ErrorsOnly;NoSummary" >&2 </dev/null
  done
  stamp_from "$stamp" "$mark"
}

build_everything() {
  local stamp=artifacts/everything.stamp mark
  if is_fresh "$stamp"; then return 0; fi
  mkdir -p artifacts
  mark=$stamp.new
  touch "$mark"
  say "restoring what the lock files name"
  restore_locked "$solution"
  say "building $solution in Release"
  dotnet build "$solution" -c Release --no-restore --nologo -v q "-clp:ErrorsOnly;NoSummary" >&2 </dev/null
  cp "$mark" artifacts/programs.stamp
  touch -r "$mark" artifacts/programs.stamp
  stamp_from "$stamp" "$mark"
}

# The compiler package for ahead-of-time builds follows the SDK's patch version, so this has a restore of its own, unlocked and beside the ordinary build.
publish() {
  local project work="$root/artifacts/publish-work"
  for project in src/Gateway/Exeat.Gateway.csproj src/Cli/Exeat.Cli.csproj; do
    say "compiling $project ahead of time for linux-x64"
    dotnet publish "$project" -c Release -r linux-x64 --nologo -v q "-clp:ErrorsOnly;NoSummary" -o artifacts/publish \
      -p:PublishAot=true -p:StripSymbols=true -p:ExeatPublish=true -p:RestoreLockedMode=false "-p:ArtifactsPath=$work" >&2 </dev/null
  done
  # Symbols are kept beside, not shipped.
  mkdir -p artifacts/symbols
  find artifacts/publish -maxdepth 1 \( -name '*.dbg' -o -name '*.pdb' -o -name '*.xml' \) -exec mv -f -t artifacts/symbols {} +
  ls -l artifacts/publish
}
