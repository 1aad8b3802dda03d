"""One message to values: querent's decoder beside those of libknot, ldns, dnspython and dnslib."""
from measure import Row, Wanted, median, number, ratio

HOW = """Each decoder reads {messages:,} messages ({octets:.0f} octets and {records:.1f} records on average: addresses, aliases, HTTPS, negative
answers, TXT, MX, delegations, DNSSEC, large ones; one fixed corpus) in one thread, every section of each, {rounds} times by turns. Time is processor time
of {more} more rounds over the corpus, so that the start does not count; the scripts read the first {few:,} only. libknot is shown in its fastest form (an
arena that is emptied after each message) and with malloc; ratios are to the former. Counts are exact: instructions by callgrind, blocks of the heap by a
library that is loaded before malloc."""
FAST = ["querent", "libknot", "libknot, malloc", "ldns"]


def commands(shop):
    return {
        "querent": [shop.decoder],
        "libknot": [shop.build("decode-libknot", "-lknot")],
        "libknot, malloc": [shop.build("decode-libknot-malloc", "-lknot")],
        "ldns": [shop.build("decode-ldns", "-lldns")],
        "dnspython": shop.script("decode-dnspython"),
        "dnslib": shop.script("decode-dnslib"),
    }


def counts(shop, command, corpus, messages):
    """Instructions, blocks and octets of the heap per message."""
    once, twice = [[*command, corpus, rounds] for rounds in (1, 2)]
    blocks, octets = (b - a for a, b in zip(shop.allocated(once), shop.allocated(twice)))
    return (shop.instructions(twice) - shop.instructions(once)) / messages, blocks / messages, octets / messages


def measure(shop, corpus, messages, octets, rounds, more=20, few=5000):
    programs = commands(shop)
    records = check(shop, programs, corpus, messages, few)
    times = {name: [] for name in programs}
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


def check(shop, programs, corpus, messages, few):
    """That all find the same: records, of messages that none refuses. ldns does not count OPT records."""
    found = {name: said(shop, [*command, corpus, 1] + ([] if name in FAST else [few])) for name, command in programs.items()}
    whole, part = found["querent"], said(shop, [*programs["querent"], corpus, 1, few])
    for name, (count, records, refused) in found.items():
        expected = whole if name in FAST else part
        if refused or count != expected[0] or (name != "ldns" and records != expected[1]):
            raise SystemExit(f"bench: {name} decodes otherwise: {found}")
    return whole[1]


def said(shop, command):
    words = shop.output(command).split()
    return int(words[0]), int(words[2]), int(words[4])
