"""`querent history --from`: a ClickHouse answers about many hosts as a history answers about one."""

import importlib.util
import json
import os
import pathlib
import re
import struct
import subprocess
import sys
import unittest
from collections.abc import Iterator
from typing import Any, ClassVar

from chdb_store import ClickHouseToday
from fleet import PASSWORD, QUERENT, ROOT, SERVER, ClickHouse, Exporter, History, folder, wait_until

sys.path.insert(0, str(ROOT / "Tests/Bench"))
import capture
from corpus import Corpus
from packets import datagram

START = 1_767_225_600
MILLISECOND = 1000
PROGRAMS = ["curl", "node", "postfix/smtp", "my prog's", "sshd"]
# Codes by the number of an exchange; None has no answer.
CODES = [0, 0, 0, 3, 0, 0, 2, None, 0, 0, 0, 5]


def comment(number: int) -> bytes:
    program = PROGRAMS[number % len(PROGRAMS)]
    pid = 100 + number % len(PROGRAMS)
    lines = [f"PID: {pid}", f"Cmd: /usr/bin/{program}", f"Args: {program} -x", f"Name: {program.split('/')[-1]}",
             f"ThreadId: {pid}", f"UserId: {1000 + number % 2}", "GroupId: 1000", f"Started: {START}000000000", "Attribution: sender"]
    if number % len(PROGRAMS) == 1:
        lines += ["ContainerName: web-1", f"ContainerId: {'ab12' * 16}", "PodName: front-0", "PodNamespace: shop"]
    return capture.text("\n".join(lines)) + bytes(4)


