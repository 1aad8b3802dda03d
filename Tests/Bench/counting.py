"""Exact counts of `querent read` per message: instructions by stage, heap blocks, octets.

Each is the difference between two captures, the shorter of which is the start of the longer one, so that neither the
start of the program nor tables that grow once count.
"""

import dataclasses
import os

import stages
from measure import Workspace

FEW, MANY = 2000, 12_000
PAIRS = 6100
# The pairs in a TCP connection.
STREAMS = {"TCP, pipelined": 100, "TCP, one a connection": 1}


@dataclasses.dataclass
class Captures:
    """Two capture files with `FEW` and `MANY` messages."""

    few: str
    many: str


def part(work: Workspace, file: str, octets: float = float("inf"), packets: float = float("inf")) -> tuple[str, int]:
    """Copies the first packets of a pcap file, about that many octets or packets; returns the path, and their number."""
    path = work.path(f"part-{octets}-{packets}-{os.path.basename(file)}")
    with open(file, "rb") as whole, open(path, "wb") as written:
        written.write(whole.read(24))
        count = 0
        while count < packets and written.tell() < octets and (header := whole.read(16)):
            written.write(header + whole.read(int.from_bytes(header[8:12], "little")))
            count += 1
    return path, count


def datagrams(work: Workspace) -> Captures:
    """A message in each packet."""
    file = work.path("counted.pcap")
    work.output(work.script("capture", "traffic", file, PAIRS, 0))
    return Captures(*(part(work, file, packets=count)[0] for count in (FEW, MANY)))


def streams(work: Workspace, each: int) -> Captures:
    """That many pairs in each TCP connection."""
    files = [work.path(f"counted-{each}-{count}.pcap") for count in (FEW, MANY)]
    for file, count in zip(files, (FEW, MANY), strict=True):
        work.output(work.script("capture", "streams", file, PAIRS, each, count // 2))
    return Captures(*files)


def lookups(work: Workspace, messages: int) -> str:
    """Programs that ask a resolver on their host, which asks a server: six messages each. Returns the file."""
    file = work.path(f"counted-resolver-{messages}.pcapng")
    work.output(work.script("capture", "resolver", file, messages // 6, 50))
    return file


def relating(work: Workspace) -> tuple[float, float]:
    """Instructions per message that relate a resolver's queries to those of its clients, and all instructions per message."""
    few, many = (stages.profile(work, read(work, lookups(work, count))) for count in (FEW, MANY))
    return stages.slope(few, many, "relate", MANY - FEW), stages.slope(few, many, "whole", MANY - FEW)


def read(work: Workspace, file: str, *options: str) -> list[str]:
    """The command that shows a capture file."""
    return [work.querent, "read", *(options or ("--format", "json")), file]


def instructions(work: Workspace, captures: Captures, *options: str) -> float:
    """Instructions per message, with the options of `querent read`."""
    few, many = (work.instructions(read(work, file, *options)) for file in (captures.few, captures.many))
    return (many - few) / (MANY - FEW)


def counted(work: Workspace, captures: Captures) -> dict[str, float]:
    """Instructions per message of `querent top --once`, all of it, and those that `--metrics` adds to `querent read`."""

    def each(*command: str) -> float:
        few, many = (work.instructions([work.querent, *command, file]) for file in (captures.few, captures.many))
        return (many - few) / (MANY - FEW)

    to_json = "read", "--format", "json"
    return {"top instructions, all": each("top", "--once"),
            "metrics instructions": each(*to_json, "--metrics", work.path("counted.prom")) - each(*to_json)}


def by_stage(work: Workspace, captures: Captures) -> dict[str, float]:
    """Instructions per message to JSON, of each stage, the rest, and all; the binary needs symbols."""
    few, many = (stages.profile(work, read(work, file)) for file in (captures.few, captures.many))
    return stages.slopes(few, many, MANY - FEW)


def allocations(work: Workspace, captures: Captures) -> tuple[float, float]:
    """Heap blocks and heap octets per message to JSON."""
    # The pipeline and its writer run in parallel, so the buffers differ from run to run: the least of a few runs.
    runs = [[work.allocated(read(work, file)) for file in (captures.few, captures.many)] for _ in range(5)]
    blocks, octets = (min(many[n] for _, many in runs) - min(few[n] for few, _ in runs) for n in (0, 1))
    return max(0, blocks) / (MANY - FEW), max(0, octets) / (MANY - FEW)


def written(work: Workspace, captures: Captures) -> float:
    """Octets of JSON per message."""
    few, many = (len(work.output(read(work, file))) for file in (captures.few, captures.many))
    return (many - few) / (MANY - FEW)


def counts(work: Workspace) -> dict[str, float]:
    """All counts of querent in Tests/Bench/counts.txt."""
    captures = datagrams(work)
    found = {f"read instructions, {stage}": value for stage, value in by_stage(work, captures).items()}
    found["read allocations"], found["read octets allocated"] = allocations(work, captures)
    found["read octets written"] = written(work, captures)
    found["read instructions, relate, with a resolver"], _ = relating(work)
    found.update(counted(work, captures))
    for name, each in STREAMS.items():
        found[f"read instructions, {name}"] = instructions(work, streams(work, each))
    return found
