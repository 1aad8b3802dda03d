#!/usr/bin/env python3
"""Writes messages.txt: DNS messages as dnspython (2.9) encodes them, with its text of their record data.

A line has a name, octets in hexadecimal and, if any, the presentation text of a record in them. Lines with the same name are
consecutive messages. A malformed message is a valid one with some octets changed, since dnspython writes valid ones only.
"""

import base64
import random
import struct
from pathlib import Path

import dns.edns
import dns.flags
import dns.message
import dns.opcode
import dns.rcode
import dns.rdataclass
import dns.rrset
import dns.update

RANDOM = random.Random(20230304)
CONSONANTS, VOWELS = "bcdfghklmnprstvz", "aeiou"
LINES: list[str] = []


def main() -> None:
    https, location = record_types()
    other_messages()
    subnet = edns()
    names()
    multicast_dns()
    malformed(https, location, subnet)
    day()
    path = Path(__file__).with_name("messages.txt")
    path.write_text("\n".join(LINES) + "\n", encoding="utf-8")


def add(name: str, message: dns.message.Message | bytes, text: str = "") -> bytes:
    """Adds a line, and returns the octets of the message."""
    octets = message if isinstance(message, bytes) else message.to_wire()
    LINES.append(" ".join(filter(None, [name, octets.hex(), text])))
    return octets


def query(name: str, kind: str = "A", number: int | None = None) -> dns.message.Message:
    """A query with the id `number`, or with a random one."""
    message = dns.message.make_query(name, kind)
    message.id = RANDOM.randrange(1, 65536) if number is None else number
    return message


def answer(question: dns.message.Message, *records: tuple[str, str, str], code: str = "NOERROR") -> dns.message.Message:
    """An answer with records given as owner, type and text."""
    message = dns.message.make_response(question, recursion_available=True)
    message.set_rcode(dns.rcode.from_text(code))
    for owner, kind, text in records:
        message.answer.append(dns.rrset.from_text(owner, 300, "IN", kind, text))
    return message


def exchange(name: str, owner: str, kind: str, *texts: str) -> bytes:
    """Adds a query and its answer with these records; the line has the text of the first as dnspython writes it."""
    question = query(owner, kind)
    reply = answer(question, *((owner, kind, text) for text in texts))
    add(name, question)
    return add(name, reply, reply.answer[0][0].to_text() if texts else "")


def option(number: int, octets: bytes) -> dns.edns.Option:
    return dns.edns.GenericOption(dns.edns.OptionType.make(number), octets)


def encoded(octets: bytes) -> str:
    return base64.b64encode(octets).decode()


def changed(octets: bytes, old: bytes, new: bytes) -> bytes:
    """The octets with `new` in the place of `old`, which must occur once."""
    assert octets.count(old) == 1, (octets.hex(), old.hex())
    return octets.replace(old, new)


