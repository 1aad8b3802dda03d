"""The cost of the kernel programs, compared with empty programs on the same packets."""

from collections import defaultdict

from measure import Row, Wanted, Workspace, median, number
from processes import Companion, Querent
from tracers import mount

HOW = """Nanoseconds per run as the kernel measures them (`kernel.bpf_stats_enabled`, whose own cost is most of the empty program's
time). {messages:,} messages of each kind are sent over loopback in a private network namespace, {rounds} times; a message passes both
directions of the tap, and the hooks for its send and its receive. "Other" is traffic without DNS. An empty `cgroup_skb`
program is attached together with querent's in the same rounds. Each figure is the median over the rounds, without those in which other
traffic of the host passed the programs; "above" is the median of the differences of each round.

The time is spent as follows: a helper that reads a member of a kernel structure and tolerates faults takes about 30 ns on a kernel that
guards function returns (Safe RET), and a record needed 20 of them; so tasks and sockets are read through checked pointers, and
headers in place. This holds from Linux 6.2 on; before that, the programs on cgroups still call the helper, and those at
tracepoints and trampolines read like this from 5.11 on.

Tried and not used:

- Pointers that the verifier trusts instead of cast ones: the same time per run, but the two taps take 660 ms to verify instead
  of 35, because the verifier looks up each pointer by name among all types of the kernel.
- Additions that are not atomic: no difference in the median, and the counts would no longer be exact.
- Copying the socket's owner record if it is that of the running task, instead of recording the task: 10 ns of 340; no record at
  all: 20 ns.
- Dropping the server's half of traffic over loopback: it would save the cost of a record, some 200 ns, but that half names the
  process that answers."""

# By kind of traffic and program, of each round: the number of runs and the nanoseconds a run.
Samples = dict[tuple[str, str], list[tuple[int, float]]]

STATS = "/proc/sys/kernel/bpf_stats_enabled"
OTHER, DNS = 60, 400
# The row, the kind of traffic, and the programs for it, of which the kernel has one.
ROWS = [(f"{kind} {transport}, {way}", prefix + transport.lower(), [f"tap_{way}"])
        for kind, prefix in (("other", ""), ("DNS", "dns-")) for transport in ("UDP", "TCP") for way in ("egress", "ingress")]
ROWS += [("UDP, at the send", "udp", ["trampoline_send", "tracepoint_send"]),
         ("UDP, at the receive", "udp", ["trampoline_receive", "tracepoint_receive"]),
         ("TCP, before the send", "tcp", ["trampoline_send", "tracepoint_tcp_send"]),
         ("TCP, after the send", "tcp", ["tracepoint_send"]),
         ("TCP, at the receive", "tcp", ["trampoline_receive", "tracepoint_receive"])]


def play(programs: Companion, traffic: Companion, querent: str, messages: int, samples: Samples) -> None:
    """Plays one round: adds the cost of every program for every kind of traffic to `samples`."""
    tracer = Querent(querent)
    ours = tracer.programs()

    def counts() -> dict[str, tuple[int, int]]:
        lines = (line.split() for line in programs.ask(""))
        return {name: (int(runs), int(taken)) for program, name, runs, taken in lines if int(program) in ours or name.startswith("empty")}

    for kind in dict.fromkeys(kind for _, kind, _ in ROWS):
        traffic.ask(f"{kind} 100")
        before = counts()
        traffic.ask(f"{kind} {messages}")
        for name, (runs, taken) in counts().items():
            ran = runs - before[name][0]
            if ran >= messages / 2:
                samples[kind, name].append((ran, (taken - before[name][1]) / ran))
    tracer.stop()


def undisturbed(values: list[tuple[int, float]]) -> list[float | None]:
    """Nanoseconds a run of each round; None when other traffic of the host passed the program too."""
    least = min(ran for ran, _ in values)
    return [taken if ran < 1.05 * least else None for ran, taken in values]


def pairs(values: list[float | None], beside: list[float | None]) -> list[tuple[float, float]]:
    return [(a, b) for a, b in zip(values, beside, strict=True) if a is not None and b is not None]


def measure(work: Workspace, messages: int, rounds: int) -> Row:
    measured: Samples = defaultdict(list)
    programs = Companion([work.build("programs", "-lbpf"), mount()], "end")
    traffic = Companion([work.build("traffic")], "played")
    with open(STATS, encoding="utf-8") as file:
        was = file.read()
    try:
        with open(STATS, "w", encoding="utf-8") as file:
            file.write("1")
        for _ in range(rounds):
            play(programs, traffic, work.querent, messages, measured)
    finally:
        with open(STATS, "w", encoding="utf-8") as file:
            file.write(was)
        traffic.stop()
        programs.stop()
    samples = {key: undisturbed(values) for key, values in measured.items()}
    table: list[list[str]] = []
    above: list[float] = []
    whole: list[float] = []
    for title, kind, names in ROWS:
        for name in names:
            values = samples.get((kind, name[:15]))  # the kernel keeps 15 octets of a name
            if not values:
                continue
            beside = samples[kind, name.replace("tap", "empty")] if name.startswith("tap") else values
            both = pairs(values, beside)
            taken, difference = median(a for a, _ in both), median(a - b for a, b in both)
            table.append([title, name, number(taken), number(min(a for a, _ in both)), "", ""])
            if beside is not values:
                table[-1][4:] = [number(median(b for _, b in both)), number(difference)]
                (whole if kind.startswith("dns") else above).append(taken if kind.startswith("dns") else difference)
    return Row(
        "Kernel programs", HOW.format(messages=messages, rounds=rounds),
        ["traffic", "program", "ns a run", "least", "empty", "above"], table,
        [Wanted("kernel.other", "ns above an empty program, at most, on other traffic", max(above), OTHER, True, " ns"),
         Wanted("kernel.dns", "ns per run, at most, on DNS", max(whole), DNS, True, " ns")])
