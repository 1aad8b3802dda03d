"""The memory for reading a large capture file."""

import os
import struct
import subprocess
import sys
import tempfile
from pathlib import Path

from . import captures
from .generate import Generator

# The maximum in KiB, for a file of any size.
LIMIT = 64 << 10
# A process starts with the peak memory of its parent, which is large here; so a small process starts querent.
LAUNCHER = """
import os, sys
null = os.open(os.devnull, os.O_WRONLY)
actions = [(os.POSIX_SPAWN_DUP2, null, 1), (os.POSIX_SPAWN_DUP2, null, 2)]
process = os.posix_spawn(sys.argv[1], sys.argv[1:], os.environ, file_actions=actions)
_, status, usage = os.wait4(process, 0)
print(usage.ru_maxrss)
sys.exit(os.waitstatus_to_exitcode(status))
"""


def measure(querent: str, seed: int, size: int) -> tuple[int, int]:
    """Returns the peak of resident memory in KiB for a file of at least `size` octets, and the file's size."""
    with tempfile.TemporaryDirectory(prefix="querent-conformance-") as folder:
        large = Path(folder) / "large.pcap"
        write_large(large, seed, size)
        measured = subprocess.run(
            [sys.executable, "-c", LAUNCHER, querent, "read", "--format", "json", str(large)],
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True, text=True)
        return int(measured.stdout), os.path.getsize(large)


def write_large(path: Path, seed: int, size: int) -> None:
    """Writes 2000 messages repeatedly, two seconds later each time."""
    generator = Generator(seed)
    once = path.with_name("one.pcap")
    captures.write(once, [(generator.message(), 53) for _ in range(2000)])
    octets = once.read_bytes()
    chunk = bytearray(octets[24:])
    second = 1_700_000_000
    with path.open("wb") as output:
        output.write(octets[:24])
        while output.tell() < size:
            place = 0
            while place < len(chunk):
                struct.pack_into("<L", chunk, place, second + place * 2 // len(chunk))
                place += 16 + int(struct.unpack_from("<L", chunk, place + 8)[0])
            second += 2
            output.write(chunk)
