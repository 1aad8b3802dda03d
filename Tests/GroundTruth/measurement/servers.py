"""Real DNS servers in the network namespace of the truth."""

import shutil
import subprocess
from pathlib import Path

from .processes import wait_for

ZONE = "$ORIGIN test.\n@ 60 SOA ns.test. me.test. 1 60 60 60 60\n@ 60 NS ns\n* 60 A 192.0.2.1\n"
NSD = """server:
  ip-address: 127.0.0.1@5392
  ip-address: ::1@5392
  username: ""
  zonesdir: "{folder}"
  database: ""
  pidfile: "{folder}/nsd.pid"
  xfrdfile: "{folder}/xfrd.state"
  zonelistfile: "{folder}/zone.list"
  xfrdir: "{folder}"
  verbosity: 2
remote-control:
  control-enable: no
zone:
  name: "test"
  zonefile: "test.zone"
"""


class Servers:
    """dnsmasq and nsd, as far as they are installed; `truth` is a process in the network namespace."""

    def __init__(self, truth: int, folder: str) -> None:
        self.processes: list[subprocess.Popen[str]] = []
        self.ports: dict[int, set[int]] = {}
        enter = ["nsenter", f"--net=/proc/{truth}/ns/net"]
        if shutil.which("dnsmasq"):
            self.start("dnsmasq", 5391, [
                *enter, "dnsmasq", "--keep-in-foreground", "--log-facility=-", "--conf-file=/dev/null", "--port=5391", "--no-resolv",
                "--no-hosts", "--user=root", "--pid-file=", "--bind-interfaces", "--listen-address=127.0.0.1,::1",
                "--address=/test/192.0.2.1",
            ], "started")
        if shutil.which("nsd"):
            (Path(folder) / "test.zone").write_text(ZONE, encoding="utf-8")
            config = Path(folder) / "nsd.conf"
            config.write_text(NSD.format(folder=folder), encoding="utf-8")
            self.start("nsd", 5392, [*enter, "nsd", "-d", "-c", str(config)], "nsd started")

    def start(self, name: str, port: int, command: list[str], ready: str) -> None:
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        self.processes.append(process)
        lines, is_ready = wait_for(process, process.stderr, ready, 10)
        if not is_ready:
            raise SystemExit(f"accuracy: {name} did not start:\n" + "".join(lines))
        self.ports[port] = {process.pid}

    def pids(self) -> dict[int, set[int]]:
        """The processes that may answer, by port: nsd answers from a child of its child."""
        for pids in self.ports.values():
            for _ in range(2):
                pids |= {child for pid in pids for child in children(pid)}
        return self.ports

    def stop(self) -> None:
        for process in self.processes:
            process.terminate()
            process.wait()


def children(pid: int) -> list[int]:
    with open(f"/proc/{pid}/task/{pid}/children", encoding="utf-8") as file:
        return [int(word) for word in file.read().split()]
