"""A capture file to each format, and to several at once; the same messages over TCP."""

import counting
from measure import Row, Wanted, Workspace, median, number, ratio

FORMATS = ["json", "eve", "keyvalue", "dnstap", "pcapng", "table"]
SUBSCRIBERS = "json, pcapng and dnstap"
# The maximum time of a format, as a multiple of JSON's.
LIMITS = {"eve": 1.2, "keyvalue": 1.2, "dnstap": 1.2, "pcapng": 1.2, "table": 1.5, SUBSCRIBERS: 1.6}
HOW = """`querent read` writes {messages:,} messages of the capture of the row above to /dev/null in each format, {rounds} times in turn.
Time is processor time without that for an empty capture. The last line has three outputs at once (`--format json
--also pcapng:/dev/null --also dnstap:/dev/null`). Instructions are exact: the difference between {many:,} and {few:,} messages."""
OVER_TCP = """`querent read --format json` of {messages:,} messages of the corpus in three captures: a message in each UDP datagram; 100
pairs in each TCP connection, in segments of 1,448 octets with several messages each; one pair in each TCP connection, from SYN to FIN.
Each direction acknowledges the other's data. {rounds} times in turn; time is processor time without that for an empty
capture. Instructions are exact: the difference between {many:,} messages and the first {few:,}."""


def options(name: str) -> list[str]:
    """The options of `querent read` for a line of the table."""
    if name == SUBSCRIBERS:
        return ["--format", "json", "--also", "pcapng:/dev/null", "--also", "dnstap:/dev/null"]
    return ["--format", name]


def measure(work: Workspace, file: str, rounds: int, octets: int = 20_000_000) -> Row:
    """Reads the first octets of the capture `file`."""
    empty, _ = counting.part(work, file, octets=0)
    whole, messages = counting.part(work, file, octets=octets)
    times: dict[str, list[float]] = {name: [] for name in [*FORMATS, SUBSCRIBERS]}
    for _ in range(rounds):
        for name, taken in times.items():
            base, cost = (work.run(counting.read(work, path, *options(name))) for path in (empty, whole))
            taken.append(1e6 * (cost.cpu - base.cpu) / messages)
    counted = counting.datagrams(work)
    exact = {name: counting.instructions(work, counted, *options(name)) for name in times}
    share = {name: ratio(taken, times["json"]) for name, taken in times.items()}
    return Row(
        "Capture file to each format",
        HOW.format(messages=messages, rounds=rounds, few=counting.FEW, many=counting.MANY),
        ["format", "µs a message", "time ÷ json's", "instructions a message", "÷ json's"],
        [[name, number(median(taken)), f"{share[name]:.2f}", number(exact[name]), f"{exact[name] / exact['json']:.2f}"]
         for name, taken in times.items()],
        [Wanted(f"formats.{key}", f"{key}, time ÷ json's", share[name], limit, True, "×")
         for name, limit in LIMITS.items() for key in [name if name in FORMATS else "subscribers"]])


def streams(work: Workspace, rounds: int, pairs: int = 20_000) -> Row:
    files = {"UDP": work.path("traffic-udp.pcap")}
    work.output(work.script("capture", "traffic", files["UDP"], pairs + 200, 0))
    files["UDP"], _ = counting.part(work, files["UDP"], packets=2 * pairs)
    counted = {"UDP": counting.datagrams(work)}
    for name, each in counting.STREAMS.items():
        files[name] = work.path(f"traffic-{each}.pcap")
        work.output(work.script("capture", "streams", files[name], pairs, each, pairs))
        counted[name] = counting.streams(work, each)
    empty, _ = counting.part(work, files["UDP"], octets=0)
    times: dict[str, list[float]] = {name: [] for name in files}
    for _ in range(rounds):
        for name, file in files.items():
            base, cost = (work.run(counting.read(work, path)) for path in (empty, file))
            times[name].append(1e6 * (cost.cpu - base.cpu) / (2 * pairs))
    exact = {name: counting.instructions(work, captures) for name, captures in counted.items()}
    return Row(
        "Capture file to JSON, over TCP", OVER_TCP.format(messages=2 * pairs, rounds=rounds, few=counting.FEW, many=counting.MANY),
        ["transport", "µs a message", "time ÷ UDP's", "instructions a message", "÷ UDP's"],
        [[name, number(median(taken)), f"{ratio(taken, times['UDP']):.2f}", number(exact[name]), f"{exact[name] / exact['UDP']:.2f}"]
         for name, taken in times.items()])
