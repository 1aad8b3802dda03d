"""A capture file to JSON, with the whole program: querent compared with tshark, dnscap and a script with dnspython."""

import os
from collections.abc import Callable

import counting
from counting import part
from measure import Row, Wanted, Workspace, median, number, ratio

HOW = """One capture file ({size:.0f} MB, {messages:,} messages: the corpus repeatedly at 20,000 queries a second, from 128
clients to 8 servers over IPv4 and IPv6, each query from another port, 1 of 100 not answered) is read from the page
cache, with output to /dev/null. querent reads all of it; {rounds} times in turn each program reads a first part of it,
whose length depends on the program's speed. Messages a second are those in a second of processor time, that is on one core,
without the time for an empty capture. Memory is the peak of resident memory, for the messages of that line."""
# The messages of a resolver's capture whose time is measured.
TIMED = 120_000
BY_STAGE = """Exact counts of `querent read --format json` per message of that traffic: the difference between {many:,} messages and the
first {few:,}, so that neither the start nor tables that grow once count. Instructions are those that callgrind counts in the
functions of each stage and their callees: "file" reads the file, "headers" parses the headers of packets and reassembles
fragments and streams, "decode" checks a message, "pair" finds its query, "format" writes the record; "rest" is the code between
the stages, and the output. "relate, with a resolver" is of other traffic: 50 programs query a resolver on their host, which
queries a server for each; it is a part of "pair", and names for each query those of the other. Its time is its share of the
instructions, of the time that {timed:,} messages of that traffic take. Allocations are heap blocks, to two places.
`make bench COUNT=small` fails if a stage takes 10 % more than `Tests/Bench/counts.txt` says."""


def programs(work: Workspace) -> dict[str, tuple[Callable[[str], list[str]], int]]:
    """The command of each for a file, and the share of the file that it reads: one in this many."""
    return {
        "querent read --format json": (lambda file: counting.read(work, file), 10),
        "dnscap -g": (lambda file: ["dnscap", "-N", "-g", "-r", file], 20),
        "tshark -T ek": (lambda file: ["tshark", "-T", "ek", "-r", file], 200),
        "dnspython script": (lambda file: work.script("read_dnspython", file), 500),
    }


def measure(work: Workspace, file: str, messages: int, rounds: int) -> Row:
    size = os.path.getsize(file)
    empty, _ = part(work, file, octets=0)
    tools = programs(work)
    parts = {share: part(work, file, octets=size // share) for _, share in tools.values()}
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
        ["program", "messages read", "µs per message", "messages a second", "it ÷ querent", "MiB resident"], table,
        [Wanted("read.dnscap", "messages a second ÷ dnscap -g's", ratio(costs["dnscap -g"], costs[ours]), 30, False, "×"),
         Wanted("read.tshark", "messages a second ÷ tshark -T ek's", ratio(costs["tshark -T ek"], costs[ours]), 100, False, "×"),
         Wanted("read.memory", "MiB resident", whole.resident, 64, True, " MiB")])


def stages(work: Workspace) -> Row:
    captures = counting.datagrams(work)
    found = counting.by_stage(work, captures)
    blocks, octets = counting.allocations(work, captures)
    related, whole = counting.relating(work)
    # The time is estimated from the share of a message's instructions.
    few, many = counting.lookups(work, counting.FEW), counting.lookups(work, TIMED)
    costs = [work.run(counting.read(work, many)).cpu - work.run(counting.read(work, few)).cpu for _ in range(5)]
    time = 1e6 * median(costs) / (TIMED - counting.FEW) * related / whole
    return Row(
        "Capture file to JSON, by stage", BY_STAGE.format(few=counting.FEW, many=counting.MANY, timed=TIMED),
        ["per message", "count", "of all"],
        [*([f"instructions, {stage}", number(value), f"{100 * value / found['all']:.0f} %"] for stage, value in found.items()),
         ["instructions, relate, with a resolver", number(related), ""],
         ["allocations", number(round(blocks, 2)), ""], ["octets allocated", number(octets), ""]],
        [Wanted("read.relate", "µs per message to relate a resolver's queries", time, 0.3, True, " µs"),
         Wanted("read.instructions", "instructions a message", found["all"], 6500, True),
         Wanted("read.allocations", "allocations a message", round(blocks, 2), 0, True)])
