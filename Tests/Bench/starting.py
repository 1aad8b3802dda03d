"""From start to ready on a host with many open sockets, and what is resident then."""
import time

from measure import Row, Wanted, median, number
from kernel import Companion, Tracer

HOW = """querent is started {rounds} times beside a program that holds {sockets:,} UDP sockets open; the time is from fork to the line that
says "ready", by when every older socket has its owner. What is resident (`smaps_rollup`) is read then; the ring's 16 MiB are part of it.

Where it goes: the kernel's verifier takes a third, libbpf's reading of the kernel's types (5 MB) a quarter. A host that refuses trampolines says
so to one tiny program, in place of a whole load in vain that reads those types too; IPv6 extension headers are walked in a function of their own,
so that the verifier walks them once. libbpf maps a ring twice in a row, which counts twice; querent reads it through one mapping. What libbpf took for the
kernel's types goes back to the system once all is loaded."""


def resident(pid):
    """MiB."""
    with open(f"/proc/{pid}/smaps_rollup", encoding="utf-8") as file:
        return next(int(line.split()[1]) for line in file if line.startswith("Rss:")) / 1024


def measure(shop, sockets, rounds):
    holder = Companion([shop.build("traffic"), "--sockets", str(sockets)], "played")
    taken, held = [], []
    for _ in range(rounds):
        start = time.monotonic()
        tracer = Tracer(shop.querent)
        taken.append(1000 * (time.monotonic() - start))
        held.append(resident(tracer.process.pid))
        tracer.stop()
    holder.stop()
    return Row(
        "From start to ready", HOW.format(sockets=sockets, rounds=rounds), ["figure", "median", "least", "most"],
        [["ms to ready", *(number(of(taken)) for of in (median, min, max))],
         ["MiB resident then", *(number(of(held)) for of in (median, min, max))]],
        [Wanted("start.ready", "ms to ready", median(taken), 150, True, " ms"),
         Wanted("start.resident", "MiB resident at rest", median(held), 48, True, " MiB")])
