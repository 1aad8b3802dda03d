"""Captures made of the corpus, in pcap, and of one question each, with processes, in pcapng.

  capture.py corpus FILE PAIRS                    the corpus itself
  capture.py traffic FILE PAIRS SIZE              pairs, over and over until the file has SIZE octets
  capture.py growth FILE PAIRS NAMES PROCESSES    PAIRS about so many names, by so many processes (0: the file names none)

Says how many messages there are.
"""
import random, struct, sys

from corpus import Corpus, write

START = 1767225600
# One query in so many is not answered.
UNANSWERED = 100
# Of 8: how many clients and servers speak IPv6.
SIX = 2


def checksum(octets):
    if len(octets) % 2:
        octets += b"\0"
    total = sum(struct.unpack(f"!{len(octets) // 2}H", octets))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def packet(source, target, ports, message):
    """An Ethernet frame; the addresses are octets of either family. Gives it with the place of the UDP header."""
    datagram = struct.pack("!4H", *ports, 8 + len(message), 0) + message
    pseudo = source + target + struct.pack("!2H", 17, len(datagram))
    datagram = datagram[:6] + struct.pack("!H", checksum(pseudo + datagram) or 0xFFFF) + datagram[8:]
    if len(source) == 4:
        header = struct.pack("!2B3H2BH", 0x45, 0, 20 + len(datagram), 0, 0x4000, 64, 17, 0) + source + target
        header = header[:10] + struct.pack("!H", checksum(header)) + header[12:]
        kind = 0x0800
    else:
        header = struct.pack("!IH2B", 0x60000000, len(datagram), 17, 64) + source + target
        kind = 0x86DD
    return bytes(6) + b"\x02" + bytes(5) + struct.pack("!H", kind) + header + datagram, 14 + len(header)


class Traffic:
    """Clients that ask servers, 20,000 times a second; answers come after 0.2 to 40 ms."""

    def __init__(self, pairs):
        choice = random.Random(53)
        clients = [bytes([10, 0, choice.randrange(256), choice.randrange(1, 255)]) for _ in range(64)]
        clients6 = [bytes.fromhex("fd" + "00" * 12) + choice.randbytes(3) for _ in range(64)]
        servers = [bytes([10, 53, 0, n]) for n in range(1, 5)]
        servers6 = [bytes.fromhex("fd000053" + "00" * 11) + bytes([n]) for n in range(1, 5)]
        events = []
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
        self.block, self.places = bytearray(), []
        for time, source, target, ports, client, message in events:
            octets, udp = packet(source, target, ports, message)
            place = len(self.block)
            total = struct.unpack_from("!H", octets, udp + 6)[0]
            self.places.append((time, place, place + 16 + udp + client, place + 16 + udp + 6, max(ports), total))
            self.block += struct.pack("<4I", 0, 0, len(octets), len(octets)) + octets

    def turn(self, number):
        """The packets once more: later, and from other ports, with checksums that are right."""
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


PCAP = struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 1)


def traffic(path, pairs, size):
    made = Traffic(pairs)
    with open(path, "wb") as file:
        file.write(PCAP)
        number = 0
        while not number or file.tell() < size:
            file.write(made.turn(number))
            number += 1
    return number * made.messages


def block(kind, body):
    body += bytes(-len(body) % 4)
    return struct.pack("<2I", kind, 12 + len(body)) + body + struct.pack("<I", 12 + len(body))


def growth(path, pairs, names, processes):
    """Queries for an address, each answered after a millisecond, one every 50 µs."""
    one = Corpus()
    one.hints = (False, False)
    comments = []
    for number in range(processes):
        comment = f"PID: {1000 + number}\nCmd: /usr/bin/program{number}\nArgs: program{number} --verbose\nName: program{number}\n" \
                  f"ThreadId: {1000 + number}\nUserId: 1000\nGroupId: 1000\nStarted: {START}000000000\nAttribution: sender"
        octets = comment.encode()
        comments.append(struct.pack("<2H", 1, len(octets)) + octets + bytes(-len(octets) % 4) + bytes(4))
    with open(path, "wb") as file:
        file.write(block(0x0A0D0D0A, struct.pack("<IHHq", 0x1A2B3C4D, 1, 0, -1)) + block(1, struct.pack("<HHI", 1, 0, 65535)))
        answers = []
        for number in range(pairs + 20):
            if number >= 20:
                file.write(answers[number % 20])
            if number < pairs:
                query, answer = one.address(f"host{number % names:07}.example.test", "")
                comment = comments[number % processes] if processes else b""
                halves, client = [], bytes([10, 1, number >> 14 & 255, 1 + (number >> 8 & 63)])
                for time, ends, ports, message in (
                        (50 * number, (client, b"\x0a\x35\0\1"), (1024 + number % 64000, 53), query),
                        (50 * number + 999, (b"\x0a\x35\0\1", client), (53, 1024 + number % 64000), answer)):
                    octets, _ = packet(*ends, ports, message)
                    moment = START * 1_000_000 + time
                    body = struct.pack("<5I", 0, moment >> 32, moment & 0xFFFFFFFF, len(octets), len(octets)) + octets
                    halves.append(block(6, body + bytes(-len(body) % 4) + comment))
                file.write(halves[0])
                if number >= 20:
                    answers[number % 20] = halves[1]
                else:
                    answers.append(halves[1])
    return 2 * pairs


def main():
    what, path, pairs, *numbers = sys.argv[1:]
    if what == "growth":
        print(growth(path, int(pairs), *map(int, numbers)))
    else:
        made = list(Corpus().pairs(int(pairs)))
        if what == "corpus":
            write(path, made)
            print(2 * len(made))
        else:
            print(traffic(path, made, int(numbers[0])))


if __name__ == "__main__":
    main()
