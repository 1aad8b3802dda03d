"""Random messages of every type that dnspython knows, and mutations of them; the same for the same seed."""
import random, struct, types

import dns.edns, dns.flags, dns.message, dns.name, dns.opcode, dns.rcode, dns.rdata, dns.rdataclass
import dns.rdatatype, dns.rrset, dns.tsig, dns.update, dns.wire

IN, CH, ANY = 1, 3, 255

# The fields of each type's rdata (the RFCs', in the order of the wire):
#   1 2 4 6 8  that many octets     N  a name          S  a character string    T  one or more of them
#   B  octets  C  octets, not none  M  a type bitmap   P/p  octets behind one/two that count them
# or a function of the generator.
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


class Generator:
    def __init__(self, seed):
        self.random = random.Random(seed)
        self.key = dns.tsig.Key("key.example.", b"0123456789abcdef", "hmac-sha256")
        self.refused = 0
        # Signatures have the time in them.
        dns.message.time = types.SimpleNamespace(time=lambda: 1_700_000_000)

    # Fields.

    def octets(self, count=None):
        return self.random.randbytes(self.random.choice(SIZES) if count is None else count)

    def text(self, longest=255):
        count = min(self.random.choice(SIZES), longest)
        if self.random.random() < 0.3:
            return self.octets(count)
        return bytes(self.random.choice(b"abcXYZ019 .-_\"\\;,='$()") for _ in range(count))

    def name(self):
        labels = [self.random.choice(LABELS) for _ in range(self.random.choice([0, 1, 2, 2, 3, 3, 4, 6]))]
        if self.random.random() < 0.7:
            labels += [b"example", b"com"]
        while sum(len(label) + 1 for label in labels) > 254:
            labels.pop()
        return dns.name.Name(labels + [b""])

    def types(self):
        windows = {}
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

    def field(self, code):
        if code.isdigit():
            return self.random.choice([self.octets(int(code)), b"\0" * (int(code) - 1) + b"\5"])
        if code == "N":
            return self.name().to_wire()
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

    def fields(self, codes):
        return b"".join(map(self.field, codes))

    def rdata(self, kind):
        codes = FIELDS[kind]
        return getattr(self, codes)() if codes.islower() else self.fields(codes)

    # Types whose fields depend on each other.

    def isdn(self):
        return self.fields("S" if self.random.random() < 0.5 else "SS")

    def wks(self):
        return self.fields("4") + bytes([self.random.choice([6, 17])]) + self.octets(self.random.choice([0, 1, 4, 16]))

    def gpos(self):
        words = (str(round(self.random.uniform(-limit, limit), self.random.randrange(4))) for limit in (90, 180, 9000))
        return b"".join(bytes([len(word)]) + word.encode() for word in words)

    def loc(self):
        def size():
            return self.random.randrange(1, 10) << 4 | self.random.randrange(10)
        angles = [2**31 + self.random.randint(-limit, limit) * 3_600_000 // 1000 for limit in (89_000, 179_000)]
        sizes = (0x12, 0x16, 0x13) if self.random.random() < 0.3 else (size(), size(), size())
        return struct.pack("!BBBBLLL", 0, *sizes, *angles, self.random.randrange(0, 2**32))

    def apl(self):
        wire = b""
        for _ in range(self.random.randrange(4)):
            family, bits = self.random.choice([(1, 32), (2, 128)])
            prefix = self.random.randint(0, bits)
            address = bytearray(self.octets(bits // 8))
            for bit in range(prefix, bits):
                address[bit // 8] &= ~(0x80 >> bit % 8)
            address = bytes(address).rstrip(b"\0")
            wire += struct.pack("!HBB", family, prefix, self.random.choice([0, 0x80]) | len(address)) + address
        return wire

    def caa(self):
        tag = self.random.choice([b"issue", b"issuewild", b"iodef", b"Tbs9"])
        return bytes([self.random.choice([0, 128]), len(tag)]) + tag + self.text()

    def ds(self):
        digest, length = self.random.choice([(1, 20), (2, 32), (4, 48)])
        return self.octets(3) + bytes([digest]) + self.octets(length)

    def signature(self):
        return struct.pack("!H", self.random.choice([1, 28, 6, 65, 65280])) + self.fields("114442NC")

    def nsec3(self):
        return self.fields("112P") + b"\x14" + self.octets(20) + self.types()

    def zonemd(self):
        scheme, length = self.random.choice([(1, 48), (2, 64)])
        return self.octets(4) + bytes([1, scheme]) + self.octets(length)

    def sshfp(self):
        kind, length = self.random.choice([(1, 20), (2, 32)])
        return bytes([self.random.randrange(1, 7), kind]) + self.octets(length)

    def hip(self):
        identity, key = self.octets(16), self.field("C")
        names = b"".join(self.field("N") for _ in range(self.random.randrange(3)))
        return struct.pack("!BBH", len(identity), 2, len(key)) + identity + key + names

    def gateway(self, kind):
        return [b"", self.octets(4), self.octets(16), self.name().to_wire()][kind]

    def ipseckey(self):
        kind = self.random.randrange(4)
        return bytes([10, kind, self.random.randrange(3)]) + self.gateway(kind) + self.field("C")

    def amtrelay(self):
        kind = self.random.randrange(4)
        return bytes([10, self.random.choice([0, 0x80]) | kind]) + self.gateway(kind)

    def dsync(self):
        return struct.pack("!HBH", self.random.choice([59, 62]), 1, self.random.randrange(65536)) + self.name().to_wire()

    def service(self):
        values = {
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
        wire = struct.pack("!H", self.random.randint(1, 9)) + self.name().to_wire()
        for key, value in sorted(parameters.items()):
            wire += struct.pack("!HH", key, len(value)) + value
        return wire

    def ech(self):
        content = b"\xfe\x0d" + struct.pack("!H", 40) + self.octets(40)
        return struct.pack("!H", len(content)) + content

    # Messages.

    def record(self, kind=None):
        """An RRset of one record."""
        while True:
            name = kind or self.random.choice(list(FIELDS))
            wire, number = self.rdata(name), dns.rdatatype.from_text(name)
            try:
                rdata = dns.rdata.from_wire(IN, number, wire, 0, len(wire))
                return dns.rrset.from_rdata(self.name(), self.random.choice([0, 60, 86400, 2**31 - 1]), rdata)
            except Exception:
                self.refused += 1

    def unknown(self):
        wire = self.octets()
        rdata = dns.rdata.from_wire(self.random.choice([IN, 4, 65280]), 65280 + self.random.randrange(9), wire, 0, len(wire))
        return dns.rrset.from_rdata(self.name(), 5, rdata)

    def options(self):
        def subnet():
            family, bits = self.random.choice([(1, 32), (2, 128)])
            prefix = self.random.choice([0, 8, 20, 24, 32, 56])
            prefix = min(prefix, bits)
            address = bytearray(self.octets(bits // 8))
            for bit in range(prefix, bits):
                address[bit // 8] &= ~(0x80 >> bit % 8)
            return struct.pack("!HBB", family, prefix, self.random.choice([0, prefix])) + bytes(address[:(prefix + 7) // 8])
        values = {
            3: self.octets, 5: lambda: b"\5\7\x08\x0d", 6: lambda: b"\1\2", 7: lambda: b"\1", 8: subnet,
            9: lambda: self.random.choice([b"", self.octets(4)]),
            10: lambda: self.octets(self.random.choice([8, 16, 24, 40])),
            11: lambda: self.random.choice([b"", self.octets(2)]), 12: lambda: bytes(self.random.choice(SIZES)),
            13: lambda: self.name().to_wire(), 14: lambda: self.octets(4),
            15: lambda: struct.pack("!H", self.random.choice([0, 3, 15, 18, 22, 29, 600])) + self.random.choice([b"", b"why \"not\""]),
            18: lambda: self.name().to_wire(), 19: lambda: self.random.choice([b"", b"\2\0" + self.octets(4)]),
            65001: self.octets,
        }
        return [dns.edns.GenericOption(code, values[code]()) for code in self.random.sample(sorted(values), self.random.randrange(5))]

    def update(self):
        message = dns.update.UpdateMessage(self.name(), id=self.random.randrange(65536))
        for _ in range(self.random.randint(1, 4)):
            rrset = self.record()
            rdata = rrset[0]
            self.random.choice([
                lambda: message.add(rrset.name, rrset.ttl, rdata), lambda: message.delete(rrset.name, rdata),
                lambda: message.delete(rrset.name, rrset.rdtype), lambda: message.delete(rrset.name),
                lambda: message.present(rrset.name, rdata), lambda: message.present(rrset.name),
                lambda: message.absent(rrset.name, rrset.rdtype), lambda: message.absent(rrset.name),
            ])()
        return message

    def ordinary(self, kind):
        message = dns.message.Message(id=self.random.randrange(65536))
        message.set_opcode(self.random.choice([0, 0, 0, 0, 2, 4]))
        question = self.random.choice([1, 1, 1, 1, 0])
        for _ in range(question):
            number = self.random.choice([1, 28, 65, 255, 252, 65281] + [dns.rdatatype.from_text(t) for t in FIELDS])
            message.question.append(dns.rrset.RRset(self.name(), self.random.choice([IN, IN, IN, CH, ANY]), number))
        if self.random.random() < 0.8:
            message.flags |= dns.flags.QR
            message.answer.append(self.record(kind))
            for section in (message.answer, message.authority, message.additional):
                for _ in range(self.random.choice([0, 0, 1, 3])):
                    section.append(self.record() if self.random.random() < 0.9 else self.unknown())
        for flag in (dns.flags.AA, dns.flags.RD, dns.flags.RA, dns.flags.AD, dns.flags.CD):
            if self.random.random() < 0.3:
                message.flags |= flag
        return message

    def message(self, kind=None):
        """The octets of a valid message; with a record of `kind` unless it is a query or an update."""
        while True:
            message = self.update() if self.random.random() < 0.05 else self.ordinary(kind)
            if self.random.random() < 0.6:
                message.use_edns(0, self.random.choice([0, 0x8000]), 1232, options=self.options())
            if message.flags & dns.flags.QR:
                message.set_rcode(self.random.choice([0, 0, 0, 2, 3, 5, 9] + ([16, 23, 77] if message.edns == 0 else [])))
            if self.random.random() < 0.05:
                message.use_tsig(self.key)
            wire = message.to_wire(max_size=65535)
            if len(wire) <= 60000:
                return wire

    def mutation(self, wire):
        """`wire` changed in one to three places."""
        octets = bytearray(wire)
        for _ in range(self.random.choice([1, 1, 1, 2, 3])):
            self.random.choice([self.flip, self.flip, self.put, self.cut, self.insert, self.remove, self.point, self.resize,
                                self.recount, self.append])(octets)
        return bytes(octets[:60000]) or b"\0"

    def place(self, octets):
        return self.random.randrange(max(1, len(octets) - 1))

    def flip(self, octets):
        octets[self.place(octets)] ^= 1 << self.random.randrange(8)

    def put(self, octets):
        octets[self.place(octets)] = self.random.choice([0, 1, 0x3F, 0x40, 0x80, 0xC0, 0xFF, self.random.randrange(256)])

    def cut(self, octets):
        del octets[1 + self.place(octets):]

    def insert(self, octets):
        place = self.place(octets)
        octets[place:place] = self.octets(self.random.randint(1, 4))

    def remove(self, octets):
        place = self.place(octets)
        del octets[place:place + self.random.randint(1, 4)]
        octets += b"" if octets else b"\0"

    def point(self, octets):
        place = self.place(octets)
        octets[place:place + 2] = struct.pack("!H", 0xC000 | self.random.randrange(min(len(octets) + 4, 0x3FFF)))

    def resize(self, octets):
        """Changes a record's length."""
        places = lengths(bytes(octets))
        if places:
            place = self.random.choice(places)
            value = struct.unpack_from("!H", octets, place)[0] + self.random.choice([-4, -2, -1, 1, 2, 4, 256])
            struct.pack_into("!H", octets, place, value & 0xFFFF)

    def recount(self, octets):
        if len(octets) >= 12:
            place = self.random.choice([4, 6, 8, 10])
            struct.pack_into("!H", octets, place, self.random.choice([0, 1, 2, 3, 65535]))

    def append(self, octets):
        octets += self.octets(self.random.randint(1, 12))


def lengths(wire):
    """Where the RDLENGTH of each record stands."""
    places = []
    try:
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
    except Exception:
        pass
    return places
