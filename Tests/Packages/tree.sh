# shellcheck shell=bash
# Makes a fresh Debian below $tree, and runs programs in it. Scripts/deb-test reads this file; it sets $tree and defines `fail`.
# shellcheck disable=SC2154

# make_tree: with debootstrap, of this machine's release and from the mirror that its apt uses; the log is $tree.log.
make_tree() {
  local suite mirror
  # shellcheck source=/dev/null
  suite=$(. /etc/os-release && echo "$VERSION_CODENAME")
  # shellcheck disable=SC2016 # apt-get expands it
  mirror=$(apt-get indextargets --format '$(SITE)' 'Identifier: Packages' "Codename: $suite" | head -1)
  echo "deb-test: a fresh $suite from $mirror"
  debootstrap --variant=minbase --include=ca-certificates "$suite" "$tree" "$mirror" >"$tree.log" 2>&1 ||
    fail "debootstrap failed: $(tail -3 "$tree.log")"
  cp -r /etc/apt/. "$tree/etc/apt"
  cp /etc/resolv.conf "$tree/etc/resolv.conf"
  [ ! -e /etc/hosts ] || cp /etc/hosts "$tree/etc/hosts"
  printf '#!/bin/sh\nexit 101\n' >"$tree/usr/sbin/policy-rc.d"
  chmod 755 "$tree/usr/sbin/policy-rc.d"
  in_tree apt-get update -q >>"$tree.log" 2>&1 || fail "apt-get update: $(tail -3 "$tree.log")"
}

mount_kernel() {
  mount -t proc none "$tree/proc"
  mount --rbind /sys "$tree/sys"
  mount --bind /dev "$tree/dev"
}

unmount_kernel() { umount -R "$tree/proc" "$tree/sys" "$tree/dev" 2>/dev/null || true; }

in_tree() { chroot "$tree" "$@"; }

# in_apt COMMAND ARGUMENT...: apt-get without questions, whose output is in the log.
in_apt() {
  in_tree env DEBIAN_FRONTEND=noninteractive apt-get -y -q --no-install-recommends -o Dpkg::Options::=--force-confold "$@" \
    >>"$tree.log" 2>&1 || fail "apt-get $*: $(tail -5 "$tree.log")"
}
