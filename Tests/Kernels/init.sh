#!/bin/busybox sh
# shellcheck shell=dash
# The first process of a test kernel (see Scripts/kernels): runs doctor, then demo, the ground truth and a lookup over a
# unix socket with each tier in turn.
# shellcheck source=Tests/Kernels/guest.sh
. /guest.sh
start_guest
noise=$(sed -n 's/.*querent.noise=\([0-9]*\).*/\1/p' /proc/cmdline)
uname -r
querent doctor >/out/doctor 2>&1
echo "$?" >/out/doctor.code
cat /out/doctor
give doctor /out/doctor
give doctor.code /out/doctor.code
# As querent.service starts it: before 5.11, maps count as locked memory.
ulimit -l unlimited
/usr/bin/setpriv --bounding-set="-all,$(sed -n 's/.*querent.capabilities=\([^ ]*\).*/\1/p' /proc/cmdline)" --inh-caps=-all querent doctor >/out/service 2>&1
echo "$?" >/out/service.code
give service /out/service
give service.code /out/service.code
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
  start_truth "${noise:-1000}"
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
  end_truth
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
end_guest
