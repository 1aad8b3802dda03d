"""Changes messages at random places."""

import contextlib
import struct
from random import Random

import dns.exception
import dns.wire


def mutation(random: Random, wire: bytes) -> bytes:
    """Changes `wire` at one to three places: bits, octets, lengths, counts, pointers, cuts."""
    octets = bytearray(wire)
    for _ in range(random.choice([1, 1, 1, 2, 3])):
        random.choice([flip, flip, put, cut, insert, remove, point, resize, recount, append])(random, octets)
    return bytes(octets[:60000]) or b"\0"


def place_in(random: Random, octets: bytearray) -> int:
    return random.randrange(max(1, len(octets) - 1))


def flip(random: Random, octets: bytearray) -> None:
    octets[place_in(random, octets)] ^= 1 << random.randrange(8)


def put(random: Random, octets: bytearray) -> None:
    octets[place_in(random, octets)] = random.choice([0, 1, 0x3F, 0x40, 0x80, 0xC0, 0xFF, random.randrange(256)])


def cut(random: Random, octets: bytearray) -> None:
    del octets[1 + place_in(random, octets):]


def insert(random: Random, octets: bytearray) -> None:
    place = place_in(random, octets)
    octets[place:place] = random.randbytes(random.randint(1, 4))


def remove(random: Random, octets: bytearray) -> None:
    place = place_in(random, octets)
    del octets[place:place + random.randint(1, 4)]
    octets.extend(b"" if octets else b"\0")


def point(random: Random, octets: bytearray) -> None:
    place = place_in(random, octets)
    octets[place:place + 2] = struct.pack("!H", 0xC000 | random.randrange(min(len(octets) + 4, 0x3FFF)))


def resize(random: Random, octets: bytearray) -> None:
    """Changes the RDLENGTH of a record."""
    places = lengths(bytes(octets))
    if places:
        place = random.choice(places)
        value = int(struct.unpack_from("!H", octets, place)[0]) + random.choice([-4, -2, -1, 1, 2, 4, 256])
        struct.pack_into("!H", octets, place, value & 0xFFFF)


def recount(random: Random, octets: bytearray) -> None:
    if len(octets) >= 12:
        place = random.choice([4, 6, 8, 10])
        struct.pack_into("!H", octets, place, random.choice([0, 1, 2, 3, 65535]))


def append(random: Random, octets: bytearray) -> None:
    octets.extend(random.randbytes(random.randint(1, 12)))


def lengths(wire: bytes) -> list[int]:
    """The places of the RDLENGTH fields, up to the first record that is malformed."""
    places = []
    with contextlib.suppress(dns.exception.DNSException, struct.error):
        parser = dns.wire.Parser(wire)
        _, _, questions, *records = parser.get_struct("!HHHHHH")
        for _ in range(questions):
            parser.get_name()
            parser.get_bytes(4)
        for _ in range(sum(records)):
            parser.get_name()
            parser.get_bytes(8)
            place = parser.current
            parser.get_counted_bytes(2)
            places.append(place)
    return places
