"""Measures what an export costs, with the release builds: exchanges a second, processor time, octets an exchange, resident memory, for
each kind of destination, and what a small insert costs Debian's ClickHouse.

  QUERENT=… QUERENT_SERVER=… python3 measure_export.py [EXCHANGES]
"""

import gzip
import os
import sys
import time
import urllib.parse
import urllib.request

from fleet import ClickHouse, Exporter, History, folder
from receiver import Receiver

INSERTS = 100
ROWS = 50


def processor_time(pid: int) -> float:
    with open(f"/proc/{pid}/stat", encoding="ascii") as file:
        fields = file.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def peak(pid: int) -> float:
    """The most resident memory, in MiB."""
    with open(f"/proc/{pid}/status", encoding="ascii") as file:
        return next(int(line.split()[1]) for line in file if line.startswith("VmHWM")) / 1024


def export(history: History, kind: str, url: str, count: int) -> None:
    with folder() as here:
        start = time.monotonic()
        exporter = Exporter(here, history, f"{kind}={url}")
        metrics = exporter.wait_until_all_is_sent(600)
        seconds = time.monotonic() - start
        pid = exporter.process.pid
        print(f"| `{kind}` | {count / seconds:,.0f} | {processor_time(pid) / count * 1e6:.1f} | {metrics['bytes_total'] / count:.0f} | "
              f"{peak(pid):.0f} | {metrics['batches_total']} |", flush=True)
        exporter.close()


def small_inserts(clickhouse: ClickHouse, body: bytes) -> None:
    lines = body.splitlines(keepends=True)[:ROWS]
    query = urllib.parse.quote("INSERT INTO querent.exchanges FORMAT JSONEachRow")
    url = f"{clickhouse.url}/?input_format_skip_unknown_fields=1&query={query}"
    before, start = processor_time(clickhouse.process.pid), time.monotonic()
    for _ in range(INSERTS):
        request = urllib.request.Request(url, gzip.compress(b"".join(lines), 1), {"Content-Encoding": "gzip"})
        with urllib.request.urlopen(request, timeout=60) as response:
            response.read()
    seconds, used = time.monotonic() - start, processor_time(clickhouse.process.pid) - before
    print(f"\n{INSERTS} inserts of {ROWS} rows, one after the other: {INSERTS / seconds:.0f} a second, "
          f"{used / INSERTS * 1000:.1f} ms of processor time each")


def main() -> None:
    pairs = int(sys.argv[1]) if len(sys.argv) > 1 else 300_000
    with folder() as path:
        history = History(path, pairs, names=5000, processes=50)
        count = history.count()
        print(f"{count:,} exchanges; {os.cpu_count()} processors\n")
        print("| destination | exchanges/s | µs of processor time each | octets each | MiB | batches |")
        print("|---|---|---|---|---|---|", flush=True)
        sample = b""
        for kind, answer in [("clickhouse", b"insert_deduplication_token\n"), ("otlp", b""), ("otlp-json", b""), ("ndjson", b""),
                             ("elastic", b'{"errors":false}')]:
            receiver = Receiver(answer)
            export(history, kind, receiver.url, count)
            if kind == "clickhouse":
                sample = receiver.bodies[1]
            receiver.close()
        clickhouse = ClickHouse(path)
        print("\nInto Debian's ClickHouse:\n")
        export(history, "clickhouse", clickhouse.url, count)
        size = clickhouse.query("SELECT sum(bytes_on_disk) FROM system.parts WHERE table = 'exchanges' AND active")
        print(f"\n{int(size) / count:.0f} octets an exchange on its disk, before parts are merged further")
        small_inserts(clickhouse, sample)
        clickhouse.close()


if __name__ == "__main__":
    main()
