"""Writes capture files: the corpus in pcap, and in pcapng queries of many processes for many names.

  capture.py corpus FILE PAIRS                    the corpus itself, without packets
  capture.py traffic FILE PAIRS SIZE              the pairs, repeated until the file has SIZE octets
  capture.py streams FILE PAIRS EACH FIRST        the FIRST of the pairs over TCP, EACH of them in a connection
  capture.py growth FILE PAIRS NAMES PROCESSES    PAIRS for that many names, by that many processes (0: no process is named)
  capture.py resolver FILE PAIRS PROCESSES        PAIRS of that many processes with a resolver on their host, and the resolver's own

Prints the number of messages.
"""

import random
import struct
import sys
from collections.abc import Iterable

import streams
from corpus import Corpus
from packets import PCAP, datagram
from wire import Pair, write

START = 1767225600
# One query of this many is not answered.
UNANSWERED = 100
# The directions of a packet block (pcapng, epb_flags), and the address of the host with the resolver.
INBOUND, OUTBOUND = 1, 2
HOST = bytes([192, 0, 2, 10])
# The number of every 8 pairs that are sent over IPv6.
SIX = 2


class Traffic:
    """20,000 queries a second from 128 clients to 8 servers, which answer after 0.2 to 40 ms."""

    def __init__(self, pairs: Iterable[Pair]) -> None:
        choice = random.Random(53)
        clients = [bytes([10, 0, choice.randrange(256), choice.randrange(1, 255)]) for _ in range(64)]
        clients6 = [bytes.fromhex("fd" + "00" * 12) + choice.randbytes(3) for _ in range(64)]
        servers = [bytes([10, 53, 0, n]) for n in range(1, 5)]
        servers6 = [bytes.fromhex("fd000053" + "00" * 11) + bytes([n]) for n in range(1, 5)]
        events: list[tuple[int, bytes, bytes, tuple[int, int], int, bytes]] = []
        for place, (_, query, answer) in enumerate(pairs):
            six = choice.randrange(8) < SIX
            client, server = choice.choice(clients6 if six else clients), choice.choice(servers6 if six else servers)
            port, time = choice.randrange(1024, 65536), 50 * place
            events.append((time, client, server, (port, 53), 0, query))
            if choice.randrange(UNANSWERED):
                events.append((time + int(choice.uniform(200, 400) * choice.choice([1, 2, 5, 20, 100])), server, client,
                               (53, port), 2, answer))
        events.sort(key=lambda event: event[0])
        self.messages = len(events)
        self.duration = events[-1][0] + 1
        self.block = bytearray()
        # For each packet: its time in µs; the offsets of its record, of the client's port and of the checksum; that port; the checksum.
        self.places: list[tuple[int, int, int, int, int, int]] = []
        for time, source, target, ports, client_port, message in events:
            octets, udp = datagram(source, target, ports, message)
            place = len(self.block)
            total = int.from_bytes(octets[udp + 6:udp + 8], "big")
            self.places.append((time, place, place + 16 + udp + client_port, place + 16 + udp + 6, max(ports), total))
            self.block += struct.pack("<4I", 0, 0, len(octets), len(octets)) + octets

    def turn(self, number: int) -> bytearray:
        """The packets of one more repetition: later, from other ports, with valid checksums."""
        block, start = self.block, START * 1_000_000 + number * self.duration
        shift = 7919 * number % 64512
        times, half = struct.Struct("<2I").pack_into, struct.Struct("!H").pack_into
        for time, record, port, check, old, total in self.places:
            times(block, record, *divmod(start + time, 1_000_000))
            new = 1024 + (old - 1024 + shift) % 64512
            half(block, port, new)
            total = (total ^ 0xFFFF) + 0xFFFF - old + new
            total = (total & 0xFFFF) + (total >> 16)
            total = (total & 0xFFFF) + (total >> 16)
            half(block, check, total ^ 0xFFFF or 0xFFFF)
        return block


def traffic(path: str, pairs: Iterable[Pair], size: int) -> int:
    made = Traffic(pairs)
    with open(path, "wb") as file:
        file.write(PCAP)
        number = 0
        while not number or file.tell() < size:
            file.write(made.turn(number))
            number += 1
    return number * made.messages


def block(kind: int, body: bytes) -> bytes:
    """A block of pcapng."""
    body += bytes(-len(body) % 4)
    return struct.pack("<2I", kind, 12 + len(body)) + body + struct.pack("<I", 12 + len(body))


