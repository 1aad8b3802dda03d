"""`querent serve` at 20,000 queries a second, with its page open."""

import json
import os
import re
import shutil
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from http.client import HTTPResponse

from history import rows
from live import known, questions, run
from load import Server
from measure import ROOT, Row, Wanted, Workspace, median, number
from network import Network, family, seconds
from together import samples
from tracers import Measured, Tracer

HOW = """dnsperf sends {rate:,} queries a second to nsd for {length} s, {rounds} times, to `querent serve`: the trace writes a history
and metrics, and querent-server, another process and user, answers from them. A client asks what the page asks in a browser: it reads
`/api/v1/live` (the Live view), and every {every} s, as the page does, asks `overview` (of the Overview) and `series` (of Search), each of
the last hour. Seconds are those of processor time per million queries. Memory is the peak of what is resident; that of the server has pages
of the history, which it maps and the kernel can take back at any time: its own is without them. "Lost" adds up the losses in
the report and in the metrics; the rows of the history are counted afterwards, by Python's sqlite3."""
PROGRAM = os.path.join(ROOT, "Server", ".build", "release", "querent-server")
BUILD = "swift build --package-path Server -c release --static-swift-stdlib --product querent-server"


class Page:
    """What the page asks in a browser."""

    # Seconds: the interval of overview.js.
    EVERY = 10

    def __init__(self, link: str) -> None:
        self.origin = link.split("/login")[0]
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor())
        self.get(link.removeprefix(self.origin)).read()
        # Exchanges that an event has counted; the longest of the answers, in seconds.
        self.counted, self.slowest = 0, 0.0
        self.failure = ""
        self.is_over = threading.Event()
        self.events = self.get("/api/v1/live")
        self.threads = [threading.Thread(target=self.guard, args=(each,), daemon=True) for each in (self.listen, self.ask)]
        for thread in self.threads:
            thread.start()

    def get(self, path: str) -> HTTPResponse:
        response: HTTPResponse = self.opener.open(self.origin + path, timeout=20)
        return response

    def guard(self, body: Callable[[], None]) -> None:
        try:
            body()
        except Exception as error:
            if not self.is_over.is_set():
                text = error.read().decode() if isinstance(error, urllib.error.HTTPError) else ""
                self.failure = f"{error} {text}"

    def listen(self) -> None:
        for line in self.events:
            if line.startswith(b"data: "):
                self.counted += json.loads(line[6:])["count"]

    def ask(self) -> None:
        while True:
            for path in ("overview?last=1h&limit=12", "series?last=1h&buckets=200"):
                start = time.monotonic()
                self.get(f"/api/v1/{path}").read()
                self.slowest = max(self.slowest, time.monotonic() - start)
            if self.is_over.wait(self.EVERY):
                return

    def close(self) -> None:
        self.is_over.set()
        self.threads[1].join()
        if self.failure:
            raise SystemExit(f"bench: the page got no answer: {self.failure}")


class Serving(Tracer):
    """A running `querent serve`, with its page open."""

    def __init__(self, work: Workspace, network: Network, program: str) -> None:
        self.history, self.metrics = work.path("served"), work.path("served.prom")
        super().__init__(Tracer.own, work, network, options=[
            "serve", "--server-program", program, "--listen", "127.0.0.1:0", "--history-directory", self.history,
            "--metrics", self.metrics, "--metrics-interval", "1s"])
        link = re.search(r"http://\S+/login\S+", self.text())
        while not link:
            if self.process.poll() is not None:
                raise SystemExit(f"bench: querent serve ended:\n{self.text()}")
            time.sleep(0.02)
            link = re.search(r"http://\S+/login\S+", self.text())
        # The trace has another child, which reads for it.
        self.server = next(pid for pid in family(self.process.pid) if command(pid) == "querent-server")
        self.page = Page(link[0])

    def seconds(self) -> float:
        """The trace's own."""
        return seconds(self.process.pid) - self.served()

    def served(self) -> float:
        return seconds(self.server)

    def sizes(self) -> tuple[float, float]:
        """The server's resident memory in MiB: the most so far, and that of its own now."""
        with open(f"/proc/{self.server}/status", encoding="utf-8") as file:
            values = {line.split(":")[0]: line.split()[1] for line in file if line.startswith(("VmHWM", "RssAnon"))}
        return int(values["VmHWM"]) / 1024, int(values["RssAnon"]) / 1024


def command(pid: int) -> str:
    with open(f"/proc/{pid}/comm", encoding="utf-8") as file:
        return file.read().strip()


def measure(work: Workspace, rounds: int = 3, rate: int = 20000, length: int = 15) -> Row:
    if not os.path.exists(PROGRAM):
        raise SystemExit(f"bench: there is no {PROGRAM}; it takes minutes to build: {BUILD}")
    # The server is another user, who must reach its program and the history.
    os.chmod(work.folder.name, 0o755)
    program = work.path("querent-server")
    shutil.copy(PROGRAM, program)
    own, kernel, served, peaks, alone, slowest = [], [], [], [], [], []
    lost, differ = 0, 0
    with Network() as network, Server(network, work) as server, Measured():
        asked = questions(work)
        for _ in range(rounds):
            tracer = Serving(work, network, program)
            before = tracer.served()
            taken, programs, _ = run(network, server, tracer, asked, "-c", "10", "-Q", str(rate), "-l", str(length))
            own.append(taken)
            kernel.append(programs)
            served.append(1e6 * (tracer.served() - before) / (rate * length))
            peak, now = tracer.sizes()
            peaks.append(peak)
            alone.append(now)
            tracer.page.close()
            slowest.append(tracer.page.slowest)
            lost += known([tracer.stop(60)])[0]
            lost += samples(tracer.metrics, "querent_lost_total") + samples(tracer.metrics, "querent_output_messages_total", '"unwritten"')
            differ += abs(rows(tracer.history) - samples(tracer.metrics, "querent_dns_exchanges_total"))
            # More of them end after the last event.
            if tracer.page.counted < 0.8 * rate * length:
                raise SystemExit(f"bench: the live view counted {tracer.page.counted} exchanges of {rate * length}")
            shutil.rmtree(tracer.history)
    return Row(
        f"The page open, {rate:,} queries a second", HOW.format(rate=rate, length=length, rounds=rounds, every=Page.EVERY),
        ["of", "user + system", "kernel programs", "MiB resident at most", "MiB of its own"],
        [["the trace", number(median(own)), number(median(kernel)), "", ""],
         ["querent-server", number(median(served)), "", f"{max(peaks):.1f}", f"{max(alone):.1f}"],
         [f"the slowest answer took {1000 * max(slowest):,.0f} ms", "", "", "", ""]],
        [Wanted("server.lost", "lost", lost, 0, True),
         Wanted("server.differ", "exchanges in the history and not in the metrics, or the reverse", differ, 0, True),
         Wanted("server.cpu", "user + system of the server, seconds per million queries", median(served), 1, True, " s"),
         Wanted("server.resident", "MiB of the server's own", max(alone), 32, True, " MiB")])
