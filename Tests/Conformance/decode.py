"""What dnspython and querent each read in a message, in the same words."""
import contextlib, ipaddress, re, struct

import dns.edns, dns.exception, dns.flags, dns.message, dns.name, dns.opcode, dns.rcode, dns.rdata, dns.rdataclass, dns.rdatatype, dns.wire

STYLE = dns.rdata.RdataStyle(base64_chunk_size=0, hex_chunk_size=0)
CLASSES = {1: "IN", 3: "CH", 4: "HS", 254: "NONE", 255: "ANY"}
# IANA's "DNS OpCodes" and "DNS EDNS0 Option Codes (OPT)".
OPCODES = {0: "QUERY", 1: "IQUERY", 2: "STATUS", 4: "NOTIFY", 5: "UPDATE", 6: "DSO"}
RCODES = {0: "NOERROR", 1: "FORMERR", 2: "SERVFAIL", 3: "NXDOMAIN", 4: "NOTIMP", 5: "REFUSED", 6: "YXDOMAIN", 7: "YXRRSET",
          8: "NXRRSET", 9: "NOTAUTH", 10: "NOTZONE", 11: "DSOTYPENI", 16: "BADVERS", 17: "BADKEY", 18: "BADTIME", 19: "BADMODE",
          20: "BADNAME", 21: "BADALG", 22: "BADTRUNC", 23: "BADCOOKIE"}
# Types of IANA's registry that dnspython has no name for.
TYPES = {31: "EID", 32: "NIMLOC", 34: "ATMA", 40: "SINK", 57: "RKEY", 58: "TALINK", 100: "UINFO", 101: "UID", 102: "GID",
         128: "NXNAME", 259: "DOA", 263: "CLA", 264: "IPN"}
SECTIONS = ("answers", "authority", "additional")


class Refusal(str):
    """Why a message was refused."""


# dnspython's side.

# All at once, since what is loaded as it comes depends on what came before.
dns.rdata.load_all_types()
read_rdata = dns.rdata.from_wire_parser


def read_rdata_and_say_where(rdclass, rdtype, *rest):
    try:
        return read_rdata(rdclass, rdtype, *rest)
    except Exception as error:
        error.rdtype = rdtype
        raise


dns.rdata.from_wire_parser = read_rdata_and_say_where


@contextlib.contextmanager
def multicast(is_multicast):
    """Lets dnspython leave out the bit that multicast DNS took from the class (RFC 6762 §18.12, §18.13)."""
    original = dns.message.Message._parse_rr_header
    if is_multicast:
        dns.message.Message._parse_rr_header = (
            lambda self, section, name, rdclass, rdtype: original(self, section, name, rdclass & 0x7FFF, rdtype))
    try:
        yield
    finally:
        dns.message.Message._parse_rr_header = original


def by_dnspython(wire, is_multicast=False):
    try:
        with multicast(is_multicast):
            message = dns.message.from_wire(wire, keyring=False, one_rr_per_rrset=True, ignore_trailing=True)
        reading = {"id": message.id, "kind": "answer" if message.flags & dns.flags.QR else "query"}
        opcode = int(message.opcode())
        reading["opcode"] = OPCODES.get(opcode, f"OPCODE{opcode}")
        flags = [flag for flag in ("AA", "TC", "RD", "RA", "AD", "CD") if message.flags & dns.flags.from_text(flag)]
        if message.edns >= 0 and message.ednsflags & dns.flags.DO:
            flags.append("DO")
        reading["flags"] = flags
        if reading["kind"] == "answer":
            rcode = int(message.rcode())
            reading["rcode"] = RCODES.get(rcode, f"RCODE{rcode}")
        question = message.sections[0]
        if question:
            first = question[0]
            reading["question"] = [name(first.name), type_text(first.rdtype), class_text(first.rdclass)]
        for title, section in zip(SECTIONS, message.sections[1:]):
            reading[title] = [line for rrset in section for line in lines(rrset)]
        if message.tsig:
            reading["additional"] += lines(message.tsig)
        if message.edns >= 0:
            reading["edns"] = [message.edns, int(message.payload), [option(o) for o in message.opt[0].options]]
        return reading
    except Exception as error:
        kind = getattr(error, "rdtype", None)
        where = f" in {type_text(kind)}" if kind is not None else ""
        if not where and len(wire) > 2 and wire[2] >> 3 & 15 == 5:
            where = " in an update"
        text = str(error.__cause__ or error)
        if "codec" in text:
            text = "text is not UTF-8"
        why = f" ({text})" if text and text != type(error).__doc__ else ""
        return Refusal(f"{type(error).__name__}{where}{re.sub('[0-9]+', '#', why)}")


def name(text):
    return text.to_text(omit_final_dot=False).lower()


def type_text(number):
    number = int(number)
    return TYPES.get(number) or (dns.rdatatype.to_text(number) if number else "TYPE0")


def class_text(number):
    return CLASSES.get(int(number), f"CLASS{int(number)}")


def lines(rrset):
    """As querent writes a record: name, TTL, class, type, data. A record of an update may have no data."""
    kind = rrset.deleting if getattr(rrset, "deleting", None) is not None else rrset.rdclass
    head = f"{name(rrset.name)} {rrset.ttl} {class_text(kind)} {type_text(rrset.rdtype)} "
    if not len(rrset):
        return [head + "\\# 0"]
    return [head + data(rdata) for rdata in rrset]


