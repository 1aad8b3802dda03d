#!/bin/busybox sh
# shellcheck shell=dash
# The first process of a test kernel (see Scripts/kernels): runs doctor, then demo, the ground truth and a lookup over a
# unix socket with each tier in turn. Their output goes to the second serial port, compressed, after a line "@@ name".
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

give() {
  echo "@@ $1" >/dev/ttyS1
  gzip -1 -c "$2" | base64 >/dev/ttyS1
}

# Waits up to $3 seconds for a line with $1 in $2; ends early when process $4 has ended.
wait_for() {
  end=$(($(date +%s) + $3))
  until grep -q "$1" "$2"; do
    [ "$(date +%s)" -lt "$end" ] && kill -0 "$4" 2>/dev/null || return 1
    usleep 100000
  done
}

noise=$(sed -n 's/.*querent.noise=\([0-9]*\).*/\1/p' /proc/cmdline)
uname -r
querent doctor >/out/doctor 2>&1
echo "$?" >/out/doctor.code
cat /out/doctor
give doctor /out/doctor
give doctor.code /out/doctor.code
for tier in trampoline tracepoint cgroup interface/trampoline interface/tracepoint interface/kprobe; do
  case $tier in
    interface/*) tap="--tap interface --tier ${tier#*/}" ;;
    *) tap="--tier $tier" ;;
  esac
  # shellcheck disable=SC2086 # several words
  querent demo $tap >/out/demo 2>&1
  echo "$?" >/out/demo.code
  give $tier/demo /out/demo
  give $tier/demo.code /out/demo.code
  : >/out/errors
  : >/out/truth
  : >/out/records
  mkfifo /tmp/go
  truth --wait --noise "${noise:-1000}" </tmp/go >/out/truth 2>/out/complaints &
  truth=$!
  exec 3>/tmp/go
  rm /tmp/go
  wait_for waiting /out/truth 30 $truth
  case $tier in interface/*) enter="nsenter --net=/proc/$truth/ns/net" ;; *) enter= ;; esac
  # shellcheck disable=SC2086 # several words
  $enter querent $tap --format json --output /out/records --timeout 20s --ring 64M 2>/out/errors &
  tracer=$!
  if wait_for ready /out/errors 60 $tracer; then
    echo >&3
    wait_for played /out/truth 200 $truth
    sleep 2
    kill -INT $tracer
  fi
  wait $tracer
  echo "$?" >/out/trace.code
  exec 3>&-
  kill $truth 2>/dev/null
  wait $truth
  : >/out/lookup
  # shellcheck disable=SC2086 # several words
  querent $tap --format keyvalue --output /out/lookup 2>/out/lookup.errors &
  tracer=$!
  if wait_for ready /out/lookup.errors 60 $tracer; then
    lookup 2>>/out/complaints
    kill -INT $tracer
  fi
  wait $tracer
  grep '^COMM=client .* LOOKUP=varlink .* DNS_NAME=lookup.test. ' /out/lookup >/out/lookups
  echo "tier $tier: trace $(cat /out/trace.code), demo $(cat /out/demo.code)"
  for name in truth records errors complaints lookups trace.code; do give $tier/$name /out/$name; done
done
echo "@@ end" >/dev/ttyS1
poweroff -f
