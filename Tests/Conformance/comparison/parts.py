"""The parts of the comparison: capture files, every registered number, random messages and their mutations."""

import os
import struct
from collections import Counter, defaultdict
from dataclasses import dataclass

from . import CAPTURES, ROOT, captures
from .compare import compare_all
from .differences import Differences
from .generate import Generator
from .mutate import mutation
from .rdata import FIELDS
from .reading import Reading


@dataclass
class Part:
    """The result of one part; `counts` has the number of messages, and of files and packets of capture files."""

    name: str
    counts: dict[str, int]
    verdicts: Counter[str]


def compare_parts(querent: str, seed: int, is_small: bool, differences: Differences) -> list[Part]:
    """Runs all parts; a small run takes a tenth of the messages."""
    share = 10 if is_small else 1
    generator = Generator(seed)
    kinds = list(FIELDS)
    parts = []

    def add(part: Part, shown: str = "") -> None:
        print(f"{part.name}: {shown}{dict(part.verdicts)}")
        parts.append(part)

    def add_messages(name: str, messages: list[bytes]) -> None:
        verdicts = compare_all(name, querent, [(wire, 53, False) for wire in messages], differences)
        add(Part(name, {"messages": len(messages)}, verdicts))

    if of_files := compare_captures(querent, differences):
        add(of_files, f"{of_files.counts}, ")
    else:
        print(f"skipped the captures: {absence()}")
    add_messages("numbers", numbers(65536 // (share * share)))
    valid = [generator.message(kinds[index % len(kinds)]) for index in range(20000 // share)]
    add_messages("generated", valid)
    add_messages("mutated", [mutation(generator.random, valid[index % len(valid)]) for index in range(100000 // share)])
    return parts


def absence() -> str:
    return f"{os.path.relpath(CAPTURES, ROOT)} does not exist"


def compare_captures(querent: str, differences: Differences) -> Part | None:
    """Compares packets, flows and messages of each file with tshark, then the messages with dnspython."""
    files = sorted(CAPTURES.glob("*/*.pcap*"))
    if not files:
        return None
    counts: Counter[str] = Counter()
    messages: list[tuple[bytes, int, bool]] = []
    for path in files:
        title = str(path.relative_to(CAPTURES))
        frames, found = captures.read_with_tshark(path)
        reading = Reading(querent, str(path))
        counts.update(files=1, packets=frames, messages=len(found))
        if reading.packets != frames or not reading.closes:
            differences.add("captures", f"{title}: {reading.packets} for {frames} packets", reading.errors)
        theirs: dict[captures.Flow, list[int]] = defaultdict(list)
        for message in found:
            theirs[message.flow].append(len(message.octets))
            port = {"mdns": 5353, "llmnr": 5355}.get(message.service, 53)
            messages.append((message.octets, port, message.service == "mdns"))
        ours = reading.flows()
        flows = sorted(set(ours) | set(theirs))
        counts["flows"] += len(flows)
        for flow in flows:
            compare_flow(title, flow, sorted(ours.get(flow, [])), sorted(theirs.get(flow, [])), differences)
    return Part("captures", dict(counts), compare_all("captures", querent, messages, differences))


def compare_flow(title: str, flow: captures.Flow, ours: list[int], theirs: list[int], differences: Differences) -> None:
    """Compares the lengths of the messages of one flow; only their number if the capture truncated one."""
    is_same = len(ours) == len(theirs) if -1 in ours else ours == theirs
    if not is_same:
        difference = f"{title}: {len(ours)} for {len(theirs)} messages, {flow[0]} {flow[2]} to {flow[4]}"
        differences.add("captures", difference, f"{flow}: querent {ours}, tshark {theirs}")


def numbers(last: int) -> list[bytes]:
    """One message for each number, which is its type, class, response code, option and extended error; in the first also the opcode."""
    messages = []
    for number in range(last):
        flags = 0x8000 | (number << 11 if number < 16 else 0) | number & 15
        options = struct.pack("!HHH", 15, 2, number) + struct.pack("!HHH", number, 2, number)
        messages.append(
            struct.pack("!HHHHHHBHH", number, flags, 1, 0, 0, 1, 0, number, number)
            + struct.pack("!BHHBBHH", 0, 41, 1232, number >> 4 & 0xFF, 0, 0, len(options)) + options)
    return messages
