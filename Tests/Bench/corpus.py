"""The corpus: pairs of a query and its answer, of the shapes that a resolver's wire carries; the same octets on every run."""
import random, struct

SEED = 1035
# Of a thousand pairs: what is asked and how it is answered.
KINDS = {"address": 300, "aliases": 120, "address6": 150, "service": 80, "nodata": 70, "nxdomain": 90, "text": 30, "mail": 20,
         "pointer": 40, "location": 10, "referral": 20, "signed": 30, "keys": 10, "denial": 20, "large": 10}
A, NS, CNAME, SOA, PTR, MX, TXT, AAAA, SRV, OPT, DS, RRSIG, DNSKEY, NSEC3, HTTPS = (
    1, 2, 5, 6, 12, 15, 16, 28, 33, 41, 43, 46, 48, 50, 65)
SYLLABLES = "ba be bo da de di ka ke ko la le lo ma me mi na ne no ra re ro sa se so ta te ti to va ve vo za ze zo".split()
TOPS = ["com"] * 9 + ["net"] * 3 + ["org"] * 2 + ["de", "io", "dev", "co.uk", "fr", "nl", "app", "com.br", "ru", "jp"]
HOSTS = ["www"] * 6 + ["api", "api", "cdn", "static", "img", "mail", "m", "login", "edge", "assets", "s3", "events", "telemetry"]


class Writer:
    """One message; names are compressed as RFC 1035 §4.1.4 has it."""

    def __init__(self, identifier, flags):
        self.octets = bytearray(struct.pack("!6H", identifier, flags, 0, 0, 0, 0))
        self.places = {}

    def name(self, name, compressed=True):
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

    def count(self, section):
        place = 4 + 2 * section
        struct.pack_into("!H", self.octets, place, struct.unpack_from("!H", self.octets, place)[0] + 1)

    def question(self, name, kind):
        self.name(name)
        self.octets += struct.pack("!2H", kind, 1)
        self.count(0)

    def record(self, section, name, kind, ttl, *parts, category=1):
        """A record whose data are octets, and names as ("name", compressed)."""
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


