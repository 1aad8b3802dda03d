#!/bin/busybox sh
# shellcheck shell=dash
# The first process of the kernel of Scripts/yardstick: runs the article's program together with the ground truth.
# shellcheck source=Tests/Kernels/guest.sh
. /guest.sh
start_guest
mount -t tracefs tracefs /sys/kernel/tracing
echo "$(uname -r) after $(cut -d. -f1 /proc/uptime) s"
: >/out/records
: >/out/errors
: >/out/truth
start_truth 0
nsenter --net="/proc/$truth/ns/net" python3 /yardstick/monitor.py >/out/records 2>/out/errors &
monitor=$!
# The emulated processor takes minutes to compile the program.
if wait_for ready /out/errors 500 $monitor; then
  echo "ready after $(cut -d. -f1 /proc/uptime) s"
  echo >&3
  wait_for played /out/truth 300 $truth
  # The monitor has printed everything if it uses no more processor time.
  used=
  for _ in $(seq 30); do
    before=$used
    sleep 2
    used=$(cut -d' ' -f14,15 /proc/$monitor/stat)
    [ "$used" = "$before" ] && break
  done
  kill -INT $monitor
fi
wait $monitor
echo "$?" >/out/code
end_truth
echo "done after $(cut -d. -f1 /proc/uptime) s"
for name in truth records errors complaints code; do give $name /out/$name; done
end_guest