def growth(path: str, pairs: int, names: int, processes: int) -> int:
    """Writes a query for an address every 50 µs, each answered after a millisecond."""
    one = Corpus()
    comments = [comment(number) for number in range(processes)]
    with open(path, "wb") as file:
        file.write(block(0x0A0D0D0A, struct.pack("<IHHq", 0x1A2B3C4D, 1, 0, -1)) + block(1, struct.pack("<HHI", 1, 0, 65535)))
        answers: list[bytes] = []
        for number in range(pairs + 20):
            if number >= 20:
                file.write(answers[number % 20])
            if number < pairs:
                query, answer = one.address(f"host{number % names:07}.example.test", "")
                named = comments[number % processes] if processes else b""
                halves, client = [], bytes([10, 1, number >> 14 & 255, 1 + (number >> 8 & 63)])
                for time, ends, ports, message in (
                        (50 * number, (client, b"\x0a\x35\0\1"), (1024 + number % 64000, 53), query),
                        (50 * number + 999, (b"\x0a\x35\0\1", client), (53, 1024 + number % 64000), answer)):
                    octets, _ = datagram(*ends, ports, message)
                    moment = START * 1_000_000 + time
                    body = struct.pack("<5I", 0, moment >> 32, moment & 0xFFFFFFFF, len(octets), len(octets)) + octets
                    halves.append(block(6, body + bytes(-len(body) % 4) + named))
                file.write(halves[0])
                if number >= 20:
                    answers[number % 20] = halves[1]
                else:
                    answers.append(halves[1])
    return 2 * pairs


def resolver(path: str, pairs: int, processes: int) -> int:
    """Writes a lookup every 200 µs, each as its six packets at the sockets of one host and its server: 16 are open at once."""
    one = Corpus()
    comments = [comment(number) for number in range(processes)]
    own = comment(processes)
    # Not on loopback, where a file must state the namespace.
    client, stub, server = HOST, bytes([192, 0, 2, 53]), bytes([10, 53, 0, 1])
    events: list[tuple[int, bytes]] = []
    for number in range(pairs):
        query, answer = one.address(f"host{number:07}.example.test", "")
        sent, kept = one.address(f"host{number:07}.example.test", "")
        start = 200 * number
        ask, forward = (1024 + number % 64000, 53), (1024 + 7919 * number % 64000, 53)
        named = comments[number % processes]
        sockets = 3 * number + 2, 1, 3 * number + 3
        for time, source, target, ports, message, options, socket, direction in (
                (start, client, stub, ask, query, named, sockets[0], OUTBOUND),
                (start + 5, client, stub, ask, query, own, sockets[1], INBOUND),
                (start + 20, HOST, server, forward, sent, own, sockets[2], OUTBOUND),
                (start + 3100, server, HOST, forward[::-1], kept, own, sockets[2], INBOUND),
                (start + 3110, stub, client, ask[::-1], answer, own, sockets[1], OUTBOUND),
                (start + 3115, stub, client, ask[::-1], answer, named, sockets[0], INBOUND)):
            octets, _ = datagram(source, target, ports, message)
            moment = START * 1_000_000 + time
            body = struct.pack("<5I", 0, moment >> 32, moment & 0xFFFFFFFF, len(octets), len(octets)) + octets
            flags = struct.pack("<2HI", 2, 4, direction)
            events.append((time, block(6, body + bytes(-len(body) % 4) + flags + text(f"Socket: {socket}") + options)))
    events.sort(key=lambda event: event[0])
    with open(path, "wb") as file:
        file.write(block(0x0A0D0D0A, struct.pack("<IHHq", 0x1A2B3C4D, 1, 0, -1)) + block(1, struct.pack("<HHI", 1, 0, 65535)))
        file.writelines(packet for _, packet in events)
    return len(events)


def comment(number: int) -> bytes:
    """The options of a packet block with the comment that names a process."""
    program = f"program{number}"
    lines = [
        f"PID: {1000 + number}", f"Cmd: /usr/bin/{program}", f"Args: {program} --verbose", f"Name: {program}",
        f"ThreadId: {1000 + number}", "UserId: 1000", "GroupId: 1000", f"Started: {START}000000000", "Attribution: sender",
    ]
    return text("\n".join(lines)) + bytes(4)


def text(comment: str) -> bytes:
    """The option with a comment."""
    octets = comment.encode()
    return struct.pack("<2H", 1, len(octets)) + octets + bytes(-len(octets) % 4)


def main() -> None:
    what, path, pairs, *numbers = sys.argv[1:]
    if what == "resolver":
        print(resolver(path, int(pairs), *map(int, numbers)))
    elif what == "growth":
        print(growth(path, int(pairs), *map(int, numbers)))
    else:
        made = list(Corpus().pairs(int(pairs)))
        if what == "corpus":
            write(path, made)
            print(2 * len(made))
        elif what == "streams":
            each, first = map(int, numbers)
            print(streams.write(path, made[:first], START, each))
        else:
            print(traffic(path, made, int(numbers[0])))


if __name__ == "__main__":
    main()
