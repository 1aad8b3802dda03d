"""A load of DNS with a tracer and without: the rate, what the tracer loses, and its processor time."""

import os
import time

from load import Load, Server
from measure import Row, Wanted, Workspace, median, number, ratio
from network import Network, seconds
from tracers import Measured, Tracer

TRACERS = ["querent", "tcpdump", "dnscap", "tshark"]
SATURATING = """dnsperf sends queries to nsd over the loopback of a network namespace as fast as both can, for {length} s, without and
then with one tracer, {rounds} times by turns; both run on the {cores} cores that the tracer runs on too. querent traces the whole host with
`--format json --output /dev/null`: it decodes, pairs, attributes and writes every message. Beside it
`tcpdump -w /dev/null port 53`, `dnscap -g` and `tshark -T fields` (6 fields) trace that loopback. Lost is the number that the
tracer reports, of about {messages} messages in one run; dnscap reports none, and tshark does not count what it has not read when it is
ended."""
STEADY = """The same at {rate:,} queries a second for {length} s, {rounds} times by turns. User and system are those of the tracer's own
processes. querent's kernel programs are added (`kernel.bpf_stats_enabled`, which adds some 20 ns to each run); the cost of a
packet socket is not in tcpdump's own time, since the kernel does that work in the context of the senders. The last column
therefore shows how much more dnsperf and nsd took than without a tracer."""


def questions(work: Workspace, names: int = 10000) -> str:
    """Writes the questions of a load to a file, and returns its path."""
    path = work.path("questions")
    with open(path, "w", encoding="utf-8") as file:
        for number_ in range(names):
            kind = ("A", "A", "A", "AAAA", "AAAA", "TXT")[number_ % 6]
            file.write(f"host{number_ * 7919 % names}.zone{number_ % 97}.test {kind}\n")
    return path


def saturate(work: Workspace, rounds: int, length: int = 4) -> Row:
    rates: dict[str, list[float]] = {name: [] for name in TRACERS}
    bare: dict[str, list[float]] = {name: [] for name in TRACERS}
    lost: dict[str, list[int | None]] = {name: [] for name in TRACERS}
    with Network() as network, Server(network, work):
        asked = questions(work)

        def rate() -> float:
            return Load(network, asked, "-c", "10", "-l", str(length)).end().rate

        for _ in range(rounds):
            for name in TRACERS:
                bare[name].append(rate())
                tracer = Tracer(name, work, network)
                rates[name].append(rate())
                lost[name].append(tracer.stop())
    share = {name: ratio(rates[name], bare[name]) for name in TRACERS}
    everything = [value for values in bare.values() for value in values]
    table = [["none", number(median(everything)), "1", ""]]
    for name in TRACERS:
        missed = "not reported" if None in lost[name] else ", ".join(f"{count:,}" for count in lost[name])
        table.append([name, number(median(rates[name])), f"{share[name]:.3f}", missed])
    return Row(
        "Live, a saturating load", SATURATING.format(length=length, rounds=rounds, cores=os.cpu_count(),
                                                     messages=number(2 * length * median(rates["querent"]), 2)),
        ["tracer", "queries a second", "÷ without", "lost in each run"], table,
        [Wanted("live.ratio", "queries/s with querent ÷ without, of tcpdump's", share["querent"] / share["tcpdump"], 1, False, "×"),
         Wanted("live.lost", "lost", max(known(lost["querent"])), 0, True)])


def known(counts: list[int | None]) -> list[int]:
    return [count for count in counts if count is not None]


def steady(work: Workspace, rounds: int, rate: int = 20000, length: int = 10) -> Row:
    own: dict[str, list[float]] = {name: [] for name in TRACERS}
    kernel: dict[str, list[float]] = {name: [] for name in TRACERS}
    more: dict[str, list[float]] = {name: [] for name in TRACERS}
    lost: dict[str, list[int | None]] = {name: [] for name in TRACERS}
    with Network() as network, Server(network, work) as server:
        asked = questions(work)

        def run(tracer: Tracer | None) -> tuple[float, ...]:
            """Seconds per million queries: of the tracer, in its kernel programs, of client and server."""
            before = (tracer.seconds(), tracer.kernel_seconds()) if tracer else (0, 0)
            served = seconds(server.process.pid)
            client = Load(network, asked, "-c", "10", "-Q", str(rate), "-l", str(length)).end()
            served = seconds(server.process.pid) - served + client.seconds
            time.sleep(0.3)
            after = (tracer.seconds(), tracer.kernel_seconds()) if tracer else (0, 0)
            return tuple(1e6 * value / client.sent for value in (after[0] - before[0], after[1] - before[1], served))

        with Measured():
            for _ in range(rounds):
                _, _, bare = run(None)
                for name in TRACERS:
                    tracer = Tracer(name, work, network)
                    taken, programs, watched = run(tracer)
                    lost[name].append(tracer.stop())
                    own[name].append(taken)
                    kernel[name].append(programs)
                    more[name].append(watched - bare)
    total = {name: [a + b for a, b in zip(own[name], kernel[name], strict=True)] for name in TRACERS}
    table = [[name, number(median(own[name])), number(median(kernel[name])) if name == "querent" else "in the senders' time",
              number(median(total[name])), f"{median(more[name]):.2f}",
              "not reported" if None in lost[name] else f"{max(known(lost[name])):,}"] for name in TRACERS]
    return Row(
        f"Live, {rate:,} queries a second", STEADY.format(rate=rate, length=length, rounds=rounds),
        ["tracer", "user + system", "kernel programs", "together", "client and server more", "lost"], table,
        [Wanted("steady.cpu", "seconds of processor time per million queries ÷ tcpdump's",
                ratio(total["querent"], total["tcpdump"]), 1, True, "×"),
         Wanted("steady.lost", "lost", max(known(lost["querent"])), 0, True)])
