"""Search, Overview and Health: times, small screens, exports, and a server that is away for a while."""

import os
import pathlib
import socket
import tempfile
import threading
import time
import unittest

from lab import Browser, Network, Served, Stored
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import Select


class Tunnel:
    """A port that leads to another one, and can be shut."""

    def __init__(self, target: int) -> None:
        self.target = target
        self.port = 0
        self.open()
        self.origin = f"http://127.0.0.1:{self.port}"

    def open(self) -> None:
        self.listener = socket.create_server(("127.0.0.1", self.port))
        self.port = self.listener.getsockname()[1]
        self.connections: list[socket.socket] = []
        threading.Thread(target=self.accept, args=(self.listener,), daemon=True).start()

    def accept(self, listener: socket.socket) -> None:
        while True:
            try:
                near, _ = listener.accept()
            except OSError:
                return
            far = socket.create_connection(("127.0.0.1", self.target))
            self.connections += [near, far]
            for source, sink in ((near, far), (far, near)):
                threading.Thread(target=self.carry, args=(source, sink), daemon=True).start()

    @staticmethod
    def carry(source: socket.socket, sink: socket.socket) -> None:
        try:
            while octets := source.recv(65536):
                sink.sendall(octets)
            sink.shutdown(socket.SHUT_RDWR)
        except OSError:
            return

    def shut(self) -> None:
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        for connection in self.connections:
            connection.close()


