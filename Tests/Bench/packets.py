"""Encodes packets, and the records of pcap files."""

import struct

PCAP = struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 1)
UDP, TCP = 17, 6
FIN, SYN, PUSH, ACK = 1, 2, 8, 16


def checksum(octets: bytes) -> int:
    """The Internet checksum (RFC 1071)."""
    if len(octets) % 2:
        octets += b"\0"
    total: int = sum(struct.unpack(f"!{len(octets) // 2}H", octets))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def frame(source: bytes, target: bytes, protocol: int, transport: bytes, place: int) -> tuple[bytes, int]:
    """Returns an Ethernet frame, and the offset of its transport header, whose checksum is at `place`; addresses are of either family."""
    pseudo = source + target + struct.pack("!2H", protocol, len(transport))
    total = struct.pack("!H", checksum(pseudo + transport) or 0xFFFF)
    transport = transport[:place] + total + transport[place + 2:]
    if len(source) == 4:
        header = struct.pack("!2B3H2BH", 0x45, 0, 20 + len(transport), 0, 0x4000, 64, protocol, 0) + source + target
        header = header[:10] + struct.pack("!H", checksum(header)) + header[12:]
        kind = 0x0800
    else:
        header = struct.pack("!IH2B", 0x60000000, len(transport), protocol, 64) + source + target
        kind = 0x86DD
    return bytes(6) + b"\x02" + bytes(5) + struct.pack("!H", kind) + header + transport, 14 + len(header)


def datagram(source: bytes, target: bytes, ports: tuple[int, int], message: bytes) -> tuple[bytes, int]:
    """A frame with a UDP datagram (RFC 768), and the offset of its UDP header."""
    return frame(source, target, UDP, struct.pack("!4H", *ports, 8 + len(message), 0) + message, 6)


def segment(source: bytes, target: bytes, ports: tuple[int, int], numbers: tuple[int, int], flags: int, payload: bytes = b"") -> bytes:
    """A frame with a TCP segment (RFC 9293); `numbers` are those of sequence and acknowledgment."""
    sequence, acknowledged = (number & 0xFFFFFFFF for number in numbers)
    header = struct.pack("!2H2I2B3H", *ports, sequence, acknowledged, 0x50, flags, 65535, 0, 0)
    return frame(source, target, TCP, header + payload, 16)[0]


def record(microseconds: int, packet: bytes) -> bytes:
    """A record of a pcap file."""
    return struct.pack("<4I", *divmod(microseconds, 1_000_000), len(packet), len(packet)) + packet
