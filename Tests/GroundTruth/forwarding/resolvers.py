"""The measured resolvers: their configuration and commands."""

import os
import shutil
import socket
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from . import RESOLVER, SECOND, SERVERS
from .topology import ROOT_SERVER, link


@dataclass(frozen=True)
class Resolver:
    """A resolver, or a chain of several."""

    name: str
    # Writes the configuration into a folder; returns the commands.
    prepare: Callable[[Path], list[list[str]]]
    # Whether it must meet all limits, and not only have no wrong `proven` relation.
    is_strict: bool = False
    # Whether all clients that wait for the same question share one query.
    coalesces: bool = True


def dnsmasq(_: Path) -> list[list[str]]:
    return [dnsmasq_to({zone: list(addresses) for zone, addresses in SERVERS.items()})]


def dnsmasq_to(servers: dict[str, list[str]]) -> list[str]:
    return [
        "dnsmasq", "--keep-in-foreground", "--conf-file=/dev/null", "--no-resolv", "--no-hosts", "--user=root", "--pid-file=",
        "--log-facility=-", "--bind-interfaces", f"--listen-address={RESOLVER}", "--cache-size=10000", "--dns-forward-max=2000",
        *(f"--server=/{zone}/{address}" for zone, addresses in servers.items() for address in addresses)]


UNBOUND = """server:
  interface: {address}
  username: ""
  chroot: ""
  pidfile: ""
  directory: "{folder}"
  do-daemonize: no
  use-syslog: no
  module-config: "iterator"
  do-not-query-localhost: no
  num-threads: {threads}
  local-zone: "test." nodefault
remote-control:
  control-enable: no
"""


def unbound_at(address: str, folder: Path, more: str, threads: int = 1) -> list[str]:
    config = folder / "unbound.conf"
    config.write_text(UNBOUND.format(address=address, folder=folder, threads=threads) + more, encoding="utf-8")
    return ["unbound", "-d", "-p", "-c", str(config)]


def unbound_forwards() -> str:
    return "".join(
        f'forward-zone:\n  name: "{zone}"\n' + "".join(f"  forward-addr: {address}\n" for address in addresses)
        for zone, addresses in SERVERS.items())


def unbound(folder: Path) -> list[list[str]]:
    return [unbound_at(RESOLVER, folder, unbound_forwards())]


def unbound_threads(folder: Path) -> list[list[str]]:
    return [unbound_at(RESOLVER, folder, unbound_forwards(), threads=2)]


def unbound_recursive(folder: Path) -> list[list[str]]:
    hints = folder / "root.hints"
    hints.write_text(f". 3600 NS ns.root.\nns.root. 3600 A {ROOT_SERVER}\n", encoding="utf-8")
    return [unbound_at(RESOLVER, folder, f'server:\n  root-hints: "{hints}"\n')]


def two(folder: Path) -> list[list[str]]:
    """dnsmasq queries unbound, and unbound the servers."""
    return [unbound_at(SECOND, folder, unbound_forwards()), dnsmasq_to({"test": [SECOND]})]


def bind(folder: Path) -> list[list[str]]:
    zones = "".join(
        f'zone "{zone}" {{ type forward; forward only; forwarders {{ {" ".join(address + ";" for address in addresses)} }}; }};\n'
        for zone, addresses in SERVERS.items())
    (folder / "named.conf").write_text(
        f'options {{ directory "{folder}"; listen-on {{ {RESOLVER}; }}; listen-on-v6 {{ none; }}; pid-file none;\n'
        'session-keyfile none; dnssec-validation no; allow-query { any; }; recursion yes; };\ncontrols { };\n' + zones,
        encoding="utf-8")
    return [["named", "-g", "-n", "2", "-c", str(folder / "named.conf")]]


def knot(folder: Path) -> list[list[str]]:
    forwards = ""
    for zone, addresses in SERVERS.items():
        servers = ", ".join(f"'{address}'" for address in addresses)
        forwards += f"policy.add(policy.suffix(policy.FORWARD({{{servers}}}), policy.todnames({{'{zone}.'}})))\n"
    (folder / "kresd.conf").write_text(
        f"net.listen('{RESOLVER}', 53, {{ kind = 'dns' }})\ntrust_anchors.remove('.')\ncache.size = 10 * MB\n"
        "modules.unload('ta_update')\nmodules.unload('priming')\n" + forwards, encoding="utf-8")
    return [["kresd", "--noninteractive", "--config", str(folder / "kresd.conf"), str(folder)]]


def dnsdist(folder: Path) -> list[list[str]]:
    pools = "".join(
        f"newServer({{ address = '{address}:53', pool = '{zone}' }}):setUp()\n"
        for zone, addresses in SERVERS.items() for address in addresses)
    pools += "".join(
        f"addAction('{zone}.', PoolAction('{zone}'))\ngetPool('{zone}'):setCache(newPacketCache(10000))\n" for zone in SERVERS)
    (folder / "dnsdist.conf").write_text(
        f"setLocal('{RESOLVER}:53')\nsetSecurityPollSuffix('')\n" + pools, encoding="utf-8")
    return [["dnsdist", "--supervised", "--disable-syslog", "-C", str(folder / "dnsdist.conf")]]


def resolved(_: Path) -> list[list[str]]:
    """systemd-resolved without systemd and D-Bus: each zone has its own link with servers, as systemd-networkd configures them."""
    for folder in ("systemd/resolve", "systemd/resolved.conf.d", "systemd/netif/links"):
        (Path("/run") / folder).mkdir(parents=True, exist_ok=True)
    shutil.chown("/run/systemd/resolve", "systemd-resolve", "systemd-resolve")
    Path("/run/systemd/resolved.conf.d/chains.conf").write_text(
        "[Resolve]\nDNSSEC=no\nLLMNR=no\nMulticastDNS=no\nCacheFromLocalhost=yes\nFallbackDNS=\n", encoding="utf-8")
    for zone, addresses in SERVERS.items():
        Path(f"/run/systemd/netif/links/{socket.if_nametoindex(link(zone))}").write_text(
            f"ADMIN_STATE=configured\nOPER_STATE=routable\nDNS={' '.join(addresses)}\nROUTE_DOMAINS={zone}\n", encoding="utf-8")
    return [[os.path.realpath("/lib/systemd/systemd-resolved")]]


RESOLVERS = [
    Resolver("dnsmasq", dnsmasq, is_strict=True),
    Resolver("systemd-resolved", resolved, is_strict=True),
    Resolver("unbound", unbound, is_strict=True),
    Resolver("unbound-threads", unbound_threads),
    Resolver("unbound-recursive", unbound_recursive),
    Resolver("bind", bind),
    Resolver("knot-resolver", knot),
    Resolver("dnsdist", dnsdist, coalesces=False),
    Resolver("dnsmasq-unbound", two),
]