class SearchTest(unittest.TestCase):
    network: Network
    served: Served
    browser: Browser

    @classmethod
    def setUpClass(cls) -> None:
        cls.served = Served()
        cls.addClassCleanup(cls.served.close)
        cls.network = Network()
        cls.addClassCleanup(cls.network.close)
        cls.network.ask(*[f"{number}.example.com" for number in range(60)], process=b"first")
        cls.network.ask("second.example.com", process=b"second")
        cls.browser = Browser(cls.served)
        cls.addClassCleanup(cls.browser.close)
        cls.browser.wait(lambda: cls.served.get("/api/v1/exchanges?process=second")[1]["exchanges"])

    def tearDown(self) -> None:
        # The browser itself writes of each answer that is a problem.
        self.assertEqual([text for text in self.browser.complaints() if "Failed to load resource" not in text], [])

    def test_search_and_overview_go_on_when_the_server_is_back(self) -> None:
        tunnel = Tunnel(self.served.port)
        self.addCleanup(tunnel.shut)
        for path, what in (("/search", ".scroll .row"), ("/overview", ".card")):
            with self.subTest(path):
                self.browser.driver.get(tunnel.origin + path)
                self.browser.wait(lambda: self.browser.all(what))  # noqa: B023
                tunnel.shut()
                self.choose_time("15m")
                self.browser.wait(lambda: "goes on when it is back" in self.browser.text(".state"))
                tunnel.open()
                self.browser.wait(lambda: not self.browser.all(".state") and self.browser.all(what))  # noqa: B023

    def choose_time(self, value: str) -> None:
        Select(self.browser.all("select[aria-label=Time]")[0]).select_by_value(value)

    def chosen_time(self) -> str:
        return str(self.browser.script("return document.querySelector('select[aria-label=Time]').selectedOptions[0]?.textContent"))

    def test_a_time_that_cannot_be_read_is_said_to_be_wrong(self) -> None:
        for path in ("/search?since=garbage", "/overview?since=2026-13-45", "/search?last=soon", "/search?until=x&last=2h"):
            with self.subTest(path):
                self.browser.open(path)
                self.browser.wait(lambda: "is not valid" in self.browser.text(".state"))
                self.browser.all(".state button")[0].click()
                self.browser.wait(lambda: self.browser.all(".scroll .row, .card"))
                self.assertEqual(self.chosen_time(), "last 1 hour")

    def test_a_time_that_is_not_among_the_choices_becomes_one(self) -> None:
        self.browser.open("/search?last=2h")
        self.browser.wait(self.browser.rows)
        self.assertEqual(self.chosen_time(), "last 2h")

    def test_an_end_alone_is_the_end_of_an_hour(self) -> None:
        self.browser.open("/search")
        self.browser.wait(self.browser.rows)
        self.set_moment("To", "2026-01-02T03:04:05")
        self.browser.wait(lambda: "Nothing found" in self.browser.text(".state"))
        self.assertRegex(self.chosen_time(), r"1 hour until 2 Jan( \d+)? 03:04:05")
        # The whole hour, and as much in the list as in the chart.
        hour = self.browser.script("""
          const end = new Date(Date.now() + 2e3); return new Date(end - end.getTimezoneOffset() * 6e4).toISOString().slice(0, 19)""")
        self.set_moment("To", hour)
        self.browser.wait(self.browser.rows)
        self.browser.wait(lambda: "exchanges" in self.browser.text(".status"))

    def set_moment(self, title: str, value: str) -> None:
        self.browser.script("""
          const field = document.querySelector(`input[aria-label=${arguments[0]}]`);
          field.value = arguments[1]; field.dispatchEvent(new Event('change'))""", title, value)

    def test_results_can_be_reached_on_a_small_screen(self) -> None:
        self.addCleanup(self.resize, 1280, 800)
        for width, height in ((360, 640), (740, 360), (320, 256)):
            with self.subTest(f"{width} x {height}"):
                self.resize(width, height)
                self.browser.open("/search?last=1h")
                self.browser.wait(self.browser.rows)
                self.open_more()
                shown = self.browser.script("""
                  const main = document.querySelector('main'), list = document.querySelector('.scroll');
                  main.scrollTop = main.scrollHeight;
                  const {left, top, width, height} = list.getBoundingClientRect();
                  const at = y => Boolean(document.elementFromPoint(left + width / 2, y)?.closest('.scroll .row'));
                  return [at(top + 10), at(top + height - 10), list.clientHeight, document.documentElement.scrollWidth]""")
                self.assertEqual(shown[:2], [True, True])
                self.assertGreaterEqual(shown[2], 4 * 30)
                self.assertLessEqual(shown[3], width)

    def resize(self, width: int, height: int) -> None:
        self.browser.driver.execute_cdp_cmd(
            "Emulation.setDeviceMetricsOverride", {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False})

    def open_more(self) -> None:
        self.browser.script("document.querySelector('button[aria-expanded=false]')?.click()")

    def test_an_export_waits_for_its_button(self) -> None:
        folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory()))
        self.browser.driver.execute_cdp_cmd("Browser.setDownloadBehavior", {"behavior": "allow", "downloadPath": str(folder)})
        self.browser.open("/search?process=second")
        self.browser.wait(self.browser.rows)
        self.browser.all("select[aria-label^=Format]")[0].send_keys(Keys.ARROW_DOWN)
        ActionChains(self.browser.driver).send_keys(Keys.TAB, Keys.ENTER).perform()
        self.browser.wait(lambda: list(folder.glob("*.csv")))
        self.assertEqual(len(list(folder.iterdir())), 1)
        self.assertIn("second.example.com", next(folder.iterdir()).read_text())

    def test_an_export_without_a_session_says_what_to_do(self) -> None:
        self.browser.open("/search")
        self.browser.wait(self.browser.rows)
        self.browser.driver.delete_all_cookies()
        self.addCleanup(lambda: self.browser.driver.get(self.served.new_link()))
        self.browser.script("document.querySelector('.pair button').click()")
        self.browser.wait(lambda: "This session has ended. Open a new link" in self.browser.text(".note"))

    def test_the_overview_keeps_the_focus_when_it_counts_again(self) -> None:
        self.browser.open("/overview")
        link = "[...document.querySelectorAll('.panel a')].find(each => each.textContent === 'second')"
        self.browser.wait(lambda: self.browser.script(f"return {link}"))
        self.browser.script(f"window.old = {link}; old.focus()")
        # As the timer does it.
        self.browser.script("document.querySelector('select').dispatchEvent(new Event('change'))")
        self.browser.wait(lambda: not self.browser.script("return old.isConnected"))
        self.assertTrue(self.browser.script(f"return document.activeElement === {link}"))

    def test_health_keeps_the_focus_when_it_asks_again(self) -> None:
        self.browser.open("/health")
        panel = "document.querySelector('.panel[aria-label=Traces]')"
        self.browser.wait(lambda: self.browser.script(f"return {panel}"))
        self.browser.script(f"window.old = {panel}; old.focus()")
        self.browser.wait(lambda: not self.browser.script("return old.isConnected"))
        self.assertTrue(self.browser.script(f"return document.activeElement === {panel}"))

    def test_programs_of_one_executable_are_opened_apart(self) -> None:
        self.browser.open("/overview")
        link = self.browser.wait(lambda: next((each for each in self.browser.all(".panel a") if each.text == "second"), None))
        link.click()
        self.browser.wait(lambda: self.browser.text("h1") == "second")
        self.assertIn("second.example.com", self.browser.text(".panels"))
        self.assertNotIn("1.example.com", self.browser.text(".panels"))

    def test_pods_and_namespaces_are_filters(self) -> None:
        self.browser.open("/search?pod=web-*&namespace=shop")
        self.browser.wait(lambda: "Nothing found" in self.browser.text(".state"))
        for name, value in {"pod": "web-*", "namespace": "shop"}.items():
            self.assertEqual(self.browser.all(f"input[name={name}]")[0].get_property("value"), value)

    def test_fields_are_whole_and_stand_by_their_labels(self) -> None:
        self.browser.open("/search")
        self.browser.wait(self.browser.rows)
        self.open_more()
        for title in ("From", "To"):
            width, wanted = self.browser.script("""
              const field = document.querySelector(`input[aria-label=${arguments[0]}]`), width = field.offsetWidth;
              field.style.width = 'max-content'; return [width, field.offsetWidth]""", title)
            self.assertGreaterEqual(width, wanted)
        box, label = self.browser.script("""
          const box = document.querySelector('input[name=unanswered]');
          return [box, box.parentElement].map(each => each.getBoundingClientRect()).map(({top, bottom}) => (top + bottom) / 2)""")
        self.assertAlmostEqual(box, label, delta=2)


class EndedTest(unittest.TestCase):
    """A history that no trace writes any more."""

    def test_health_says_since_when_nothing_is_written(self) -> None:
        stored = Stored(100, 10, "debug")
        self.addCleanup(stored.close)
        # The ledger is that of a trace that ended three hours ago.
        written = time.time() - 3 * 3600
        os.utime(stored.metrics, (written, written))
        browser = Browser(stored, size=(360, 640))
        self.addCleanup(browser.close)
        browser.open("/health")
        text = browser.wait(lambda: "Ledger" in browser.text(".cards") and browser.text(".page"))
        self.assertIn(f"No trace has written since {time.strftime('%-d %b %H:%M:%S', time.localtime(written))}", text)
        self.assertIn("added up", text)
        self.assertNotIn("adds up", text)
        # The capture is of the first minute of 2026.
        self.assertRegex(text, r"Last exchange\d+ (Jan|Dec)")
        # What scrolls is reached with the keyboard, and has a name.
        reached = browser.script("""
          return [...document.querySelectorAll('.page, .panel:has(.keep)')].map(each => [each.tabIndex, each.ariaLabel])""")
        self.assertEqual(reached, [[0, "Health"], [0, "Traces"]])
        self.assertEqual(browser.complaints(), [])


if __name__ == "__main__":
    unittest.main()
