"""Compares querent's decoding of messages with dnspython's."""

import re
import tempfile
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from . import captures, dnspython
from .differences import Differences
from .message import FIELDS, SECTIONS, Message, Refusal
from .reading import Reading


def compare_all(part: str, querent: str, messages: Sequence[tuple[bytes, int, bool]], differences: Differences) -> Counter[str]:
    """Compares messages given as octets, port and whether they are multicast DNS; returns the count of each verdict."""
    with tempfile.TemporaryDirectory(prefix="querent-conformance-") as folder:
        path = Path(folder) / "messages.pcap"
        captures.write(path, [(octets, port) for octets, port, _ in messages])
        reading = Reading(querent, str(path))
    if not reading.closes:
        differences.add(part, "the ledger does not balance", reading.errors[-600:])
    readings = reading.by_index()
    verdicts: Counter[str] = Counter()
    for index, (octets, _, is_multicast) in enumerate(messages):
        ours = readings.get(index)
        if ours is None:
            differences.add(part, "querent neither shows nor refuses it", octets.hex())
            verdicts["lost"] += 1
            continue
        verdicts[compare(part, octets, ours, dnspython.read(octets, is_multicast), differences)] += 1
    return verdicts


def compare(part: str, wire: bytes, ours: Message | Refusal, theirs: Message | Refusal, differences: Differences) -> str:
    """Adds the differences between two readings of one message; returns the verdict."""
    if isinstance(ours, Refusal) and isinstance(theirs, Refusal):
        return "both refuse"
    if isinstance(ours, Refusal) or isinstance(theirs, Refusal):
        example = f"{wire.hex()}\n    querent:   {ours}\n    dnspython: {theirs}"
        differences.add(part, refusal(ours, theirs), example)
        return "one refuses"
    same = True
    for field in FIELDS:
        mine, other = ours.get(field), theirs.get(field)
        if mine == other:
            continue
        same = False
        for title, one, two in field_differences(field, mine, other):
            differences.add(part, title, f"{wire.hex()}\n    querent:   {one}\n    dnspython: {two}")
    return "same" if same else "read differently"


def refusal(ours: Message | Refusal, theirs: Message | Refusal) -> str:
    """The class of the difference if one of the two refuses the message."""
    if isinstance(theirs, Refusal):
        assert not isinstance(ours, Refusal)
        return f"only dnspython refuses: {theirs}" + (", cut short" if "TC" in ours["flags"] else "")
    update = " in an update" if theirs["opcode"] == "UPDATE" else ""
    records = [line for section in SECTIONS for line in theirs[section]]
    generic = [line.split(" ", 4) for line in records if " \\# " in line]
    opaque = {"class NONE" if line[2] == "NONE" and not update else line[3] for line in generic}
    known = sorted(kind for kind in opaque if not kind.startswith("TYPE"))
    known += sorted(set(re.findall(r" (key(?:9|10))(?:[= ]|$)", " ".join(records))))
    return f"only querent refuses: {ours}{update}" + "".join(f", {kind} opaque for dnspython" for kind in known)


def field_differences(field: str, mine: object, other: object) -> list[tuple[str, object, object]]:
    """The class of each difference in one field, with both readings."""
    if not isinstance(mine, list) or not isinstance(other, list) or field not in SECTIONS:
        return [(field, mine, other)]
    if len(mine) != len(other):
        return [(f"{field}: {len(mine)} for {len(other)} records", mine, other)]
    return [(f"{field}: {record_difference(one, two)}", one, two) for one, two in zip(mine, other, strict=True) if one != two]


def record_difference(one: str, two: str) -> str:
    """The class of a difference of two record lines: `TYPE data`, `TYPE data, opaque for dnspython`, `TYPE TTL`."""
    mine, other = one.split(" ", 4), two.split(" ", 4)
    parts = [title for title, a, b in zip(("name", "TTL", "class", "type", "data"), mine, other, strict=True) if a != b]
    if "data" not in parts and other[4] == "\\# 0":
        return f"{' and '.join(parts)} of a record without data"
    if parts == ["TTL"] and int(mine[1]) >= 1 << 31:
        return "TTL beyond 2^31 - 1"
    opaque = ", opaque for dnspython" if other[4].startswith("\\# ") else ", opaque for querent" if mine[4].startswith("\\# ") else ""
    none = ", class NONE" if opaque and mine[2] == "NONE" else ""
    return f"{mine[3]} {' and '.join(parts)}{opaque + none if 'data' in parts else ''}"
