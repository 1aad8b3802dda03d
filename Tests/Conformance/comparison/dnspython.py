"""Decodes a message with dnspython."""

import contextlib
import re
from collections.abc import Callable, Iterator
from typing import Any

import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.opcode
import dns.rcode
import dns.rdata
import dns.rdataclass
import dns.rdatatype
import dns.rrset
import dns.wire

from .message import SECTIONS, Message, Refusal
from .options import option
from .registries import ALGORITHMS, CLASSES, OPCODES, RCODES, TYPES


def read(wire: bytes, is_multicast: bool = False) -> Message | Refusal:
    try:
        with multicast(is_multicast):
            return fields(dns.message.from_wire(wire, keyring=False, one_rr_per_rrset=True, ignore_trailing=True))
    except Exception as error:
        return refusal(wire, error)


def fields(message: dns.message.Message) -> Message:
    reading: Message = {"id": message.id, "kind": "answer" if message.flags & dns.flags.QR else "query"}
    opcode = int(message.opcode())
    reading["opcode"] = OPCODES.get(opcode, f"OPCODE{opcode}")
    reading["flags"] = [flag for flag in ("AA", "TC", "RD", "RA", "AD", "CD") if message.flags & dns.flags.from_text(flag)]
    if message.edns >= 0 and message.ednsflags & dns.flags.DO:
        reading["flags"].append("DO")
    if reading["kind"] == "answer":
        rcode = int(message.rcode())
        reading["rcode"] = RCODES.get(rcode, f"RCODE{rcode}")
    if message.sections[0]:
        first = message.sections[0][0]
        reading["question"] = [name_text(first.name), type_text(first.rdtype), class_text(first.rdclass)]
    for title, section in zip(SECTIONS, message.sections[1:], strict=True):
        reading[title] = [line for rrset in section for line in lines(rrset)]
    if message.tsig:
        reading["additional"] += lines(message.tsig)
    if message.opt:
        reading["edns"] = [message.edns, int(message.payload), [option(o) for o in message.opt[0].options]]
    return reading


def refusal(wire: bytes, error: Exception) -> Refusal:
    """The class of an error, with the type of the record in which it occurred, and with `#` for each number."""
    kind = getattr(error, "rdtype", None)
    where = f" in {type_text(kind)}" if kind is not None else ""
    if not where and len(wire) > 2 and wire[2] >> 3 & 15 == 5:
        where = " in an update"
    text = str(error.__cause__ or error)
    if "codec" in text:
        text = "text is not UTF-8"
    why = f" ({text})" if text and text != type(error).__doc__ else ""
    return Refusal(f"{type(error).__name__}{where}{re.sub('[0-9]+', '#', why)}")


def name_text(name: dns.name.Name) -> str:
    return name.to_text(omit_final_dot=False).lower()


def type_text(number: int | str) -> str:
    number = int(number)
    return TYPES.get(number) or (dns.rdatatype.to_text(dns.rdatatype.RdataType.make(number)) if number else "TYPE0")


def class_text(number: int) -> str:
    return CLASSES.get(int(number), f"CLASS{int(number)}")


def lines(rrset: dns.rrset.RRset) -> list[str]:
    """The records in querent's form: name, TTL, class, type, data. A record of an update may have no data."""
    kind = rrset.rdclass if rrset.deleting is None else rrset.deleting
    head = f"{name_text(rrset.name)} {rrset.ttl} {class_text(kind)} {type_text(rrset.rdtype)} "
    if not len(rrset):
        return [head + "\\# 0"]
    return [head + data(rdata) for rdata in rrset]


def data(rdata: dns.rdata.Rdata) -> str:
    text = rdata.to_styled_text(STYLE).rstrip(" ")
    if rdata.rdtype == dns.rdatatype.CERT:
        kind, tag, algorithm, *rest = text.split(" ")
        text = " ".join([kind, tag, ALGORITHMS.get(algorithm, algorithm), *rest])
    if rdata.rdtype in (dns.rdatatype.NSEC, dns.rdatatype.NSEC3, dns.rdatatype.CSYNC, dns.rdatatype.RRSIG, dns.rdatatype.SIG,
                        dns.rdatatype.DSYNC):
        text = re.sub(r"(?<= )TYPE(\d+)|^TYPE(\d+)", lambda m: type_text(m[1] or m[2]), text)
    # The generic form (RFC 3597 §5) when there are no fields.
    return text or "\\# 0"


@contextlib.contextmanager
def multicast(is_multicast: bool) -> Iterator[None]:
    """Makes dnspython mask the top bit of the class, which is a flag in multicast DNS (RFC 6762 §18.12, §18.13)."""
    original: Callable[..., Any] = dns.message.Message._parse_rr_header

    def masked(message: dns.message.Message, section: int, name: dns.name.Name, rdclass: int, rdtype: int) -> Any:  # noqa: ANN401
        return original(message, section, name, rdclass & 0x7FFF, rdtype)

    if is_multicast:
        dns.message.Message._parse_rr_header = masked  # type: ignore[method-assign]
    try:
        yield
    finally:
        dns.message.Message._parse_rr_header = original  # type: ignore[method-assign]


STYLE = dns.rdata.RdataStyle(base64_chunk_size=0, hex_chunk_size=0)
# All at once: otherwise the types that dnspython knows depend on earlier messages.
dns.rdata.load_all_types()  # type: ignore[no-untyped-call]
read_rdata = dns.rdata.from_wire_parser


def read_rdata_with_type(
    rdclass: dns.rdataclass.RdataClass | str, rdtype: dns.rdatatype.RdataType | str, parser: dns.wire.Parser,
    origin: dns.name.Name | None = None,
) -> dns.rdata.Rdata:
    """Adds the type of the record to an error."""
    try:
        return read_rdata(rdclass, rdtype, parser, origin)
    except Exception as error:
        error.rdtype = rdtype  # type: ignore[attr-defined]
        raise


dns.rdata.from_wire_parser = read_rdata_with_type
