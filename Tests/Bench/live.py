"""What a load of DNS loses to a tracer, and what the tracer takes for it."""
import os, time

from measure import Row, Wanted, median, number, ratio
from network import Load, Measured, Network, Server, Tracer, seconds

TRACERS = ["querent", "tcpdump", "dnscap", "tshark"]
SATURATING = """dnsperf asks nsd over the loopback of a network namespace as fast as both can, for {length} s, bare and then with one tracer, {rounds} times by
turns; both run on the {cores} cores that the tracer runs on too. querent traces the whole host with `--format json --output /dev/null`: everything decoded,
paired, attributed and written. Beside it `tcpdump -w /dev/null port 53`, `dnscap -g` and `tshark -T fields` (6 fields) on that loopback. Lost is what the tracer itself
says it missed, of {messages} messages or so that pass in one run; dnscap does not say, and tshark says nothing of what it has yet to read when it is ended."""
STEADY = """The same pair at {rate:,} queries a second for {length} s, {rounds} times by turns. User and system are the tracer's own processes'. To querent's its
kernel programs' time is added (`kernel.bpf_stats_enabled`, which adds some 20 ns to each run); what a packet socket costs is not in tcpdump's own time, as the
kernel does it in the senders' context. So the last column says how much more dnsperf and nsd took than without a tracer."""


def questions(shop, names=10000):
    path = shop.path("questions")
    with open(path, "w", encoding="utf-8") as file:
        for number_ in range(names):
            kind = ("A", "A", "A", "AAAA", "AAAA", "TXT")[number_ % 6]
            file.write(f"host{number_ * 7919 % names}.zone{number_ % 97}.test {kind}\n")
    return path


def saturate(shop, rounds, length=4):
    rates = {name: [] for name in TRACERS}
    bare = {name: [] for name in TRACERS}
    lost = {name: [] for name in TRACERS}
    with Network() as network, Server(network, shop):
        asked = questions(shop)

        def rate():
            return Load(network, asked, "-c", "10", "-l", str(length)).end().rate
        for _ in range(rounds):
            for name in TRACERS:
                bare[name].append(rate())
                tracer = Tracer(name, shop, network)
                rates[name].append(rate())
                lost[name].append(tracer.stop())
    share = {name: ratio(rates[name], bare[name]) for name in TRACERS}
    everything = [value for values in bare.values() for value in values]
    table = [["none", number(median(everything)), "1", ""]]
    for name in TRACERS:
        missed = "not told" if None in lost[name] else ", ".join(f"{count:,}" for count in lost[name])
        table.append([name, number(median(rates[name])), f"{share[name]:.3f}", missed])
    return Row(
        "Live, a saturating load", SATURATING.format(length=length, rounds=rounds, cores=os.cpu_count(),
                                                     messages=number(2 * length * median(rates["querent"]), 2)),
        ["tracer", "queries a second", "÷ without", "lost in each run"], table,
        [Wanted("live.ratio", "queries/s with querent ÷ without, of tcpdump's", share["querent"] / share["tcpdump"], 1, False, "×"),
         Wanted("live.lost", "lost", max(lost["querent"]), 0, True)])


def steady(shop, rounds, rate=20000, length=10):
    own = {name: [] for name in TRACERS}
    kernel = {name: [] for name in TRACERS}
    more = {name: [] for name in TRACERS}
    lost = {name: [] for name in TRACERS}
    with Network() as network, Server(network, shop) as server:
        asked = questions(shop)

        def run(tracer):
            """Seconds per million queries: of the tracer, in its kernel programs, of client and server."""
            before = (tracer.seconds(), tracer.kernel_seconds()) if tracer else (0, 0)
            served = seconds(server.process.pid)
            client = Load(network, asked, "-c", "10", "-Q", str(rate), "-l", str(length)).end()
            served = seconds(server.process.pid) - served + client.seconds
            time.sleep(0.3)
            after = (tracer.seconds(), tracer.kernel_seconds()) if tracer else (0, 0)
            return [1e6 * value / client.sent for value in (after[0] - before[0], after[1] - before[1], served)]
        with Measured():
            for _ in range(rounds):
                _, _, bare = run(None)
                for name in TRACERS:
                    tracer = Tracer(name, shop, network)
                    taken, programs, watched = run(tracer)
                    lost[name].append(tracer.stop())
                    own[name].append(taken)
                    kernel[name].append(programs)
                    more[name].append(watched - bare)
    total = {name: [a + b for a, b in zip(own[name], kernel[name])] for name in TRACERS}
    table = [[name, number(median(own[name])), number(median(kernel[name])) if name == "querent" else "in the senders' time",
              number(median(total[name])), f"{median(more[name]):.2f}",
              "not told" if None in lost[name] else f"{max(lost[name]):,}"] for name in TRACERS]
    return Row(
        f"Live, {rate:,} queries a second", STEADY.format(rate=rate, length=length, rounds=rounds),
        ["tracer", "user + system", "kernel programs", "together", "client and server more", "lost"], table,
        [Wanted("steady.cpu", "seconds of processor time per million queries ÷ tcpdump's", ratio(total["querent"], total["tcpdump"]), 1, True, "×"),
         Wanted("steady.lost", "lost", max(lost["querent"]), 0, True)])
