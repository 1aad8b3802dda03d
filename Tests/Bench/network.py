"""Network namespaces, and the cost of the processes in them."""

import os
import resource
import subprocess
import time
from collections.abc import Callable, Iterable
from typing import IO, Self

TICK = os.sysconf("SC_CLK_TCK")


class Network:
    """A network namespace with its loopback, held by a process that ends with this one."""

    def __init__(self) -> None:
        self.holder = subprocess.Popen(
            ["setpriv", "--pdeathsig", "KILL", "unshare", "--net", "sh", "-c", "ip link set lo up; echo up; exec sleep infinity"],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
        if output(self.holder).readline() != "up\n":
            raise SystemExit("bench: no network namespace: this needs root")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.holder.kill()
        self.holder.wait()

    def inside(self, command: Iterable[object]) -> list[str]:
        """The command that runs `command` in this network."""
        return ["nsenter", f"--net=/proc/{self.holder.pid}/ns/net", *map(str, command)]

    def run(self, command: Iterable[object]) -> str:
        """Runs a command that must succeed, and returns its output."""
        return subprocess.run(self.inside(command), text=True, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, check=True).stdout

    def packet_sockets(self) -> int:
        with open(f"/proc/{self.holder.pid}/net/packet", encoding="utf-8") as file:
            return len(file.readlines()) - 1


def wait_until(holds: Callable[[], bool], what: str, seconds: float = 20) -> None:
    end = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > end:
            raise SystemExit(f"bench: no {what} within {seconds} s")
        time.sleep(0.02)


def family(pid: int) -> list[int]:
    """A process and its descendants."""
    found = [pid]
    for process in found:
        try:
            for task in os.listdir(f"/proc/{process}/task"):
                with open(f"/proc/{process}/task/{task}/children", encoding="utf-8") as file:
                    found += map(int, file.read().split())
        except (FileNotFoundError, ProcessLookupError):
            pass
    return found


def peak(pid: int) -> float:
    """The most resident memory of a process so far, in MiB."""
    with open(f"/proc/{pid}/status", encoding="utf-8") as file:
        return next(int(line.split()[1]) for line in file if line.startswith("VmHWM")) / 1024


def seconds(pid: int) -> float:
    """Processor time, user and system, of a process and its descendants."""
    total = 0.0
    for process in family(pid):
        try:
            with open(f"/proc/{process}/stat", encoding="utf-8") as file:
                words = file.read().rsplit(")", 1)[1].split()
            total += sum(map(int, words[11:15])) / TICK
        except (FileNotFoundError, ProcessLookupError):
            pass
    return total


def output(process: subprocess.Popen[str]) -> IO[str]:
    assert process.stdout, "standard output is a pipe"
    return process.stdout


def many_files() -> None:
    """Raises the limit of open files."""
    resource.setrlimit(resource.RLIMIT_NOFILE, (20000, 20000))
