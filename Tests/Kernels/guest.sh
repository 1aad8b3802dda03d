# shellcheck shell=dash
# The common functions of the first process of a test kernel: init.sh and yardstick.sh read this file.

# Mounts the file systems that the programs need, and loads the modules.
start_guest() {
  /bin/busybox --install -s /bin
  export PATH=/bin:/sbin:/usr/bin:/usr/sbin
  mount -t proc proc /proc
  mount -t sysfs sys /sys
  mount -t devtmpfs dev /dev
  mkdir -p /dev/shm /tmp /run /out
  mount -t tmpfs tmp /tmp
  mount -t tmpfs out /out
  mount -t cgroup2 cgroup /sys/fs/cgroup
  ip link set lo up
  stty -F /dev/ttyS1 raw -echo 2>/dev/null
  for module in /modules/*.ko; do
    [ -e "$module" ] && insmod "$module" 2>/dev/null
  done
}

# give NAME FILE: sends a file through the second serial port, compressed, after a line "@@ name".
give() {
  echo "@@ $1" >/dev/ttyS1
  gzip -1 -c "$2" | base64 >/dev/ttyS1
}

# wait_for TEXT FILE SECONDS PROCESS: waits for a line with the text; ends early if the process has ended.
wait_for() {
  end=$(($(date +%s) + $3))
  until grep -q "$1" "$2"; do
    [ "$(date +%s)" -lt "$end" ] && kill -0 "$4" 2>/dev/null || return 1
    usleep 100000
  done
}

# start_truth NOISE: starts the truth program and sets $truth to its pid; it plays after a line on descriptor 3.
start_truth() {
  mkfifo /tmp/go
  truth --wait --noise "$1" </tmp/go >/out/truth 2>/out/complaints &
  truth=$!
  exec 3>/tmp/go
  rm /tmp/go
  wait_for waiting /out/truth 30 $truth
}

end_truth() {
  exec 3>&-
  kill "$truth" 2>/dev/null
  wait "$truth"
}

end_guest() {
  echo "@@ end" >/dev/ttyS1
  poweroff -f
}
