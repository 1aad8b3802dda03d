"""A host without DNS: the throughput of TCP and of small UDP packets with a tracer and without."""

import contextlib
import json
import subprocess
from collections.abc import Iterator

from measure import Row, Wanted, Workspace, median, number, ratio
from network import Network, output
from tracers import Tracer

HOW = """iperf3 sends over a veth pair between two network namespaces for {length} s: one TCP stream, and UDP datagrams of {octets} octets
as fast as it can; without and then with one tracer, {rounds} times in turn, everything on the same cores. Throughput is counted at
the receiver. querent traces the whole host; tcpdump the sending end of the pair with the filter `port 53`, which no packet passes."""
LIMITS = {"TCP": 0.98, "UDP": 0.95}
LOADS = {"TCP": ["-P", "1"], "UDP": ["-u", "-b", "0", "-l", "64", "-w", "2M"]}
TRACERS = ["querent", "tcpdump"]
SERVER = "10.99.0.2"


@contextlib.contextmanager
def pair() -> Iterator[Network]:
    """The sending network, with an iperf3 server behind its interface `v0`."""
    with Network() as near, Network() as far:
        near.run(["ip", "link", "add", "name", "v0", "type", "veth", "peer", "name", "v1", "netns", str(far.holder.pid)])
        for network, name, address in ((near, "v0", "10.99.0.1"), (far, "v1", SERVER)):
            network.run(["ip", "address", "add", f"{address}/24", "dev", name])
            network.run(["ip", "link", "set", name, "up"])
        server = subprocess.Popen(far.inside(["iperf3", "-s", "--forceflush"]), stdin=subprocess.DEVNULL,
                                  stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        try:
            if not any("listening" in line for line in output(server)):
                raise SystemExit("bench: iperf3 did not start")
            yield near
        finally:
            server.kill()
            server.wait()


def throughput(network: Network, kind: str, length: int) -> float:
    """Gbit/s over TCP, thousand datagrams a second over UDP, in `length` seconds."""
    end = json.loads(network.run(["iperf3", "-c", SERVER, "-t", str(length), "-J", *LOADS[kind]]))["end"]
    if kind == "TCP":
        return float(end["sum_received"]["bits_per_second"]) / 1e9
    return float(end["sum"]["packets"] - end["sum"]["lost_packets"]) / float(end["sum"]["seconds"]) / 1e3


def measure(work: Workspace, rounds: int, length: int = 2) -> Row:
    bare: dict[tuple[str, str], list[float]] = {(kind, name): [] for kind in LOADS for name in TRACERS}
    traced: dict[tuple[str, str], list[float]] = {key: [] for key in bare}
    with pair() as network:
        for _ in range(rounds):
            for kind, name in bare:
                bare[kind, name].append(throughput(network, kind, length))
                tracer = Tracer(name, work, network, "v0")
                traced[kind, name].append(throughput(network, kind, length))
                tracer.stop()
    share = {key: ratio(traced[key], bare[key]) for key in bare}

    def each(kind: str, name: str) -> str:
        return " ".join(f"{a / b:.2f}" for a, b in zip(traced[kind, name], bare[kind, name], strict=True))

    units = {"TCP": "Gbit/s", "UDP": "thousand/s"}
    table = [[f"{kind}, {name}", number(median(bare[kind, name])), number(median(traced[kind, name])), units[kind],
              f"{share[kind, name]:.3f}", each(kind, name)]
             for kind, name in bare]
    return Row(
        "A host that does no DNS", HOW.format(length=length, octets=64, rounds=rounds),
        ["load, tracer", "without", "with", "unit", "with ÷ without", "each"], table,
        [Wanted(f"idle.{kind.lower()}", f"{kind} with querent ÷ without", share[kind, "querent"], limit, False, "×")
         for kind, limit in LIMITS.items()])
