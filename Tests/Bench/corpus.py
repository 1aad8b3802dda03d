"""The corpus: queries and answers of the kinds that a resolver exchanges; the same octets on every run."""

import random
import struct
from collections.abc import Callable, Iterator

from wire import Pair, Writer

SEED = 1035
# The kinds of pairs, and their numbers in a thousand.
KINDS = {"address": 300, "aliases": 120, "address6": 150, "service": 80, "nodata": 70, "nxdomain": 90, "text": 30, "mail": 20,
         "pointer": 40, "location": 10, "referral": 20, "signed": 30, "keys": 10, "denial": 20, "large": 10}
A, NS, CNAME, SOA, PTR, MX, TXT, AAAA, SRV, OPT, DS, RRSIG, DNSKEY, NSEC3, HTTPS = (
    1, 2, 5, 6, 12, 15, 16, 28, 33, 41, 43, 46, 48, 50, 65)
SYLLABLES = "ba be bo da de di ka ke ko la le lo ma me mi na ne no ra re ro sa se so ta te ti to va ve vo za ze zo".split()
TOPS = ["com"] * 9 + ["net"] * 3 + ["org"] * 2 + ["de", "io", "dev", "co.uk", "fr", "nl", "app", "com.br", "ru", "jp"]
HOSTS = ["www"] * 6 + ["api", "api", "cdn", "static", "img", "mail", "m", "login", "edge", "assets", "s3", "events", "telemetry"]


