"""Links to a view: from another site, and to two servers of one address."""

import http.server
import threading
import unittest

from lab import Browser, Network, Served


class Elsewhere(http.server.BaseHTTPRequestHandler):
    """Another site, with links to the page."""

    links: tuple[str, ...] = ()

    def do_GET(self) -> None:
        body = "".join(f"<p><a href='{link}'>link {number}</a>" for number, link in enumerate(self.links)).encode()
        self.send_response(200)
        self.send_header("content-type", "text/html")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments: object) -> None:
        pass


class LinkTest(unittest.TestCase):
    def setUp(self) -> None:
        self.served = Served()
        self.addCleanup(self.served.close)
        self.network = Network()
        self.addCleanup(self.network.close)
        self.browser = Browser(self.served)
        self.addCleanup(self.browser.close)
        self.ask("a.example.com")
        # Another port of the same address is the same site, another address is another.
        self.ports = {host: self.elsewhere(host) for host in ("127.0.0.1", "127.0.0.2")}

    def ask(self, name: str | list[bytes]) -> None:
        """Asks for a name, and waits until the history has it."""
        def count() -> int:
            return len(self.served.get("/api/v1/exchanges?process=linked&last=1h")[1]["exchanges"])
        before = count()
        self.network.ask(name, process=b"linked")
        self.browser.wait(lambda: count() > before)

    def elsewhere(self, host: str) -> int:
        site = http.server.ThreadingHTTPServer((host, 0), Elsewhere)
        threading.Thread(target=site.serve_forever, daemon=True).start()
        self.addCleanup(site.server_close)
        self.addCleanup(site.shutdown)
        return site.server_port

    def click(self, number: int, host: str) -> None:
        self.browser.driver.get(f"http://{host}:{self.ports[host]}/")
        self.browser.driver.find_element("link text", f"link {number}").click()

    def test_a_view_opens_from_another_site(self) -> None:
        Elsewhere.links = (f"{self.served.origin}/search?process=linked&last=1h", f"{self.served.origin}/api/v1/health")
        for host in self.ports:
            with self.subTest(host):
                self.click(0, host)
                self.assertTrue(self.browser.wait_for_row("a.example.com")[1].startswith("linked"))
                self.click(1, host)
                self.browser.wait(lambda: "Another site has caused this request" in self.browser.driver.page_source)

    def test_a_name_with_a_star_or_a_dot_in_a_label_is_found_by_its_link_and_nothing_else(self) -> None:
        for labels, shown in [([b"*", b"example", b"com"], "*.example.com"), ([b"b.c", b"example", b"com"], "b\\.c.example.com"),
                              ([b"sp ace", b"example", b"com"], "sp\\032ace.example.com")]:
            with self.subTest(shown):
                self.ask(labels)
                self.browser.open("/overview?last=1h")
                link = self.browser.wait(lambda: next(
                    (each for each in self.browser.all(".panel a") if each.text == shown), None))  # noqa: B023
                self.browser.script("arguments[0].click()", link)
                self.browser.wait_for_row(shown)
                self.assertEqual({row[2] for row in self.browser.rows()}, {shown})

    def test_a_user_is_found_by_the_name_in_the_history(self) -> None:
        # The server's sandbox hides the users of this host.
        self.browser.open("/search?user=root&process=linked&last=1h")
        self.browser.wait_for_row("a.example.com")
        status, problem = self.served.get("/api/v1/exchanges?user=nobody-of-that-name")
        self.assertEqual(status, 400)
        self.assertIn("in the history", str(problem))

    def test_the_link_with_a_token_opens_a_session_from_another_site(self) -> None:
        self.browser.driver.delete_all_cookies()
        Elsewhere.links = (self.served.new_link(),)
        self.click(0, "127.0.0.2")
        self.browser.wait(lambda: self.browser.all("nav a"))

    def test_one_browser_has_sessions_of_two_servers(self) -> None:
        other = Served()
        self.addCleanup(other.close)
        driver = self.browser.driver
        driver.get(other.link)
        self.browser.wait(lambda: self.browser.all("nav a"))
        driver.get(f"{self.served.origin}/search?process=linked&last=1h")
        self.browser.wait_for_row("a.example.com")


if __name__ == "__main__":
    unittest.main()
