# The published folder on a stock Debian with systemd: on its own kernel in a virtual machine, or on this kernel in a container. Sourced by ./dev.
# The machine has no network: everything that the checks need lies in its image. test/Vm/root is laid over a minimal Debian; test/Vm/root/opt/vm/checks.sh says what is checked.

vm=artifacts/vm
vm_packages=linux-image-amd64,systemd,systemd-sysv,udev,kmod,dbus,iproute2,libnftables1,nftables,curl,openssl,ca-certificates,bind9-dnsutils,git,nodejs,python3,ngtcp2-client,ngtcp2-server,procps,zlib1g
# Emulated, everything is ten to twenty times slower; this stretches the deadlines of the lab and of the checks, never what they expect.
vm_patience=${EXEAT_VM_PATIENCE:-}
vm_boot_timeout=${EXEAT_VM_TIMEOUT:-2700}
# Each is one boot: the gateway installed and changed; a machine that forwards by itself; control and link; a stock machine, where all is removed. "fleet stock" stand alone.
vm_stages=${EXEAT_VM_STAGES:-first router fleet stock}

vm_lacks=""
# Whether the tests in the machine can be made here; if not, vm_lacks says why.
vm_is_possible() { # vm or container
  local mirror
  if [ "$(uname -m)" != x86_64 ]; then vm_lacks="the image is for x86_64, this machine is $(uname -m)"; return 1; fi
  if ! (need_packages "$1"); then vm_lacks="the programs that make and run its machine cannot be had here"; return 1; fi
  if ! become_root; then vm_lacks="debootstrap needs root"; return 1; fi
  mirror=$(vm_mirror)
  if [ -z "$mirror" ] && [ ! -e "$(vm_root)/etc/debian_version" ]; then vm_lacks="no source of Debian packages is configured here, and no root was made before"; return 1; fi
}

# The release and the source that this machine installs from: "SUITE ADDRESS".
vm_mirror() {
  apt-get indextargets --format '$(ORIGIN)|$(LABEL)|$(COMPONENT)|$(CODENAME)|$(REPO_URI)' 'Created-By: Packages' 2>/dev/null |
    awk -F'|' '$1 == "Debian" && $2 == "Debian" && $3 == "main" && $4 !~ /-/ { print $4, $5; exit }'
}

vm_root() { printf '%s/root-%s' "$vm" "$(printf '%s' "$vm_packages" | sha256sum | cut -c1-8)"; }

# Kept: a second run takes no package from anywhere.
vm_make_root() {
  local place suite mirror
  place=$(vm_root)
  [ ! -e "$place/etc/debian_version" ] || return 0
  read -r suite mirror <<<"$(vm_mirror)"
  mkdir -p "$vm"
  find "$vm" -mindepth 1 -maxdepth 1 -name 'root-*' -exec "${as_root[@]+"${as_root[@]}"}" rm -rf {} +
  say "making a minimal Debian $suite in $place"
  ${as_root[@]+"${as_root[@]}"} debootstrap --variant=minbase --include="$vm_packages" "$suite" "$place.new" "$mirror" >"$vm/debootstrap.log" 2>&1 ||
    { tail -n 5 "$vm/debootstrap.log" >&2; return 1; }
  ${as_root[@]+"${as_root[@]}"} mv "$place.new" "$place"
}

# What is tried is laid over the root.
vm_fill() { # ROOT PUBLISHED-FOLDER
  ${as_root[@]+"${as_root[@]}"} bash -euc '
    root=$1
    rm -rf "$root/opt/vm" "$root/opt/publish" "$root/etc/systemd/system/vm-"*
    cp -R --no-preserve=ownership test/Vm/root/. "$root/"
    cp -R --no-preserve=ownership "$2" "$root/opt/publish"
    mkdir -p "$root/etc/systemd/system/sysinit.target.wants" "$root/etc/systemd/system/multi-user.target.wants"
    ln -sf ../vm-network.service "$root/etc/systemd/system/sysinit.target.wants/"
    ln -sf ../vm-checks.service "$root/etc/systemd/system/multi-user.target.wants/"
  ' _ "$1" "$2"
}

vm_make() { # PUBLISHED-FOLDER: the disk of the machine
  local place
  place=$(vm_root)
  vm_fill "$place" "$1"
  ${as_root[@]+"${as_root[@]}"} bash -euc '
    root=$1 image=$2
    rm -f "$image"
    truncate -s 6G "$image"
    mke2fs -q -t ext4 -d "$root" "$image"
    cp "$(ls -v "$root"/boot/vmlinuz-* | tail -n 1)" "$image.kernel"
    cp "$(ls -v "$root"/boot/initrd.img-* | tail -n 1)" "$image.initrd"
    chmod a+r "$image" "$image.kernel" "$image.initrd"
    [ -z "${SUDO_UID:-}" ] || chown "$SUDO_UID" "$image" "$image.kernel" "$image.initrd"
  ' _ "$place" "$vm/disk"
}

