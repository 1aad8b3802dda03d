"""querent's memory under loads that try to exhaust it: processes, unanswered queries, incomplete TCP messages."""

import select
import subprocess
import time

from measure import Row, Wanted, Workspace
from network import Network, many_files, output
from tracers import Tracer

HOW = """Four loads, each with a new querent process: {processes:,} programs that send one query and exit; {unanswered:,} queries
at 20,000 a second without an answer; {resolver:,} queries to a resolver on the host, which forwards each to a server that does
not answer; {streams:,} TCP connections with 16 KiB each of a message that never ends, seen at both ends. querent's resident
memory is read from /proc ten times a second until {after} s after the last packet. The ledger counts the messages that querent
drops, by the table or queue that was full."""
LOADS = {"processes": 16_384, "unanswered": 100_000, "resolver": 100_000, "streams": 5_000}
AFTER = 2


def most(work: Workspace, program: str, load: str, count: int) -> tuple[float, float, float, int]:
    """Resident memory in MiB at rest and at its peak, the peak with each page counted once, and the number of lost messages."""
    with Network() as network:
        tracer = Tracer("querent", work, network)
        at_rest = tracer.memory()
        process = subprocess.Popen(network.inside([program, load, count]), stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                   text=True, preexec_fn=many_files)
        samples: list[tuple[float, float]] = []
        end: float | None = None
        while end is None or time.monotonic() < end:
            time.sleep(0.1)
            samples.append(tracer.memory())
            if end is None and process.poll() is not None:
                raise SystemExit(f"bench: hostile {load} ended with {process.returncode}")
            if end is None and ready(process):
                end = time.monotonic() + AFTER
        process.communicate("\n")
        lost = tracer.stop()
    return at_rest[0], max(sample[0] for sample in samples), max(sample[1] for sample in samples), lost or 0


def ready(process: subprocess.Popen[str]) -> bool:
    return bool(select.select([output(process)], [], [], 0)[0])


def measure(work: Workspace) -> Row:
    program = work.build("hostile")
    table, wanted = [], []
    for load, count in LOADS.items():
        rest, resident, once, lost = most(work, program, load, count)
        table.append([load, f"{count:,}", f"{rest:.1f}", f"{resident:.1f}", f"{once:.1f}", f"{lost:,.0f}"])
        wanted.append(Wanted(f"hostile.{load}", f"{load}, MiB resident at most", resident, 48, True, " MiB"))
    return Row("Memory under hostile loads", HOW.format(after=AFTER, **LOADS),
               ["load", "count", "MiB at rest", "MiB at most", "each page once", "lost"], table, wanted)
