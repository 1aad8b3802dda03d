# shellcheck shell=bash
# Builds the root file system of the virtual machines. Scripts/kernels and Scripts/yardstick read this file.

# build_root ROOT TRUTH INIT: with the truth program, the tools that the cases need, and the script for the first process.
build_root() {
  local root=$1 truth=$2 init=$3 program
  mkdir -p "$root"/{bin,sbin,proc,sys,dev,tmp,run,etc,root}
  install "$(command -v busybox)" "$root/bin/busybox"
  for program in getent setpriv nft tc ip; do
    put "$root" "$(command -v "$program")"
    case $program in nft | tc | ip) ln -sf "$(command -v "$program")" "$root/bin/$program" ;; esac
  done
  # busybox's shell would run busybox's ip and tc.
  put "$root" "$(command -v dash)"
  ln -sf "$(command -v dash)" "$root/bin/sh"
  for program in /lib/*/libnss_dns.so.2 /lib/*/libnss_files.so.2 /lib/*/libresolv.so.2; do
    [ -e "$program" ] && put "$root" "$program"
  done
  install "$truth" "$root/bin/truth"
  gcc -O2 -Wall -Wextra -static -o "$root/bin/lookup" Tests/Kernels/lookup.c
  install "$init" "$root/init"
  install --mode=644 Tests/Kernels/guest.sh "$root/guest.sh"
  echo 'root:x:0:0:root:/:/bin/sh' >"$root/etc/passwd"
  echo 'root:x:0:' >"$root/etc/group"
  echo 'hosts: dns' >"$root/etc/nsswitch.conf"
  : >"$root/etc/resolv.conf"
}

# put ROOT PROGRAM: copies the program, and the libraries that ldd lists, to the same paths below ROOT.
put() {
  local file
  for file in "$2" $(ldd "$2" 2>/dev/null | grep -oE '/[^ ]+' | sort -u); do
    install -D "$(readlink -f "$file")" "$1$file"
  done
}