class Corpus:
    """`pairs` gives (kind, query, answer), as octets."""

    def __init__(self, seed=SEED):
        self.random = random.Random(seed)
        self.zones = [self.word(2, 5) + "." + self.random.choice(TOPS) for _ in range(4000)]
        self.names = [self.host(zone) for zone in self.zones for _ in range(3)]
        self.random.shuffle(self.names)

    def pairs(self, count):
        kinds = self.random.choices(list(KINDS), list(KINDS.values()), k=count)
        for kind in kinds:
            # Few names are asked often, many seldom.
            name = self.names[int(len(self.names) * self.random.random() ** 3)]
            self.hints = (self.random.random() < 0.7, kind in ("signed", "keys", "denial"))
            yield (kind,) + getattr(self, kind)(name, ".".join(name.split(".")[1:]))

    # What pairs are made of.

    def word(self, least, most):
        return "".join(self.random.choice(SYLLABLES) for _ in range(self.random.randint(least, most)))

    def octets(self, count):
        return self.random.randbytes(count)

    def host(self, zone):
        first = self.random.choice(HOSTS)
        shape = self.random.random()
        if shape < 0.15:
            first = f"{first}-{self.random.randint(1, 99)}.{self.word(1, 2)}-{self.random.randint(1, 4)}"
        elif shape < 0.25:
            first = self.octets(self.random.randint(6, 14)).hex()
        return f"{first}.{zone}"

    def ttl(self):
        return self.random.choice([1, 20, 30, 60, 60, 120, 300, 300, 300, 600, 1800, 3600, 21600, 86400])

    def begin(self, name, kind, code=0, authoritative=False, is_referral=False):
        """The query, whole, and the answer up to its records."""
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
        answer = Writer(identifier, 0x8100 | (0 if is_referral else 0x80) | (0x400 if authoritative else 0)
                        | (0x20 if signed else 0) | code)
        answer.question(name, kind)
        return query, answer

    def end(self, query, answer):
        extended, signed = self.hints
        if extended or signed:
            options = b""
            if self.random.random() < 0.1:
                options = struct.pack("!2H", 10, 24) + self.octets(24)
            answer.record(3, "", OPT, 0x8000 if signed else 0, options, category=1232)
        return bytes(query.octets), bytes(answer.octets)

    def soa(self, answer, section, zone):
        answer.record(section, zone, SOA, self.ttl(), (f"ns1.{zone}",), (f"hostmaster.{zone}",),
                      struct.pack("!5I", 2026010100 + self.random.randint(0, 99), 7200, 3600, 1209600, 300))

    def signature(self, answer, section, owner, covered, zone):
        answer.record(section, owner, RRSIG, 300, struct.pack("!H2B3IH", covered, 13, owner.count(".") + 1, 300, 1790000000,
                                                               1780000000, self.random.getrandbits(16)), (zone, False), self.octets(64))

    def addresses(self, answer, owner, count):
        ttl = self.ttl()
        for _ in range(count):
            answer.record(1, owner, A, ttl, self.octets(4))

    # One method a kind.

    def address(self, name, zone):
        query, answer = self.begin(name, A)
        self.addresses(answer, name, self.random.choice([1, 1, 1, 2, 2, 4, 6]))
        return self.end(query, answer)

    def aliases(self, name, zone):
        query, answer = self.begin(name, A)
        owner = name
        for _ in range(self.random.choice([1, 1, 2, 2, 3])):
            target = f"{self.word(2, 4)}.{self.random.choice(self.zones[:60])}"
            answer.record(1, owner, CNAME, self.ttl(), (target,))
            owner = target
        self.addresses(answer, owner, self.random.choice([1, 2, 4]))
        return self.end(query, answer)

    def address6(self, name, zone):
        query, answer = self.begin(name, AAAA)
        ttl = self.ttl()
        for _ in range(self.random.choice([1, 1, 2, 4])):
            answer.record(1, name, AAAA, ttl, b"\x2a\x00" + self.octets(14))
        return self.end(query, answer)

    def service(self, name, zone):
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

    def nodata(self, name, zone):
        query, answer = self.begin(name, AAAA)
        self.soa(answer, 2, zone)
        return self.end(query, answer)

    def nxdomain(self, name, zone):
        query, answer = self.begin(f"{self.word(3, 5)}.{zone}", A, code=3)
        self.soa(answer, 2, zone)
        return self.end(query, answer)

    def text(self, name, zone):
        query, answer = self.begin(zone, TXT)
        for place in range(self.random.randint(1, 4)):
            words = f"{self.word(3, 5)}-site-verification={self.octets(24).hex()}" if place else \
                f"v=spf1 include:_spf.{zone} ip4:192.0.2.0/24 ~all"
            answer.record(1, zone, TXT, 3600, bytes([len(words)]) + words.encode())
        return self.end(query, answer)

    def mail(self, name, zone):
        query, answer = self.begin(zone, MX)
        for place in range(1, self.random.randint(2, 6)):
            answer.record(1, zone, MX, 3600, struct.pack("!H", 10 * place), (f"mx{place}.{zone}",))
        return self.end(query, answer)

    def pointer(self, name, zone):
        reverse = ".".join(str(octet) for octet in self.octets(4)) + ".in-addr.arpa"
        query, answer = self.begin(reverse, PTR)
        answer.record(1, reverse, PTR, 86400, (name,))
        return self.end(query, answer)

    def location(self, name, zone):
        service = f"_{self.word(2, 3)}._tcp.{zone}"
        query, answer = self.begin(service, SRV)
        for place in range(1, 4):
            answer.record(1, service, SRV, 300, struct.pack("!3H", 10, 50, 5222), (f"node{place}.{zone}", False))
        return self.end(query, answer)

    def referral(self, name, zone):
        query, answer = self.begin(name, A, is_referral=True)
        for place in range(1, 5):
            answer.record(2, zone, NS, 172800, (f"ns{place}.{zone}",))
        for place in range(1, 5):
            answer.record(3, f"ns{place}.{zone}", A, 172800, self.octets(4))
            answer.record(3, f"ns{place}.{zone}", AAAA, 172800, b"\x2a\x00" + self.octets(14))
        return self.end(query, answer)

    def signed(self, name, zone):
        query, answer = self.begin(name, A)
        self.addresses(answer, name, 2)
        self.signature(answer, 1, name, A, zone)
        return self.end(query, answer)

    def keys(self, name, zone):
        query, answer = self.begin(zone, DNSKEY, authoritative=True)
        for flags in (256, 257):
            answer.record(1, zone, DNSKEY, 3600, struct.pack("!H2B", flags, 3, 8) + b"\x03\x01\x00\x01" + self.octets(256))
        self.signature(answer, 1, zone, DNSKEY, zone)
        return self.end(query, answer)

    def denial(self, name, zone):
        query, answer = self.begin(f"{self.word(3, 5)}.{zone}", A, code=3)
        self.soa(answer, 2, zone)
        self.signature(answer, 2, zone, SOA, zone)
        for _ in range(3):
            owner = "".join(self.random.choice("0123456789abcdefghijklmnopqrstuv") for _ in range(32)) + "." + zone
            answer.record(2, owner, NSEC3, 300, struct.pack("!2BHB", 1, 0, 0, 0) + b"\x14" + self.octets(20)
                          + bytes.fromhex("0006400000000002"))
            self.signature(answer, 2, owner, NSEC3, zone)
        return self.end(query, answer)

    def large(self, name, zone):
        query, answer = self.begin(name, A)
        self.addresses(answer, name, self.random.randint(30, 70))
        return self.end(query, answer)


def write(path, pairs):
    """Every message behind its length in two octets, as DNS over TCP has it; queries and answers in turn."""
    with open(path, "wb") as file:
        for _, query, answer in pairs:
            for message in (query, answer):
                file.write(struct.pack("!H", len(message)) + message)


def read(path, most=None):
    with open(path, "rb") as file:
        octets = file.read()
    messages, at = [], 0
    while at + 2 <= len(octets) and len(messages) != most:
        end = at + 2 + struct.unpack_from("!H", octets, at)[0]
        messages.append(octets[at + 2:end])
        at = end
    return messages
