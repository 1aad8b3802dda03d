"""A history in today's ClickHouse, by its engine from PyPI (chdb): the schema, the columns, the tokens."""

import importlib.util
import pathlib
import subprocess
import sys
import unittest
import urllib.request

from between import Between
from fleet import SCHEMAS, Exporter, History, folder

PAIRS = 12_000


@unittest.skipUnless(importlib.util.find_spec("chdb"), "needs chdb; Scripts/export-test full installs it")
class ClickHouseTodayTest(unittest.TestCase):
    def setUp(self) -> None:
        self.here = self.enterContext(folder())
        self.server = subprocess.Popen(
            [sys.executable, str(pathlib.Path(__file__).parent / "chdb_server.py"), str(self.here / "chdb"),
             str(SCHEMAS / "schema.sql")], stdout=subprocess.PIPE, text=True)
        assert self.server.stdout
        self.addCleanup(self.server.stdout.close)
        self.addCleanup(self.server.wait)
        self.addCleanup(self.server.kill)
        self.port = int(self.server.stdout.readline())
        # The capture is older than 90 days.
        self.query("ALTER TABLE querent.exchanges REMOVE TTL")

    def query(self, text: str) -> str:
        with urllib.request.urlopen(urllib.request.Request(f"http://127.0.0.1:{self.port}/", data=text.encode()), timeout=60) as answer:
            return str(answer.read().decode().strip())

    def test_each_exchange_is_stored_once_also_without_final_when_answers_are_lost(self) -> None:
        history = History(self.here, PAIRS)
        between = Between(self.port)
        self.addCleanup(between.close)
        between.losses = 2
        exporter = Exporter(self.here, history, f"clickhouse={between.url}")
        metrics = exporter.wait_until_all_is_sent()
        exporter.close()
        self.assertEqual(metrics["retries_total"], 2)
        self.assertGreaterEqual(between.lost, 1)
        # The token of a batch makes a repetition have no effect.
        self.assertEqual(self.query("SELECT count(), uniqExact(day, id) FROM querent.exchanges"), f"{history.count()}\t{history.count()}")
        stored = self.query("SELECT id, toUnixTimestamp64Nano(time), name, process, pid, client, server FROM querent.exchanges ORDER BY id")
        rows = sorted(history.rows("id, time, name, process, pid, client, server"))
        self.assertEqual(stored, "\n".join("\t".join(str(value) for value in row) for row in rows))
        told = self.query("SELECT count() FROM (SELECT address, name, process, uniqCombinedMerge(exchanges) AS n, min(first_ns) AS first, "
                          "max(last_ns) AS last FROM querent.passive_dns GROUP BY ALL) WHERE n > 0 AND first <= last")
        self.assertGreater(int(told), 100)


if __name__ == "__main__":
    unittest.main()
