"""The page with a history of a million exchanges."""

import http.client
import time
import unittest
from collections.abc import Callable
from functools import partial

from lab import TOKEN, Browser, Stored

COUNT, NAMES = 1_000_000, 100_000
# All of them are in the first minute of the year of the capture.
RANGE = "since=2026-01-01T00:00:00Z&until=2026-01-01T01:00:00Z"


class ManyTest(unittest.TestCase):
    stored: Stored
    browser: Browser

    @classmethod
    def setUpClass(cls) -> None:
        cls.stored = Stored(COUNT, NAMES)
        cls.addClassCleanup(cls.stored.close)
        cls.browser = Browser(cls.stored)
        cls.addClassCleanup(cls.browser.close)

    def seconds(self, condition: Callable[[], object]) -> float:
        start = time.monotonic()
        self.browser.wait(condition)
        return time.monotonic() - start

    def is_longer_than(self, rows: int) -> bool:
        """Each row has 30 pixels."""
        return bool(self.browser.script("return document.querySelector('.scroll > div').offsetHeight > arguments[0] * 30", rows))

    def test_scrolling_goes_far_back_and_to_the_top_again(self) -> None:
        self.browser.open(f"/search?{RANGE}")
        self.browser.wait(self.browser.rows)
        newest = self.browser.rows()[0]
        slowest = 0.0
        for page in range(1, 61):
            self.browser.script("const list = document.querySelector('.scroll'); list.scrollTop = list.scrollHeight")
            slowest = max(slowest, self.seconds(partial(self.is_longer_than, page * 200)))
            self.assertLess(len(self.browser.rows()), 100)
        # The rows of the first pages are not in memory any more.
        self.browser.script("document.querySelector('.scroll').scrollTop = 0")
        slowest = max(slowest, self.seconds(lambda: self.browser.rows()[:1] == [newest]))
        self.assertLess(slowest, 1)

    def test_a_time_far_back_is_one_jump(self) -> None:
        for second in (40, 20, 1):
            with self.subTest(second):
                start = time.monotonic()
                self.browser.open(f"/search?since=2026-01-01T00:00:00Z&until=2026-01-01T00:00:{second:02}Z")
                self.browser.wait(lambda: self.browser.rows()[:1])
                self.assertLess(time.monotonic() - start, 1)
                self.assertRegex(self.browser.rows()[0][0], rf"00:00:{second:02}\.000$")

    def test_a_name_among_them_is_found(self) -> None:
        self.browser.open(f"/search?{RANGE}&name=host0004711.example.test")
        self.browser.wait(lambda: f"{COUNT // NAMES} exchanges" in self.browser.text(".status"))
        self.assertEqual({row[2] for row in self.browser.rows()}, {"host0004711.example.test"})

    def test_an_export_waits_for_its_reader(self) -> None:
        before = self.stored.memory()
        answer = self.export()
        # More than a gigabyte is to come, and nobody reads it: the server stands still, once what lies between is full.
        used, times = -1, 0
        while times < 3:
            time.sleep(0.3)
            times = times + 1 if self.stored.processor_time() - used <= 2 else 0
            used = self.stored.processor_time()
        self.assertLess(self.stored.memory() - before, 32)
        for _ in range(1000):
            self.assertEqual(len(answer.read(65536)), 65536)
            self.assertLess(self.stored.memory() - before, 32)

    def export(self) -> http.client.HTTPResponse:
        connection = http.client.HTTPConnection("127.0.0.1", self.stored.port, timeout=20)
        self.addCleanup(connection.close)
        connection.request("GET", f"/api/v1/export?format=json&{RANGE}", headers={"Authorization": f"Bearer {TOKEN}"})
        return connection.getresponse()

    def test_an_export_that_is_left_or_has_no_thread_ends_alone(self) -> None:
        first, second = self.export(), self.export()
        for answer in (first, second):
            self.assertEqual(len(answer.read(65536)), 65536)
        # Two run at a time. One more is not taken for a whole file.
        with self.assertRaises((http.client.IncompleteRead, ConnectionError)):
            self.export().read()
        self.doCleanups()
        self.browser.wait(self.exports_again)

    def exports_again(self) -> bool:
        try:
            return len(self.export().read(65536)) == 65536
        except (http.client.IncompleteRead, ConnectionError):
            return False
        finally:
            self.doCleanups()

    def test_the_chart_and_the_overview_answer(self) -> None:
        for path in (f"/search?{RANGE}", f"/overview?{RANGE}"):
            with self.subTest(path):
                self.browser.open(path)
                # A request counts for three seconds at most, and then says from when on it has counted.
                self.assertLess(self.seconds(lambda: self.browser.all(".chart rect.ok, .chart rect.failed")), 6)
                self.assertRegex(self.browser.text("main"), r"1,000,000|the chart begins at|counted since")
        self.assertEqual(self.browser.complaints(), [])


if __name__ == "__main__":
    unittest.main()
