"""A trace that writes a history, metrics and JSON at once, and `querent top`, at 20,000 queries a second."""

import dataclasses
import os
import re
import shutil

from history import rows
from live import known, questions, run
from load import Load, Server
from measure import Row, Wanted, Workspace, median, number, ratio
from network import Network
from screen import COLUMNS, ROWS, Screen
from tracers import Measured, Tracer

HOW = """dnsperf sends {rate:,} queries a second to nsd for {length} s, {rounds} times in turn, to `querent --format json --output FILE`
and to the same with `--history-directory DIRECTORY --metrics FILE --metrics-interval 1s`, without and with a `querent top` beside
it, which traces too. Afterwards what each has is counted: the lines of JSON, the rows of the history (by Python's sqlite3) and
`querent_dns_exchanges_total` of the metrics. Lost is the sum of what the report, the ledgers in the metrics and
`querent_lost_total` call lost. Seconds are those of processor time per million queries, with
what is written after the load; without the metrics the kernel does not count the time of its programs for querent, but the bench has it
count in both (`kernel.bpf_stats_enabled`). Both write to a file system on a disk."""
TOP = """`querent top` on a pseudo-terminal of {columns} by {rows}, under the same load of {rate:,} queries a second for {length} s,
{rounds} times, each time after `querent --format json --output /dev/null`; and once for {many} s at the same rate with a load that asks
{names:,} different names. Seconds are those of processor time per million queries; memory is the peak of what is resident, in which the
kernel counts the pages of the ring twice."""
FILE = """`querent top --once` reads a capture (pcapng) of {names:,} queries and their answers, for as many names, by {processes:,}
programs, and prints one frame by name; and the same for one name and one program. The figure is the peak of resident memory."""
JSON, ALL, BESIDE = "JSON", "history, metrics and JSON", "the same, and querent top beside it"
NAMES = 1_000_000


@dataclasses.dataclass
class Traced:
    """What one trace wrote and what it cost: seconds per million queries, MiB; exchanges by where they are."""

    own: float
    kernel: float
    resident: float
    lost: int
    exchanges: dict[str, int]


def lines(path: str) -> int:
    with open(path, "rb") as file:
        return sum(chunk.count(b"\n") for chunk in iter(lambda: file.read(1 << 20), b""))


def samples(path: str, name: str, label: str = "") -> int:
    """The sum of a family's samples that have that text among their labels."""
    with open(path, encoding="utf-8") as file:
        return sum(int(float(line.rsplit(" ", 1)[1])) for line in file
                   if re.match(rf"{name}[{{ ]", line) and label in line)


def trace(work: Workspace, network: Network, server: Server, asked: str, kind: str, *load: str) -> Traced:
    is_all = kind != JSON
    output, history, metrics = work.path("together.json"), work.path("history"), work.path("together.prom")
    options = ["--format", "json", "--output", output, "--overwrite"]
    if is_all:
        options += ["--history-directory", history, "--metrics", metrics, "--metrics-interval", "1s"]
    tracer = Tracer(Tracer.own, work, network, options=options)
    screen = Screen(work) if kind == BESIDE else None
    taken, programs, _ = run(network, server, tracer, asked, *load)
    resident = tracer.peak()
    lost = (tracer.stop(60) or 0) + (screen.stop() or 0 if screen else 0)
    exchanges = {"JSON": lines(output)}
    if is_all:
        lost += samples(metrics, "querent_lost_total") + samples(metrics, "querent_output_messages_total", '"unwritten"')
        exchanges |= {"history": rows(history), "metrics": samples(metrics, "querent_dns_exchanges_total")}
        shutil.rmtree(history)
    os.unlink(output)
    return Traced(taken, programs, resident, lost, exchanges)


