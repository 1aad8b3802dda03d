# shellcheck shell=bash
# Runs a kernel under qemu. Scripts/kernels, Scripts/yardstick and Scripts/deb-test read this file.

# boot ROOT KERNEL MEMORY SECONDS RESULTS [ARGUMENT]...: runs the kernel with the folder ROOT as its first file system and the
# arguments as its own, and writes the files that its init sends to RESULTS; the console is RESULTS.console. Fails if init
# does not reach its end. The file $disk, if there is one, is the machine's /dev/vda.
boot() {
  local root=$1 kernel=$2 memory=$3 seconds=$4 results=$5
  (cd "$root" && find . | cpio --quiet -o -H newc | gzip -1) >"$results.cpio.gz"
  : >"$results.serial"
  # Without cmpxchg16b: qemu's TCG corrupts the flags after it, and the allocator of 6.12 then crashes eventually.
  timeout "$seconds" qemu-system-x86_64 -accel tcg -smp 1 -m "$memory" -nographic -no-reboot -kernel "$kernel" \
    ${disk:+-drive "file=$disk,format=raw,if=virtio,cache=unsafe"} \
    -initrd "$results.cpio.gz" -append "console=ttyS0 quiet panic=-1 loglevel=3 clearcpuid=cx16 ${*:6}" \
    -serial mon:stdio -serial "file:$results.serial" </dev/null >"$results.console" 2>&1 || true
  # The second serial port carries each file after its name.
  awk -v folder="$results" '/^@@ / {
      if (out) close(out)
      out = folder "/" $2 ".packed"; name = out; sub("/[^/]*$", "", name); system("mkdir -p " name); next
    } out {print > out}' <(tr -d '\r' <"$results.serial")
  find "$results" -name '*.packed' | while read -r file; do
    base64 -d "$file" 2>/dev/null | gzip -dc >"${file%.packed}" 2>/dev/null || true
  done
  grep -q '^@@ end' "$results.serial"
}
