"""Reads the DNS messages of capture files with tshark, and writes messages into a capture file."""

import json
import socket
import struct
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

SERVER = "192.0.2.53"
SERVICES = ("dns", "mdns", "llmnr")
TSHARK = [
    "tshark", "-n", "-o", "tcp.desegment_tcp_streams:TRUE", "-o", "tcp.reassemble_out_of_order:TRUE",
    "-o", "dns.desegment_dns_messages:TRUE", "-o", "ip.defragment:TRUE", "-o", "ipv6.defragment:TRUE",
]

# Transport, source address and port, destination address and port.
Flow = tuple[str, str, int, str, int]


@dataclass
class Packet:
    """One DNS message that tshark found; `service` is one of `SERVICES`."""

    flow: Flow
    octets: bytes
    service: str


def read_with_tshark(path: Path) -> tuple[int, list[Packet]]:
    """Returns the number of packets in the file, and the DNS messages."""
    file = ["-r", str(path)]
    frames = run([*TSHARK, *file, "-T", "fields", "-e", "frame.number"]).count(b"\n")
    text = run([
        *TSHARK, *file, "-T", "json", "-x", "-Y", " or ".join(SERVICES), "-j", "frame ip ipv6 tcp udp " + " ".join(SERVICES)])
    # A key occurs once for each message of a packet, so an object is read as a list.
    return frames, [message for packet in json.loads(text or b"[]", object_pairs_hook=list) for message in messages(packet)]


def messages(packet: list[Any]) -> list[Packet]:
    transport, addresses, ports = "", ("", ""), (0, 0)
    found = []
    for key, value in dict(dict(packet)["_source"])["layers"]:
        service = key.removesuffix("_raw")
        if key in ("ip", "ipv6"):
            fields = dict(value)
            addresses = fields[key + ".src"], fields[key + ".dst"]
        elif key in ("udp", "tcp"):
            fields, transport = dict(value), key
            ports = int(fields[key + ".srcport"]), int(fields[key + ".dstport"])
        elif service in SERVICES and key.endswith("_raw") and isinstance(value[0], str):
            octets = bytes.fromhex(value[0])
            flow = (transport, addresses[0], ports[0], addresses[1], ports[1])
            found.append(Packet(flow, octets[2:] if transport == "tcp" else octets, service))
    return found


def run(command: list[str]) -> bytes:
    result = subprocess.run(command, capture_output=True, check=False)
    if result.returncode:
        raise SystemExit(f"conformance: {' '.join(command)}: {result.stderr.decode()}")
    return result.stdout


def write(path: Path, messages: Iterable[tuple[bytes, int]]) -> None:
    """Writes messages, given as octets and port, as raw IPv4 packets over UDP.

    Each has its own client, whose address contains the message's index. Multicast DNS has port 5353 at both ends.
    """
    with path.open("wb") as file:
        file.write(struct.pack("<LHHlLLL", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 101))
        for index, (octets, port) in enumerate(messages):
            ends = [(client(index), port if port == 5353 else 40000), (socket.inet_aton(SERVER), port)]
            if len(octets) > 2 and octets[2] & 0x80:
                ends.reverse()
            (source, from_port), (destination, to_port) = ends
            udp = struct.pack("!HHHH", from_port, to_port, 8 + len(octets), 0) + octets
            header = struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(udp), 0, 0x4000, 64, 17, 0) + source + destination
            header = header[:10] + struct.pack("!H", checksum(header)) + header[12:]
            packet = header + udp
            file.write(struct.pack("<LLLL", 1_700_000_000 + index // 1000, index % 1000 * 1000, len(packet), len(packet)) + packet)


def client(index: int) -> bytes:
    """The client's address of the message with this index."""
    return struct.pack("!L", 10 << 24 | index)


def index_of(source: str, destination: str) -> int:
    """The index of the message between these addresses, one of which is the client's."""
    address = destination if source == SERVER else source
    return int.from_bytes(socket.inet_aton(address)[1:], "big")


def checksum(octets: bytes) -> int:
    total: int = sum(struct.unpack(f"!{len(octets) // 2}H", octets))
    return ~(total % 0xFFFF) & 0xFFFF
