# What the machine must have: system packages, the .NET SDK, user namespaces. Sourced by ./dev.
# Status 3 always comes with the command that helps.

export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 LC_ALL=C.UTF-8
# System tools of Debian are not on every user's path.
export PATH="$PATH:/usr/local/sbin:/usr/sbin:/sbin"
if [ -z "${HOME:-}" ]; then
  HOME=$(getent passwd "$(id -u)" | cut -d: -f6)
  export HOME
fi

as_root=()

say() { printf 'dev: %s\n' "$*" >&2; }

# use | what must be there (a command, or lib: and a shared library) | package | why
packages='
lab|lib:libnftables.so.1|libnftables1|the gateway loads its tables through this library
lab|ip|iproute2|links, addresses and routes of the lab
lab|unshare|util-linux|namespaces of their own for lab and tests
lab|mount|mount|a file system view of its own for each agent of the lab
lab|kill|procps|ends the lab
lab|curl|curl|a client in the lab
lab|openssl|openssl|a client in the lab
lab|dig|bind9-dnsutils|the DNS client in the lab
lab|git|git|a client in the lab
lab|node|nodejs|a client in the lab
lab|gtlsclient|ngtcp2-client|the QUIC client in the lab
lab|gtlsserver|ngtcp2-server|the QUIC server of the lab
lab|python3|python3|a client in the lab, and its attacks
lab|slirp4netns|slirp4netns|a way out of exeat run without rights
lab|pasta|passt|another way out of exeat run without rights
lab|bwrap|bubblewrap|makes the box of exeat run
test|nft|nftables|the tests flush the ruleset with it, as another tool would
test|tshark|tshark|the independent reader that the parsers are compared with
test|iptables|iptables|its extensions let nft print the rule of the xt queue, which the tests compare
test|systemd-analyze|systemd|the tests read the units with it, as the system does
test|chromium|chromium|the browser among the honest clients of the tests
test|faketime|faketime|a test steps the clock of one gateway with it, and of nothing else
test|ethtool|ethtool|the tests switch offloads of their own links off with it
publish|clang|clang|links the ahead-of-time compiled programs
publish|lib:libz.so|zlib1g-dev|linked into the ahead-of-time compiled programs
vm|qemu-system-x86_64|qemu-system-x86|runs a stock kernel for the tests of the published folder
vm|debootstrap|debootstrap|makes the root of that machine
vm|mke2fs|e2fsprogs|makes its disk
container|debootstrap|debootstrap|makes the root of a machine without a kernel of its own
container|systemd-nspawn|systemd-container|runs it
'

is_there() {
  case "$1" in
    lib:*) ldconfig -p | grep -F "${1#lib:} " >/dev/null ;;
    # A program on the path, not a word of the shell such as kill.
    *) type -P "$1" >/dev/null ;;
  esac
}

