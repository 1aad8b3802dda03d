"""Random record data of every type that dnspython knows."""

import struct
from collections.abc import Callable
from random import Random

import dns.name

# The fields of the record data of each type, in the order of the RFC that defines it:
#   1 2 4 6 8  that many octets      N  a name          S  a character string    T  one or more of them
#   B  octets  C  at least one octet  M  a type bitmap   P/p  octets after one/two octets with their number
# or the name of a method.
FIELDS = {
    "A": "4", "AAAA": "88", "NS": "N", "CNAME": "N", "PTR": "N", "DNAME": "N", "SOA": "NN44444", "MX": "2N",
    "TXT": "T", "SPF": "T", "AVC": "T", "NINFO": "T", "RESINFO": "T", "WALLET": "T", "SRV": "222N",
    "NAPTR": "22SSSN", "HINFO": "SS", "RP": "NN", "AFSDB": "2N", "RT": "2N", "KX": "2N", "LP": "2N", "PX": "2NN",
    "X25": "S", "ISDN": "isdn", "NSAP": "C", "NSAP-PTR": "N", "WKS": "wks", "GPOS": "gpos", "LOC": "loc",
    "APL": "apl", "CAA": "caa", "URI": "22C", "CERT": "221C", "DS": "ds", "CDS": "ds", "DLV": "ds",
    "DNSKEY": "211C", "CDNSKEY": "211C", "KEY": "211C", "RRSIG": "signature", "SIG": "signature",
    "NSEC": "NM", "NSEC3": "nsec3", "NSEC3PARAM": "112P", "CSYNC": "42M", "ZONEMD": "zonemd", "TLSA": "111C",
    "SMIMEA": "111C", "SSHFP": "sshfp", "OPENPGPKEY": "C", "DHCID": "C", "HHIT": "C", "BRID": "C", "HIP": "hip",
    "IPSECKEY": "ipseckey", "AMTRELAY": "amtrelay", "TKEY": "N4422pp", "SVCB": "service", "HTTPS": "service",
    "EUI48": "6", "EUI64": "8", "NID": "28", "L32": "24", "L64": "28", "DSYNC": "dsync",
}
LABELS = [b"www", b"example", b"com", b"net", b"org", b"a", b"mail", b"_dns", b"_tcp", b"xn--bcher-kva", b"EXAMPLE", b"Com",
          b"a b", b"a.b", b'q"q', b"back\\slash", b"\x00\x01\xff", b"caf\xc3\xa9", b"$", b"@x", b"(p)", b";c", b"*", b"1" * 63,
          b"-", b"\x7f", b"x" * 40]
SIZES = [0, 1, 1, 2, 3, 4, 8, 16, 20, 31, 32, 48, 64, 100, 255]


