"""A history in Debian's ClickHouse: every exchange once, whatever fails on the way."""

import re
import signal
import unittest

from between import Between
from cases import ExportTest
from fleet import PASSWORD, SCHEMAS, ClickHouse, Exporter, History, folder, wait_until


class ClickHouseTest(ExportTest):
    PAIRS = 24_000
    expected: int

    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        cls.expected = cls.history.count()

    def clickhouse(self, size: str | None = None) -> ClickHouse:
        clickhouse = ClickHouse(self.here, size)
        self.addCleanup(clickhouse.close)
        return clickhouse

    def assert_each_once(self, clickhouse: ClickHouse) -> None:
        counts = clickhouse.query("SELECT count(), uniqExact(day, id), uniqExact(time_ns, name, client_port, day, id) FROM "
                                  "querent.exchanges FINAL")
        self.assertEqual(counts, "\t".join([str(self.expected)] * 3))

    def test_each_exchange_arrives_once_with_what_the_history_has(self) -> None:
        clickhouse = self.clickhouse()
        exporter = self.exporter(f"clickhouse={clickhouse.url}")
        metrics = exporter.wait_until_all_is_sent()
        self.assertEqual(exporter.close(), 0)
        self.assertEqual(metrics["exchanges_total"], self.expected)
        self.assertEqual((metrics["retries_total"], metrics["lag_seconds"], metrics["stopped"]), (0, 0, 0))
        self.assert_each_once(clickhouse)
        stored = clickhouse.query(
            "SELECT day, id, time_ns, outcome, name, process, pid, transport, client, client_port, server, server_port "
            "FROM querent.exchanges ORDER BY day, id")
        wanted = self.history.rows(
            "date(time / 1000000000, 'unixepoch'), id, time, outcome, name, process, pid, transport, client, client_port, "
            "server, server_port")
        lines = ["\t".join("" if value is None else str(value) for value in row) for row in sorted(wanted)]
        self.assertEqual(stored.split("\n")[:50], lines[:50])
        self.assertEqual(stored, "\n".join(lines))
        told = clickhouse.query("SELECT sum(seen) FROM (SELECT address, name, process, uniqCombinedMerge(exchanges) AS seen FROM "
                                "querent.passive_dns GROUP BY address, name, process)")
        self.assertGreater(int(told), self.expected // 2)

    def test_an_exporter_that_was_stopped_goes_on_where_it_was(self) -> None:
        clickhouse = self.clickhouse()
        first = self.exporter(f"clickhouse={clickhouse.url}")
        first.wait_until_all_is_sent()
        first.close()
        again = self.exporter(f"clickhouse={clickhouse.url}")
        wait_until("it has looked", lambda: again.metrics() and " confirmed " in again.cursor())
        self.assertEqual(again.metrics()["exchanges_total"], 0)
        again.close()
        self.assertEqual(clickhouse.query("SELECT count() FROM querent.exchanges"), str(self.expected))

    def test_kill_9_of_clickhouse_during_inserts(self) -> None:
        clickhouse = self.clickhouse()
        exporter = self.exporter(f"clickhouse={clickhouse.url}")
        for _ in range(3):
            before = exporter.cursor()
            wait_until("a batch is on its way", lambda: "sending" in exporter.cursor())
            clickhouse.kill()
            clickhouse.start()
            wait_until("it goes on", lambda: exporter.cursor() != before)  # noqa: B023
        exporter.wait_until_all_is_sent()
        exporter.close()
        self.assert_each_once(clickhouse)

    def test_kill_9_of_the_exporter_during_inserts(self) -> None:
        clickhouse = self.clickhouse()
        between = Between(clickhouse.port)
        self.addCleanup(between.close)
        between.delay = 0.2
        before, sending = "", None
        for _ in range(3):
            exporter = self.exporter(f"clickhouse={between.url}")
            wait_until("the next batch is on its way",
                       lambda: exporter.cursor() != before and " sending " in exporter.cursor())  # noqa: B023
            exporter.kill()
            before = exporter.cursor()
            # What was on its way was sent first, and as it was.
            if sending:
                self.assertIn(f"{sending[1]} confirmed {sending[2]} ", before)
            sending = re.search(r"(\S+) confirmed .* sending (\d+)$", before, re.MULTILINE)
            self.assertTrue(sending)
        between.delay = 0
        exporter = self.exporter(f"clickhouse={between.url}")
        exporter.wait_until_all_is_sent()
        exporter.close()
        self.assert_each_once(clickhouse)

    def test_batches_whose_answer_is_lost_are_the_same_when_they_are_sent_again(self) -> None:
        clickhouse = self.clickhouse()
        between = Between(clickhouse.port)
        self.addCleanup(between.close)
        between.losses = 2
        exporter = self.exporter(f"clickhouse={between.url}")
        metrics = exporter.wait_until_all_is_sent()
        exporter.close()
        self.assertEqual((between.lost, metrics["retries_total"]), (2, 2))
        self.assertGreater(int(clickhouse.query("SELECT count() FROM querent.exchanges")), self.expected)
        self.assert_each_once(clickhouse)
        # The roll-up is the same as without repetitions.
        direct = clickhouse.query(
            "SELECT address, name, process, uniqCombined(day, id), min(time_ns), max(time_ns) FROM (SELECT * FROM querent.exchanges "
            "FINAL) ARRAY JOIN addresses AS address GROUP BY address, name, process ORDER BY address, name, process")
        rolled = clickhouse.query(
            "SELECT address, name, process, uniqCombinedMerge(exchanges), minMerge(first_ns), maxMerge(last_ns) FROM "
            "querent.passive_dns GROUP BY address, name, process ORDER BY address, name, process")
        self.assertTrue(rolled == direct, "the roll-up differs")

    def refused(self, clickhouse: ClickHouse, retry: str) -> Exporter:
        """An exporter whose password is wrong."""
        clickhouse.set_password(PASSWORD + "-other")
        exporter = self.exporter(f"clickhouse=http://querent@127.0.0.1:{clickhouse.port}", options=["--export-retry", retry],
                                 netrc=f"machine 127.0.0.1 login querent password {PASSWORD}\n")
        wait_until("it stops", lambda: exporter.metrics().get("stopped") == 1)
        self.assertEqual(exporter.metrics()["waiting_exchanges"], self.expected)
        return exporter

    def test_a_wrong_password_stops_the_export_until_it_is_changed_and_is_reported_once_and_never_shown(self) -> None:
        clickhouse = self.clickhouse()
        exporter = self.refused(clickhouse, "0.1")
        wait_until("it is tried again", lambda: exporter.metrics()["retries_total"] >= 5)
        self.assertEqual(exporter.metrics()["stopped"], 1)
        clickhouse.set_password(PASSWORD)
        self.assertEqual(exporter.wait_until_all_is_sent()["stopped"], 0)
        self.assertEqual(exporter.close(), 0)
        self.assertEqual(exporter.text().count("Wrong password for user querent"), 1)
        self.assertEqual(exporter.text().count("accepts exchanges again"), 1)
        self.assertNotIn(PASSWORD, exporter.text() + " ".join(exporter.arguments))
        self.assert_each_once(clickhouse)

    def test_sighup_tries_at_once_what_was_refused(self) -> None:
        clickhouse = self.clickhouse()
        exporter = self.refused(clickhouse, "86400")
        clickhouse.set_password(PASSWORD)
        self.assertEqual((exporter.metrics()["stopped"], exporter.metrics()["retries_total"]), (1, 1))
        exporter.process.send_signal(signal.SIGHUP)
        exporter.wait_until_all_is_sent()
        self.assertEqual(exporter.close(), 0)
        self.assert_each_once(clickhouse)

    def test_a_table_that_is_made_later_gets_everything(self) -> None:
        clickhouse = self.clickhouse()
        clickhouse.query("DROP TABLE querent.passive_dns_view")
        clickhouse.query("DROP TABLE querent.exchanges")
        exporter = self.exporter(f"clickhouse={clickhouse.url}", options=["--export-retry", "0.1"])
        wait_until("it stops", lambda: exporter.metrics().get("stopped") == 1)
        clickhouse.apply(SCHEMAS / "schema-18.16.sql")
        exporter.wait_until_all_is_sent()
        exporter.close()
        self.assert_each_once(clickhouse)

    def test_a_full_disk_of_clickhouse_delays_and_loses_nothing(self) -> None:
        clickhouse = self.clickhouse(size="1500k")
        exporter = self.exporter(f"clickhouse={clickhouse.url}")
        wait_until("the disk is full", lambda: exporter.metrics().get("retries_total", 0) >= 2)
        self.assertGreater(exporter.metrics()["waiting_exchanges"], 0)
        self.assertEqual(exporter.metrics()["stopped"], 0)
        clickhouse.resize("256m")
        exporter.wait_until_all_is_sent()
        exporter.close()
        self.assert_each_once(clickhouse)

    def test_a_slow_clickhouse_shows_as_lag(self) -> None:
        clickhouse = self.clickhouse()
        between = Between(clickhouse.port)
        self.addCleanup(between.close)
        between.delay = 1
        exporter = self.exporter(f"clickhouse={between.url}")
        wait_until("exchanges wait", lambda: exporter.metrics().get("waiting_exchanges", 0) > 0)
        # The capture is of the first of January of 2026.
        self.assertGreater(exporter.metrics()["lag_seconds"], 86_400)
        exporter.wait_until_all_is_sent()
        exporter.close()
        self.assert_each_once(clickhouse)

    def test_what_is_deleted_before_it_was_sent_is_counted(self) -> None:
        with folder() as path:
            history = History(path, 2000)
            count = history.count()
            # Nobody listens at this port.
            exporter = Exporter(self.here, history, "clickhouse=http://127.0.0.1:1")
            wait_until("it has tried", lambda: exporter.metrics().get("retries_total", 0) >= 1)
            self.assertEqual(exporter.metrics()["waiting_exchanges"], count)
            exporter.close()
            # As retention does it.
            for day in history.days():
                day.unlink()
            exporter = Exporter(self.here, history, "clickhouse=http://127.0.0.1:1")
            wait_until("it has looked", lambda: exporter.metrics().get("removed_exchanges_total") == count)
            self.assertEqual(exporter.metrics()["waiting_exchanges"], 0)
            exporter.close()
            self.assertIn(f"{count} exchanges were deleted from the history before", exporter.text())

    def test_two_exporters_with_one_state_are_refused(self) -> None:
        first = self.exporter("clickhouse=http://127.0.0.1:1")
        wait_until("it has tried", lambda: first.metrics().get("retries_total", 0) >= 1)
        second = self.exporter("clickhouse=http://127.0.0.1:1")
        self.assertEqual(second.process.wait(30), 1)
        self.assertIn("another process exports to", second.text())


if __name__ == "__main__":
    unittest.main()
