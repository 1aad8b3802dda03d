"""How the cost of a message grows with the rate, the number of processes and the number of names."""

from live import questions
from load import Load, Server
from measure import Row, Wanted, Workspace, median, number
from network import Network
from tracers import Measured, Tracer

HOW = """The rates are live, from dnsperf to nsd on a loopback for {length} s each: the processor time of querent and of its kernel programs
per query. Processes and names come from capture files, since no host starts so many processes in such a short time:
{few:,} pairs of a query and its answer in pcapng from that many processes (each packet names its own), and {pairs:,} pairs for
that many names. The cost is the processor time of `querent read` per message, without that for an empty file, {rounds} times in turn."""
RATES = [1000, 10000, 0]
PROCESSES = [1, 100, 10_000]
NAMES = [10, 10_000, 1_000_000]


def rates(work: Workspace, length: int) -> list[tuple[str, float, int]]:
    """For each rate: its name, µs per query, the number of lost messages."""
    found = []
    with Network() as network, Server(network, work), Measured():
        asked = questions(work)
        for rate in RATES:
            tracer = Tracer("querent", work, network)
            before = tracer.seconds() + tracer.kernel_seconds()
            client = Load(network, asked, "-c", "10", "-l", str(length), *(["-Q", str(rate)] if rate else [])).end()
            taken = tracer.seconds() + tracer.kernel_seconds() - before
            found.append((f"{client.rate:,.0f} queries a second", 1e6 * taken / client.sent, tracer.stop() or 0))
    return found


def captures(work: Workspace, pairs: int, rounds: int, shapes: list[tuple[int, int]]) -> list[list[float]]:
    """µs per message in each round, for a file of each shape: its numbers of names and processes."""
    files: dict[tuple[int, int], str] = {}
    times: dict[tuple[int, int], list[float]] = {shape: [] for shape in shapes}
    for shape in shapes:
        files[shape] = work.path(f"growth-{shape[0]}-{shape[1]}.pcapng")
        work.output(work.script("capture", "growth", files[shape], pairs, *shape))
    empty = work.path("empty.pcapng")
    work.output(work.script("capture", "growth", empty, 0, 1, 0))
    for _ in range(rounds):
        for shape, file in files.items():
            base, cost = (work.run([work.querent, "read", "--format", "json", name]).cpu for name in (empty, file))
            times[shape].append(1e6 * (cost - base) / (2 * pairs))
    return [times[shape] for shape in shapes]


def last_by_first(costs: list[list[float]]) -> float:
    return median(costs[-1]) / median(costs[0])


def measure(work: Workspace, pairs: int = 1_000_000, few: int = 200_000, rounds: int = 3, length: int = 10) -> Row:
    live = rates(work, length)
    of_names = captures(work, pairs, rounds, [(count, 0) for count in NAMES])
    of_processes = captures(work, few, rounds, [(100, count) for count in PROCESSES])
    table = [[name, number(cost) + " a query", f"{cost / live[0][1]:.2f}", f"{lost:,}"] for name, cost, lost in live]

    def add(counts: list[int], costs: list[list[float]], what: str) -> None:
        for count, cost in zip(counts, costs, strict=True):
            table.append([f"{count:,} {what}", number(median(cost)) + " a message", f"{median(cost) / median(costs[0]):.2f}", ""])

    add(PROCESSES, of_processes, "processes")
    add(NAMES, of_names, "names")
    return Row(
        "How cost grows", HOW.format(length=length, pairs=pairs, few=few, rounds=rounds), ["with", "µs", "÷ the first", "lost"], table,
        [Wanted("growth.rate", "a query at the highest rate ÷ at the lowest", live[-1][1] / live[0][1], 1.1, True, "×"),
         Wanted("growth.processes", "a message, of 10,000 processes ÷ of 1", last_by_first(of_processes), 1.05, True, "×"),
         Wanted("growth.names", "a message, of 1,000,000 names ÷ of 10", last_by_first(of_names), 1.1, True, "×")])