class Corpus:
    """Makes pairs of a query and its answer, in octets."""

    def __init__(self, seed: int = SEED) -> None:
        self.random = random.Random(seed)
        self.zones = [self.word(2, 5) + "." + self.random.choice(TOPS) for _ in range(4000)]
        self.names = [self.host(zone) for zone in self.zones for _ in range(3)]
        self.random.shuffle(self.names)
        # Whether the next query has EDNS, and whether it asks for signatures.
        self.hints = (False, False)

    def pairs(self, count: int) -> Iterator[Pair]:
        kinds = self.random.choices(list(KINDS), list(KINDS.values()), k=count)
        for kind in kinds:
            # A few names are queried often, many rarely.
            name = self.names[int(len(self.names) * self.random.random() ** 3)]
            self.hints = (self.random.random() < 0.7, kind in ("signed", "keys", "denial"))
            method: Callable[[str, str], tuple[bytes, bytes]] = getattr(self, kind)
            yield kind, *method(name, ".".join(name.split(".")[1:]))

    def word(self, least: int, most: int) -> str:
        return "".join(self.random.choice(SYLLABLES) for _ in range(self.random.randint(least, most)))

    def octets(self, count: int) -> bytes:
        return self.random.randbytes(count)

    def host(self, zone: str) -> str:
        first = self.random.choice(HOSTS)
        shape = self.random.random()
        if shape < 0.15:
            first = f"{first}-{self.random.randint(1, 99)}.{self.word(1, 2)}-{self.random.randint(1, 4)}"
        elif shape < 0.25:
            first = self.octets(self.random.randint(6, 14)).hex()
        return f"{first}.{zone}"

    def ttl(self) -> int:
        return self.random.choice([1, 20, 30, 60, 60, 120, 300, 300, 300, 600, 1800, 3600, 21600, 86400])

    def begin(
        self, name: str, kind: int, code: int = 0, is_authoritative: bool = False, is_referral: bool = False
    ) -> tuple[Writer, Writer]:
        """Returns the whole query, and the answer up to its records."""
        extended, signed = self.hints
        identifier = self.random.getrandbits(16)
        query = Writer(identifier, 0x0100 | (0x20 if self.random.random() < 0.3 else 0))
        query.question(name, kind)
        options = b""
        if extended and self.random.random() < 0.3:
            options += struct.pack("!2H", 10, 8) + self.octets(8)
        if extended and self.random.random() < 0.05:
            options += struct.pack("!4H", 8, 7, 1, 24 << 8) + self.octets(3)
        if extended or signed:
            query.record(3, "", OPT, 0x8000 if signed else 0, options, category=1232)
        answer = Writer(identifier, 0x8100 | (0 if is_referral else 0x80) | (0x400 if is_authoritative else 0)
                        | (0x20 if signed else 0) | code)
        answer.question(name, kind)
        return query, answer

    def end(self, query: Writer, answer: Writer) -> tuple[bytes, bytes]:
        extended, signed = self.hints
        if extended or signed:
            options = b""
            if self.random.random() < 0.1:
                options = struct.pack("!2H", 10, 24) + self.octets(24)
            answer.record(3, "", OPT, 0x8000 if signed else 0, options, category=1232)
        return bytes(query.octets), bytes(answer.octets)

    def soa(self, answer: Writer, section: int, zone: str) -> None:
        answer.record(section, zone, SOA, self.ttl(), (f"ns1.{zone}",), (f"hostmaster.{zone}",),
                      struct.pack("!5I", 2026010100 + self.random.randint(0, 99), 7200, 3600, 1209600, 300))

    def signature(self, answer: Writer, section: int, owner: str, covered: int, zone: str) -> None:
        answer.record(section, owner, RRSIG, 300, struct.pack("!H2B3IH", covered, 13, owner.count(".") + 1, 300, 1790000000,
                                                               1780000000, self.random.getrandbits(16)), (zone, False), self.octets(64))

    def addresses(self, answer: Writer, owner: str, count: int) -> None:
        ttl = self.ttl()
        for _ in range(count):
            answer.record(1, owner, A, ttl, self.octets(4))

    # One method for each kind.

    def address(self, name: str, zone: str) -> tuple[bytes, bytes]:
        query, answer = self.begin(name, A)
        self.addresses(answer, name, self.random.choice([1, 1, 1, 2, 2, 4, 6]))
        return self.end(query, answer)

    def aliases(self, name: str, zone: str) -> tuple[bytes, bytes]:
        query, answer = self.begin(name, A)
        owner = name
        for _ in range(self.random.choice([1, 1, 2, 2, 3])):
            target = f"{self.word(2, 4)}.{self.random.choice(self.zones[:60])}"
            answer.record(1, owner, CNAME, self.ttl(), (target,))
            owner = target
        self.addresses(answer, owner, self.random.choice([1, 2, 4]))
        return self.end(query, answer)

    def address6(self, name: str, zone: str) -> tuple[bytes, bytes]:
        query, answer = self.begin(name, AAAA)
        ttl = self.ttl()
        for _ in range(self.random.choice([1, 1, 2, 4])):
            answer.record(1, name, AAAA, ttl, b"\x2a\x00" + self.octets(14))
        return self.end(query, answer)

    def service(self, name: str, zone: str) -> tuple[bytes, bytes]:
        query, answer = self.begin(name, HTTPS)
        if self.random.random() < 0.4:
            self.soa(answer, 2, zone)
            return self.end(query, answer)
        value = struct.pack("!HB", 1, 0) + struct.pack("!2H", 1, 6) + b"\x02h3\x02h2"
        value += struct.pack("!2H", 4, 8) + self.octets(8)
        if self.random.random() < 0.4:
            value += struct.pack("!2H", 5, 71) + struct.pack("!3H", 69, 0xFE0D, 65) + self.octets(65)
        value += struct.pack("!2H", 6, 32) + self.octets(32)
        answer.record(1, name, HTTPS, self.ttl(), value)
        return self.end(query, answer)

    def nodata(self, name: str, zone: str) -> tuple[bytes, bytes]:
        query, answer = self.begin(name, AAAA)
        self.soa(answer, 2, zone)
        return self.end(query, answer)

    def nxdomain(self, name: str, zone: str) -> tuple[bytes, bytes]:
        query, answer = self.begin(f"{self.word(3, 5)}.{zone}", A, code=3)
        self.soa(answer, 2, zone)
        return self.end(query, answer)

    def text(self, name: str, zone: str) -> tuple[bytes, bytes]:
        query, answer = self.begin(zone, TXT)
        for place in range(self.random.randint(1, 4)):
            words = f"{self.word(3, 5)}-site-verification={self.octets(24).hex()}" if place else \
                f"v=spf1 include:_spf.{zone} ip4:192.0.2.0/24 ~all"
            answer.record(1, zone, TXT, 3600, bytes([len(words)]) + words.encode())
        return self.end(query, answer)

    def mail(self, name: str, zone: str) -> tuple[bytes, bytes]:
        query, answer = self.begin(zone, MX)
        for place in range(1, self.random.randint(2, 6)):
            answer.record(1, zone, MX, 3600, struct.pack("!H", 10 * place), (f"mx{place}.{zone}",))
        return self.end(query, answer)

    def pointer(self, name: str, zone: str) -> tuple[bytes, bytes]:
        reverse = ".".join(str(octet) for octet in self.octets(4)) + ".in-addr.arpa"
        query, answer = self.begin(reverse, PTR)
        answer.record(1, reverse, PTR, 86400, (name,))
        return self.end(query, answer)

    def location(self, name: str, zone: str) -> tuple[bytes, bytes]:
        service = f"_{self.word(2, 3)}._tcp.{zone}"
        query, answer = self.begin(service, SRV)
        for place in range(1, 4):
            answer.record(1, service, SRV, 300, struct.pack("!3H", 10, 50, 5222), (f"node{place}.{zone}", False))
        return self.end(query, answer)

    def referral(self, name: str, zone: str) -> tuple[bytes, bytes]:
        query, answer = self.begin(name, A, is_referral=True)
        for place in range(1, 5):
            answer.record(2, zone, NS, 172800, (f"ns{place}.{zone}",))
        for place in range(1, 5):
            answer.record(3, f"ns{place}.{zone}", A, 172800, self.octets(4))
            answer.record(3, f"ns{place}.{zone}", AAAA, 172800, b"\x2a\x00" + self.octets(14))
        return self.end(query, answer)

    def signed(self, name: str, zone: str) -> tuple[bytes, bytes]:
        query, answer = self.begin(name, A)
        self.addresses(answer, name, 2)
        self.signature(answer, 1, name, A, zone)
        return self.end(query, answer)

    def keys(self, name: str, zone: str) -> tuple[bytes, bytes]:
        query, answer = self.begin(zone, DNSKEY, is_authoritative=True)
        for flags in (256, 257):
            answer.record(1, zone, DNSKEY, 3600, struct.pack("!H2B", flags, 3, 8) + b"\x03\x01\x00\x01" + self.octets(256))
        self.signature(answer, 1, zone, DNSKEY, zone)
        return self.end(query, answer)

    def denial(self, name: str, zone: str) -> tuple[bytes, bytes]:
        query, answer = self.begin(f"{self.word(3, 5)}.{zone}", A, code=3)
        self.soa(answer, 2, zone)
        self.signature(answer, 2, zone, SOA, zone)
        for _ in range(3):
            owner = "".join(self.random.choice("0123456789abcdefghijklmnopqrstuv") for _ in range(32)) + "." + zone
            answer.record(2, owner, NSEC3, 300, struct.pack("!2BHB", 1, 0, 0, 0) + b"\x14" + self.octets(20)
                          + bytes.fromhex("0006400000000002"))
            self.signature(answer, 2, owner, NSEC3, zone)
        return self.end(query, answer)

    def large(self, name: str, zone: str) -> tuple[bytes, bytes]:
        query, answer = self.begin(name, A)
        self.addresses(answer, name, self.random.randint(30, 70))
        return self.end(query, answer)
