"""Encodes DNS messages, and stores them in files."""

import struct
from collections.abc import Iterable

# A kind of corpus.py, a query and its answer.
Pair = tuple[str, bytes, bytes]
# Part of the record data: octets, or a name with whether it is compressed.
Part = bytes | tuple[str] | tuple[str, bool]


class Writer:
    """Encodes one message, with names compressed (RFC 1035 §4.1.4)."""

    def __init__(self, identifier: int, flags: int) -> None:
        self.octets = bytearray(struct.pack("!6H", identifier, flags, 0, 0, 0, 0))
        self.places: dict[str, int] = {}

    def name(self, name: str, compressed: bool = True) -> None:
        labels = name.split(".") if name else []
        for index, label in enumerate(labels):
            rest = ".".join(labels[index:])
            if compressed and rest in self.places:
                self.octets += struct.pack("!H", 0xC000 | self.places[rest])
                return
            if len(self.octets) < 0x4000:
                self.places.setdefault(rest, len(self.octets))
            self.octets += bytes([len(label)]) + label.encode()
        self.octets.append(0)

    def count(self, section: int) -> None:
        place = 4 + 2 * section
        struct.pack_into("!H", self.octets, place, struct.unpack_from("!H", self.octets, place)[0] + 1)

    def question(self, name: str, kind: int) -> None:
        self.name(name)
        self.octets += struct.pack("!2H", kind, 1)
        self.count(0)

    def record(self, section: int, name: str, kind: int, ttl: int, *parts: Part, category: int = 1) -> None:
        """Adds a record to a section (1 to 3) whose data are the parts."""
        self.name(name)
        self.octets += struct.pack("!2HIH", kind, category, ttl, 0)
        start = len(self.octets)
        for part in parts:
            if isinstance(part, tuple):
                self.name(*part)
            else:
                self.octets += part
        struct.pack_into("!H", self.octets, start - 2, len(self.octets) - start)
        self.count(section)


def write(path: str, pairs: Iterable[Pair]) -> None:
    """Writes queries and answers in turn, each after its two-octet length, as over TCP (RFC 1035 §4.2.2)."""
    with open(path, "wb") as file:
        for _, query, answer in pairs:
            for message in (query, answer):
                file.write(struct.pack("!H", len(message)) + message)


def read(path: str, most: int | None = None) -> list[bytes]:
    """Reads the first `most` messages, or all."""
    with open(path, "rb") as file:
        octets = file.read()
    messages: list[bytes] = []
    at = 0
    while at + 2 <= len(octets) and len(messages) != most:
        end = at + 2 + int.from_bytes(octets[at:at + 2], "big")
        messages.append(octets[at + 2:end])
        at = end
    return messages
