#!/usr/bin/env bash
# Unpacks the resolvers that are not installed, with the libraries that they need, from Debian's packages into a folder.
# Nothing is installed and no service starts: the measurement mounts FOLDER/usr over /usr in its own mount namespace.
#
#   unpack.sh FOLDER
set -euo pipefail

packages=(dnsmasq-base unbound bind9 knot-resolver dnsdist systemd-resolved)
folder=$1
[ ! -e "$folder/complete" ] || exit 0

missing() {
  LC_ALL=C apt-get --simulate --quiet --no-install-recommends install "${packages[@]}" | awk '/^Inst / { print $2 }'
}

rm -rf "$folder"
mkdir -p "$folder/packages" "$folder/usr/lib"
if ! names=$(missing 2>/dev/null); then
  apt-get update -qq
  names=$(missing)
fi
if [ -n "$names" ]; then
  mapfile -t names <<<"$names"
  echo "chains: unpacking from Debian's packages: ${names[*]}" >&2
  download() { (cd "$folder/packages" && apt-get download -qq "${names[@]}" 2>&1); }
  download >/dev/null || { apt-get update -qq && download >&2; }
  for package in "$folder"/packages/*.deb; do dpkg -x "$package" "$folder/root"; done
  # On a host with a merged /usr, /lib is a link to /usr/lib.
  for part in bin sbin lib usr; do
    [ -d "$folder/root/$part" ] || continue
    place=$folder/usr/$part
    [ "$part" != usr ] || place=$folder/usr
    mkdir -p "$place"
    cp -a "$folder/root/$part/." "$place/"
  done
  rm -rf "$folder/root" "$folder/packages"
fi
touch "$folder/complete"