def data(rdata):
    text = rdata.to_styled_text(STYLE).rstrip(" ")
    if rdata.rdtype == dns.rdatatype.CERT:
        kind, tag, algorithm, *rest = text.split(" ")
        text = " ".join([kind, tag, ALGORITHMS.get(algorithm, algorithm), *rest])
    if rdata.rdtype in (dns.rdatatype.NSEC, dns.rdatatype.NSEC3, dns.rdatatype.CSYNC, dns.rdatatype.RRSIG, dns.rdatatype.SIG,
                        dns.rdatatype.DSYNC):
        text = re.sub(r"(?<= )TYPE(\d+)|^TYPE(\d+)", lambda m: type_text(m[1] or m[2]), text)
    # No fields at all: the form that can be seen (RFC 3597 §5).
    return text or "\\# 0"


def quoted(octets):
    return '"' + "".join(f"\\{chr(o)}" if o in b'"\\' else chr(o) if 0x20 <= o < 0x7F else f"\\{o:03}" for o in octets) + '"'


def bare_name(octets):
    parser = dns.wire.Parser(octets)
    try:
        result = parser.get_name()
    except dns.exception.FormError:
        return None
    return result.to_text() if parser.remaining() == 0 else None


# IANA's "Extended DNS Error Codes" and "DNS EDNS0 Option Codes (OPT)".
ERRORS = dict(enumerate((
    "Other", "Unsupported DNSKEY Algorithm", "Unsupported DS Digest Type", "Stale Answer", "Forged Answer", "DNSSEC Indeterminate",
    "DNSSEC Bogus", "Signature Expired", "Signature Not Yet Valid", "DNSKEY Missing", "RRSIGs Missing", "No Zone Key Bit Set",
    "NSEC Missing", "Cached Error", "Not Ready", "Blocked", "Censored", "Filtered", "Prohibited", "Stale NXDOMAIN Answer",
    "Not Authoritative", "Not Supported", "No Reachable Authority", "Network Error", "Invalid Data",
    "Signature Expired before Valid", "Too Early", "Unsupported NSEC3 Iterations Value", "Unable to conform to policy",
    "Synthesized", "Invalid Query Type", "Rate Limited", "Over Quota")))
OPTIONS = {1: "LLQ", 2: "UL", 3: "NSID", 5: "DAU", 6: "DHU", 7: "N3U", 8: "ECS", 9: "EXPIRE", 10: "COOKIE", 11: "KEEPALIVE",
           12: "PADDING", 13: "CHAIN", 14: "KEYTAG", 15: "EDE", 16: "CLIENT-TAG", 17: "SERVER-TAG", 18: "REPORT-CHANNEL",
           19: "ZONEVERSION", 20292: "UMBRELLA", 22: "EDE-EXTRA-TEXT-LANGUAGE", 23: "FILTERING-CONTACT",
           24: "FILTERING-ORGANIZATION", 25: "FILTERING-DB", 26946: "DEVICEID"}
# IANA's "DNS Security Algorithm Numbers" that dnspython has no name for; a CERT record shows them by name.
# or another one than the registry.
ALGORITHMS = {"17": "SM2SM3", "18": "MLDSA44", "23": "ECC-GOST12", "DSANSEC3SHA1": "DSA-NSEC3-SHA1",
              "RSASHA1NSEC3SHA1": "RSASHA1-NSEC3-SHA1", "ECCGOST": "ECC-GOST", "ECC": "4"}


def option(option):
    """`NAME=value`, read from the option's octets by the RFC of each."""
    code, octets = int(option.otype), option.to_wire()
    label = OPTIONS.get(code, f"OPT{code}")
    value = option_value(code, octets)
    return f"{label}={octets.hex() if value is None else value}".rstrip("=")


def option_value(code, octets):
    size = len(octets)
    if code in (3, 22, 23, 24, 25):
        return quoted(octets) if octets else ""
    if code in (5, 6, 7):
        return ",".join(map(str, octets))
    if code == 8:
        family, source, scope = struct.unpack_from("!HBB", octets)
        full = octets[4:] + bytes((4 if family == 1 else 16) - size + 4)
        return f"{ipaddress.ip_address(full)}/{source}/{scope}"
    if code == 9 and size == 4 or code == 11 and size == 2:
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


# querent's side.

def by_querent(record):
    """The same from a record of `--format json --messages`."""
    dns_, ours = record["dns"], record["querent"]
    reading = {"id": int(dns_["id"]), "kind": dns_["type"], "opcode": dns_["op_code"], "flags": dns_.get("header_flags", [])}
    sections = ours.get("query", {})
    if reading["kind"] == "answer":
        reading["rcode"] = dns_["response_code"]
        sections = {"answers": [f"{with_dot(a['name'])} {a['ttl']} {a['class']} {a['type']} {a['data']}" for a in dns_.get("answers", [])],
                    "authority": ours.get("authority", []), "additional": ours.get("additional", [])}
    if "question" in dns_:
        question = dns_["question"]
        reading["question"] = [with_dot(question["name"]), question["type"], question["class"]]
    for title in SECTIONS:
        reading[title] = sections.get(title, [])
    if "edns" in ours:
        edns = ours["edns"]
        reading["edns"] = [edns["version"], edns["udp_size"], edns.get("options", [])]
    return reading


def with_dot(text):
    return text if text == "." else text + "."
