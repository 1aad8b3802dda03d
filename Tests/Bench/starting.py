"""The time from start to ready on a host with many open sockets, and the resident memory then."""

import time

from measure import Row, Wanted, Workspace, median, number
from processes import Companion, Querent

HOW = """querent is started {rounds} times while a program holds {sockets:,} UDP sockets open; the time is from fork to the line
"ready", when every older socket has its owner. Resident memory (`smaps_rollup`) is read then; the 8 MiB of the ring are part
of it.

The time is spent as follows: the kernel's verifier takes a third, libbpf's parsing of the kernel's types (5 MB) a quarter. querent
detects with one small program whether a host refuses trampolines, instead of a full load that fails after it has parsed those
types too; IPv6 extension headers are parsed in a separate function, so that the verifier checks it once. libbpf maps a
ring twice in a row, which counts twice; querent reads it through one mapping. The memory that libbpf allocates for the kernel's
types is returned to the system once everything is loaded."""


def resident(pid: int) -> float:
    """Resident memory in MiB."""
    with open(f"/proc/{pid}/smaps_rollup", encoding="utf-8") as file:
        return next(int(line.split()[1]) for line in file if line.startswith("Rss:")) / 1024


def measure(work: Workspace, sockets: int, rounds: int) -> Row:
    holder = Companion([work.build("traffic"), "--sockets", str(sockets)], "played")
    taken: list[float] = []
    held: list[float] = []
    for _ in range(rounds):
        start = time.monotonic()
        tracer = Querent(work.querent)
        taken.append(1000 * (time.monotonic() - start))
        held.append(resident(tracer.process.pid))
        tracer.stop()
    holder.stop()
    return Row(
        "From start to ready", HOW.format(sockets=sockets, rounds=rounds), ["figure", "median", "least", "most"],
        [["ms to ready", *(number(of(taken)) for of in (median, min, max))],
         ["MiB resident then", *(number(of(held)) for of in (median, min, max))]],
        [Wanted("start.ready", "ms to ready", median(taken), 150, True, " ms"),
         Wanted("start.resident", "MiB resident at rest", median(held), 24, True, " MiB")])