def measure(work: Workspace, rounds: int = 3, rate: int = 20000, length: int = 15) -> Row:
    traces: dict[str, list[Traced]] = {JSON: [], ALL: [], BESIDE: []}
    with Network() as network, Server(network, work) as server, Measured():
        asked = questions(work)
        for _ in range(rounds):
            for name, found in traces.items():
                found.append(trace(work, network, server, asked, name, "-c", "10", "-Q", str(rate), "-l", str(length)))
    differ = max(max(one.exchanges.values()) - min(one.exchanges.values()) for one in traces[ALL] + traces[BESIDE])
    resident = {name: max(one.resident for one in found) for name, found in traces.items()}
    lost = max(one.lost for found in traces.values() for one in found)
    own = {name: [one.own for one in found] for name, found in traces.items()}
    table = [[name, number(median(own[name])), number(median(one.kernel for one in found)), f"{resident[name]:.1f}",
              f"{max(one.lost for one in found):,}",
              "; ".join(", ".join(f"{count:,}" for count in dict.fromkeys(one.exchanges.values())) for one in found)]
             for name, found in traces.items()]
    return Row(
        f"History, metrics and JSON at once, {rate:,} queries a second", HOW.format(rate=rate, length=length, rounds=rounds),
        ["outputs", "user + system", "kernel programs", "MiB resident at most", "lost", "exchanges in each round, everywhere"], table,
        [Wanted("together.lost", "lost", lost, 0, True),
         Wanted("together.differ", "exchanges in one of JSON, history and metrics and not in another", differ, 0, True),
         Wanted("together.cpu", "user + system ÷ JSON alone", ratio(own[ALL], own[JSON]), 2, True, "×"),
         Wanted("together.resident", "MiB resident more than with JSON alone", resident[ALL] - resident[JSON], 16, True, " MiB")])


def top(work: Workspace, rounds: int = 3, rate: int = 20000, length: int = 15, many: int = 52) -> Row:
    costs: dict[str, list[tuple[float, float]]] = {"querent --format json": [], "querent top": []}
    resident: dict[str, float] = {}
    lost: dict[str, int] = {}
    frames, octets = [], []
    with Network() as network, Server(network, work) as server, Measured():
        asked = questions(work)
        for _ in range(rounds):
            for name, found in costs.items():
                tracer = Screen(work) if name == "querent top" else Tracer(Tracer.own, work, network)
                own, programs, _ = run(network, server, tracer, asked, "-c", "10", "-Q", str(rate), "-l", str(length))
                found.append((own, programs))
                resident[name] = max(resident.get(name, 0), tracer.peak())
                lost[name] = max(lost.get(name, 0), *known([tracer.stop()]))
                if isinstance(tracer, Screen):
                    frames.append(tracer.frames / length)
                    octets.append(tracer.octets / tracer.frames)
        table = [[name, number(median(own for own, _ in found)), number(median(programs for _, programs in found)),
                  f"{resident[name]:.1f}", f"{lost[name]:,}"] for name, found in costs.items()]
        screen = Screen(work, ["--group-by", "name"])
        client = Load(network, questions(work, NAMES), "-c", "10", "-Q", str(rate), "-l", str(many)).end()
        peak, missed = screen.peak(), known([screen.stop()])[0]
    asked_names = f"{min(NAMES, int(client.sent)):,} names at {client.rate:,.0f} queries a second"
    table.append([f"querent top, {asked_names}", "", "", f"{peak:.1f}", f"{missed:,}"])
    table.append([f"{median(frames):.1f} frames a second of {median(octets):,.0f} octets", "", "", "", ""])
    return Row(
        f"querent top, {rate:,} queries a second",
        TOP.format(columns=COLUMNS, rows=ROWS, rate=rate, length=length, rounds=rounds, many=many, names=NAMES),
        ["program", "user + system", "kernel programs", "MiB resident at most", "lost"], table,
        [Wanted("top.lost", "lost", max(*lost.values(), missed), 0, True),
         Wanted("top.cpu", "user + system ÷ JSON's",
                ratio([own for own, _ in costs["querent top"]], [own for own, _ in costs["querent --format json"]]), 1, True, "×"),
         Wanted("top.resident", "MiB resident at most, a million names", max(resident["querent top"], peak), 48, True, " MiB")])


def file(work: Workspace, processes: int = 10_000) -> Row:
    found = {}
    for names, programs in ((1, 1), (NAMES, processes)):
        path = work.path(f"top-{names}.pcapng")
        work.output(work.script("capture", "growth", path, NAMES, names, programs))
        found[f"{names:,} names, {programs:,} programs"] = work.run([work.querent, "top", "--once", "--group-by", "name", path])
        os.unlink(path)
    return Row(
        "querent top, a capture file", FILE.format(names=NAMES, processes=processes),
        ["capture", "µs a message", "MiB resident"],
        [[name, number(1e6 * cost.cpu / (2 * NAMES)), f"{cost.resident:.1f}"] for name, cost in found.items()],
        [Wanted("top.file", "MiB resident, a million names", list(found.values())[-1].resident, 48, True, " MiB")])
