"""Who is let in, how both programs end, and whether the API is as it is described."""

import http.client
import json
import pathlib
import socket
import subprocess
import tempfile
import unittest

from lab import QUERENT, ROOT, TOKEN, Network, Served


class AccessTest(unittest.TestCase):
    served: Served

    @classmethod
    def setUpClass(cls) -> None:
        cls.served = Served()

    @classmethod
    def tearDownClass(cls) -> None:
        cls.served.close()

    def head(self, path: str, **headers: str) -> http.client.HTTPResponse:
        connection = http.client.HTTPConnection("127.0.0.1", self.served.port, timeout=20)
        self.addCleanup(connection.close)
        connection.request("GET", path, headers={name.replace("_", "-"): value for name, value in headers.items()})
        return connection.getresponse()

    def test_without_a_session_there_is_nothing(self) -> None:
        for path in ["/", "/live", "/style.css", "/app.js", "/api/v1/exchanges", "/api/v1/live", "/api/v1/openapi.json", "/metrics"]:
            with self.subTest(path):
                self.assertEqual(self.head(path).status, 401)
                self.assertEqual(self.head(path, Cookie="querent-session-00000000=" + "0" * 64).status, 401)
                self.assertEqual(self.head(path, Authorization="Bearer " + TOKEN[:-1]).status, 401)

    def test_a_link_works_once(self) -> None:
        path = self.served.link.removeprefix(self.served.origin)
        first = self.head(path)
        self.assertEqual((first.status, first.getheader("Location")), (303, "/"))
        cookie = first.getheader("Set-Cookie") or ""
        self.assertRegex(cookie, r"^querent-session-[0-9a-f]{8}=[0-9a-f]{64}; HttpOnly; SameSite=Strict; Path=/; Max-Age=43200$")
        self.assertEqual(self.head(path).status, 401)
        session = cookie.split(";")[0]
        self.assertEqual(self.head("/", Cookie=session).status, 200)
        # Another server of this address may have set cookies too.
        name = session.split("=")[0]
        self.assertEqual(self.head("/", Cookie=f"{name}=x; querent-session-12345678=y; {session}").status, 200)
        # A link that was used leads whoever has a session to the page.
        again = self.head(path, Cookie=session)
        self.assertEqual((again.status, again.getheader("Location")), (303, "/"))

    def test_who_only_looks_at_a_link_does_not_use_it_up(self) -> None:
        path = self.served.new_link().removeprefix(self.served.origin)
        connection = http.client.HTTPConnection("127.0.0.1", self.served.port, timeout=20)
        self.addCleanup(connection.close)
        connection.request("HEAD", path)
        looked = connection.getresponse()
        self.assertEqual((looked.status, looked.getheader("Set-Cookie")), (200, None))
        self.assertEqual(self.head(path).status, 303)

    def test_who_has_no_session_keeps_no_connection(self) -> None:
        for path, status in [("/healthz", 200), ("/", 401), ("/api/v1/health", 401)]:
            with self.subTest(path), socket.create_connection(("127.0.0.1", self.served.port), timeout=20) as connection:
                connection.sendall(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode())
                answer = b""
                while piece := connection.recv(1 << 16):
                    answer += piece
                self.assertIn(f"HTTP/1.1 {status} ".encode(), answer)

    def test_another_name_is_refused(self) -> None:
        for host in ["rebound.example", f"rebound.example:{self.served.port}", "127.0.0.1.rebound.example", "127.0.0.1@evil", ""]:
            with self.subTest(host):
                self.assertIn(self.head("/healthz", Host=host, Authorization=f"Bearer {TOKEN}").status, (400, 421))
        self.assertEqual(self.head("/healthz", Host=f"localhost:{self.served.port}").status, 200)

    def test_another_site_is_refused(self) -> None:
        for site in ["cross-site", "same-site"]:
            self.assertEqual(self.head("/api/v1/health", Sec_Fetch_Site=site, Authorization=f"Bearer {TOKEN}").status, 403)

    def test_every_answer_has_the_headers_that_protect(self) -> None:
        for path in ["/", "/nothing", "/healthz", "/api/v1/health", "/app.js", "/login?token=x"]:
            answer = self.head(path, Authorization=f"Bearer {TOKEN}")
            with self.subTest(path):
                policy = answer.getheader("Content-Security-Policy") or ""
                self.assertIn("default-src 'none'", policy)
                self.assertNotIn("unsafe", policy)
                self.assertEqual(answer.getheader("X-Content-Type-Options"), "nosniff")
                self.assertEqual(answer.getheader("Referrer-Policy"), "no-referrer")
                self.assertIsNone(answer.getheader("Access-Control-Allow-Origin"))

    def test_only_reading_is_offered(self) -> None:
        for method in ["POST", "PUT", "DELETE", "OPTIONS", "PATCH"]:
            self.assertEqual(self.served.get("/api/v1/exchanges", method=method)[0], 405)

    def test_a_large_body_ends_the_connection(self) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", self.served.port, timeout=20)
        self.addCleanup(connection.close)
        with self.assertRaises((ConnectionError, http.client.HTTPException)):
            connection.request("POST", "/api/v1/links", body=b"x" * 10_000_000)
            while connection.getresponse().read():
                pass
            connection.request("GET", "/healthz")
            connection.getresponse()

    def test_a_request_that_is_too_long_or_no_http_gets_a_problem(self) -> None:
        for text, status in [
            ("GET /api/v1/exchanges?name=" + "a" * 100_000 + " HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", 431),
            ("GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\nX: " + "a" * 100_000 + "\r\n\r\n", 431),
            ("GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n" + "X: a\r\n" * 100 + "\r\n", 431),
            ("\0\1\2\r\n\r\n", 400),
        ]:
            with self.subTest(text[:40]), socket.create_connection(("127.0.0.1", self.served.port), timeout=20) as connection:
                connection.sendall(text.encode())
                answer = http.client.HTTPResponse(connection)
                answer.begin()
                self.assertEqual((answer.status, answer.getheader("Content-Type")), (status, "application/problem+json"))
                self.assertIn("default-src 'none'", answer.getheader("Content-Security-Policy") or "")
                self.assertEqual(json.loads(answer.read())["status"], status)
        self.assertEqual(self.head("/healthz").status, 200)

    def test_the_server_is_unprivileged_and_its_log_has_no_token(self) -> None:
        status = pathlib.Path(f"/proc/{self.served.server()}/status").read_text()
        self.assertRegex(status, r"Uid:\t65534\t65534\t65534\t65534")
        self.assertRegex(status, r"CapEff:\t0+\n")
        _, metrics = self.served.get("/metrics")
        self.assertIn(b"querent_packets_seen_total", metrics)
        self.assertIn(b"querent_server_responses_total", metrics)
        self.assertNotIn(TOKEN.encode(), metrics)


