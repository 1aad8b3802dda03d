"""The Live view, the list and the record in a real Chromium: streams, the keyboard, and what a screen reader is told."""

import os
import pathlib
import re
import shutil
import signal
import subprocess
import tempfile
import time
import unittest

from lab import NOBODY, SERVER, Browser, Network, Served, Site
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.keys import Keys

# A forwarder of the network's own server, which has a program and a port of its own.
FORWARDED = "--server=/forwarded.test/127.0.0.1#5300"
UPSTREAM = "dnsmasq --keep-in-foreground --no-resolv --no-hosts --conf-file=/dev/null --port=5300 --listen-address=127.0.0.1 \
    --bind-interfaces --user=root --pid-file= --address=/forwarded.test/203.0.113.9".split()


class Alone(Site):
    """querent-server without a trace: it reads the history of another one, and a copy of its metrics."""

    def __init__(self, served: Served) -> None:
        super().__init__(pathlib.Path(tempfile.mkdtemp(prefix="querent-alone-")))
        self.metrics = self.folder / "metrics.prom"
        status, text = served.get("/metrics")
        assert status == 200, text
        self.metrics.write_bytes(text)
        self.process = subprocess.Popen(
            [SERVER, "--listen", "127.0.0.1:0", "--history-directory", str(served.history), "--token-file", str(self.token),
             "--metrics-file", str(self.metrics)],
            user=NOBODY, group=NOBODY, extra_groups=[], stdout=subprocess.PIPE, text=True)
        assert self.process.stdout
        self.read_link(self.process.stdout)

    def write_metrics(self, seconds_ago: float) -> None:
        moment = time.time() - seconds_ago
        os.utime(self.metrics, (moment, moment))

    def close(self) -> None:
        self.process.terminate()
        assert self.process.stdout
        self.process.stdout.close()
        self.process.wait()
        shutil.rmtree(self.folder)


