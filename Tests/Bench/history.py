"""What a history costs while it is written, and how fast it answers."""

import os
import re
import sqlite3
import statistics
import subprocess
import time
from collections.abc import Iterator

import counting
from measure import Row, Wanted, Workspace, median
from network import peak

HOW = """`querent read --format json --output /dev/null` of {exchanges:,} exchanges of the corpus, with `--history-directory` and
without, in turns; the processor time beyond that without a history is that of storing. For the memory the same packets come from a
pipe, 20,000 exchanges a second."""
HOW_ASKED = """A history of {exchanges:,} exchanges in one day, of {names:,} names: a million names once each and the corpus again
and again. Statements run in Python's sqlite3; commands are timed from start to end, and a start of querent alone takes {start:.0f}
ms. The median of {rounds} runs: the pages are in memory."""
PAIRS = 25_000
BELOW = "SELECT * FROM name JOIN asked ON name.id = asked.name WHERE labels >= ? AND labels < ?"
Range = tuple[str, str]


def storing(history: str) -> list[str]:
    """The captures of the bench have a date, which retention must not reach."""
    return ["--history-directory", history, "--history-keep", "36500d", "--history-size", "100GB"]


def store(work: Workspace, history: str, file: str) -> list[str]:
    return [work.querent, "read", "--format", "json", "--output", "/dev/null", *storing(history), file]


def files(history: str) -> list[str]:
    return [os.path.join(history, name) for name in sorted(os.listdir(history)) if name.endswith(".sqlite")]


def opened(path: str) -> sqlite3.Connection:
    return sqlite3.connect(f"file:{path}?mode=ro", uri=True)


def days(history: str) -> list[str]:
    return [path for path in files(history) if "rollup" not in path]


def rows(history: str) -> int:
    return sum(opened(path).execute("SELECT count(*) FROM exchange").fetchone()[0] for path in days(history))


def size(history: str) -> int:
    return sum(map(os.path.getsize, files(history)))


