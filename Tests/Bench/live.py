"""A load of DNS with a tracer and without: the rate, what the tracer loses, and its processor time."""

import os
import time

from load import Load, Server
from measure import Row, Wanted, Workspace, median, number, ratio
from network import Network, seconds
from tracers import Measured, Tracer

TRACERS = ["querent", "tcpdump", "dnscap", "tshark"]
SATURATING = """dnsperf sends queries to nsd over the loopback of a network namespace as fast as both can, for {length} s, without and
then with one tracer, {rounds} times in turn; both run on the {cores} cores that the tracer runs on too. querent traces the whole host with
`--format json --output /dev/null`: it decodes, pairs, attributes and writes every message. For comparison,
`tcpdump -w /dev/null port 53`, `dnscap -g` and `tshark -T fields` (6 fields) trace that loopback. Lost is the number that the
tracer reports, of about {messages} messages in one run; dnscap reports none, and tshark does not count what it has not read when it is
ended."""
STEADY = """The same at {rate:,} queries a second for {length} s, {rounds} times in turn; seconds of processor time per million queries.
User and system are those of the tracer's processes. querent's kernel programs have a separate column
(`kernel.bpf_stats_enabled`, which adds some 20 ns to each run). The kernel does the work of a packet socket in the context of the
senders, so it is not in tcpdump's own time; the last column shows how much more dnsperf and nsd took than without a tracer. Client
and server are on this host, so a query and its answer are four packets to querent: a local socket sends each, and another receives it."""
TRANSPORTS = {"UDP": [], "TCP, 10 connections": ["-m", "tcp"]}
REMOTE = """Only the client is traced, as on a host that queries a remote server: dnsperf runs in the cgroup of `querent --cgroup
DIRECTORY --format json --output /dev/null`, and nsd outside, so a query and its answer are two packets to querent. {length} s,
{rounds} times in turn; seconds of processor time per million queries, as in the row above. Over TCP, queries follow one another in
ten connections without waiting for answers."""


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


def costs(name: str, own: list[float], kernel: list[float], lost: list[int | None]) -> list[Wanted]:
    """The figures of querent under a load of 20,000 queries a second, in the row `name`."""
    return [Wanted(f"{name}.cpu", "user + system, seconds per million queries", median(own), 3, True, " s"),
            Wanted(f"{name}.kernel", "kernel programs, seconds per million queries", median(kernel), 1.8, True, " s"),
            Wanted(f"{name}.lost", "lost", max(known(lost)), 0, True)]


def steady(work: Workspace, rounds: int, rate: int = 20000, length: int = 10) -> Row:
    own: dict[str, list[float]] = {name: [] for name in TRACERS}
    kernel: dict[str, list[float]] = {name: [] for name in TRACERS}
    more: dict[str, list[float]] = {name: [] for name in TRACERS}
    lost: dict[str, list[int | None]] = {name: [] for name in TRACERS}
    with Network() as network, Server(network, work) as server:
        load = ("-c", "10", "-Q", str(rate), "-l", str(length))
        asked = questions(work)
        with Measured():
            for _ in range(rounds):
                _, _, bare = run(network, server, None, asked, *load)
                for name in TRACERS:
                    tracer = Tracer(name, work, network)
                    taken, programs, traced = run(network, server, tracer, asked, *load)
                    lost[name].append(tracer.stop())
                    own[name].append(taken)
                    kernel[name].append(programs)
                    more[name].append(traced - bare)
    table = [[name, number(median(own[name])), number(median(kernel[name])) if name == "querent" else "in the senders' time",
              number(median(a + b for a, b in zip(own[name], kernel[name], strict=True))), f"{median(more[name]):.2f}",
              "not reported" if None in lost[name] else f"{max(known(lost[name])):,}"] for name in TRACERS]
    return Row(
        f"Live, {rate:,} queries a second", STEADY.format(rate=rate, length=length, rounds=rounds),
        ["tracer", "user + system", "kernel programs", "together", "client and server more", "lost"], table,
        costs("steady", own["querent"], kernel["querent"], lost["querent"]))


def run(network: Network, server: Server, tracer: Tracer | None, asked: str, *load: str) -> tuple[float, float, float]:
    """Seconds per million queries: of the tracer, in its kernel programs, of client and server."""
    before = (tracer.seconds(), tracer.kernel_seconds()) if tracer else (0, 0)
    served = seconds(server.process.pid)
    client = Load(network, asked, *load, cgroup=tracer.cgroup if tracer else None).end()
    served = seconds(server.process.pid) - served + client.seconds
    # Messages that are still in the ring and in the queues.
    time.sleep(0.3)
    after = (tracer.seconds(), tracer.kernel_seconds()) if tracer else (0, 0)
    own, programs, both = (1e6 * value / client.sent for value in (after[0] - before[0], after[1] - before[1], served))
    return own, programs, both


def remote(work: Workspace, rounds: int, rate: int = 20000, length: int = 5) -> Row:
    """A server that is outside the tap: a query and its answer are two packets; over UDP and TCP."""
    own: dict[str, list[float]] = {name: [] for name in TRANSPORTS}
    kernel: dict[str, list[float]] = {name: [] for name in TRANSPORTS}
    lost: dict[str, list[int | None]] = {name: [] for name in TRANSPORTS}
    with Network() as network, Server(network, work) as server, Measured():
        asked = questions(work)
        for _ in range(rounds):
            for name, transport in TRANSPORTS.items():
                tracer = Tracer(Tracer.clients, work, network)
                taken, programs, _ = run(network, server, tracer, asked, "-c", "10", "-Q", str(rate), "-l", str(length), *transport)
                lost[name].append(tracer.stop())
                if not 1.9 < tracer.messages / (rate * length) < 2.1:
                    raise SystemExit(f"bench: {tracer.messages} messages were traced of {rate * length} queries and their answers")
                own[name].append(taken)
                kernel[name].append(programs)
    table = [[name, number(median(own[name])), number(median(kernel[name])),
              number(median(a + b for a, b in zip(own[name], kernel[name], strict=True))), f"{max(known(lost[name])):,}"]
             for name in TRANSPORTS]
    return Row(
        f"Live, {rate:,} queries a second to a server elsewhere", REMOTE.format(length=length, rounds=rounds),
        ["transport", "user + system", "kernel programs", "together", "lost"], table,
        costs("remote", own["UDP"], kernel["UDP"], [count for counts in lost.values() for count in counts]))