class LiveTest(unittest.TestCase):
    network: Network
    served: Served
    browser: Browser

    @classmethod
    def setUpClass(cls) -> None:
        cls.network = Network(["--address=/example.com/203.0.113.7", "--local=/test/", FORWARDED])
        cls.addClassCleanup(cls.network.close)
        upstream = subprocess.Popen(
            ["bash", "-c", 'echo $$ >"$0/cgroup.procs"; exec nsenter --net="$1" "${@:2}"', str(cls.network.cgroup),
             f"/proc/{cls.network.holder.pid}/ns/net", *UPSTREAM], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        cls.addClassCleanup(upstream.wait)
        cls.addClassCleanup(upstream.terminate)
        # Nothing else of this host is in it.
        cls.served = Served("--cgroup", str(cls.network.cgroup))
        cls.addClassCleanup(cls.served.close)
        cls.network.ask(*[f"first-{number}.example.com" for number in range(40)], "forwarded.test")
        cls.browser = Browser(cls.served)
        cls.addClassCleanup(cls.browser.close)
        cls.browser.wait(cls.browser.rows)

    def tearDown(self) -> None:
        self.assertEqual(self.browser.complaints(), [])

    # MARK: Streams

    def test_leaving_live_at_once_leaves_no_stream(self) -> None:
        self.open_live()
        self.browser.script("""
          for (let round = 0; round < 8; round += 1) {
            for (const view of ["search", "live"]) document.querySelector(`nav [data-view=${view}]`).click() }""")
        self.wait_for_status("live")
        self.network.ask("after.example.com")
        self.browser.wait_for_row("after.example.com")
        self.wait_for_streams(1)

    def test_of_two_filters_in_a_row_the_last_one_counts(self) -> None:
        self.open_live()
        self.browser.script("""
          const field = document.querySelector("input[name=name]");
          for (const value of ["*.test", "wanted.test"]) { field.value = value; field.dispatchEvent(new Event("change")) }""")
        self.wait_for_status("live")
        self.network.ask("excluded.test", "wanted.test")
        self.browser.wait_for_row("wanted.test")
        self.assertEqual({row[2] for row in self.browser.rows()}, {"wanted.test"})

    def test_a_tab_that_is_hidden_has_no_stream_and_catches_up_when_it_is_seen(self) -> None:
        driver = self.browser.driver
        self.open_live()
        first = driver.current_window_handle
        try:
            for _ in range(3):
                driver.switch_to.new_window("tab")
                self.open_live()
            self.wait_for_streams(1)
            self.network.ask("unseen.example.com")
            self.browser.wait_for_row("unseen.example.com")
        finally:
            for handle in driver.window_handles:
                if handle != first:
                    driver.switch_to.window(handle)
                    driver.close()
            driver.switch_to.window(first)
        self.browser.wait_for_row("unseen.example.com")
        self.assertEqual([row[2] for row in self.browser.rows()].count("unseen.example.com"), 1)

    def wait_for_streams(self, count: int) -> None:
        self.browser.wait(lambda: f"querent_server_live_streams {count}\n" in self.served.get("/metrics")[1].decode())

    # MARK: What Live says

    def test_the_rate_and_the_note_are_those_of_now(self) -> None:
        self.open_live()
        self.network.ask("many.example.com", times=1500)
        self.browser.wait(lambda: re.search(r"100 of the [\d,]+ exchanges", self.note()))
        self.wait_for_status("live, 0/s")
        self.assertEqual(self.note(), "")

    def test_a_server_that_says_nothing_is_not_live(self) -> None:
        self.open_live()
        os.kill(self.served.server(), signal.SIGSTOP)
        try:
            self.wait_for_status("the server does not answer")
        finally:
            os.kill(self.served.server(), signal.SIGCONT)
        self.wait_for_status("live")
        self.assertTrue(self.browser.all(".dot.on"))

    def test_a_trace_that_has_ended_is_said_to_have(self) -> None:
        alone = Alone(self.served)
        self.addCleanup(alone.close)
        alone.write_metrics(seconds_ago=600)
        self.browser.driver.get(alone.new_link())
        self.addCleanup(lambda: self.browser.driver.get(self.served.new_link()))
        self.wait_for_status("no trace runs")
        self.assertIn("No trace has written since", self.note())
        self.assertFalse(self.browser.all(".dot.on"))
        alone.write_metrics(seconds_ago=1)
        self.wait_for_status("live")
        self.assertEqual(self.note(), "")

    def note(self) -> str:
        return self.browser.text(".note:not([hidden])")

    def wait_for_status(self, text: str) -> None:
        self.browser.wait(lambda: self.browser.text(".status").startswith(text))

    # MARK: The keyboard and screen readers

    def test_the_skip_link_goes_to_the_content_of_each_view(self) -> None:
        for path in ["/live", "/search", "/overview", "/process?process=client", "/health"]:
            with self.subTest(path):
                self.browser.open(path)
                self.press(Keys.TAB)
                self.assertEqual(self.focused(), "a.skip")
                self.press(Keys.ENTER)
                self.assertEqual(self.focused(), "main#view")
                self.assertEqual(self.browser.driver.current_url, self.served.origin + path)

    def test_each_view_has_one_heading_of_the_first_level(self) -> None:
        for path in ["/live", "/search", "/overview", "/process?process=client", "/health"]:
            with self.subTest(path):
                self.browser.open(path)
                self.browser.wait(lambda: len(self.browser.all("h1")) == 1 and self.browser.text("h1"))

    def test_the_help_has_a_button_that_closes_it(self) -> None:
        self.press("?")
        self.browser.wait(lambda: self.browser.all("dialog[open]"))
        self.browser.all("dialog button[aria-label=Close]")[0].click()
        self.assertFalse(self.browser.all("dialog[open]"))

    def test_moving_in_the_list_is_told_to_a_screen_reader(self) -> None:
        self.open_search()
        for key, place in [("j", 2), ("j", 3), ("k", 2), (Keys.ARROW_DOWN, 3)]:
            self.press(key)
            self.assertEqual(self.active_row(), {"rowindex": str(place), "selected": 1})
        grid = next(node for node in self.accessible() if node["role"] == "grid")
        self.assertTrue(grid["focused"])
        self.assertEqual([node["name"] for node in self.accessible() if node["role"] == "columnheader"][:3], ["Time", "Process", "Name"])

    def active_row(self) -> object:
        """The row that the focused element names as active, and how many are selected."""
        return self.browser.script("""
          const row = document.getElementById(document.activeElement.getAttribute("aria-activedescendant"));
          return {rowindex: row?.getAttribute("aria-rowindex"), selected: document.querySelectorAll(".row[aria-selected=true]").length}""")

    def accessible(self) -> list[dict[str, object]]:
        """The accessibility tree: role, name and focus of each node."""
        answer = self.browser.driver.execute_cdp_cmd("Accessibility.getFullAXTree", {})
        return [{"role": node["role"]["value"], "name": node.get("name", {}).get("value", ""),
                 "focused": any(each["name"] == "focused" and each["value"]["value"] for each in node.get("properties", []))}
                for node in answer["nodes"] if not node["ignored"]]

    def test_enter_goes_into_the_record_and_escape_back_to_its_row(self) -> None:
        self.open_search()
        self.press("j", Keys.ENTER)
        self.wait_for_record()
        self.assertEqual(self.focused(), "aside#record")
        self.press(Keys.TAB, Keys.TAB, Keys.ESCAPE)
        self.browser.wait(lambda: not self.record())
        self.assertEqual(self.active_row(), {"rowindex": "2", "selected": 1})

    # MARK: The record

    def test_back_closes_the_record_and_leaves_the_list_as_it_is(self) -> None:
        self.browser.open("/live")
        self.open_search()
        search = self.browser.driver.current_url
        self.browser.script("document.querySelector('.list').dataset.same = 'yes'; document.querySelector('.scroll .row').click()")
        self.wait_for_record()
        # Others are opened in its place.
        self.press("j", "j")
        third = self.browser.script("return document.querySelector('[aria-rowindex=\"4\"]').dataset.id")
        self.browser.wait(lambda: self.browser.driver.current_url.endswith(third))
        self.browser.driver.back()
        self.browser.wait(lambda: not self.record())
        self.assertEqual(self.browser.driver.current_url, search)
        self.browser.driver.forward()
        self.wait_for_record()
        # Escape goes back too, so that the next Back leaves the view.
        self.press(Keys.ESCAPE)
        self.browser.wait(lambda: self.browser.driver.current_url == search and not self.record())
        self.assertTrue(self.browser.all(".list[data-same]"))
        self.browser.driver.back()
        self.browser.wait(lambda: self.browser.driver.current_url == self.served.origin + "/live")

    def test_the_row_of_a_record_from_an_address_is_selected(self) -> None:
        self.open_search()
        chosen = self.browser.script("return document.querySelectorAll('.scroll .row')[20].dataset.id")
        for view in ["/search", "/live"]:
            with self.subTest(view):
                self.browser.driver.switch_to.new_window("tab")
                self.browser.open(f"{view}?id={chosen}")
                self.wait_for_record()
                row = self.browser.wait(lambda: self.browser.all(".row[aria-selected=true]"))[0]
                self.assertEqual(row.get_attribute("data-id"), chosen)
                # Closing it has no page to go back to.
                self.press(Keys.ESCAPE)
                self.browser.wait(lambda: not self.record())
                self.assertEqual(self.browser.driver.current_url, self.served.origin + view)
                self.browser.driver.close()
                self.browser.driver.switch_to.window(self.browser.driver.window_handles[0])

    def test_for_whom_a_forwarder_asks_is_in_its_row_at_every_width(self) -> None:
        self.addCleanup(self.set_width, 1280)
        for width in [1280, 700, 390]:
            with self.subTest(width):
                self.set_width(width)
                self.browser.open("/search?name=forwarded.test&process=dnsmasq")
                row = self.browser.wait_for_row("forwarded.test")
                self.assertRegex(row[1], r"^dnsmasq\d+ for client$")
                cell = self.browser.all(".scroll .row .process")[0]
                self.assertTrue((cell.get_attribute("title") or "").endswith(" for client"))
                self.assertTrue(self.browser.all(".scroll .via")[0].is_displayed())
                self.browser.all(".scroll .row")[0].click()
                self.wait_for_record()
                self.assertIn("On behalf ofclient", self.browser.text("#record .facts"))

    # MARK: Steps

    def open_live(self) -> None:
        self.browser.open("/live")
        self.wait_for_status("live")

    def open_search(self) -> None:
        self.browser.open("/search")
        self.browser.wait(self.browser.rows)

    def press(self, *keys: str) -> None:
        ActionChains(self.browser.driver).send_keys(*keys).perform()

    def focused(self) -> object:
        return self.browser.script("""
          const {localName, id, className} = document.activeElement;
          return localName + (id ? `#${id}` : className ? `.${className}` : "")""")

    def record(self) -> bool:
        return bool(self.browser.all("#record:not([hidden])"))

    def wait_for_record(self) -> None:
        self.browser.wait(lambda: "QDCOUNT" in self.browser.text("#record:not([hidden])"))

    def set_width(self, width: int) -> None:
        self.browser.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", {
            "width": width, "height": 800, "deviceScaleFactor": 1, "mobile": False})


if __name__ == "__main__":
    unittest.main()