def resident(work: Workspace, file: str, exchanges: int, *options: str) -> float:
    """The most memory that was resident at once, in MiB, while the exchanges come from a pipe, 20,000 a second."""
    process = subprocess.Popen([work.querent, "read", "--format", "json", "--output", "/dev/null", *options, "-"],
                               stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    assert process.stdin
    whole, start = os.path.getsize(file), time.monotonic()
    with open(file, "rb") as packets:
        while piece := packets.read(1 << 16):
            process.stdin.write(piece)
            wait = packets.tell() / whole * exchanges / 20_000 - (time.monotonic() - start)
            if wait > 0:
                time.sleep(wait)
    most = peak(process.pid)
    process.stdin.close()
    if process.wait():
        raise SystemExit("bench: querent read failed")
    return most


def measure(work: Workspace, rounds: int = 3) -> Row:
    """The row of the costs."""
    file = work.path("traffic.pcap")
    work.output(work.script("capture", "traffic", file, PAIRS, 40_000_000))
    plain = [work.querent, "read", "--format", "json", "--output", "/dev/null", file]
    seconds, extra, octets, count = [], [], 0.0, 0
    for number in range(rounds):
        history = work.path(f"written{number}")
        without, stored = work.run(plain), work.run(store(work, history, file))
        count, octets = rows(history), size(history) / rows(history)
        seconds.append(stored.cpu - without.cpu)
        with_history = resident(work, file, count, *storing(work.path(f"resident{number}")))
        extra.append(with_history - resident(work, file, count))
    rate, memory = count / median(seconds), median(extra)
    table = [["exchanges/s of one core", f"{rate:,.0f}"], ["octets an exchange", f"{octets:.1f}"], ["MiB resident", f"{memory:.1f}"]]
    return Row("A history", HOW.format(exchanges=count), ["beyond the same without a history", ""], table, [
        Wanted("history rate", "exchanges/s stored on one core", rate, 100_000, False),
        Wanted("history octets", "octets an exchange at rest", octets, 150, True),
        Wanted("history memory", "MiB resident beyond those without", memory, 16, True, "MiB")])


def ask(work: Workspace, rounds: int = 9) -> Row:
    """The row of the answers: some ten minutes, and 5 GB in the temporary folder."""
    history, names, traffic = work.path("history"), work.path("names.pcapng"), work.path("traffic.pcap")
    work.output(work.script("capture", "growth", names, 1_000_000, 1_000_000, 1000))
    work.run(store(work, history, names))
    os.unlink(names)
    work.output(work.script("capture", "traffic", traffic, PAIRS, 1_000_000_000))
    while rows(history) < 10_000_000:
        work.run(store(work, history, traffic))
    os.unlink(traffic)
    with opened(os.path.join(history, "rollup.sqlite")) as rollup:
        known, = rollup.execute("SELECT count(*) FROM name").fetchone()
        address, = rollup.execute("SELECT address FROM told GROUP BY 1 ORDER BY sum(count) LIMIT 1").fetchone()
        name, labels = rollup.execute("SELECT text, labels FROM asked JOIN name ON name.id = name ORDER BY count LIMIT 1").fetchone()
        small, large = next(small_domains(rollup)), labels.rsplit(".", 1)[0]
        table = [
            *(statement(rollup, what, text, values, rounds) for what, text, values in (
                ("who received this address", "SELECT * FROM told JOIN name ON name.id = told.name WHERE address = ?", (address,)),
                ("who asked this name", "SELECT * FROM name JOIN asked ON name.id = asked.name WHERE labels = ?", (labels,)),
                ("who asked below a domain", BELOW, within(small)),
                ("… with very many names, the first 1,000", BELOW + " LIMIT 1000", within(large)))),
            *(command(work, history, what, options, rounds) for what, options in (
                ("--told", ["--told", address]), ("--name", ["--name", name, "--format", "json"]),
                ("--name of a domain", ["--name", f"*.{turned(small)}", "--format", "json"]),
                ("… with very many names, --count 1000", ["--name", f"*.{turned(large)}", "--count", "1000", "--format", "json"]),
                ("--new", ["--new", "--since", "2100-01-01"])))]
    start = 1000 * statistics.median(work.run([work.querent, "--version"]).wall for _ in range(rounds))
    how = HOW_ASKED.format(exchanges=rows(history), names=known, start=start, rounds=rounds)
    limits = {"who received this address": 5, "who asked this name": 5, "who asked below a domain": 50}
    return Row("Questions to a history", how, ["question", "rows", "ms"], table, [
        Wanted(f"history: {row[0]}", f"ms: {row[0]}", float(row[2]), limits[row[0]], True, "ms") for row in table if row[0] in limits])


def statement(rollup: sqlite3.Connection, what: str, text: str, values: tuple[str, ...], rounds: int) -> list[str]:
    times, found = [], 0
    for _ in range(rounds):
        start = time.perf_counter()
        found = len(rollup.execute(text, values).fetchall())
        times.append(time.perf_counter() - start)
    return [what, f"{found:,}", f"{1000 * statistics.median(times):.2f}"]


def command(work: Workspace, history: str, what: str, options: list[str], rounds: int) -> list[str]:
    times, shown = [], ""
    for _ in range(rounds):
        start = time.perf_counter()
        run = subprocess.run([work.querent, "history", "--directory", history, *options], capture_output=True, text=True, check=True)
        times.append(time.perf_counter() - start)
        messages = re.search(r"(\d+) shown", run.stderr)
        shown = f"{int(messages[1]):,} messages" if messages else f"{max(0, run.stdout.count(chr(10)) - 1):,}"
    return [f"`querent history {what}`", shown, f"{1000 * statistics.median(times):.1f}"]


def small_domains(rollup: sqlite3.Connection) -> Iterator[str]:
    """Domains below which 50 to 500 names were asked for, their labels in reverse."""
    parents = {row[0].rsplit(".", 1)[0] for row in rollup.execute("SELECT labels FROM name WHERE labels NOT LIKE 'test.%'")}
    for domain in sorted(parents):
        if 50 <= len(rollup.execute(BELOW, within(domain)).fetchall()) <= 500:
            yield domain


def within(domain: str) -> Range:
    """The first labels below a domain in the order of the table, and those behind the last: `/` follows `.`."""
    return domain + ".", domain + "/"


def turned(labels: str) -> str:
    return ".".join(reversed(labels.split(".")))


def counts(work: Workspace, captures: counting.Captures) -> dict[str, float]:
    """Instructions per message with a history, and octets per exchange at rest."""
    taken, stored = [], []
    for number, file in enumerate((captures.few, captures.many)):
        history = work.path(f"counted{number}")
        taken.append(work.instructions(store(work, history, file)))
        stored.append((size(history), rows(history)))
    (few, fewer), (many, more) = stored
    return {"history instructions": (taken[1] - taken[0]) / (counting.MANY - counting.FEW),
            "history octets an exchange": (many - few) / (more - fewer)}
