#!/bin/busybox sh
# shellcheck shell=dash
# The first process of the kernel of Scripts/deb-test: starts Debian's systemd from the disk.
/bin/busybox --install -s /bin
export PATH=/bin
mount -t devtmpfs dev /dev
for module in /modules/*.ko; do
  [ -e "$module" ] && insmod "$module" 2>/dev/null
done
mount -t ext4 /dev/vda /disk || poweroff -f
mount --move /dev /disk/dev
exec switch_root /disk /sbin/init
