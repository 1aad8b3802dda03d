"""A DNS server in a network namespace, and a load of queries to it."""

import os
import re
import subprocess
import tempfile
from typing import Self

from measure import Workspace
from network import Network, many_files


class Server:
    """nsd on port 53 of a network's loopback, with one zone in which every name exists."""

    def __init__(self, network: Network, work: Workspace, streams: int = 100) -> None:
        folder = work.path(f"nsd-{network.holder.pid}")
        os.makedirs(folder, exist_ok=True)
        with open(f"{folder}/test.zone", "w", encoding="utf-8") as file:
            file.write("$ORIGIN test.\n@ 60 SOA ns.test. me.test. 1 60 60 60 60\n@ 60 NS ns\nns 60 A 192.0.2.1\n"
                       "* 60 A 192.0.2.1\n* 60 A 192.0.2.2\n* 60 AAAA 2001:db8::1\n* 60 TXT \"v=spf1 -all\"\n")
        with open(f"{folder}/nsd.conf", "w", encoding="utf-8") as file:
            file.write(f"""server:
  ip-address: 127.0.0.1@53
  username: ""
  zonesdir: "{folder}"
  database: ""
  pidfile: "{folder}/nsd.pid"
  xfrdfile: "{folder}/xfrd.state"
  zonelistfile: "{folder}/zone.list"
  xfrdir: "{folder}"
  verbosity: 2
  rrl-ratelimit: 0
  tcp-count: {streams + 10}
  tcp-timeout: 120
remote-control:
  control-enable: no
zone:
  name: "test"
  zonefile: "test.zone"
""")
        self.process = subprocess.Popen(
            network.inside(["nsd", "-d", "-c", f"{folder}/nsd.conf"]), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE, text=True, preexec_fn=many_files)
        assert self.process.stderr
        if not any("nsd started" in line for line in self.process.stderr):
            raise SystemExit("bench: nsd did not start")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.process.terminate()
        self.process.wait()


class Load:
    """dnsperf, in a cgroup if one is given.

    Once it has ended: the numbers of queries sent and answered, queries a second, and processor time in seconds.
    """

    def __init__(self, network: Network, questions: str, *options: str, cgroup: str | None = None) -> None:
        def prepare() -> None:
            many_files()
            if cgroup:
                with open(f"{cgroup}/cgroup.procs", "w", encoding="utf-8") as file:
                    file.write("0")

        # Not a pipe, which may be full and block it: it prints a line for each query that timed out.
        self.text = tempfile.TemporaryFile("w+", encoding="utf-8")  # noqa: SIM115
        self.process = subprocess.Popen(
            network.inside(["dnsperf", "-d", questions, *options]), text=True, stdin=subprocess.DEVNULL,
            stdout=self.text, stderr=subprocess.STDOUT, preexec_fn=prepare)

    def end(self) -> Self:
        """Waits for its end."""
        _, status, usage = os.wait4(self.process.pid, 0)
        self.process.returncode = os.waitstatus_to_exitcode(status)
        self.text.seek(max(0, self.text.seek(0, os.SEEK_END) - 4000))
        text = self.text.read()
        self.text.close()

        def value(pattern: str) -> float:
            found = re.search(pattern, text)
            if not found:
                raise SystemExit(f"bench: dnsperf printed:\n{text[-2000:]}")
            return float(found[1])

        self.sent, self.answered = value(r"Queries sent: +(\d+)"), value(r"Queries completed: +(\d+)")
        self.rate = value(r"Queries per second: +([\d.]+)")
        self.seconds = usage.ru_utime + usage.ru_stime
        return self
