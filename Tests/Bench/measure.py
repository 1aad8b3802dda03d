"""What the rows share: running a program and what it took, by turns, and the numbers made of it."""
import dataclasses, os, re, statistics, subprocess, tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
# Debian's own, which finds the modules in Debian's packages.
PYTHON = "/usr/bin/python3"


@dataclasses.dataclass
class Cost:
    """Seconds of the processor's time, seconds in all, MiB of memory at most, and what the program said."""
    cpu: float
    wall: float
    resident: float
    said: str


@dataclasses.dataclass
class Wanted:
    """A figure with what is wanted of it; `key` is what Tests/Bench/known-differences.txt calls it."""
    key: str
    what: str
    value: float
    limit: float
    is_most: bool
    unit: str = ""

    def reached(self):
        return self.value <= self.limit if self.is_most else self.value >= self.limit


@dataclasses.dataclass
class Row:
    """A section of the page: what was measured and how, a table, and the wanted figures."""
    title: str
    how: str
    columns: list
    table: list
    wanted: list = dataclasses.field(default_factory=list)


class Workshop:
    """Where the bench builds its programs and keeps what it makes; a folder that goes with it."""

    def __init__(self, querent, decoder):
        self.querent, self.decoder = querent, decoder
        self.folder = tempfile.TemporaryDirectory(prefix="querent-bench-")
        self.cost = self.build("cost")
        self.allocations = self.build("allocations", "-shared", "-fPIC")

    def path(self, name):
        return os.path.join(self.folder.name, name)

    def build(self, name, *options):
        program = self.path(name)
        subprocess.run(["gcc", "-O2", "-std=gnu11", "-Wall", "-Wextra", "-Werror", "-o", program,
                        os.path.join(HERE, f"{name}.c"), *options], check=True)
        return program

    def script(self, name, *arguments):
        """A script beside this one, in a process of its own."""
        return [PYTHON, os.path.join(HERE, f"{name}.py"), *map(str, arguments)]

    def run(self, command, expected=0):
        """Runs to the end; its output goes nowhere, but for the last of it when it fails."""
        end, start = os.pipe()
        with tempfile.TemporaryFile() as said:
            code = subprocess.Popen([self.cost, str(start), *map(str, command)], pass_fds=(start,),
                                    stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=said)
            os.close(start)
            with open(end, encoding="utf-8") as pipe:
                words = pipe.read().split()
            code.wait()
            said.seek(max(0, said.seek(0, os.SEEK_END) - 4000))
            text = said.read().decode(errors="replace")
        if code.returncode != expected or len(words) != 4:
            raise SystemExit(f"bench: {' '.join(map(str, command))}: ended with {code.returncode}:\n{text}")
        return Cost(float(words[0]) + float(words[1]), float(words[3]), float(words[2]) / 1024, text)

    def output(self, command):
        return subprocess.run([*map(str, command)], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                              text=True, check=True).stdout

    def allocated(self, command):
        """Blocks and octets that the program took of the heap."""
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

    def instructions(self, command):
        """Instructions as callgrind counts them: exact, and the same on a machine without such counters."""
        done = subprocess.run(
            ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", *map(str, command)], text=True,
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, check=False)
        collected = re.search(r"Collected\s*: (\d+)", done.stderr)
        if done.returncode or not collected:
            raise SystemExit(f"bench: {' '.join(map(str, command))}: under callgrind: {done.stderr[-2000:]}")
        return int(collected[1])


def median(values):
    return statistics.median(values)


def ratio(ours, theirs):
    """The median of the ratios round by round."""
    return median(a / b for a, b in zip(ours, theirs))


def number(value, digits=3):
    """To so many digits, with thousands apart."""
    if value == 0:
        return "0"
    places = max(0, digits - 1 - int(f"{value:e}".split("e")[1]))
    return f"{value:,.{places}f}"
