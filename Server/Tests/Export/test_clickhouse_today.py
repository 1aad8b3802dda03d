"""A history in today's ClickHouse, by its engine from PyPI (chdb): the schema, the columns, the tokens."""

import importlib.util
import unittest

from between import Between
from chdb_store import ClickHouseToday
from fleet import Exporter, History, folder

PAIRS = 12_000


@unittest.skipUnless(importlib.util.find_spec("chdb"), "needs chdb; Scripts/export-test full installs it")
class ClickHouseTodayTest(unittest.TestCase):
    def setUp(self) -> None:
        self.here = self.enterContext(folder())
        self.clickhouse = ClickHouseToday(self.here)
        self.addCleanup(self.clickhouse.close)

    def test_each_exchange_is_stored_once_also_without_final_when_answers_are_lost(self) -> None:
        history = History(self.here, PAIRS)
        between = Between(self.clickhouse.port)
        self.addCleanup(between.close)
        between.losses = 2
        exporter = Exporter(self.here, history, f"clickhouse={between.url}")
        metrics = exporter.wait_until_all_is_sent()
        exporter.close()
        self.assertEqual(metrics["retries_total"], 2)
        self.assertGreaterEqual(between.lost, 1)
        # The token of a batch makes a repetition have no effect.
        counts = self.clickhouse.query("SELECT count(), uniqExact(day, id) FROM querent.exchanges")
        self.assertEqual(counts, f"{history.count()}\t{history.count()}")
        stored = self.clickhouse.query(
            "SELECT id, toUnixTimestamp64Nano(time), name, process, pid, client, server FROM querent.exchanges ORDER BY id")
        rows = sorted(history.rows("id, time, name, process, pid, client, server"))
        self.assertEqual(stored, "\n".join("\t".join(str(value) for value in row) for row in rows))
        told = self.clickhouse.query(
            "SELECT count() FROM (SELECT address, name, process, uniqCombinedMerge(exchanges) AS n, minMerge(first_ns) AS first, "
            "maxMerge(last_ns) AS last FROM querent.passive_dns GROUP BY ALL) WHERE n > 0 AND first <= last")
        self.assertGreater(int(told), 100)


if __name__ == "__main__":
    unittest.main()
