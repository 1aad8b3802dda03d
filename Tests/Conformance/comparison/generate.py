"""Random valid messages; the same for the same seed."""

import contextlib
import struct
import types
from collections.abc import Callable
from random import Random

import dns.edns
import dns.flags
import dns.message
import dns.name
import dns.opcode
import dns.rcode
import dns.rdata
import dns.rdataclass
import dns.rdatatype
import dns.rrset
import dns.tsig
import dns.update

from .rdata import FIELDS, SIZES, RecordData

IN, CH, HS, ANY = (dns.rdataclass.RdataClass.make(number) for number in (1, 3, 4, 255))
PRIVATE_CLASS = dns.rdataclass.RdataClass.make(65280)


class Generator:
    """Messages of every type that dnspython knows, with EDNS, updates and signatures."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self.data = RecordData(self.random)
        self.key = dns.tsig.Key("key.example.", b"0123456789abcdef", "hmac-sha256")
        # Signatures contain the time.
        dns.message.time = types.SimpleNamespace(time=lambda: 1_700_000_000)  # type: ignore[attr-defined, assignment]

    def message(self, kind: str | None = None) -> bytes:
        """The octets of a message; an answer has a record of the type `kind`."""
        while True:
            message = self.update() if self.random.random() < 0.05 else self.ordinary(kind)
            if self.random.random() < 0.6:
                message.use_edns(0, self.random.choice([0, 0x8000]), 1232, options=self.options())
            if message.flags & dns.flags.QR:
                codes = [0, 0, 0, 2, 3, 5, 9] + ([16, 23, 77] if message.edns == 0 else [])
                message.set_rcode(dns.rcode.Rcode.make(self.random.choice(codes)))
            if self.random.random() < 0.05:
                message.use_tsig(self.key)
            wire = message.to_wire(max_size=65535)
            if len(wire) <= 60000:
                return wire

    def record(self, kind: str | None = None) -> dns.rrset.RRset:
        """An RRset of one record; random data that dnspython refuses is generated again."""
        while True:
            name = kind or self.random.choice(list(FIELDS))
            wire, number = self.data.rdata(name), dns.rdatatype.from_text(name)
            with contextlib.suppress(Exception):
                rdata = dns.rdata.from_wire(IN, number, wire, 0, len(wire))
                return dns.rrset.from_rdata(self.data.name(), self.random.choice([0, 60, 86400, 2**31 - 1]), rdata)

    def unknown(self) -> dns.rrset.RRset:
        """A record of a type that dnspython does not know."""
        wire = self.data.octets()
        category = self.random.choice([IN, HS, PRIVATE_CLASS])
        kind = dns.rdatatype.RdataType.make(65280 + self.random.randrange(9))
        rdata = dns.rdata.from_wire(category, kind, wire, 0, len(wire))
        return dns.rrset.from_rdata(self.data.name(), 5, rdata)

    def options(self) -> list[dns.edns.Option]:
        def subnet() -> bytes:
            family, bits = self.random.choice([(1, 32), (2, 128)])
            prefix = self.random.choice([0, 8, 20, 24, 32, 56])
            prefix = min(prefix, bits)
            address = bytearray(self.data.octets(bits // 8))
            for bit in range(prefix, bits):
                address[bit // 8] &= ~(0x80 >> bit % 8)
            return struct.pack("!HBB", family, prefix, self.random.choice([0, prefix])) + bytes(address[:(prefix + 7) // 8])

        values: dict[int, Callable[[], bytes]] = {
            3: self.data.octets, 5: lambda: b"\5\7\x08\x0d", 6: lambda: b"\1\2", 7: lambda: b"\1", 8: subnet,
            9: lambda: self.random.choice([b"", self.data.octets(4)]),
            10: lambda: self.data.octets(self.random.choice([8, 16, 24, 40])),
            11: lambda: self.random.choice([b"", self.data.octets(2)]), 12: lambda: bytes(self.random.choice(SIZES)),
            13: lambda: self.data.name_octets(), 14: lambda: self.data.octets(4),
            15: lambda: struct.pack("!H", self.random.choice([0, 3, 15, 18, 22, 29, 600])) + self.random.choice([b"", b"why \"not\""]),
            18: lambda: self.data.name_octets(), 19: lambda: self.random.choice([b"", b"\2\0" + self.data.octets(4)]),
            65001: self.data.octets,
        }
        codes = self.random.sample(sorted(values), self.random.randrange(5))
        return [dns.edns.GenericOption(dns.edns.OptionType.make(code), values[code]()) for code in codes]

    def update(self) -> dns.update.UpdateMessage:
        message = dns.update.UpdateMessage(self.data.name(), id=self.random.randrange(65536))
        for _ in range(self.random.randint(1, 4)):
            self.change(message, self.record())
        return message

    def change(self, message: dns.update.UpdateMessage, rrset: dns.rrset.RRset) -> None:
        """Adds one update or prerequisite."""
        rdata = rrset[0]
        actions: list[Callable[[], None]] = [
            lambda: message.add(rrset.name, rrset.ttl, rdata), lambda: message.delete(rrset.name, rdata),
            lambda: message.delete(rrset.name, rrset.rdtype), lambda: message.delete(rrset.name),
            lambda: message.present(rrset.name, rdata), lambda: message.present(rrset.name),
            lambda: message.absent(rrset.name, rrset.rdtype), lambda: message.absent(rrset.name),
        ]
        self.random.choice(actions)()

    def ordinary(self, kind: str | None) -> dns.message.Message:
        message = dns.message.Message(id=self.random.randrange(65536))
        message.set_opcode(dns.opcode.Opcode.make(self.random.choice([0, 0, 0, 0, 2, 4])))
        question = self.random.choice([1, 1, 1, 1, 0])
        for _ in range(question):
            number = self.random.choice([1, 28, 65, 255, 252, 65281] + [dns.rdatatype.from_text(t) for t in FIELDS])
            name, category = self.data.name(), self.random.choice([IN, IN, IN, CH, ANY])
            message.question.append(dns.rrset.RRset(name, category, dns.rdatatype.RdataType.make(number)))
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
