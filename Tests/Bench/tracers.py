"""The programs that trace DNS, and their cost."""

import contextlib
import os
import re
import signal
import subprocess
from typing import ClassVar, Self

from measure import Command, Workspace
from network import Network, family, peak, seconds, wait_until

STATISTICS = "/proc/sys/kernel/bpf_stats_enabled"


class Tracer:
    """A running program that traces; ready once initialized."""

    own, clients = "querent", "querent --cgroup"
    OURS: ClassVar = {
        own: ["--format", "json", "--output", "/dev/null"],
        clients: ["--format", "json", "--output", "/dev/null", "--cgroup"],
    }
    COMMANDS: ClassVar = {
        "tcpdump": ["tcpdump", "-Z", "root", "-i", "{}", "-w", "/dev/null", "port 53"],
        "dnscap": ["dnscap", "-N", "-i", "{}", "-g"],
        "tshark": ["tshark", "-i", "{}", "-f", "port 53", "-T", "fields", "-e", "frame.time_epoch", "-e", "ip.src", "-e", "dns.qry.name",
                   "-e", "dns.qry.type", "-e", "dns.flags.rcode", "-e", "dns.a"],
    }

    def __init__(self, name: str, work: Workspace, network: Network, interface: str = "lo", options: Command = ()) -> None:
        """`options` replace those of querent in `OURS`."""
        self.name, self.log = name, work.path("log")
        # The directory of the cgroup that it traces; None if it traces all of the host.
        self.cgroup: str | None = None
        # Messages in the ledger, once it has stopped.
        self.messages = 0
        self.errors = open(self.log, "w+", encoding="utf-8")  # noqa: SIM115
        if name in self.OURS:
            command = [work.querent, *map(str, options or self.OURS[name])]
            if name == self.clients:
                self.cgroup = f"{mount()}/querent-bench-{os.getpid()}"
                os.mkdir(self.cgroup)
                command.append(self.cgroup)
        else:
            command = network.inside(word.replace("{}", interface) for word in self.COMMANDS[name])
        sockets = network.packet_sockets()
        # dnscap prints the messages to its standard error.
        errors = subprocess.DEVNULL if name == "dnscap" else self.errors
        self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=errors)
        if name in self.OURS:
            wait_until(lambda: "ready" in self.text() or self.process.poll() is not None, "querent that is ready")
        else:
            wait_until(lambda: network.packet_sockets() > sockets or self.process.poll() is not None, name)
        if self.process.poll() is not None:
            raise SystemExit(f"bench: {name} did not start:\n{self.text()}")

    def text(self) -> str:
        """Its standard error so far."""
        with open(self.log, encoding="utf-8", errors="replace") as file:
            return file.read()

    def kernel_seconds(self) -> float:
        """The time in its kernel programs, if the kernel measures it (`Measured`)."""
        total = 0
        folder = f"/proc/{self.process.pid}/fdinfo"
        for descriptor in os.listdir(folder):
            # A descriptor may be closed between the two calls.
            with contextlib.suppress(FileNotFoundError), open(f"{folder}/{descriptor}", encoding="utf-8") as file:
                total += sum(int(line.split()[1]) for line in file if line.startswith("run_time_ns:"))
        return total / 1e9

    def seconds(self) -> float:
        """Its processor time, user and system."""
        return seconds(self.process.pid)

    def memory(self) -> tuple[float, float]:
        """Resident memory in MiB: with each mapping of a page, and with each page counted once."""
        with open(f"/proc/{self.process.pid}/smaps_rollup", encoding="utf-8") as file:
            counts = dict(line.split(":") for line in list(file)[1:])
        every, once = (int(counts[name].split()[0]) / 1024 for name in ("Rss", "Pss"))
        return every, once

    def peak(self) -> float:
        """The most resident memory so far in MiB."""
        return peak(self.process.pid)

    def stop(self, seconds: float = 10) -> int | None:
        """Ends it within that time; returns how many messages it reports as lost, None if it does not report that."""
        self.process.send_signal(signal.SIGINT)
        try:
            self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            # It is far behind; the rest does not matter.
            for process in family(self.process.pid):
                os.kill(process, signal.SIGKILL)
            self.process.wait()
        if self.cgroup:
            os.rmdir(self.cgroup)
        text = self.text()
        self.errors.close()
        if self.name in self.OURS:
            if "every packet and message accounted for" not in text:
                raise SystemExit(f"bench: the ledger does not balance:\n{text}")
            lost, messages = re.search(r"balance +(\d+) lost", text), re.search(r"messages +(\d+)", text)
            self.messages = int(messages[1]) if messages else 0
            return int(lost[1]) if lost else 0
        dropped = re.search(r"(\d+) packets? dropped", text)
        return int(dropped[1]) if dropped else 0 if self.name == "tshark" else None


def mount() -> str:
    """The mount point of cgroup v2."""
    with open("/proc/self/mountinfo", encoding="utf-8") as file:
        return next(words[4] for words in map(str.split, file) if "cgroup2" in words)


class Measured:
    """A context in which the kernel measures the time in BPF programs."""

    def __enter__(self) -> Self:
        with open(STATISTICS, encoding="utf-8") as file:
            self.was = file.read()
        self.set("1")
        return self

    def __exit__(self, *_: object) -> None:
        self.set(self.was)

    @staticmethod
    def set(value: str) -> None:
        with open(STATISTICS, "w", encoding="utf-8") as file:
            file.write(value)
