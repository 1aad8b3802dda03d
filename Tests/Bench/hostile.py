"""What querent holds when somebody wants it to hold too much: processes, unanswered queries, TCP messages without an end."""
import select, subprocess, time

from measure import Row, Wanted
from network import Network, Tracer, many_files

HOW = """Three loads, each against a querent of its own: {processes:,} programs that ask once and end; {unanswered:,} queries at 20,000 a second that nobody answers;
{streams:,} TCP connections with 16 KiB each of a message that never ends, seen at both ends. querent's resident memory is read from /proc ten times a second until {after} s after the last packet. What is
turned away is in the ledger, by the place that had no room."""
LOADS = {"processes": 16_384, "unanswered": 100_000, "streams": 5_000}
AFTER = 2


def most(shop, program, load, count):
    """MiB resident at rest and at most, each page once at most, and the line of the ledger that says what was lost."""
    with Network() as network:
        tracer = Tracer("querent", shop, network)
        at_rest = tracer.memory()
        process = subprocess.Popen(network.inside([program, load, count]), stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                   text=True, preexec_fn=many_files)
        samples, end = [], None
        while end is None or time.monotonic() < end:
            time.sleep(0.1)
            samples.append(tracer.memory())
            if end is None and process.poll() is not None:
                raise SystemExit(f"bench: hostile {load} ended with {process.returncode}")
            if end is None and ready(process):
                end = time.monotonic() + AFTER
        process.communicate("\n")
        lost = tracer.stop()
    return at_rest[0], max(sample[0] for sample in samples), max(sample[1] for sample in samples), lost


def ready(process):
    return bool(select.select([process.stdout], [], [], 0)[0])


def measure(shop):
    program = shop.build("hostile")
    table, wanted = [], []
    for load, count in LOADS.items():
        rest, resident, once, lost = most(shop, program, load, count)
        table.append([load, f"{count:,}", f"{rest:.1f}", f"{resident:.1f}", f"{once:.1f}", f"{lost:,.0f}"])
        wanted.append(Wanted(f"hostile.{load}", f"{load}, MiB resident at most", resident, 48, True, " MiB"))
    return Row("Memory under hostile loads", HOW.format(after=AFTER, **LOADS),
               ["load", "count", "MiB at rest", "MiB at most", "each page once", "lost"], table, wanted)
