"""What the kernel programs take, beside programs that do nothing on the same packets."""
import collections, os, signal, subprocess

from measure import Row, Wanted, median, number

HOW = """Nanoseconds a run as the kernel's own clock has them (`kernel.bpf_stats_enabled`, which itself takes most of what the empty program
shows). {messages:,} messages of each kind are sent over loopback in a network of its own, {rounds} times; a message passes both directions of the
tap, and the hooks when it is sent and received. "Other" is traffic that is no DNS. An empty `cgroup_skb` program is attached beside querent's in the
same rounds. Each figure is the median over the rounds, without those in which other traffic of the host came in; "above" is the median of the
differences round by round.

Where it goes: a helper that reads a member of a kernel structure and tolerates faults takes about 30 ns where function returns are guarded (Safe
RET), and a record took 20 of them; so tasks and sockets are read through checked pointers and headers where they lie. That is so from Linux 6.2
on; before, the programs on cgroups call the helper still, and those at tracepoints and trampolines do from 5.11 on as here.

Tried and left:

- Pointers that the verifier trusts in place of cast ones: the same time a run, but the two taps take 660 ms to verify in place of 35, since each
  pointer that is read through one of them is looked up by name among all types of the kernel.
- Additions that are not atomic: no difference in the median, and the counts would no longer be exact.
- Copying the socket's note when it is of the running task, in place of describing that: 10 ns of 340; no description at all: 20 ns.
- Dropping the server's half of traffic over loopback: it would save what a record takes above other traffic, some 200 ns, but that half names the
  process that answers."""

STATS = "/proc/sys/kernel/bpf_stats_enabled"
OTHER, DNS = 60, 400
# Row, kind of traffic, the programs of which one is there.
ROWS = [(f"{kind} {transport}, {way}", prefix + transport.lower(), [f"tap_{way}"])
        for kind, prefix in (("other", ""), ("DNS", "dns-")) for transport in ("UDP", "TCP") for way in ("egress", "ingress")]
ROWS += [("UDP, at the send", "udp", ["trampoline_send", "tracepoint_send"]),
         ("UDP, at the receive", "udp", ["trampoline_receive", "tracepoint_receive"]),
         ("TCP, before the send", "tcp", ["trampoline_send", "tracepoint_tcp_send"]),
         ("TCP, after the send", "tcp", ["tracepoint_send"]),
         ("TCP, at the receive", "tcp", ["trampoline_receive", "tracepoint_receive"])]


class Companion:
    """A program that says "ready", and then some lines and a last one for each line that it is told."""

    def __init__(self, command, last):
        self.last = last
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.read("ready")

    def read(self, last):
        lines = []
        for line in self.process.stdout:
            if line.strip() == last:
                return lines
            lines.append(line)
        raise SystemExit(f"bench: {self.process.args[0]}: no \"{last}\"")

    def tell(self, line):
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()
        return self.read(self.last)

    def stop(self):
        self.process.stdin.close()
        self.process.wait()


class Tracer:
    """querent, ready; its ledger must close in the end."""

    def __init__(self, querent):
        self.process = subprocess.Popen([querent, "--format", "json"], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                        stderr=subprocess.PIPE, text=True)
        self.said = ""
        for line in self.process.stderr:
            self.said += line
            if "ready" in line:
                return
        raise SystemExit(f"bench: querent did not start:\n{self.said}")

    def programs(self):
        """The numbers of its programs."""
        folder, numbers = f"/proc/{self.process.pid}/fdinfo", set()
        for name in os.listdir(folder):
            with open(os.path.join(folder, name), encoding="utf-8") as file:
                numbers |= {int(line.split()[1]) for line in file if line.startswith("prog_id:")}
        return numbers

    def stop(self):
        self.process.send_signal(signal.SIGINT)
        said = self.said + self.process.communicate(timeout=60)[1]
        if self.process.returncode or "every packet and message accounted for" not in said:
            raise SystemExit(f"bench: the ledger does not close:\n{said}")


def cgroup():
    with open("/proc/self/mountinfo", encoding="utf-8") as file:
        return next(words[4] for words in map(str.split, file) if "cgroup2" in words)


def play(programs, traffic, querent, messages, samples):
    """One round: nanoseconds a run of every program under every kind of traffic are added to `samples`."""
    tracer = Tracer(querent)
    ours = tracer.programs()

    def counts():
        lines = (line.split() for line in programs.tell(""))
        return {name: (int(runs), int(taken)) for number, name, runs, taken in lines if int(number) in ours or name.startswith("empty")}
    for kind in dict.fromkeys(kind for _, kind, _ in ROWS):
        traffic.tell(f"{kind} 100")
        before = counts()
        traffic.tell(f"{kind} {messages}")
        for name, (runs, taken) in counts().items():
            ran = runs - before[name][0]
            if ran >= messages / 2:
                samples[kind, name].append((ran, (taken - before[name][1]) / ran))
    tracer.stop()


def undisturbed(values):
    """By round; None where other traffic of the host passed the program too."""
    least = min(ran for ran, _ in values)
    return [taken if ran < 1.05 * least else None for ran, taken in values]


def pairs(values, beside):
    return [(a, b) for a, b in zip(values, beside) if a is not None and b is not None]


def measure(shop, messages, rounds):
    samples = collections.defaultdict(list)
    programs = Companion([shop.build("programs", "-lbpf"), cgroup()], "end")
    traffic = Companion([shop.build("traffic")], "played")
    with open(STATS, encoding="utf-8") as file:
        was = file.read()
    try:
        with open(STATS, "w", encoding="utf-8") as file:
            file.write("1")
        for _ in range(rounds):
            play(programs, traffic, shop.querent, messages, samples)
    finally:
        with open(STATS, "w", encoding="utf-8") as file:
            file.write(was)
        traffic.stop()
        programs.stop()
    samples = {key: undisturbed(values) for key, values in samples.items()}
    table, above, whole = [], [], []
    for title, kind, names in ROWS:
        for name in names:
            values = samples.get((kind, name[:15]))  # the kernel keeps so much of a name
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
        [Wanted("kernel.other", "ns above an empty program, at most, on what is no DNS", max(above), OTHER, True, " ns"),
         Wanted("kernel.dns", "ns a run, at most, on DNS", max(whole), DNS, True, " ns")])