class StartTest(unittest.TestCase):
    def test_a_history_without_an_exchange_is_read_by_another_user(self) -> None:
        network = Network()
        self.addCleanup(network.close)
        served = Served("--cgroup", str(network.cgroup))
        self.addCleanup(served.close)
        for path in ("exchanges", "overview?last=1h", "series?last=1h", "health"):
            with self.subTest(path):
                self.assertEqual(served.get(f"/api/v1/{path}")[0], 200)


class EndTest(unittest.TestCase):
    def test_ending_the_trace_ends_the_server(self) -> None:
        for signal in ["TERM", "KILL"]:
            with self.subTest(signal):
                served = Served()
                server = served.server()
                served.process.send_signal(9 if signal == "KILL" else 15)
                served.process.wait()
                # Its pid file descriptor is readable when it has ended.
                subprocess.run(["tail", f"--pid={server}", "-f", "/dev/null"], timeout=20, check=True)
                served.close()

    def test_a_missing_server_is_said_with_what_to_do(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            result = subprocess.run(
                [QUERENT, "serve", "--server-program", "/nonexistent", "--history-directory", f"{folder}/history"],
                capture_output=True, text=True, timeout=60)
        self.assertNotEqual(result.returncode, 0)
        self.assertIn("can't start", result.stderr)


class DescriptionTest(unittest.TestCase):
    def test_the_api_is_as_described(self) -> None:
        served = Served()
        self.addCleanup(served.close)
        network = Network()
        network.ask("first.example.com", "second.example.org", "third.test", times=20)
        network.close()
        result = subprocess.run(
            ["schemathesis", "run", str(ROOT / "Server/Page/openapi.json"), "--url", served.origin,
             "--header", f"Authorization: Bearer {TOKEN}", "--max-examples", "6", "--generation-codec", "ascii",
             "--exclude-path", "/api/v1/live",
             # Parameters may contradict each other, which OpenAPI can't describe; AccessTest tries to get in.
             "--exclude-checks", "positive_data_acceptance,ignored_auth",
             "--seed", "1", "--request-timeout", "10", "--no-color"],
            capture_output=True, text=True, timeout=240)
        lines = [line[:300] for line in (result.stdout + result.stderr).splitlines()]
        self.assertEqual(result.returncode, 0, "\n".join(lines[-150:]))


if __name__ == "__main__":
    unittest.main()