def record_types() -> tuple[bytes, bytes]:
    """Returns the answers with an HTTPS and a LOC record."""
    exchange("caa", "caa.example.test.", "CAA", '0 issue "ca.example.net"')
    exchange("svcb", "_dns.example.test.", "SVCB", "0 resolver.example.test.")
    https = exchange("https", "web.example.test.", "HTTPS",
                     '1 . alpn="h3,h2" ipv4hint="192.0.2.1,192.0.2.2" ipv6hint="2001:db8::1"')
    ech = encoded(bytes.fromhex("0014fe0d0010") + bytes(16))
    exchange("ech", "ech.example.test.", "HTTPS", f'1 . ipv4hint="192.0.2.9" ech="{ech}"')
    exchange("spf", "mail.example.test.", "TXT", '"v=spf1 mx -all"', '"another"')
    exchange("wks", "old.example.test.", "WKS", "192.0.2.7 6 0 1 2 21 23")
    exchange("hinfo", "host.example.test.", "HINFO", '"INTEL-386" "Windows"')
    exchange("naptr", "number.example.test.", "NAPTR", r'100 100 "s" "SIPS+D2T" "" _sips._tcp.example.test.')
    exchange("ds", "signed.example.test.", "DS", "18463 13 2 " + "0c45b3d090b221e0e33bbeb5a619d89416baf1970011223344556677899aabbc")
    exchange("dnskey", "signed.example.test.", "DNSKEY", "257 3 15 sPLqif+6aWL2/QlalTVwxjVn4WWeuYE2VhHCd2KWC5I=")
    exchange("rrsig", "signed.example.test.", "RRSIG",
             "A 15 3 300 20260402090014 20260323080014 29312 example.test. "
             "WEKEazvAjqc6/cfswNFYdxAcabgl0wxzYWLqJlyCZDgx9xIQLuWNPTo+pp5CfBeIn0lsSIhL0/GKWl6ut0PetQ==")
    exchange("nsec", "signed.example.test.", "NSEC", "tango.example.test. A RRSIG NSEC TYPE65280")
    exchange("nsec3", "signed.example.test.", "NSEC3",
             "1 0 20 80637d8af055b5ee so7gf8pjf86diqr1ahf14h4mvbhjaiu6 A AAAA RRSIG")
    exchange("nsec3param", "signed.example.test.", "NSEC3PARAM", "1 0 20 7b1a90a916197e45")
    exchange("sshfp", "host.example.test.", "SSHFP", "2 1 a6b95f9eba1104a7272a362e8bfbcbebd5726dcf")
    location = exchange("loc", "place.example.test.", "LOC", "52 22 23.000 N 4 53 32.000 E -2.00m 0.00m 10000.00m 10.00m")
    exchange("unknown", "strange.example.test.", "TYPE65534", r"\# 5 077d120001")
    exchange("none", "nothing.example.test.", "A")
    return https, location


def other_messages() -> None:
    """NOTIFY, UPDATE, and messages with TSIG and TKEY."""
    notify = dns.message.make_query("example.test.", "SOA")
    notify.id, notify.flags = 4711, dns.flags.AA
    notify.set_opcode(dns.opcode.NOTIFY)
    soa = "ns.example.test. host.example.test. 2023030401 3600 900 604800 300"
    notify.answer.append(dns.rrset.from_text("example.test.", 3600, "IN", "SOA", soa))
    add("notify", notify, notify.answer[0][0].to_text())
    reply = dns.message.make_response(notify)
    add("notify", reply)

    update = dns.update.UpdateMessage("example.test.", id=4712)
    update.delete("old.example.test.", "A")
    update.add("new.example.test.", 60, "A", "192.0.2.44")
    add("update", update, r"\# 0")
    add("update", dns.message.make_response(update))

    signed = query("signed.example.test.", "A", number=4713)
    signed.additional.append(dns.rrset.from_text("key.example.test.", 0, "ANY", "TSIG",
                                                 f"hmac-sha256. 1677925989 300 32 {encoded(bytes(range(32)))} 4713 NOERROR 0"))
    add("tsig", signed, signed.additional[0][0].to_text())

    tkey = query("7.example.test.", "TKEY", number=4714)
    tkey.additional.append(dns.rrset.from_text("7.example.test.", 0, "ANY", "TKEY", "gss-tsig. 1677925989 1678012389 3 0 oYG2MIGzoAM="))
    add("tkey", tkey, tkey.additional[0][0].to_text())


def edns() -> bytes:
    """EDNS options, an unknown version of EDNS, and a name in mixed case; returns a query with a client subnet."""
    cookie = query("cookie.example.test.", number=4715)
    cookie.use_edns(0, options=[option(10, bytes.fromhex("c814985a928a6342")), option(11, b"")])
    add("cookie", cookie)
    reply = answer(cookie, ("cookie.example.test.", "A", "192.0.2.5"))
    reply.use_edns(0, options=[option(10, bytes.fromhex("c814985a928a63423dcd3e4f7ba9247a")), option(11, struct.pack("!H", 370))])
    add("cookie", reply, "192.0.2.5")

    old = query("version.example.test.", number=4716)
    old.use_edns(1)
    add("badvers", old)
    reply = answer(old, code="BADVERS")
    add("badvers", reply)

    add("case", query("Us.V27.DiStRiBuTeD.Example.Test.", number=4717))

    subnet = query("subnet.example.test.", number=4718)
    subnet.use_edns(0, options=[dns.edns.ECSOption("192.0.2.0", 24)])
    good_subnet = subnet.to_wire()
    add("subnet", good_subnet)
    return good_subnet


