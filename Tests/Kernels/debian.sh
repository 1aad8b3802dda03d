# shellcheck shell=bash
# Fetches the Debian packages that the virtual machines need. Scripts/kernels, Scripts/yardstick and Scripts/deb-test read this file.

declare -A suite=([5.10]=bullseye [6.1]=bookworm [6.12]=trixie)
modules=(veth sch_netem nf_tables nft_chain_nat nft_nat nfnetlink_queue nft_queue virtio_pci virtio_blk ext4)

# need PACKAGE...: installs the missing packages.
need() {
  local missing=() package
  for package in "$@"; do
    [ "$(dpkg-query --show --showformat='${db:Status-Status}' "$package" 2>/dev/null)" = installed ] || missing+=("$package")
  done
  [ ${#missing[@]} -eq 0 ] && return
  if [ "$(id -u)" -ne 0 ]; then
    echo "$(basename "$0"): missing; as root: apt-get install ${missing[*]}" >&2
    exit 1
  fi
  echo "$(basename "$0"): installing from Debian's packages: ${missing[*]}"
  apt-get update -qq
  DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends -q "${missing[@]}"
}

# fetch CACHE VERSION: writes vmlinuz, release and modules to CACHE/VERSION.
fetch() {
  local cache=$1 version=$2
  [ "$(cat "$cache/$version/contents" 2>/dev/null)" = "${modules[*]}" ] && return
  fetch_package "$cache/apt" "$version" "$cache/$version.new"
  unpack "$cache/$version.new"
  rm -rf "${cache:?}/$version"
  mv "$cache/$version.new" "$cache/$version"
}

# fetch_arm64 CACHE VERSION: writes the kernel for arm64 to CACHE/VERSION-arm64.
fetch_arm64() {
  local cache=$1 version=$2 architecture=arm64 release=${suite[$2]}
  local -A suite=(["$version"]=$release)
  [ -e "$cache/$version-arm64" ] && return
  fetch_package "$cache/apt-arm64" "$version" "$cache/arm64.new"
  mv "$cache"/arm64.new/boot/vmlinuz-* "$cache/$version-arm64"
  rm -rf "$cache/arm64.new"
}

# fetch_package FOLDER VERSION TREE: unpacks the newest package of a kernel, of the architecture $architecture, in TREE.
fetch_package() {
  local apt=$1 version=$2 tree=$3 mirror package name
  mkdir -p "$apt/lists/partial" "$apt/archives/partial"
  if [ ! -e "$apt/fresh" ]; then
    # shellcheck disable=SC2016 # the fields are apt's
    mirror=$(apt-get indextargets --format '$(LABEL) $(SITE)' | awk '$1 == "Debian" {print $2; exit}')
    for name in "${suite[@]}"; do
      echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror $name main"
    done >"$apt/sources.list"
    private_apt "$apt" apt-get update -qq
    touch "$apt/fresh"
  fi
  package=$(private_apt "$apt" apt-cache pkgnames "linux-image-$version." | grep -E "([0-9]|deb[0-9]+)-cloud-${architecture:-amd64}\$" | sort -V | tail -n 1)
  echo "$(basename "$0"): fetching $package"
  (cd "$apt/archives" && private_apt "$apt" apt-get download -qq "$package")
  rm -rf "$tree"
  dpkg -x "$apt/archives/${package}"_*.deb "$tree"
}

# private_apt FOLDER COMMAND...: apt with package lists in FOLDER, of the architecture $architecture or this machine's; those of the
# machine do not change.
private_apt() {
  "$2" -o Dir::Etc::sourcelist="$1/sources.list" -o Dir::Etc::sourceparts=/dev/null \
    -o Dir::State::lists="$1/lists" -o Dir::Cache="$1" -o Acquire::Languages=none \
    ${architecture:+-o "APT::Architecture=$architecture" -o "APT::Architectures=$architecture"} \
    -o APT::Sandbox::User=root "${@:3}"
}

# fetch_programs CACHE RELEASE FOLDER PACKAGE...: unpacks the packages and their dependencies in FOLDER, after `fetch`.
fetch_programs() {
  local apt=$1/apt release=$2 folder=$3 archives package
  archives=$(mktemp -d --tmpdir="$apt" programs-XXXXXX)
  mkdir -p "$archives/partial"
  # No package counts as installed here, so that all dependencies are included.
  : >"$apt/status"
  private_apt "$apt" apt-get -o Dir::State::status="$apt/status" -o Dir::Cache::archives="$archives" \
    -o APT::Default-Release="$release" --no-install-recommends --download-only -y -qq install "${@:4}" || { rm -rf "$archives"; return 1; }
  for package in "$archives"/*.deb; do dpkg -x "$package" "$folder"; done
  rm -rf "$archives"
}

# unpack FOLDER: reduces a package in FOLDER to the kernel and the modules, which are numbered in the order in which they must be loaded.
unpack() {
  local folder=$1 tree release name file order=10
  cp "$folder"/boot/vmlinuz-* "$folder/vmlinuz"
  tree=$(find "$folder" -type d -path '*/modules/*' -prune | head -n 1)
  release=$(basename "$tree")
  [ -d "$folder/lib/modules" ] || { mkdir -p "$folder/lib" && cp -r "$folder/usr/lib/modules" "$folder/lib/"; }
  depmod -b "$folder" "$release"
  mkdir "$folder/modules"
  for name in "${modules[@]}"; do
    modprobe -d "$folder" -S "$release" --show-depends "$name" 2>/dev/null | awk '$1 == "insmod" {print $2}'
  done | awk '!seen[$0]++' | while read -r file; do
    name=$(basename "$file")
    case $file in
      *.xz) xz -dc "$file" >"$folder/modules/$order-${name%.xz}" ;;
      *) cp "$file" "$folder/modules/$order-$name" ;;
    esac
    order=$((order + 1))
  done
  echo "$release" >"$folder/release"
  echo "${modules[*]}" >"$folder/contents"
  rm -rf "${folder:?}"/{boot,lib,usr,etc}
}
