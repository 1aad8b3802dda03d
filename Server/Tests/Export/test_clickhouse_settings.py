"""The settings with which ClickHouse is asked to insert, by what it says that it has. No server: no release with a queue of asynchronous
inserts is in Debian or PyPI."""

import unittest
import urllib.parse

from cases import ExportTest
from fleet import History, folder
from receiver import Receiver


class ClickHouseSettingsTest(ExportTest):
    def inserts(self, known: bytes) -> list[tuple[int, dict[str, str]]]:
        """The rows and the settings of each insert."""
        receiver = Receiver(known)
        self.addCleanup(receiver.close)
        exporter = self.exporter(f"clickhouse={receiver.url}")
        exporter.wait_until_all_is_sent()
        exporter.close()
        inserts = []
        for path, _, body in receiver.requests:
            settings = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(path).query))
            if settings.pop("query", "").startswith("INSERT INTO querent.exchanges "):
                inserts.append((body.count(b"\n"), settings))
        return inserts

    def test_small_batches_are_collected_by_the_server_and_large_ones_are_inserted_at_once(self) -> None:
        with folder() as path:
            history = self.history = History(path, 12_000)
            inserts = self.inserts(b"async_insert\ninsert_deduplication_token\n")
            self.assertEqual([rows for rows, _ in inserts], [10_000, history.count() - 10_000])
            (_, large), (_, small) = inserts
            tokens = {large.pop("insert_deduplication_token"), small.pop("insert_deduplication_token")}
            self.assertEqual(len(tokens), 2)
            self.assertEqual(large, {"input_format_skip_unknown_fields": "1", "async_insert": "0"})
            self.assertEqual(small, {"input_format_skip_unknown_fields": "1", "async_insert": "1", "wait_for_async_insert": "1"})

    def test_a_server_is_asked_only_for_what_it_has(self) -> None:
        inserts = self.inserts(b"")
        self.assertEqual(inserts, [(self.history.count(), {"input_format_skip_unknown_fields": "1"})])


if __name__ == "__main__":
    unittest.main()
