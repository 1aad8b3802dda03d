#!/usr/bin/env python3
"""Checks that a kernel has every field that a BPF object reads; needs bpftool.

  kernel_fields.py OBJECT IMAGE

IMAGE is an uncompressed kernel. libbpf resolves each of the object's relocations (CO-RE) against the kernel's types, as it does at a
start of querent. A relocation that asks whether something exists may find nothing; any other must be resolved. Prints how many there
were, or those that failed, and exits with 1.
"""

import re
import struct
import subprocess
import sys
import tempfile
from pathlib import Path

# struct btf_header (include/uapi/linux/btf.h): magic, version, flags, length, then offset and length of the types and of the strings.
HEADER = struct.Struct("<HBBIIIII")
START = struct.pack("<HBBI", 0xEB9F, 1, 0, HEADER.size)
# Octets; a kernel has megabytes, what else begins so is no description of it.
LEAST_TYPES = 1 << 20


def types(image: bytes) -> bytes:
    """The kernel's section .BTF."""
    at = image.find(START)
    while at >= 0:
        *_, type_length, string_offset, string_length = HEADER.unpack_from(image, at)
        if type_length >= LEAST_TYPES:
            return image[at : at + HEADER.size + string_offset + string_length]
        at = image.find(START, at + 1)
    raise SystemExit("kernel_fields: the image has no BTF, or is compressed")


def main() -> int:
    if len(sys.argv) != 3:
        print(__doc__, file=sys.stderr)
        return 64
    with tempfile.TemporaryDirectory() as folder:
        kernel = Path(folder, "kernel")
        kernel.write_bytes(types(Path(sys.argv[2]).read_bytes()))
        command = ["bpftool", "--debug", "gen", "min_core_btf", str(kernel), f"{folder}/least", sys.argv[1]]
        run = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    if run.returncode != 0:
        print(run.stdout[-2000:], file=sys.stderr)
        return 1
    wanted: dict[str, str] = {}
    missing: list[str] = []
    for line in run.stdout.splitlines():
        match = re.match(r"libbpf: (prog '.*': relo #\d+): (.*)", line)
        if match is None:
            continue
        relocation, text = match[1], match[2]
        if text.startswith("<"):
            wanted[relocation] = text
        elif text.startswith("no matching targets found") and "_exists>" not in wanted[relocation]:
            missing.append(f"{relocation}: {wanted[relocation]}")
    print("\n".join(missing) if missing else f"{len(wanted)} relocations, none without its field")
    return 1 if missing or not wanted else 0


if __name__ == "__main__":
    sys.exit(main())