def packets(count: int) -> Iterator[tuple[int, bytes, bytes]]:
    """Times in microseconds, frames and comments."""
    corpus = Corpus()
    for number in range(count):
        name = [f"host{number % 40}.example.test", f"n{number % 7}.shop.test", "WWW.Example.TEST"][number % 3]
        query, answer = corpus.address(name, "")
        client, server = b"\x0a\1\0\1", bytes([10, 53, 0, 1 + number % 2])
        ports = (2000 + number, 53)
        # Some at the end of a day, so that there are two days.
        time = START * 1_000_000 + (86_400_000_000 - 30_000_000 if number >= count // 2 else 0) + number * 97 * MILLISECOND
        yield time, datagram(client, server, ports, query)[0], comment(number)
        code = CODES[number % len(CODES)]
        if code is not None:
            answer = bytes([*answer[:3], answer[3] & 0xF0 | code, *answer[4:]])
            yield time + (1 + number % 50) * MILLISECOND, datagram(server, client, ports[::-1], answer)[0], comment(number)


def write(path: pathlib.Path, count: int) -> None:
    with path.open("wb") as file:
        file.write(capture.block(0x0A0D0D0A, struct.pack("<IHHq", 0x1A2B3C4D, 1, 0, -1)))
        file.write(capture.block(1, struct.pack("<HHI", 1, 0, 65535)))
        for time, frame, options in sorted(packets(count)):
            body = struct.pack("<5I", 0, time >> 32, time & 0xFFFFFFFF, len(frame), len(frame)) + frame
            file.write(capture.block(6, body + bytes(-len(body) % 4) + options))


class Captured(History):
    """The history of a capture file."""

    def __init__(self, path: pathlib.Path, file: pathlib.Path) -> None:
        self.path = path / "history"
        self.add(file)


class FleetQueryTest(unittest.TestCase):
    maxDiff = 2000
    COUNT = 600
    history: History
    clickhouse: ClickHouse | ClickHouseToday
    addresses: list[str]

    @classmethod
    def setUpClass(cls) -> None:
        path = cls.enterClassContext(folder())
        write(path / "traffic.pcapng", cls.COUNT)
        cls.history = Captured(path, path / "traffic.pcapng")
        cls.clickhouse = cls.store(path)
        cls.addClassCleanup(cls.clickhouse.close)
        exporter = Exporter(path, cls.history, f"clickhouse={cls.clickhouse.url}")
        exporter.wait_until_all_is_sent()
        exporter.close()
        # What a repetition leaves behind.
        cls.clickhouse.query("INSERT INTO querent.exchanges SELECT * FROM querent.exchanges LIMIT 50")
        told = cls.clickhouse.query("SELECT DISTINCT arrayJoin(addresses) AS address FROM querent.exchanges ORDER BY address LIMIT 3")
        cls.addresses = told.split("\n")

    @staticmethod
    def store(path: pathlib.Path) -> ClickHouse | ClickHouseToday:
        return ClickHouse(path)

    def querent(self, *arguments: str, code: int = 0, **environment: str) -> subprocess.CompletedProcess[str]:
        done = subprocess.run([QUERENT, "history", *arguments], capture_output=True, text=True, check=False,
                              env={**os.environ, "TZ": "UTC", **environment})
        self.assertEqual(done.returncode, code, done.stderr)
        return done

    def fleet(self, *arguments: str, url: str | None = None, code: int = 0, **environment: str) -> subprocess.CompletedProcess[str]:
        store = url or self.clickhouse.url.replace("http", "clickhouse")
        return self.querent("--from", store, "--server-program", SERVER, *arguments, code=code, **environment)

    def rows(self, *arguments: str) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.fleet("--format", "json", *arguments).stdout.splitlines()]

    def local(self, *arguments: str) -> list[dict[str, Any]]:
        done = self.querent("--directory", str(self.history.path), "--format", "json", *arguments)
        return [json.loads(line) for line in done.stdout.splitlines()]

    FILTERS: ClassVar = [
        [], ["--process", "curl"], ["--process", "*smtp"], ["--process", "my prog's"], ["--process", "/usr/bin/no??"],
        ["--name", "*.example.test"], ["--name", "www.example.test"], ["--name", "n?.shop.*"], ["--user", "1001"],
        ["--container", "web-*"], ["--container", "ab12ab"], ["--process", "c*", "--process", "sshd", "--user", "1000"],
        ["--since", "2026-01-01T00:00:10Z", "--until", "2026-01-01T23:59:50Z"],
    ]
    MORE: ClassVar = [
        ["--failed"], ["--unanswered"], ["--slow", "30ms"], ["--rcode", "NXDOMAIN", "--rcode", "REFUSED"],
        ["--server", "10.53.0.2"],
        ["--type", "A"], ["--type", "AAAA"], ["--pid", "101"], ["--pod", "front-*", "--namespace", "shop"], ["--namespace", "none"],
        ["--failed", "--process", "node"],
    ]

    def test_reports_are_those_of_the_history_for_every_filter(self) -> None:
        def text(row: dict[str, Any]) -> str:
            return json.dumps({key: row[key] for key in row if key not in ("host", "hosts")}, sort_keys=True)
        filled = 0
        for terms in self.FILTERS + self.MORE:
            reports = [["--top", what, "--count", "1000"] for what in ("names", "processes", "servers", "failures")]
            if terms not in self.MORE:
                reports.append(["--new"])
            for report in reports:
                with self.subTest(report=report, terms=terms):
                    wanted = self.local(*report, *terms)
                    self.assertEqual(sorted(map(text, self.rows(*report, *terms))), sorted(map(text, wanted)))
                    filled += bool(wanted)
        self.assertGreater(filled, 90)

    def test_who_was_told_an_address_is_as_in_the_history_for_every_filter(self) -> None:
        addresses = [word for address in self.addresses for word in ("--told", address)]

        def table(done: subprocess.CompletedProcess[str], columns: int) -> list[list[str]]:
            return sorted(re.split("  +", line)[:columns] for line in done.stdout.splitlines())

        for terms in self.FILTERS:
            with self.subTest(terms=terms):
                wanted = table(self.querent("--directory", str(self.history.path), *addresses, *terms), 9)
                self.assertEqual(table(self.fleet(*addresses, *terms), 9), wanted)
                if not terms:
                    self.assertGreater(len(wanted), 3)

    def test_a_summary_is_that_of_the_history(self) -> None:
        for terms in self.FILTERS + self.MORE:
            with self.subTest(terms=terms):
                wanted = {row["what"]: row.get("value") for row in self.local("--summary", *terms)}
                found = {row["what"]: row.get("value") for row in self.rows("--summary", *terms)}
                self.assertEqual(found.pop("hosts"), 1 if wanted["exchanges"] else 0)
                for what in [key for key in wanted if key.startswith("latency")]:
                    one, other = found.pop(what), wanted.pop(what)
                    self.assertEqual(one is None, other is None)
                    if one is not None:
                        # Each of the two has an error of its own.
                        self.assertAlmostEqual(one / other, 1, delta=0.13)
                self.assertEqual(found, wanted)

    def test_exchanges_are_those_of_the_history_for_every_filter(self) -> None:
        filled = 0
        for terms in [*self.FILTERS, *self.MORE, ["--told", self.addresses[0], "--format", "json"]]:
            with self.subTest(terms=terms):
                wanted = [(record["dns"]["question"]["name"], record["process"]["pid"], record["dns"].get("response_code"),
                           record["@timestamp"][:19]) for record in self.local(*terms)]
                found = [(row["name"], row["pid"], row.get("rcode"), row["time"][:19]) for row in self.rows(*terms)]
                self.assertEqual(sorted(map(str, found)), sorted(map(str, wanted)))
                filled += bool(wanted)
        self.assertGreater(filled, 20)

    def test_a_host_is_chosen_by_name_and_by_id(self) -> None:
        columns = self.clickhouse.query(
            "SELECT name FROM system.columns WHERE database = 'querent' AND table = 'exchanges' AND default_kind = ''").split("\n")
        values = ", ".join({"host": "'web-7'", "host_id": "'0123456789abcdef0123456789abcdef'"}.get(name, name) for name in columns)
        self.clickhouse.query(f"INSERT INTO querent.exchanges ({', '.join(columns)}) SELECT {values} FROM querent.exchanges FINAL")
        try:
            def number(*terms: str) -> int:
                return sum(row["count"] for row in self.rows("--top", "servers", *terms))
            self.assertEqual(number(), 2 * self.COUNT)
            self.assertEqual({row["hosts"] for row in self.rows("--top", "servers")}, {2})
            self.assertEqual(number("--host", "web-*"), self.COUNT)
            self.assertEqual(number("--host", "0123456789abcdef0123456789abcdef"), self.COUNT)
            self.assertEqual(number("--host", "web-7", "--host", "nobody"), self.COUNT)
            self.assertEqual(number("--host", "web"), 0)
            self.assertEqual({row["host"] for row in self.rows("--told", self.addresses[0], "--host", "web-7")}, {"web-7"})
        finally:
            self.clickhouse.query("ALTER TABLE querent.exchanges DELETE WHERE host = 'web-7'")
            self.clickhouse.query("ALTER TABLE querent.passive_dns DELETE WHERE host = 'web-7'")
            wait_until("the rows are deleted",
                       lambda: self.clickhouse.query("SELECT count() FROM system.mutations WHERE is_done = 0") == "0")

    def test_tables_are_for_people_and_say_when_there_is_more(self) -> None:
        done = self.fleet("--process", "curl", "--count", "3")
        lines = done.stdout.splitlines()
        self.assertEqual(len(lines), 4)
        self.assertRegex(lines[0], r"^TIME +HOST +PROCESS +PID +NAME +TYPE +CODE +LATENCY +SERVER +ANSWERS$")
        self.assertRegex(lines[1], r"^2026-01-01 00:00:0\d .* curl .* host\d+\.example\.test +A +NOERROR +1\.000 ms +10\.53\.0\.1 +\d"
                         r"[\d., +]+$")
        self.assertEqual(done.stderr, "")

    def test_what_cannot_be_is_refused_with_what_to_do(self) -> None:
        down = self.fleet("--summary", url="clickhouse://127.0.0.1:1", code=66)
        self.assertIn("http://127.0.0.1:1/ gave no answer", down.stderr)
        self.assertIn("can't be asked", down.stderr)
        self.assertIn("--format is table or json", self.fleet("--format", "pcapng", code=64).stderr)
        self.assertIn("go with --from", self.querent("--host", "web", code=64).stderr)
        self.assertIn("does not have --failed", self.fleet("--new", "--failed", code=64).stderr)
        missing = self.fleet("--summary", url=self.clickhouse.url.replace("http", "clickhouse") + "/nowhere", code=66)
        self.assertIn("nowhere", missing.stderr)
        absent = self.querent("--from", "clickhouse://127.0.0.1", "--server-program", "/nonexistent", "--summary", code=2)
        self.assertIn("/nonexistent", absent.stderr)

    def test_a_password_comes_from_a_file(self) -> None:
        store = f"clickhouse://querent@127.0.0.1:{self.clickhouse.port}"
        with folder() as path:
            netrc = path / "netrc"
            netrc.write_text(f"machine 127.0.0.1 login querent password {PASSWORD}\n")
            netrc.chmod(0o600)
            self.assertIn(str(self.COUNT), self.fleet("--summary", "--netrc", str(netrc), url=store).stdout)
            self.assertIn(str(self.COUNT), self.fleet("--summary", url=store, QUERENT_EXPORT_NETRC=str(netrc)).stdout)
            wrong = self.fleet("--summary", url=store, code=66)
            self.assertIn("for user querent", wrong.stderr)
            netrc.chmod(0o644)
            self.assertIn("others may read", self.fleet("--summary", "--netrc", str(netrc), url=store, code=66).stderr)

    def test_hostile_conditions_stay_conditions(self) -> None:
        for word in ["'; DROP TABLE exchanges; --", "\\' OR 1=1 --", "\\", "%", "日本", "a\tb\nc"]:
            with self.subTest(word=word):
                self.assertEqual(self.rows("--process", word), [])
                self.assertEqual(self.rows("--host", word), [])
                self.assertEqual(self.rows("--user", word), [])
        self.assertEqual(self.clickhouse.query("SELECT uniqExact(day, id) FROM querent.exchanges"), str(self.COUNT))


@unittest.skipUnless(importlib.util.find_spec("chdb"), "needs chdb; Scripts/export-test full installs it")
class FleetQueryTodayTest(FleetQueryTest):
    """The same of today's ClickHouse."""

    @staticmethod
    def store(path: pathlib.Path) -> ClickHouseToday:
        return ClickHouseToday(path)

    @unittest.skip("the embedded engine has no users")
    def test_a_password_comes_from_a_file(self) -> None:
        pass


if __name__ == "__main__":
    unittest.main()