# need_packages USE…: what is missing is installed as root or with sudo; otherwise the exact command is printed.
need_packages() {
  local use what package why missing=()
  while IFS='|' read -r use what package why; do
    [[ -n "$use" && " $* " == *" $use "* ]] || continue
    is_there "$what" && continue
    say "$package is missing: $why"
    missing+=("$package")
  done <<<"$packages"
  [ ${#missing[@]} -gt 0 ] || return 0

  local install="apt-get install -y --no-install-recommends ${missing[*]}"
  if ! command -v apt-get >/dev/null; then
    say "this is not a Debian or Ubuntu system; install by its own means what these packages hold: ${missing[*]}"
    exit 3
  fi
  if ! become_root; then
    say "neither root nor sudo; have somebody run: sudo apt-get update && sudo $install"
    exit 3
  fi
  say "installing: ${as_root[*]:-} $install"
  local apt=(${as_root[@]+"${as_root[@]}"} env DEBIAN_FRONTEND=noninteractive apt-get -q)
  compgen -G '/var/lib/apt/lists/*_Packages*' >/dev/null || "${apt[@]}" update >&2 </dev/null || true
  # Lists may be older than the mirror: update once and try again.
  if ! "${apt[@]}" install -y --no-install-recommends "${missing[@]}" >&2 </dev/null; then
    "${apt[@]}" update >&2 </dev/null || true
    if ! "${apt[@]}" install -y --no-install-recommends "${missing[@]}" >&2 </dev/null; then
      say "apt could not install them; see its message above, then: sudo apt-get update && sudo $install"
      exit 3
    fi
  fi
  as_root=()
}

# Sets as_root to what must stand before a command that needs root. Asks for a password only at a terminal.
become_root() {
  as_root=()
  [ "$(id -u)" -ne 0 ] || return 0
  command -v sudo >/dev/null || return 1
  if sudo -n true 2>/dev/null; then as_root=(sudo -n); return 0; fi
  [ -t 0 ] || return 1
  as_root=(sudo)
}

need_sdk() {
  local place
  if ! command -v dotnet >/dev/null; then
    for place in "$HOME/.dotnet" /usr/lib/dotnet /usr/share/dotnet /opt/dotnet; do
      if [ -x "$place/dotnet" ]; then export PATH="$place:$PATH"; break; fi
    done
  fi
  # The SDK wants ICU or this setting; our programs use none.
  ldconfig -p | grep "libicuuc\.so" >/dev/null || export DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=1
  local problem="there is no dotnet on the PATH"
  if ! command -v dotnet >/dev/null || ! problem=$(dotnet --version 2>&1); then
    say "the .NET 10 SDK that global.json asks for does not answer: $problem"
    say "Ubuntu: sudo apt-get install dotnet-sdk-10.0; elsewhere: https://dotnet.microsoft.com/download/dotnet/10.0, then put dotnet on the PATH"
    exit 3
  fi
  # Our programs are started by their own names and must find the runtime of this SDK.
  if [ -z "${DOTNET_ROOT:-}" ]; then
    DOTNET_ROOT=$(dirname "$(readlink -f "$(command -v dotnet)")")
    export DOTNET_ROOT
  fi
}

fresh_namespace=(unshare --user --map-root-user --net --mount --pid --fork --mount-proc --kill-child)

# need_namespaces "DO SOMETHING": sets as_root when only root may make namespaces here and the person agrees.
need_namespaces() {
  as_root=()
  local problem
  if problem=$("${fresh_namespace[@]}" true 2>&1); then return 0; fi
  say "this machine refuses a fresh user + network + mount + pid namespace: $problem"
  if [ "$(cat /proc/sys/kernel/apparmor_restrict_unprivileged_userns 2>/dev/null)" = 1 ]; then
    say "AppArmor restricts user namespaces to root here (Ubuntu 23.10 and later: kernel.apparmor_restrict_unprivileged_userns=1)"
  elif [ "$(cat /proc/sys/kernel/unprivileged_userns_clone 2>/dev/null)" = 0 ]; then
    say "user namespaces are reserved to root here (kernel.unprivileged_userns_clone=0)"
  elif [ "$(cat /proc/sys/user/max_user_namespaces 2>/dev/null)" = 0 ]; then
    say "user namespaces are switched off here (user.max_user_namespaces=0)"
  else
    say "in a container, the container must be allowed to create user namespaces and to mount /proc in them"
  fi
  if [ "$(id -u)" -ne 0 ] && command -v sudo >/dev/null; then
    local answer=n
    if [ -t 0 ]; then read -r -p "dev: $1 with sudo instead? [y/N] " answer; fi
    if [[ "$answer" == [yY]* ]]; then
      as_root=(sudo --preserve-env=EXEAT_COMMAND,DOTNET_ROOT,DOTNET_SYSTEM_GLOBALIZATION_INVARIANT,LC_ALL env "PATH=$PATH")
      if ${as_root[@]+"${as_root[@]}"} "${fresh_namespace[@]}" true; then return 0; fi
      say "refused to root as well"
      exit 3
    fi
    say "to use root: sudo ./dev $verb"
  fi
  exit 3
}