def names() -> None:
    """Names that share all labels but the first."""
    deep = query("a.b.c.d.e.f.g.h.example.test.", number=4719)
    reply = answer(deep, ("a.b.c.d.e.f.g.h.example.test.", "CNAME", "z.b.c.d.e.f.g.h.example.test."),
                   ("z.b.c.d.e.f.g.h.example.test.", "A", "127.0.0.7"))
    add("pointers", deep)
    add("pointers", reply, "127.0.0.7")


def multicast_dns() -> None:
    """A question for a unicast answer, and an announcement that flushes caches (RFC 6762 §5.4, §10.2)."""
    multicast = query("printer.local.", "A", number=0)
    multicast.flags = 0
    octets = bytearray(multicast.to_wire())
    octets[-2] |= 0x80
    add("mdns", bytes(octets))
    announcement = dns.message.Message(id=0)
    announcement.flags = dns.flags.QR | dns.flags.AA
    announcement.answer.append(dns.rrset.from_text("_ipp._tcp.local.", 4500, "IN", "PTR", "Printer._ipp._tcp.local."))
    announcement.answer.append(dns.rrset.from_text("printer.local.", 120, "IN", "A", "192.0.2.99"))
    octets = bytearray(announcement.to_wire())
    octets[-12:-10] = (dns.rdataclass.IN | 0x8000).to_bytes(2, "big")
    add("mdns", bytes(octets), "Printer._ipp._tcp.local.")


def malformed(https: bytes, location: bytes, good_subnet: bytes) -> None:
    add("bad-edns-length", changed(good_subnet, bytes.fromhex("00080007000118"), bytes.fromhex("00080008000118")))
    header = struct.pack("!6H", 4720, 0x100, 1, 0, 0, 0)
    add("bad-names", header + b"\x07example\x04te")
    add("bad-names", header + b"\xc0\x40\0\1\0\1")
    add("bad-names", header + b"\x80abc\0\0\1\0\1")
    add("bad-svcb-length", changed(https, b"\x00\x01\x00\x06\x02h3\x02h2", b"\x00\x01\x00\xf6\x02h3\x02h2"))
    add("bad-alpn-too-long", changed(https, b"\x02h3\x02h2", b"\x02h3\x03h2"))
    add("bad-alpn-too-short", changed(https, b"\x02h3\x02h2", b"\x02h3\x01h2"))
    add("bad-hint", changed(https, b"\x00\x04\x00\x08\xc0\x00\x02\x01", b"\x00\x03\x00\x08\xc0\x00\x02\x01"))
    add("bad-loc-length", changed(location, b"\x00\x10\x00\x00\x16\x13", b"\x00\x0f\x00\x00\x16\x13")[:-1])
    add("bad-cut", location[:-5])


def day() -> None:
    """33 messages of a client of a resolver, one of them without an answer."""
    for index in range(16):
        owner = f"{word()}.{word()}.example.test."
        kind = ("A", "AAAA", "MX", "PTR")[index % 4]
        question = query(owner, kind)
        if index % 5 == 3:
            reply = answer(question, code=("NXDOMAIN", "SERVFAIL")[index % 2])
        else:
            data = {"A": f"192.0.2.{RANDOM.randrange(1, 255)}", "AAAA": f"2001:db8::{RANDOM.randrange(1, 65536):x}",
                    "MX": f"10 {word()}.example.test.", "PTR": f"{word()}.example.test."}[kind]
            reply = answer(question, (owner, kind, data))
        add("day", question)
        add("day", reply)
    add("day", query("lonely.example.test.", number=5))


def word() -> str:
    return "".join(RANDOM.choice(CONSONANTS) + RANDOM.choice(VOWELS) for _ in range(RANDOM.randrange(3, 6)))


if __name__ == "__main__":
    main()
