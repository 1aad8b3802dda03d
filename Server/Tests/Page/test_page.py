"""The page in a real Chromium, of a real trace."""

import re
import subprocess
import unittest
import urllib.parse

from lab import Browser, Network, Served
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.keys import Keys

HOSTILE = {
    "markup": [b"<script>document.title='owned'</script>", b"example", b"com"],
    "an image": [b"\"><img src=x onerror=document.title='owned'>", b"example", b"com"],
    "right to left": ["\u202emoc.live\u202c".encode(), b"example", b"com"],
    "terminal": [b"\x1b]0;owned\x07\x1b[31m", b"example", b"com"],
    "nothing": [b"\0\x7f\xff\n\r\t", b"example", b"com"],
    "shell": [b"'; touch /tmp/owned; '", b"example", b"com"],
    "the longest": [b"a" * 63, b"b" * 63, b"c" * 63, b"d" * 49, b"example", b"com"],
}
PROCESS = "<b>\u202e\x1b[1m".encode()


class PageTest(unittest.TestCase):
    network: Network
    served: Served
    browser: Browser

    @classmethod
    def setUpClass(cls) -> None:
        cls.served = Served()
        cls.addClassCleanup(cls.served.close)
        cls.network = Network()
        cls.addClassCleanup(cls.network.close)
        cls.network.ask("first.example.com")
        cls.browser = Browser(cls.served)
        cls.addClassCleanup(cls.browser.close)

    def tearDown(self) -> None:
        self.assertEqual(self.browser.complaints(), [])

    def test_an_exchange_appears_live_with_its_process(self) -> None:
        self.browser.open("/live")
        self.browser.wait(lambda: "live" in self.browser.text(".status"))
        pid = self.network.ask("live.example.com", process=b"asker")
        row = self.browser.wait_for_row("live.example.com")
        self.assertEqual(row[1], f"asker{pid}")
        self.assertEqual((row[3], row[4], row[6]), ("A", "203.0.113.7", "127.0.0.1"))

    def test_more_than_a_hundred_a_second_are_sampled_and_said_to_be(self) -> None:
        self.browser.open("/live")
        self.browser.wait(lambda: "live" in self.browser.text(".status"))
        self.network.ask("many.example.com", process=b"many", times=1500)
        note = self.browser.wait(lambda: re.search(r"100 of the ([\d,]+) exchanges", self.browser.text(".note")))
        self.assertGreater(int(note[1].replace(",", "")), 100)

    def test_pause_keeps_what_is_shown(self) -> None:
        self.browser.open("/live")
        self.browser.wait(lambda: "live" in self.browser.text(".status"))
        self.browser.script("document.activeElement.blur()")
        ActionChains(self.browser.driver).send_keys(" ").perform()
        self.network.ask("paused.example.com")
        self.browser.wait(lambda: "since" in self.browser.text(".status"))
        self.assertNotIn("paused.example.com", [row[2] for row in self.browser.rows()])
        ActionChains(self.browser.driver).send_keys(" ").perform()
        self.browser.wait_for_row("paused.example.com")

    def test_search_finds_by_name_process_and_address(self) -> None:
        self.network.ask("find.me.example.org", process=b"finder")
        # The roll-up, which lists the addresses that programs received, is a second later.
        self.browser.wait(lambda: self.served.get("/api/v1/exchanges?told=198.51.100.20&process=finder")[1]["exchanges"])
        for query in ["name=*.me.example.org", "process=finder", "told=198.51.100.20&name=find.*.example.org"]:
            with self.subTest(query):
                self.browser.open(f"/search?{query}")
                self.assertEqual(self.browser.wait_for_row("find.me.example.org")[4], "198.51.100.20")
        self.browser.open("/search?name=absent.example.org")
        self.browser.wait(lambda: "Nothing found" in self.browser.text(".state"))

    def test_a_field_changes_the_url_and_back_goes_back(self) -> None:
        self.browser.open("/search")
        field = self.browser.wait(lambda: self.browser.all("input[name=process]"))[0]
        field.send_keys("client", Keys.ENTER)
        self.browser.wait(lambda: self.browser.driver.current_url.endswith("/search?process=client"))
        self.browser.wait_for_row("first.example.com")
        self.browser.driver.back()
        self.browser.wait(lambda: self.browser.driver.current_url.endswith("/search"))

    def test_dragging_on_the_chart_chooses_a_time(self) -> None:
        self.browser.open("/search?last=15m")
        self.browser.wait(lambda: self.browser.all(".chart rect.ok, .chart rect.failed"))
        chart = self.browser.all(".chart svg")[0]
        width = chart.size["width"]
        ActionChains(self.browser.driver).move_to_element_with_offset(chart, int(width * 0.3), 0).click_and_hold() \
            .move_by_offset(int(width * 0.1), 0).release().perform()
        self.browser.wait(lambda: re.search(r"since=20\d\d-.*&until=20", self.browser.driver.current_url))

    def test_an_exchange_opens_with_its_octets(self) -> None:
        pid = self.network.ask("open.example.com", process=b"opener")
        self.wait_until_stored("open.example.com")
        self.browser.open("/search?name=open.example.com")
        self.browser.wait_for_row("open.example.com")
        self.browser.all(".scroll .row")[0].click()
        panel = self.browser.wait(lambda: "RDATA" in self.browser.text("#record") and self.browser.text("#record"))
        self.assertIn(f"opener {pid}", panel)
        self.assertRegex(self.browser.driver.current_url, r"id=20\d\d-\d\d-\d\d\.\d+")
        rdata = self.browser.script("""
          const row = [...document.querySelectorAll('.fields tr')].find(each => each.children[2].textContent === 'RDATA');
          row.dispatchEvent(new MouseEvent('mouseenter'));
          return [...document.querySelectorAll('.hex b.on')].map(each => each.textContent).join('')""")
        self.assertEqual(rdata, "cb007107")
        # The URL shows the same to somebody else.
        self.browser.driver.refresh()
        self.browser.wait(lambda: "opener" in self.browser.text("#record"))

    def test_hostile_names_are_inert(self) -> None:
        arguments = list(HOSTILE.values())
        self.network.ask(*arguments, process=PROCESS)
        self.wait_until_stored("*.example.com", len(arguments), process=PROCESS)
        for path in ["/search?name=*.example.com", "/live", "/overview?last=1h", "/health"]:
            with self.subTest(path):
                self.browser.open(path)
                self.browser.wait(lambda: self.browser.all(".scroll .row, .panel"))
                self.assert_inert()
        self.browser.open("/search?name=*.example.com")
        longest = ".".join(label.decode() for label in HOSTILE["the longest"])
        self.browser.wait_for_row(longest)
        texts = [row for row in self.browser.rows() if row[2].startswith("<script>") or row[2].startswith("\\027")]
        self.assertEqual(len(texts), 2)
        self.assertTrue(texts[0][1].startswith("<b>\\u{202e}\\u{001b}[1m"), texts[0][1])
        self.assertEqual(set(self.browser.script(
            "return [...document.querySelectorAll('.scroll bdi')].map(each => getComputedStyle(each).unicodeBidi)")), {"isolate"})
        for name in HOSTILE:
            with self.subTest(name):
                self.open_record_of(HOSTILE[name])
                self.assert_inert()

    def open_record_of(self, labels: list[bytes]) -> None:
        """Opens the exchange whose query has a name."""
        wire = b"".join(bytes([len(label)]) + label for label in labels)
        for row in self.browser.script("return [...document.querySelectorAll('.scroll .row')].map(each => each.dataset.id)"):
            _, answer = self.served.get(f"/api/v1/exchanges/{row}")
            if wire.lower().hex() in answer["wire"]["query"]["octets"] or wire.hex() in answer["wire"]["query"]["octets"]:
                self.browser.script("document.querySelector(`[data-id='${arguments[0]}']`).click()", row)
                self.browser.wait(lambda: "QDCOUNT" in self.browser.text("#record"))
                return
        self.fail(f"no row for {labels!r}")

    def assert_inert(self) -> None:
        facts = self.browser.script("""
          const hidden = /[\\u0000-\\u0008\\u000b-\\u001f\\u007f-\\u009f\\u200b-\\u200f\\u202a-\\u202e\\u2066-\\u2069]/;
          return {title: document.title, scripts: document.scripts.length, images: document.images.length,
            bold: document.querySelectorAll('main b, aside b:not([data-field])').length, hidden: hidden.test(document.body.textContent),
            wide: document.documentElement.scrollWidth > innerWidth}""")
        self.assertNotIn("owned", facts["title"])
        self.assertEqual(
            {key: facts[key] for key in ("scripts", "images", "bold", "hidden", "wide")},
            {"scripts": 1, "images": 0, "bold": 0, "hidden": False, "wide": False})

    def test_a_copied_command_is_one_word_for_a_name(self) -> None:
        self.network.ask(HOSTILE["shell"], process=b"shell")
        self.wait_until_stored("*.example.com", process=b"shell")
        _, page = self.served.get("/api/v1/exchanges?process=shell")
        command = self.browser.script(
            "return import('/record.js').then(module => module.dig(arguments[0]))", page["exchanges"][0]["record"])
        words = subprocess.run(
            ["bash", "-c", 'dig() { printf "%s\\n" "$@"; }; ' + command], capture_output=True, text=True, check=True).stdout.splitlines()
        self.assertEqual(words, ["@127.0.0.1", "-q", page["exchanges"][0]["record"]["dns"]["question"]["name"], "-t", "A", "-c", "IN"])

    def test_a_long_list_keeps_few_rows(self) -> None:
        self.network.ask(*[f"long-{number}.example.com" for number in range(500)], process=b"long", times=4)
        self.browser.wait(lambda: self.served.get("/api/v1/series?process=long&buckets=1")[1]["buckets"] == [[2000, 0]])
        self.browser.open("/search?process=long")
        self.browser.wait(lambda: self.browser.rows())

        def scroll_down() -> bool:
            self.browser.script("const list = document.querySelector('.scroll'); list.scrollTop = list.scrollHeight")
            return bool(self.browser.script("return document.querySelector('.scroll > div').offsetHeight") == 2000 * 30)
        self.browser.wait(scroll_down)
        self.assertLess(len(self.browser.rows()), 100)
        self.assertTrue(self.browser.wait(lambda: [row for row in self.browser.rows() if row[2] == "long-0.example.com"]))

    def test_the_keyboard_reaches_everything(self) -> None:
        self.browser.open("/live")
        for keys, path in [("gs", "/search"), ("go", "/overview"), ("gh", "/health"), ("gl", "/live")]:
            ActionChains(self.browser.driver).send_keys(keys).perform()
            self.wait_for_url(self.served.origin + path)
        self.browser.wait(lambda: self.browser.rows())
        ActionChains(self.browser.driver).send_keys("j", Keys.ENTER).perform()
        self.browser.wait(lambda: "QDCOUNT" in self.browser.text("#record"))
        ActionChains(self.browser.driver).send_keys(Keys.ESCAPE).perform()
        self.browser.wait(lambda: not self.browser.all("#record:not([hidden])"))

    def test_health_says_that_everything_adds_up(self) -> None:
        self.browser.open("/health")
        self.browser.wait(lambda: "adds up" in self.browser.text(".cards"))
        self.assertIn("sender", self.browser.text(".panel"))
        self.assertIn("Output: history", self.browser.text(".panel h2"))

    def test_a_phone_shows_it_without_scrolling_sideways(self) -> None:
        self.browser.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", {
            "width": 390, "height": 844, "deviceScaleFactor": 1, "mobile": True})
        self.addCleanup(self.browser.driver.execute_cdp_cmd, "Emulation.setDeviceMetricsOverride", {
            "width": 1280, "height": 800, "deviceScaleFactor": 1, "mobile": False})
        for path in ["/live", "/search", "/overview", "/health"]:
            with self.subTest(path):
                self.browser.open(path)
                self.browser.wait(lambda: self.browser.all(".scroll .row, .panel"))
                self.assertLessEqual(self.browser.script("return document.documentElement.scrollWidth"), 390)

    def wait_for_url(self, url: str) -> None:
        self.browser.wait(lambda: self.browser.driver.current_url == url)

    def wait_until_stored(self, name: str, count: int = 1, process: bytes | None = None) -> None:
        query = {"name": name, "limit": "500"} | ({"process": process.decode()} if process else {})
        path = "/api/v1/exchanges?" + urllib.parse.urlencode(query)
        self.browser.wait(lambda: len(self.served.get(path)[1]["exchanges"]) >= count)


if __name__ == "__main__":
    unittest.main()
