"""One message to values: querent's decoder compared with those of libknot, ldns, dnspython and dnslib."""

from collections.abc import Mapping

from measure import Row, Wanted, Workspace, median, number, ratio

HOW = """Each decoder reads {messages:,} messages in one thread, every section of each, {rounds} times in turn. The messages are one
fixed corpus with {octets:.0f} octets and {records:.1f} records per message on average: addresses, aliases, HTTPS, negative
answers, TXT, MX, delegations, DNSSEC, large ones. Time is the processor time of {more} additional rounds over the corpus,
without that of the start; the scripts read the first {few:,} messages only. libknot is measured in its fastest mode (an
arena that is emptied after each message) and with malloc; ratios are to the former. Counts are exact: instructions by
callgrind, heap blocks by a preloaded malloc."""
FAST = ["querent", "libknot", "libknot, malloc", "ldns"]


def commands(work: Workspace) -> dict[str, list[str]]:
    return {
        "querent": [work.decoder],
        "libknot": [work.build("decode-libknot", "-lknot")],
        "libknot, malloc": [work.build("decode-libknot-malloc", "-lknot")],
        "ldns": [work.build("decode-ldns", "-lldns")],
        "dnspython": work.script("decode_dnspython"),
        "dnslib": work.script("decode_dnslib"),
    }


def counts(work: Workspace, command: list[str], corpus: str, messages: int) -> tuple[float, float, float]:
    """Instructions, heap blocks and heap octets per message."""
    once, twice = [[*command, corpus, rounds] for rounds in (1, 2)]
    blocks, octets = (b - a for a, b in zip(work.allocated(once), work.allocated(twice), strict=True))
    return (work.instructions(twice) - work.instructions(once)) / messages, blocks / messages, octets / messages


def measure(work: Workspace, corpus: str, messages: int, octets: int, rounds: int, more: int = 20, few: int = 5000) -> Row:
    """`octets` are those of all messages; the scripts read the first `few` messages."""
    programs = commands(work)
    records = check(work, programs, corpus, few)
    times: dict[str, list[float]] = {name: [] for name in programs}
    for _ in range(rounds):
        for name, command in programs.items():
            limit, turns, count = ([], more, messages) if name in FAST else ([few], 1, few)
            base, most = (work.run([*command, corpus, n, *limit]).cpu for n in (1, 1 + turns))
            times[name].append(1e9 * (most - base) / (turns * count))
    exact = {name: counts(work, programs[name], corpus, messages) for name in FAST}
    table = [[name, number(median(taken)), f"{ratio(times['querent'], taken):.2f}",
              *(number(value) for value in exact.get(name, ()))] + ["–"] * (0 if name in exact else 3)
             for name, taken in times.items()]
    return Row(
        "Decode one message to values",
        HOW.format(messages=messages, octets=octets / messages, records=records / messages, rounds=rounds, more=more, few=few),
        ["decoder", "ns per message", "querent ÷ it", "instructions", "allocations", "octets allocated"], table,
        [Wanted("decode.time", "time ÷ libknot's", ratio(times["querent"], times["libknot"]), 0.5, True, "×"),
         Wanted("decode.instructions", "instructions a message", exact["querent"][0], 1700, True),
         Wanted("decode.allocations", "allocations a message", exact["querent"][1], 0, True)])


def check(work: Workspace, programs: Mapping[str, list[str]], corpus: str, few: int) -> int:
    """Checks that all read every message and find the same number of records, and returns it. ldns does not count OPT records."""
    found = {name: summary(work, [*command, corpus, "1"] + ([] if name in FAST else [str(few)])) for name, command in programs.items()}
    whole, part = found["querent"], summary(work, [*programs["querent"], corpus, "1", str(few)])
    for name, (count, records, refused) in found.items():
        expected = whole if name in FAST else part
        if refused or count != expected[0] or (name != "ldns" and records != expected[1]):
            raise SystemExit(f"bench: {name} decodes a message differently: {found}")
    return whole[1]


def summary(work: Workspace, command: list[str]) -> tuple[int, int, int]:
    """The numbers of messages, records and refused messages that a decoder prints."""
    words = work.output(command).split()
    return int(words[0]), int(words[2]), int(words[4])
