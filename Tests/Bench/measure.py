"""Runs programs and measures their cost; the rows of the page and their figures."""

import dataclasses
import os
import re
import statistics
import subprocess
import tempfile
from collections.abc import Iterable, Sequence

# A command; words that are not strings are converted.
Command = Sequence[object]

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
# Debian's Python, which has the modules of Debian's packages.
PYTHON = "/usr/bin/python3"


@dataclasses.dataclass
class Cost:
    """Seconds of processor time, seconds of real time, and the peak of resident memory in MiB."""

    cpu: float
    wall: float
    resident: float


@dataclasses.dataclass
class Wanted:
    """A figure and its limit, a maximum or a minimum; `key` is its name in Tests/Bench/known-differences.txt."""

    key: str
    what: str
    value: float
    limit: float
    is_most: bool
    unit: str = ""

    def reached(self) -> bool:
        return self.value <= self.limit if self.is_most else self.value >= self.limit


@dataclasses.dataclass
class Row:
    """A section of the page: the method, a table, and the figures with a limit."""

    title: str
    how: str
    columns: list[str]
    table: list[list[str]]
    wanted: list[Wanted] = dataclasses.field(default_factory=list)


class Workspace:
    """A temporary folder in which the bench builds its programs and writes its files."""

    def __init__(self, querent: str, decoder: str) -> None:
        # Removed with the last reference to it.
        self.folder = tempfile.TemporaryDirectory(prefix="querent-bench-")
        self.querent, self.decoder = self.without_debugging("querent", querent), self.without_debugging("DecodeBench", decoder)
        self.cost = self.build("cost")
        self.allocations = self.build("allocations", "-shared", "-fPIC")

    def path(self, name: str) -> str:
        return os.path.join(self.folder.name, name)

    def without_debugging(self, name: str, binary: str) -> str:
        """Copies a binary without its debugging information, which valgrind 3.19 cannot read; returns the path."""
        if not os.path.exists(binary):
            return binary
        subprocess.run(["strip", "-g", "-o", self.path(name), binary], check=True)
        return self.path(name)

    def build(self, name: str, *options: str) -> str:
        """Compiles NAME.c in this file's directory."""
        program = self.path(name)
        subprocess.run(["gcc", "-O2", "-std=gnu11", "-Wall", "-Wextra", "-Werror", "-o", program,
                        os.path.join(HERE, f"{name}.c"), *options], check=True)
        return program

    def script(self, name: str, *arguments: object) -> list[str]:
        """The command that runs NAME.py in this file's directory."""
        return [PYTHON, os.path.join(HERE, f"{name}.py"), *map(str, arguments)]

    def run(self, command: Command) -> Cost:
        """Runs a command to its end, and drops its output; the error of one that fails has the end of its standard error."""
        end, start = os.pipe()
        with tempfile.TemporaryFile() as errors:
            process = subprocess.Popen([self.cost, str(start), *map(str, command)], pass_fds=(start,),
                                       stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=errors)
            os.close(start)
            with open(end, encoding="utf-8") as pipe:
                words = pipe.read().split()
            code = process.wait()
            errors.seek(max(0, errors.seek(0, os.SEEK_END) - 4000))
            text = errors.read().decode(errors="replace")
        if code or len(words) != 4:
            raise SystemExit(f"bench: {' '.join(map(str, command))}: ended with {code}:\n{text}")
        return Cost(float(words[0]) + float(words[1]), float(words[3]), float(words[2]) / 1024)

    def output(self, command: Command) -> str:
        return subprocess.run([*map(str, command)], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                              text=True, check=True).stdout

    def allocated(self, command: Command) -> tuple[int, int]:
        """The number of heap blocks that a program allocates, and their octets."""
        end, start = os.pipe()
        program = subprocess.Popen(
            [*map(str, command)], pass_fds=(start,), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL, env={**os.environ, "LD_PRELOAD": self.allocations, "ALLOCATIONS_TO": str(start)})
        os.close(start)
        with open(end, encoding="utf-8") as pipe:
            blocks, octets = map(int, pipe.read().split())
        if program.wait():
            raise SystemExit(f"bench: {' '.join(map(str, command))}: ended with {program.returncode}")
        return blocks, octets

    def instructions(self, command: Command) -> int:
        """The number of instructions that callgrind counts: exact, and without hardware counters."""
        return self.callgrind(command, "/dev/null")

    def callgrind(self, command: Command, profile: str) -> int:
        """Writes callgrind's profile to a file; returns the number of instructions."""
        done = subprocess.run(
            ["valgrind", "--tool=callgrind", f"--callgrind-out-file={profile}", *map(str, command)], text=True,
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, check=False)
        collected = re.search(r"Collected\s*: (\d+)", done.stderr)
        if done.returncode or not collected:
            raise SystemExit(f"bench: {' '.join(map(str, command))}: under callgrind: {done.stderr[-2000:]}")
        return int(collected[1])


def median(values: Iterable[float]) -> float:
    return statistics.median(values)


def ratio(ours: Iterable[float], theirs: Iterable[float]) -> float:
    """The median of the ratios of each round."""
    return median(a / b for a, b in zip(ours, theirs, strict=True))


def number(value: float, digits: int = 3) -> str:
    """With that many significant digits, and commas between thousands."""
    if value == 0:
        return "0"
    places = max(0, digits - 1 - int(f"{value:e}".split("e")[1]))
    return f"{value:,.{places}f}"
