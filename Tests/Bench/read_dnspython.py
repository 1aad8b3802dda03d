"""Writes each message of a pcap file (UDP in Ethernet) as a line of JSON, with dnspython."""

import ipaddress
import json
import struct
import sys
from collections.abc import Iterable

import dns.message
import dns.rcode
import dns.rdataclass
import dns.rdatatype
import dns.rrset


def section(rrsets: Iterable[dns.rrset.RRset]) -> list[dict[str, object]]:
    return [{"name": rrset.name.to_text(), "type": dns.rdatatype.to_text(rrset.rdtype), "ttl": rrset.ttl, "data": rdata.to_text()}
            for rrset in rrsets for rdata in rrset]


with open(sys.argv[1], "rb") as file:
    file.read(24)
    while header := file.read(16):
        seconds, micros, count, _ = struct.unpack("<4I", header)
        frame = file.read(count)
        wide = frame[12:14] == b"\x86\xdd"
        start, size, udp = (22, 16, 54) if wide else (26, 4, 14 + 4 * (frame[14] & 15))
        source, target = (str(ipaddress.ip_address(frame[start + n * size:start + (n + 1) * size])) for n in (0, 1))
        message = dns.message.from_wire(frame[udp + 8:])
        ports = struct.unpack_from("!2H", frame, udp)
        print(json.dumps({
            "time": seconds + micros / 1e6, "source": [source, ports[0]], "destination": [target, ports[1]], "id": message.id,
            "flags": message.flags, "rcode": dns.rcode.to_text(message.rcode()),
            "question": [[q.name.to_text(), dns.rdatatype.to_text(q.rdtype), dns.rdataclass.to_text(q.rdclass)] for q in message.question],
            "answers": section(message.answer), "authority": section(message.authority), "additional": section(message.additional)}))
