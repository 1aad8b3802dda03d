"""Packets in and out of capture files: what tshark finds in one, and messages written as one."""
import json, struct, subprocess, socket

SERVER = "192.0.2.53"
SERVICES = ("dns", "mdns", "llmnr")
TSHARK = ["tshark", "-n", "-o", "tcp.desegment_tcp_streams:TRUE", "-o", "tcp.reassemble_out_of_order:TRUE",
          "-o", "dns.desegment_dns_messages:TRUE", "-o", "ip.defragment:TRUE", "-o", "ipv6.defragment:TRUE"]


class Message:
    """One DNS message as tshark found it."""

    def __init__(self, flow, octets, service, frame):
        self.flow, self.octets, self.service, self.frame = flow, octets, service, frame


def read_with_tshark(path):
    """The number of packets and the messages in them."""
    frames = run(TSHARK + ["-r", path, "-T", "fields", "-e", "frame.number"]).count(b"\n")
    text = run(TSHARK + ["-r", path, "-T", "json", "-x", "-Y", " or ".join(SERVICES),
                         "-j", "frame ip ipv6 tcp udp " + " ".join(SERVICES)])
    messages = []
    for packet in json.loads(text or b"[]", object_pairs_hook=list):
        layers = dict(dict(packet)["_source"])["layers"]
        number, addresses, ports, transport = 0, None, None, None
        for key, value in layers:
            if key == "frame":
                number = int(dict(value)["frame.number"])
            elif key in ("ip", "ipv6"):
                fields = dict(value)
                addresses = fields[key + ".src"], fields[key + ".dst"]
            elif key in ("udp", "tcp"):
                fields, transport = dict(value), key
                ports = int(fields[key + ".srcport"]), int(fields[key + ".dstport"])
            elif key.removesuffix("_raw") in SERVICES and key.endswith("_raw") and isinstance(value[0], str):
                octets = bytes.fromhex(value[0])
                flow = (transport, addresses[0], ports[0], addresses[1], ports[1])
                messages.append(Message(flow, octets[2:] if transport == "tcp" else octets, key.removesuffix("_raw"), number))
    return frames, messages


def run(command):
    result = subprocess.run(command, capture_output=True)
    if result.returncode:
        raise SystemExit(f"conformance: {' '.join(command)}: {result.stderr.decode()}")
    return result.stdout


def client(index):
    """The address that says which message it is."""
    return socket.inet_ntoa(struct.pack("!L", 10 << 24 | index))


def index_of(address):
    octets = socket.inet_aton(address) if "." in address else b"\0"
    return int.from_bytes(octets[1:], "big") if octets[0] == 10 else None


def write(path, messages):
    """Writes (octets, port) as raw IPv4 packets over UDP, each with a client of its own; multicast DNS has one port at both ends."""
    with open(path, "wb") as file:
        file.write(struct.pack("<LHHlLLL", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 101))
        for index, (octets, port) in enumerate(messages):
            ends = [(socket.inet_aton(client(index)), port if port == 5353 else 40000), (socket.inet_aton(SERVER), port)]
            if len(octets) > 2 and octets[2] & 0x80:
                ends.reverse()
            (source, from_port), (destination, to_port) = ends
            udp = struct.pack("!HHHH", from_port, to_port, 8 + len(octets), 0) + octets
            header = struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(udp), 0, 0x4000, 64, 17, 0) + source + destination
            header = header[:10] + struct.pack("!H", checksum(header)) + header[12:]
            packet = header + udp
            file.write(struct.pack("<LLLL", 1_700_000_000 + index // 1000, index % 1000 * 1000, len(packet), len(packet)) + packet)


def checksum(octets):
    total = sum(struct.unpack(f"!{len(octets) // 2}H", octets))
    return ~(total % 0xFFFF) & 0xFFFF