container_make() { # PUBLISHED-FOLDER: the folder of the container
  ${as_root[@]+"${as_root[@]}"} rm -rf "$vm/container"
  ${as_root[@]+"${as_root[@]}"} cp -a "$(vm_root)" "$vm/container"
  vm_fill "$vm/container" "$1"
}

# systemd is the first process of a container on this kernel: minutes where the emulated machine takes an hour, with everything of systemd's but its own kernel and the order of a machine's boot.
container_boot() { # STAGE LOG [MORE…]: as vm_boot
  local stage=$1 log=$2 unregistered=()
  shift 2
  # Where no systemd runs outside, there is nobody to tell.
  [ -d /run/systemd/system ] || unregistered=(--register=no --keep-unit)
  # One hierarchy of control groups, as today's systemd expects it, whatever this machine mixes.
  ${as_root[@]+"${as_root[@]}"} timeout --kill-after=10 "$vm_boot_timeout" unshare --mount sh -euc '
    mount --make-rprivate /
    umount --recursive /sys/fs/cgroup
    mount -t cgroup2 none /sys/fs/cgroup
    exec "$@"
  ' _ systemd-nspawn --quiet --boot --directory="$vm/container" --machine=exeat-check --private-network --capability=all --system-call-filter=@known --resolv-conf=off --timezone=off --link-journal=no \
    --console=read-only ${unregistered[@]+"${unregistered[@]}"} -- systemd.show_status=false "vm.stage=$stage" "vm.patience=$vm_patience" "$@" </dev/null >"$log" 2>"$log.nspawn"
}

vm_boot() { # STAGE LOG [MORE…]: one boot, until the machine reboots or switches itself off
  local stage=$1 log=$2
  shift 2
  # kvm is not asked for: nested, it may hang. The getty of the serial console would make the boot wait 90 s for its device.
  timeout --kill-after=10 "$vm_boot_timeout" qemu-system-x86_64 -accel tcg,thread=multi -smp "${EXEAT_VM_CPUS:-1}" -m 1536 -nodefaults -display none -no-reboot \
    -serial "file:$log" -kernel "$vm/disk.kernel" -initrd "$vm/disk.initrd" -drive "file=$vm/disk,format=raw,if=virtio,cache=unsafe" -device virtio-rng-pci \
    -append "root=/dev/vda rw console=ttyS0 quiet systemd.show_status=false systemd.mask=serial-getty@ttyS0.service vm.stage=$stage vm.patience=$vm_patience $*" \
    </dev/null >"$log.qemu" 2>&1
}

# run_machine KIND PATIENCE: one boot for each stage; every line "vm: ok" is a test that passed. KIND: vm or container.
run_machine() {
  local kind=$1 name="$1 (Debian, systemd)" began=$SECONDS good=0 bad=0 stage log status
  vm_patience=${vm_patience:-$2}
  if ! vm_is_possible "$kind"; then
    skip_one "$name" "$vm_lacks"
    return 0
  fi
  # Without the packages there is no machine; that says nothing of ours.
  if ! vm_make_root; then
    skip_one "$name" "debootstrap could not make its root: $vm/debootstrap.log"
    return 0
  fi
  if ! "${kind}_make" artifacts/publish >"$reports/vm-image.log" 2>&1; then
    count "$name" 0 1 0 $((SECONDS - began))
    tail -n 5 "$reports/vm-image.log" 2>/dev/null | sed 's/^/    /'
    return 0
  fi
  for stage in $vm_stages; do
    log="$reports/$kind-$stage.log" status=0
    "${kind}_boot" "$stage" "$log" ${EXEAT_VM_LAB:+vm.lab=$EXEAT_VM_LAB} || status=$?
    tr -d '\r' <"$log" | grep -a '^vm: ' >"$log.lines" || true
    good=$((good + $(grep -c '^vm: ok ' "$log.lines" || true)))
    bad=$((bad + $(grep -c '^vm: FAILED ' "$log.lines" || true)))
    sed -n 's/^vm: \(FAILED\|figure\)/    \1/p' "$log.lines"
    if ! grep -q "^vm: stage $stage is over" "$log.lines"; then
      bad=$((bad + 1))
      echo "    the stage '$stage' did not come to its end (status $status; 124: over $vm_boot_timeout s); the log is $log"
      tail -n 15 "$log" | sed 's/^/    /'
      break
    fi
  done
  count "$name" "$good" "$bad" 0 $((SECONDS - began))
}
