"""One message to values: querent's decoder beside those of libknot, ldns, dnspython and dnslib."""

from collections.abc import Mapping

from measure import Row, Wanted, Workshop, median, number, ratio

HOW = """Each decoder reads {messages:,} messages in one thread, every section of each, {rounds} times by turns. The messages are one
fixed corpus with {octets:.0f} octets and {records:.1f} records a message on average: addresses, aliases, HTTPS, negative
answers, TXT, MX, delegations, DNSSEC, large ones. Time is the processor time of {more} additional rounds over the corpus,
without that of the start; the scripts read the first {few:,} messages only. libknot is measured in its fastest form (an
arena that is emptied after each message) and with malloc; ratios are to the former. Counts are exact: instructions by
callgrind, heap blocks by a preloaded malloc."""
FAST = ["querent", "libknot", "libknot, malloc", "ldns"]


def commands(shop: Workshop) -> dict[str, list[str]]:
    return {
        "querent": [shop.decoder],
        "libknot": [shop.build("decode-libknot", "-lknot")],
        "libknot, malloc": [shop.build("decode-libknot-malloc", "-lknot")],
        "ldns": [shop.build("decode-ldns", "-lldns")],
        "dnspython": shop.script("decode_dnspython"),
        "dnslib": shop.script("decode_dnslib"),
    }


def counts(shop: Workshop, command: list[str], corpus: str, messages: int) -> tuple[float, float, float]:
    """Instructions, heap blocks and heap octets per message."""
    once, twice = [[*command, corpus, rounds] for rounds in (1, 2)]
    blocks, octets = (b - a for a, b in zip(shop.allocated(once), shop.allocated(twice), strict=True))
    return (shop.instructions(twice) - shop.instructions(once)) / messages, blocks / messages, octets / messages


def measure(shop: Workshop, corpus: str, messages: int, octets: int, rounds: int, more: int = 20, few: int = 5000) -> Row:
    """`octets` are those of all messages; the scripts read the first `few` messages."""
    programs = commands(shop)
    records = check(shop, programs, corpus, few)
    times: dict[str, list[float]] = {name: [] for name in programs}
    for _ in range(rounds):
        for name, command in programs.items():
            limit, turns, count = ([], more, messages) if name in FAST else ([few], 1, few)
            base, most = (shop.run([*command, corpus, n, *limit]).cpu for n in (1, 1 + turns))
            times[name].append(1e9 * (most - base) / (turns * count))
    exact = {name: counts(shop, programs[name], corpus, messages) for name in FAST}
    table = [[name, number(median(taken)), f"{ratio(times['querent'], taken):.2f}",
              *(number(value) for value in exact.get(name, ()))] + ["–"] * (0 if name in exact else 3)
             for name, taken in times.items()]
    return Row(
        "Decode one message to values",
        HOW.format(messages=messages, octets=octets / messages, records=records / messages, rounds=rounds, more=more, few=few),
        ["decoder", "ns a message", "querent ÷ it", "instructions", "allocations", "octets allocated"], table,
        [Wanted("decode.time", "time ÷ libknot's", ratio(times["querent"], times["libknot"]), 1.0, True, "×"),
         Wanted("decode.allocations", "allocations a message", exact["querent"][1], 0, True)])


def check(shop: Workshop, programs: Mapping[str, list[str]], corpus: str, few: int) -> int:
    """Checks that all read every message and find the same number of records, and returns it. ldns does not count OPT records."""
    found = {name: summary(shop, [*command, corpus, "1"] + ([] if name in FAST else [str(few)])) for name, command in programs.items()}
    whole, part = found["querent"], summary(shop, [*programs["querent"], corpus, "1", str(few)])
    for name, (count, records, refused) in found.items():
        expected = whole if name in FAST else part
        if refused or count != expected[0] or (name != "ldns" and records != expected[1]):
            raise SystemExit(f"bench: {name} decodes a message differently: {found}")
    return whole[1]


def summary(shop: Workshop, command: list[str]) -> tuple[int, int, int]:
    """The numbers of messages, records and refused messages that a decoder prints."""
    words = shop.output(command).split()
    return int(words[0]), int(words[2]), int(words[4])
