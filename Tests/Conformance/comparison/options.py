"""The presentation of EDNS options, decoded as the RFC of each option defines."""

import ipaddress
import struct

import dns.edns
import dns.exception
import dns.wire

from .registries import ERRORS, OPTIONS


def option(option: dns.edns.Option) -> str:
    """Returns `NAME=value`, with the octets in hexadecimal if the option does not have the format of its RFC."""
    code, octets = int(option.otype), option.to_wire() or b""
    label = OPTIONS.get(code, f"OPT{code}")
    value = option_value(code, octets)
    return f"{label}={octets.hex() if value is None else value}".rstrip("=")


def option_value(code: int, octets: bytes) -> str | None:
    size = len(octets)
    if code in (3, 22, 23, 24, 25):
        return quoted(octets) if octets else ""
    if code in (5, 6, 7):
        return ",".join(map(str, octets))
    if code == 8:
        family, source, scope = struct.unpack_from("!HBB", octets)
        full = octets[4:] + bytes((4 if family == 1 else 16) - size + 4)
        return f"{ipaddress.ip_address(full)}/{source}/{scope}"
    if (code, size) in ((9, 4), (11, 2)):
        return str(int.from_bytes(octets, "big"))
    if code == 12:
        return str(size)
    if code in (13, 18):
        return bare_name(octets)
    if code == 14 and size and size % 2 == 0:
        return ",".join(str(tag) for tag in struct.unpack(f"!{size // 2}H", octets))
    if code == 15 and size >= 2:
        number = int.from_bytes(octets[:2], "big")
        text = octets[2:].rstrip(b"\0") if octets[-1:] == b"\0" and size > 2 else octets[2:]
        parts = [str(number)] + ([f'"{ERRORS[number]}"'] if number in ERRORS else []) + ([quoted(text)] if text else [])
        return " ".join(parts)
    if code == 19 and size >= 2:
        if octets[1] == 0:
            return f"{octets[0]} SOA-SERIAL {int.from_bytes(octets[2:], 'big')}" if size == 6 else None
        return f"{octets[0]} {octets[1]} {octets[2:].hex()}"
    return None


def quoted(octets: bytes) -> str:
    return '"' + "".join(f"\\{chr(o)}" if o in b'"\\' else chr(o) if 0x20 <= o < 0x7F else f"\\{o:03}" for o in octets) + '"'


def bare_name(octets: bytes) -> str | None:
    """A name without compression, if the octets are one."""
    parser = dns.wire.Parser(octets)
    try:
        result = parser.get_name()
    except dns.exception.FormError:
        return None
    return result.to_text() if parser.remaining() == 0 else None
