"""A private network with authoritative servers; for a process in private mount and network namespaces."""

import os
import pwd
import socket
import subprocess
from collections.abc import Callable
from pathlib import Path

from . import BUILT, RESOLVER, SECOND, SERVERS, SILENT

# Aliases and addresses of one zone. The targets have a TTL of one second, the aliases a longer one, as at a content delivery network.
ALIASES = 2000
ROOT_SERVER, TOP_SERVER = "127.0.0.10", "127.0.0.11"

NSD = """server:
  ip-address: {address}
  username: ""
  zonesdir: "{folder}"
  database: ""
  pidfile: "{folder}/nsd.pid"
  xfrdfile: "{folder}/xfrd.state"
  zonelistfile: "{folder}/zone.list"
  xfrdir: "{folder}"
remote-control:
  control-enable: no
"""


def run(*command: str) -> None:
    subprocess.run(command, check=True)


def build_host() -> None:
    """Mounts the unpacked programs and private files, and brings up the network."""
    run("mount", "--make-rprivate", "/")
    run("mount", "-t", "overlay", "-o", f"lowerdir={BUILT / 'root' / 'usr'}:/usr", "overlay", "/usr")
    run("mount", "-t", "tmpfs", "tmpfs", "/run")
    run("ip", "link", "set", "lo", "up")
    # BIND listens on addresses of links only.
    for address in (RESOLVER, SECOND):
        run("ip", "address", "add", f"{address}/8", "dev", "lo")
    # systemd-resolved sends no query on a host without a link.
    for number, zone in enumerate(SERVERS):
        run("ip", "link", "add", link(zone), "type", "veth", "peer", "name", f"peer{number}")
        run("ip", "address", "add", f"192.0.2.{4 * number + 1}/30", "dev", link(zone))
        run("ip", "link", "set", link(zone), "up")
        run("ip", "link", "set", f"peer{number}", "up")
    replace("/etc/resolv.conf", f"nameserver {RESOLVER}\noptions timeout:5 attempts:2\n")
    replace("/etc/nsswitch.conf", "passwd: files\ngroup: files\nhosts: dns\n")
    add_account("systemd-resolve")


def link(zone: str) -> str:
    """The name of the link that has a zone's servers."""
    return zone.removesuffix(".test")


def replace(path: str, text: str) -> None:
    """Mounts another file at this path, only in these namespaces."""
    file, place = Path("/run") / path.strip("/").replace("/", "-"), Path(os.path.realpath(path))
    file.write_text(text, encoding="utf-8")
    if place.is_relative_to("/run"):
        place.parent.mkdir(parents=True, exist_ok=True)
        place.touch()
    run("mount", "--bind", str(file), str(place))


def add_account(name: str) -> None:
    try:
        pwd.getpwnam(name)
    except KeyError:
        passwd, group = (Path(path).read_text(encoding="utf-8") for path in ("/etc/passwd", "/etc/group"))
        replace("/etc/passwd", passwd + f"{name}:x:64991:64991::/:/usr/sbin/nologin\n")
        replace("/etc/group", group + f"{name}:x:64991:\n")


def start_servers(start: Callable[[list[str]], object]) -> socket.socket:
    """Starts the servers of the root, the top and the zones; returns the socket of the one that does not answer."""
    top = "".join(
        f"{zone} NS ns{number}.{zone}\nns{number}.{zone} A {address}\n"
        for zone, addresses in ((link(name), addresses) for name, addresses in SERVERS.items())
        for number, address in enumerate(addresses))
    aliases = "".join(f"alias{number} CNAME target{number}.target.test.\n" for number in range(ALIASES))
    serve(start, ROOT_SERVER, {".": f"@ NS ns.root.\nns.root. A {ROOT_SERVER}\ntest. NS ns.test.\nns.test. A {TOP_SERVER}\n"})
    serve(start, TOP_SERVER, {"test": f"@ NS ns\nns A {TOP_SERVER}\n{top}"})
    address = "* A 192.0.2.1\n* AAAA 2001:db8::1\n"
    targets = "@ NS ns0\nns0 A 127.0.0.3\n$TTL 1\n" + address
    # Both servers have the targets: knot-resolver sends all queries for a client's question to one server.
    serve(start, "127.0.0.2", {"truth.test": f"@ NS ns0\nns0 A 127.0.0.2\n{address}{aliases}", "target.test": targets})
    serve(start, "127.0.0.3", {
        "target.test": targets,
        "retry.test": f"@ NS ns0\n@ NS ns1\nns0 A {SILENT}\nns1 A 127.0.0.3\n{address}",
    })
    silent = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    silent.bind((SILENT, 53))
    return silent


def serve(start: Callable[[list[str]], object], address: str, zones: dict[str, str]) -> None:
    folder = Path("/run") / address
    folder.mkdir()
    config = NSD.format(address=address, folder=folder)
    for number, (name, records) in enumerate(zones.items()):
        config += f'zone:\n  name: "{name}"\n  zonefile: "zone{number}"\n'
        text = f"$ORIGIN {name.rstrip('.')}.\n$TTL 300\n@ SOA ns.test. me.test. 1 60 60 60 60\n{records}"
        (folder / f"zone{number}").write_text(text, encoding="utf-8")
    (folder / "nsd.conf").write_text(config, encoding="utf-8")
    start(["nsd", "-d", "-c", str(folder / "nsd.conf")])