class RecordData:
    """The record data and their fields; the same for the same state of `random`."""

    def __init__(self, random: Random) -> None:
        self.random = random

    def rdata(self, kind: str) -> bytes:
        codes = FIELDS[kind]
        if not codes.islower():
            return self.fields(codes)
        method: Callable[[], bytes] = getattr(self, codes)
        return method()

    def octets(self, count: int | None = None) -> bytes:
        return self.random.randbytes(self.random.choice(SIZES) if count is None else count)

    def text(self, longest: int = 255) -> bytes:
        count = min(self.random.choice(SIZES), longest)
        if self.random.random() < 0.3:
            return self.octets(count)
        return bytes(self.random.choice(b"abcXYZ019 .-_\"\\;,='$()") for _ in range(count))

    def name(self) -> dns.name.Name:
        labels = [self.random.choice(LABELS) for _ in range(self.random.choice([0, 1, 2, 2, 3, 3, 4, 6]))]
        if self.random.random() < 0.7:
            labels += [b"example", b"com"]
        while sum(len(label) + 1 for label in labels) > 254:
            labels.pop()
        return dns.name.Name([*labels, b""])

    def name_octets(self) -> bytes:
        octets = self.name().to_wire()
        assert octets
        return octets

    def types(self) -> bytes:
        """A type bitmap (RFC 4034 §4.1.2)."""
        windows: dict[int, set[int]] = {}
        for _ in range(self.random.choice([0, 1, 3, 6, 12])):
            kind = self.random.choice([1, 2, 5, 6, 15, 16, 28, 43, 46, 47, 48, 52, 64, 65, 99, 255, 256, 257, 32769, 65280])
            windows.setdefault(kind >> 8, set()).add(kind & 0xFF)
        wire = b""
        for window, bits in sorted(windows.items()):
            bitmap = bytearray(max(bits) // 8 + 1)
            for bit in bits:
                bitmap[bit // 8] |= 0x80 >> bit % 8
            wire += bytes([window, len(bitmap)]) + bitmap
        return wire

    def field(self, code: str) -> bytes:
        if code.isdigit():
            return self.random.choice([self.octets(int(code)), b"\0" * (int(code) - 1) + b"\5"])
        if code == "N":
            return self.name_octets()
        if code in "SP":
            content = self.text() if code == "S" else self.octets()
            return bytes([len(content)]) + content
        if code == "T":
            return b"".join(self.field("S") for _ in range(self.random.choice([1, 1, 2, 5])))
        if code == "B":
            return self.octets()
        if code == "C":
            return self.octets() or b"\1"
        if code == "M":
            return self.types()
        content = self.octets()
        return struct.pack("!H", len(content)) + content

    def fields(self, codes: str) -> bytes:
        return b"".join(map(self.field, codes))

    # Types whose fields depend on each other.

    def isdn(self) -> bytes:
        return self.fields("S" if self.random.random() < 0.5 else "SS")

    def wks(self) -> bytes:
        return self.fields("4") + bytes([self.random.choice([6, 17])]) + self.octets(self.random.choice([0, 1, 4, 16]))

    def gpos(self) -> bytes:
        words = (str(round(self.random.uniform(-limit, limit), self.random.randrange(4))) for limit in (90, 180, 9000))
        return b"".join(bytes([len(word)]) + word.encode() for word in words)

    def loc(self) -> bytes:
        def size() -> int:
            return self.random.randrange(1, 10) << 4 | self.random.randrange(10)
        angles = [2**31 + self.random.randint(-limit, limit) * 3_600_000 // 1000 for limit in (89_000, 179_000)]
        sizes = (0x12, 0x16, 0x13) if self.random.random() < 0.3 else (size(), size(), size())
        return struct.pack("!BBBBLLL", 0, *sizes, *angles, self.random.randrange(0, 2**32))

    def apl(self) -> bytes:
        wire = b""
        for _ in range(self.random.randrange(4)):
            family, bits = self.random.choice([(1, 32), (2, 128)])
            prefix = self.random.randint(0, bits)
            address = bytearray(self.octets(bits // 8))
            for bit in range(prefix, bits):
                address[bit // 8] &= ~(0x80 >> bit % 8)
            octets = bytes(address).rstrip(b"\0")
            wire += struct.pack("!HBB", family, prefix, self.random.choice([0, 0x80]) | len(octets)) + octets
        return wire

    def caa(self) -> bytes:
        tag = self.random.choice([b"issue", b"issuewild", b"iodef", b"Tbs9"])
        return bytes([self.random.choice([0, 128]), len(tag)]) + tag + self.text()

    def ds(self) -> bytes:
        digest, length = self.random.choice([(1, 20), (2, 32), (4, 48)])
        return self.octets(3) + bytes([digest]) + self.octets(length)

    def signature(self) -> bytes:
        return struct.pack("!H", self.random.choice([1, 28, 6, 65, 65280])) + self.fields("114442NC")

    def nsec3(self) -> bytes:
        return self.fields("112P") + b"\x14" + self.octets(20) + self.types()

    def zonemd(self) -> bytes:
        scheme, length = self.random.choice([(1, 48), (2, 64)])
        return self.octets(4) + bytes([1, scheme]) + self.octets(length)

    def sshfp(self) -> bytes:
        kind, length = self.random.choice([(1, 20), (2, 32)])
        return bytes([self.random.randrange(1, 7), kind]) + self.octets(length)

    def hip(self) -> bytes:
        identity, key = self.octets(16), self.field("C")
        names = b"".join(self.field("N") for _ in range(self.random.randrange(3)))
        return struct.pack("!BBH", len(identity), 2, len(key)) + identity + key + names

    def gateway(self, kind: int) -> bytes:
        return [b"", self.octets(4), self.octets(16), self.name_octets()][kind]

    def ipseckey(self) -> bytes:
        kind = self.random.randrange(4)
        return bytes([10, kind, self.random.randrange(3)]) + self.gateway(kind) + self.field("C")

    def amtrelay(self) -> bytes:
        kind = self.random.randrange(4)
        return bytes([10, self.random.choice([0, 0x80]) | kind]) + self.gateway(kind)

    def dsync(self) -> bytes:
        return struct.pack("!HBH", self.random.choice([59, 62]), 1, self.random.randrange(65536)) + self.name_octets()

    def service(self) -> bytes:
        values: dict[int, Callable[[], bytes]] = {
            1: lambda: b"".join(bytes([len(i)]) + i for i in self.random.sample([b"h2", b"h3", b"a,b", b'q"\\', b"\xff"], 2)),
            3: lambda: self.octets(2), 4: lambda: self.octets(4 * self.random.randint(1, 3)),
            5: self.ech, 6: lambda: self.octets(16 * self.random.randint(1, 2)),
            7: lambda: b"/dns-query{?dns}", 8: lambda: b"", 65280: lambda: self.text(40),
        }
        chosen = sorted(self.random.sample(sorted(values), self.random.randrange(len(values))))
        parameters = {key: values[key]() for key in chosen}
        if 1 in parameters and self.random.random() < 0.2:
            parameters[2] = b""
        if chosen and self.random.random() < 0.3:
            parameters[0] = b"".join(struct.pack("!H", key) for key in chosen[:2])
        wire = struct.pack("!H", self.random.randint(1, 9)) + self.name_octets()
        for key, value in sorted(parameters.items()):
            wire += struct.pack("!HH", key, len(value)) + value
        return wire

    def ech(self) -> bytes:
        content = b"\xfe\x0d" + struct.pack("!H", 40) + self.octets(40)
        return struct.pack("!H", len(content)) + content
