"""Writes the corpus over TCP: many queries in one connection, or one."""

import random
import struct
from collections.abc import Iterator, Sequence

from packets import ACK, FIN, PCAP, PUSH, SYN, record, segment
from wire import Pair

# Octets in a segment; microseconds from one query to the next, and from the last query of a connection to the first answer.
MOST, STEP, DELAY = 1448, 50, 1000
# A packet of a pcap file and its time in microseconds.
Event = tuple[int, bytes]


def framed(messages: Sequence[bytes]) -> bytes:
    """The messages, each after its two-octet length (RFC 1035 §4.2.2)."""
    return b"".join(struct.pack("!H", len(message)) + message for message in messages)


def pieces(octets: bytes) -> Iterator[bytes]:
    """The payloads of the segments; a message may start in one and end in another."""
    for start in range(0, len(octets), MOST):
        yield octets[start:start + MOST]


class Connection:
    """The segments of one connection: its start, the queries, the answers, its end; each direction acknowledges the other's data."""

    def __init__(self, client: bytes, server: bytes, port: int, choice: random.Random) -> None:
        self.ends = ((client, server, (port, 53)), (server, client, (53, port)))
        self.next = [choice.getrandbits(32), choice.getrandbits(32)]

    def send(self, side: int, flags: int, payload: bytes = b"") -> bytes:
        """A segment from the client (0) or the server (1)."""
        acknowledged = self.next[1 - side] if flags & ACK else 0
        made = segment(*self.ends[side], (self.next[side], acknowledged), flags, payload)
        self.next[side] += len(payload) + (1 if flags & (SYN | FIN) else 0)
        return made

    def events(self, start: int, pairs: Sequence[Pair]) -> Iterator[Event]:
        for time, side, flags in ((start, 0, SYN), (start + 1, 1, SYN | ACK), (start + 2, 0, ACK)):
            yield time, self.send(side, flags)
        time = start + 3
        for side, messages in enumerate(zip(*((query, answer) for _, query, answer in pairs), strict=True)):
            payloads = list(pieces(framed(messages)))
            for payload in payloads:
                yield time, self.send(side, PUSH | ACK, payload)
                yield time + 1, self.send(1 - side, ACK)
                time += max(2, len(pairs) * STEP // len(payloads))
            time += DELAY
        for after, side, flags in ((0, 0, FIN | ACK), (1, 1, FIN | ACK), (2, 0, ACK)):
            yield time + after, self.send(side, flags)


def write(path: str, pairs: Sequence[Pair], start: int, each: int) -> int:
    """Writes the pairs, `each` of them in a connection, from `start` in seconds on; returns the number of messages."""
    choice = random.Random(53)
    events: list[Event] = []
    for place in range(0, len(pairs), each):
        client, server = bytes([10, 0, 0, choice.randrange(1, 65)]), bytes([10, 53, 0, choice.randrange(1, 5)])
        # No two connections of a client have the same port.
        one = Connection(client, server, 1024 + place // each % 64000, choice)
        events += one.events(start * 1_000_000 + place * STEP, pairs[place:place + each])
    events.sort(key=lambda event: event[0])
    with open(path, "wb") as file:
        file.write(PCAP)
        file.writelines(record(*event) for event in events)
    return 2 * len(pairs)
