#!/usr/bin/env python3
"""Prints the process of each DNS packet, by the method of the article from which querent was developed.

Kprobes store the senders on port 53 in a hash; a socket filter on all interfaces finds the packets and looks up their addresses
and ports in it. One line of JSON for each packet, with the fields of querent's records that `Score` reads. Runs until SIGINT.
The headers have fixed lengths, and a packet is one message, as in the article.
"""

import ctypes
import json
import os
import signal
import socket
import sys
from pathlib import Path
from typing import Any

from bcc import BPF
from dnslib import QTYPE, DNSError, DNSRecord

ETHERNET, IP, UDP = 14, 20, 8
# Linux's TCP header has the timestamps option. The two-octet length of the message follows it (RFC 1035 §4.2.2).
TCP = 32 + 2
# 64 MiB for each processor, as for querent in the same measurement.
BUFFER_PAGES = 1 << 14


class Event(ctypes.Structure):
    """`struct event` of monitor.c, which precedes the packet."""

    _fields_ = [
        ("pid", ctypes.c_uint32),
        ("tgid", ctypes.c_uint32),
        ("uid", ctypes.c_uint32),
        ("gid", ctypes.c_uint32),
        ("comm", ctypes.c_char * 16),
        ("interface", ctypes.c_uint32),
        ("is_known", ctypes.c_uint32),
    ]


def main() -> None:
    program = BPF(src_file=str(Path(__file__).with_name("monitor.c")))
    program.attach_kprobe(event="udp_sendmsg", fn_name="on_udp_sendmsg")
    program.attach_kprobe(event="tcp_sendmsg", fn_name="on_tcp_sendmsg")
    BPF.attach_raw_socket(program.load_func("on_packet", BPF.SOCKET_FILTER), b"")
    program["events"].open_perf_buffer(receive, page_cnt=BUFFER_PAGES)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    print("ready", file=sys.stderr, flush=True)
    try:
        while True:
            program.perf_buffer_poll()
    except KeyboardInterrupt:
        sys.stdout.flush()


def receive(_processor: int, octets: int, size: int) -> None:
    event = ctypes.cast(octets, ctypes.POINTER(Event)).contents
    packet = ctypes.string_at(octets, size)[ctypes.sizeof(Event):]
    is_udp = packet[ETHERNET + 9] == socket.IPPROTO_UDP
    try:
        message = DNSRecord.parse(packet[ETHERNET + IP + (UDP if is_udp else TCP):])
    except DNSError:
        return  # an acknowledgement, or a part of a message
    print(json.dumps(record(event, packet, message, "udp" if is_udp else "tcp")))


def record(event: Event, packet: bytes, message: DNSRecord, transport: str) -> dict[str, Any]:
    addresses = packet[ETHERNET + 12:ETHERNET + IP]
    ports = packet[ETHERNET + IP:ETHERNET + IP + 4]
    return {
        "interface": interface(event.interface),
        "network": {"transport": transport},
        "source": {"ip": socket.inet_ntoa(addresses[:4]), "port": int.from_bytes(ports[:2], "big")},
        "destination": {"ip": socket.inet_ntoa(addresses[4:]), "port": int.from_bytes(ports[2:], "big")},
        "dns": {
            "type": "answer" if message.header.qr else "query",
            "question": {"name": str(message.q.qname).rstrip("."), "type": QTYPE[message.q.qtype]},
            "answers": [{"type": QTYPE[answer.rtype], "data": str(answer.rdata)} for answer in message.rr],
            "resolved_ip": [str(answer.rdata) for answer in message.rr if QTYPE[answer.rtype] in ("A", "AAAA")],
        },
        "process": {
            "pid": event.tgid,
            "thread": {"id": event.pid},
            "name": name(event),
            "user": {"id": str(event.uid)},
            "group": {"id": str(event.gid)},
        } if event.is_known else {},
        "querent": {"role": "client", "attribution": {"method": "hash" if event.is_known else "none"}},
    }


def interface(index: int) -> str:
    try:
        return socket.if_indextoname(index)
    except OSError:
        return str(index)  # it was removed


def name(event: Event) -> str:
    """The program's name now, or the thread's when it sent if the process has ended."""
    try:
        return Path(f"/proc/{event.tgid}/comm").read_text(encoding="utf-8").rstrip("\n")
    except OSError:
        return os.fsdecode(event.comm)


if __name__ == "__main__":
    main()
