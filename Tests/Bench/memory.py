"""querent's memory under a continuous load with unanswered queries and thousands of TCP connections."""

import contextlib
import ctypes
import os
import socket
import threading
import time
from collections.abc import Iterable, Iterator

from live import questions
from load import Load, Server
from measure import Row, Wanted, Workspace, median
from network import Network
from tracers import Tracer

HOW = """For {length} s: {answered:,} queries a second to nsd and {unanswered:,} to a socket that no process reads, from {clients} clients
each, and {streams:,} TCP connections with {streamed:,} queries a second. querent's resident memory is read from /proc each
second; the kernel counts the pages of the ring twice, because libbpf maps them twice. Flat compares the median of the last
quarter with that of the second. querent holds an unanswered query for 5 s, so its memory reaches its maximum after {full} s, and
a longer run needs no more."""
CLIENTS, STREAMS, STREAMED = 20, 5000, 1000


@contextlib.contextmanager
def silence(network: Network) -> Iterator[str]:
    """An address of a network's loopback with a socket on port 53 that no process reads."""
    made: list[socket.socket] = []

    def make() -> None:
        # A socket belongs to the network namespace of the thread that creates it.
        namespace = os.open(f"/proc/{network.holder.pid}/ns/net", os.O_RDONLY)
        if ctypes.CDLL(None, use_errno=True).setns(namespace, 0x40000000):
            raise OSError(ctypes.get_errno(), "setns")
        os.close(namespace)
        silent = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        silent.bind(("127.0.0.2", 53))
        made.append(silent)

    thread = threading.Thread(target=make)
    thread.start()
    thread.join()
    with made[0]:
        yield "127.0.0.2"


def measure(work: Workspace, length: int = 60, answered: int = 18000, unanswered: int = 2000) -> Row:
    with Network() as network, Server(network, work, streams=STREAMS), silence(network) as silent:
        asked = questions(work)
        tracer = Tracer("querent", work, network)
        at_rest = tracer.memory()
        shared = ["-l", str(length), "-c", str(CLIENTS)]
        loads = [Load(network, asked, "-Q", str(answered), *shared),
                 Load(network, asked, "-s", silent, "-Q", str(unanswered), "-q", "20000", "-T", "2", *shared),
                 Load(network, asked, "-m", "tcp", "-Q", str(STREAMED), "-l", str(length), "-c", str(STREAMS), "-q", str(STREAMS))]
        samples: list[tuple[float, float]] = []
        end = time.monotonic() + length
        while time.monotonic() < end:
            time.sleep(1)
            samples.append(tracer.memory())
        one, two, three = (load.end() for load in loads)
        lost = tracer.stop() or 0
    quarter = len(samples) // 4
    resident = [sample[0] for sample in samples]
    second, last = median(resident[quarter:2 * quarter]), median(resident[-quarter:])

    def line(what: str, pair: Iterable[float]) -> list[str]:
        return [what, *(f"{value:.1f}" for value in pair), ""]

    counts = {
        "queries answered": one.answered, "queries unanswered": two.sent - two.answered,
        "queries answered over TCP": three.answered, "lost": lost,
    }
    table = [
        line("at rest", at_rest),
        *(line(f"after {n * quarter} s", samples[n * quarter - 1]) for n in range(1, 5)),
        line("most", map(max, zip(*samples, strict=True))),
        *([what, "", "", f"{count:,.0f}"] for what, count in counts.items()),
    ]
    return Row(
        "Memory",
        HOW.format(
            length=length, answered=answered, unanswered=unanswered, clients=CLIENTS, streams=STREAMS, streamed=STREAMED, full=6),
        ["time or count", "MiB resident", "MiB, each page once", "count"], table,
        [Wanted("memory.most", "MiB resident at most", max(resident), 40, True, " MiB"),
         Wanted("memory.flat", "last quarter ÷ second", last / second, 1.05, True, "×"),
         Wanted("memory.lost", "lost", lost, 0, True)])
