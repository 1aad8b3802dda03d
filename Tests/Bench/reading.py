"""A capture file to JSON, with the whole program: querent beside tshark, dnscap and a script with dnspython."""

import os
from collections.abc import Callable

from measure import Row, Wanted, Workspace, median, number, ratio

HOW = """One capture file ({size:.0f} MB, {messages:,} messages: the corpus again and again at 20,000 queries a second, from 128
clients to 8 servers over IPv4 and IPv6, each query from a port of its own, 1 of 100 not answered) is read from the page
cache, with output to /dev/null. querent reads all of it; {rounds} times by turns each program reads a first part of it,
whose length depends on the program's speed. Messages a second are those of a second of processor time, that is on one core,
without the time for an empty capture. Memory is the peak of resident memory, for the messages of that line."""


def programs(work: Workspace) -> dict[str, tuple[Callable[[str], list[str]], int]]:
    """The command of each for a file, and the share of the file that it reads: one of so many."""
    return {
        "querent read --format json": (lambda file: [work.querent, "read", "--format", "json", file], 10),
        "dnscap -g": (lambda file: ["dnscap", "-N", "-g", "-r", file], 20),
        "tshark -T ek": (lambda file: ["tshark", "-T", "ek", "-r", file], 200),
        "dnspython script": (lambda file: work.script("read_dnspython", file), 500),
    }


def part(work: Workspace, file: str, octets: int) -> tuple[str, int]:
    """Copies the first packets of a capture, about so many octets; returns the path, and the number of packets."""
    path = work.path(f"part-{octets}.pcap")
    with open(file, "rb") as whole, open(path, "wb") as written:
        written.write(whole.read(24))
        count = 0
        while written.tell() < octets and (header := whole.read(16)):
            written.write(header + whole.read(int.from_bytes(header[8:12], "little")))
            count += 1
    return path, count


def measure(work: Workspace, file: str, messages: int, rounds: int) -> Row:
    size = os.path.getsize(file)
    empty, _ = part(work, file, 0)
    tools = programs(work)
    parts = {share: part(work, file, size // share) for _, share in tools.values()}
    costs: dict[str, list[float]] = {name: [] for name in tools}
    resident = dict.fromkeys(tools, 0.0)
    ours = next(iter(tools))
    whole = work.run(tools[ours][0](file))
    for _ in range(rounds):
        for name, (command, share) in tools.items():
            path, count = parts[share]
            base, cost = work.run(command(empty)), work.run(command(path))
            costs[name].append(1e6 * (cost.cpu - base.cpu) / count)
            resident[name] = max(resident[name], cost.resident)
    speed = 1 / (whole.cpu - work.run(tools[ours][0](empty)).cpu) * messages
    table = [[f"{ours}, whole", f"{messages:,}", number(1e6 / speed), number(speed), "", number(whole.resident)]]
    for name, taken in costs.items():
        table.append([name, f"{parts[tools[name][1]][1]:,}", number(median(taken)), number(1e6 / median(taken)),
                      number(ratio(taken, costs[ours])), number(resident[name])])
    return Row(
        "Capture file to JSON", HOW.format(size=size / 1e6, messages=messages, rounds=rounds),
        ["program", "messages read", "µs a message", "messages a second", "it ÷ querent", "MiB resident"], table,
        [Wanted("read.speed", "messages a second on one core", speed, 1_000_000, False),
         Wanted("read.tshark", "times tshark's", ratio(costs["tshark -T ek"], costs[ours]), 50, False, "×"),
         Wanted("read.memory", "MiB resident", whole.resident, 64, True, " MiB")])


def counts(work: Workspace, pairs: int) -> tuple[float, float, float, float]:
    """Instructions, heap blocks, heap octets and octets of output per message of a capture, without those for an empty one."""
    file = work.path("counted.pcap")
    messages = int(work.output(work.script("capture", "traffic", file, pairs, 0)))
    empty, _ = part(work, file, 0)
    command = programs(work)["querent read --format json"][0]
    # The pipeline and its writer run in parallel, so the buffers differ from run to run: the least of a few runs.
    runs = [(work.allocated(command(empty)), work.allocated(command(file))) for _ in range(5)]
    blocks, octets = (min(most[n] - base[n] for base, most in runs) for n in (0, 1))
    instructions = work.instructions(command(file)) - work.instructions(command(empty))
    return instructions / messages, blocks / messages, octets / messages, len(work.output(command(file))) / messages
