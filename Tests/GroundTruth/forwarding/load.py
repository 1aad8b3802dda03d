"""The clients' queries: each load is the input of one run of asker.c; some are sent by dig and getent."""

import itertools
import subprocess
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from . import BUILT, RESOLVER

A, AAAA = 1, 28
TYPES = {A: "A", AAAA: "AAAA"}
PATIENT = (4000, 2)
# Milliseconds after which an alias's target, with a TTL of one second, has expired in every cache.
EXPIRED = 2100


@dataclass(frozen=True)
class Ask:
    """One query of one client, as seen by the client; nanoseconds since 1970. `code` is -1 without an answer, -2 if unknown."""

    pid: int
    name: str
    type: str
    start: int
    end: int
    code: int


@dataclass(frozen=True)
class Size:
    """The numbers of queries to one resolver."""

    one: int
    ten: int
    crowd: int
    shared: int
    programs: int


SMALL = Size(one=20, ten=4, crowd=1, shared=1, programs=5)
LONG = Size(one=40, ten=8, crowd=2, shared=4, programs=10)


def play(size: Size) -> Iterator[Ask]:
    """Plays every load once; the others run while some wait for servers that do not answer."""
    waiting = [start(silent()), start(retried()), start(aliases())]
    for lines in (own(1, size.one), own(10, size.ten), own(200, size.crowd), shared(10, size), shared(200, size)):
        yield from finish(start(lines))
    yield from programs(size.programs)
    for process in waiting:
        yield from finish(process)


def own(clients: int, names: int) -> Iterator[str]:
    """Names of one client each, queried twice: the second answer is from the cache. Every fifth client queries both address types."""
    for client, name in itertools.product(range(clients), range(names)):
        for kind in (A, AAAA) if client % 5 == 4 else (A,):
            for _ in range(2):
                yield line(client, f"p%p-{name}.truth.test", kind)


def shared(clients: int, size: Size) -> Iterator[str]:
    """Names that all clients query at the same time."""
    for client, name in itertools.product(range(clients), range(size.shared)):
        yield line(client, f"shared{clients}-{name}.truth.test")


def aliases() -> Iterator[str]:
    """Aliases, and again when only the target has expired in the cache."""
    for client in range(10):
        yield line(client, f"alias{client}.truth.test")
        yield line(client, f"alias{client}.truth.test", pause=EXPIRED)
        yield line(client, f"alias{client + 1000}.truth.test")


def silent() -> Iterator[str]:
    """Names that no server answers, queried again by the client."""
    for client in range(5):
        yield line(client, f"p%p-{client}.silent.test", patience=(1000, 2))


def retried() -> Iterator[str]:
    """Names that the first of two servers does not answer."""
    for client, name in itertools.product(range(5), range(2)):
        yield line(client, f"p%p-{name}.retry.test", patience=PATIENT)


def line(client: int, name: str, kind: int = A, patience: tuple[int, int] = PATIENT, pause: int = 0) -> str:
    return f"{client} {name} {kind} {patience[0]} {patience[1]} {pause}\n"


def start(lines: Iterable[str]) -> subprocess.Popen[str]:
    process = subprocess.Popen([BUILT / "asker", RESOLVER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdin
    process.stdin.write("".join(lines))
    process.stdin.close()
    process.stdin = None
    return process


def finish(process: subprocess.Popen[str]) -> Iterator[Ask]:
    output, _ = process.communicate(timeout=60)
    if process.returncode:
        raise SystemExit("chains: a client failed")
    for words in map(str.split, output.splitlines()):
        pid, name, kind, begin, end, code = words
        yield Ask(int(pid), name, TYPES[int(kind)], int(begin), int(end), int(code))


def programs(count: int) -> Iterator[Ask]:
    """The same by dig and by getent, which queries both address types with one socket."""
    commands = [
        (f"exec dig +tries=2 +time=4 @{RESOLVER} {{}} A", ["A"]),
        ("exec getent ahosts {}", ["A", "AAAA"]),
    ]
    running = []
    for number, (command, kinds) in itertools.product(range(count), commands):
        name = f"p$$-{number}.truth.test"
        begin = time.time_ns()
        running.append((begin, kinds, number, subprocess.Popen(
            ["sh", "-c", command.format(name)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)))
    for begin, kinds, number, process in running:
        process.wait(timeout=60)
        name = f"p{process.pid}-{number}.truth.test"
        yield from (Ask(process.pid, name, kind, begin, time.time_ns(), -2) for kind in kinds)
