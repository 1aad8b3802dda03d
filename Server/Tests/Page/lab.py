"""A trace with its server, clients in a network of their own, and a browser."""

import json
import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Sequence
from typing import IO, Any

from selenium import webdriver
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.ui import WebDriverWait

ROOT = pathlib.Path(__file__).resolve().parents[3]
HERE = pathlib.Path(__file__).resolve().parent
QUERENT = os.environ.get("QUERENT", str(ROOT / ".build/debug/querent"))
SERVER = os.environ.get("QUERENT_SERVER", str(ROOT / "Server/.build/debug/querent-server"))
NOBODY = 65534
TOKEN = "0123456789abcdef" * 4
ZONE = ["--address=/example.com/203.0.113.7", "--address=/example.org/198.51.100.20", "--local=/test/"]


class Network:
    """A network namespace with dnsmasq and clients that ask it, all in a control group of their own.

    A client is a small program, under any path below /usr/local/bin, which in this namespace has nothing else.
    """

    def __init__(self, zone: Sequence[str] = ZONE) -> None:
        self.folder = tempfile.TemporaryDirectory(prefix="querent-network-")
        client = f"{self.folder.name}/client"
        subprocess.run(["cc", "-O1", "-Wall", "-Wextra", "-Werror", "-o", client, str(HERE / "client.c")], check=True)
        self.cgroup = pathlib.Path(f"{control_groups()}/querent-page-{os.getpid()}-{id(self)}")
        self.cgroup.mkdir()
        script = 'echo $$ >"$1/cgroup.procs"; ip link set lo up; mount -t tmpfs tmpfs /usr/local/bin; cp "$2" /usr/local/bin/client; \
            dnsmasq --keep-in-foreground --no-resolv --no-hosts --conf-file=/dev/null \
            --listen-address=127.0.0.1 --bind-interfaces --user=root --pid-file= "${@:3}" >/dev/null 2>&1 & \
            server=$!; trap "kill $server" EXIT; \
            for _ in $(seq 100); do dig +tries=1 +time=1 @127.0.0.1 ready.test >/dev/null && break; done; echo ready; read'
        self.holder = subprocess.Popen(
            ["setpriv", "--pdeathsig", "KILL", "unshare", "--net", "--mount", "bash", "-c", script, "lab",
             str(self.cgroup), client, *zone],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert self.holder.stdout
        if self.holder.stdout.readline() != "ready\n":
            raise AssertionError("the network did not start")
        self.client = Client(self, ["client"])

    def ask(self, *names: str | list[bytes], process: bytes = b"client", qtype: int = 1, times: int = 1) -> int:
        """Asks for names, and waits for the answers; gives the pid that asked."""
        return self.client.ask(*names, process=process, qtype=qtype, times=times)

    def close(self) -> None:
        self.client.close()
        assert self.holder.stdin and self.holder.stdout
        self.holder.stdin.close()
        self.holder.wait()
        self.holder.stdout.close()
        # Its processes have ended, and leave it a moment later.
        for _ in range(100):
            try:
                self.cgroup.rmdir()
                break
            except OSError:
                time.sleep(0.05)
        self.folder.cleanup()


class Client:
    """A process in a network, with a command line and a user."""

    def __init__(self, network: Network, command: list[str], user: str = "root") -> None:
        path = f"/usr/local/bin/{command[0]}"
        script = 'echo $$ >"$1/cgroup.procs"; shift; exec "$@"'
        place = f"/proc/{network.holder.pid}"
        copied = 'test -e "$0" || cp /usr/local/bin/client "$0"; exec setpriv --reuid "$1" --clear-groups -- "$0" "${@:2}"'
        self.process = subprocess.Popen(
            ["bash", "-c", script, "client", str(network.cgroup), "nsenter", f"--net={place}/ns/net", f"--mount={place}/ns/mnt", "--wd=/",
             "bash", "-c", copied, path, user, *command[1:]],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.name = command[0]

    def ask(self, *names: str | list[bytes], process: bytes | None = None, qtype: int = 1, times: int = 1) -> int:
        """Asks for names, and waits for the answers; gives its pid."""
        labels = [[label.encode() for label in name.split(".")] if isinstance(name, str) else name for name in names]
        wires = [b"".join(bytes([len(label)]) + label for label in name) + b"\0" for name in labels]
        called = self.name.encode() if process is None else process
        assert self.process.stdin and self.process.stdout
        print(qtype, times, called.hex(), *(wire.hex() for wire in wires), file=self.process.stdin, flush=True)
        return int(self.process.stdout.readline())

    def close(self) -> None:
        assert self.process.stdin and self.process.stdout
        self.process.stdin.close()
        self.process.wait()
        self.process.stdout.close()


def control_groups() -> str:
    """The mount point of cgroup v2."""
    with open("/proc/self/mountinfo", encoding="utf-8") as file:
        return next(words[4] for words in map(str.split, file) if "cgroup2" in words)


class Site:
    """A program that serves the page of the history in a folder; its token."""

    def __init__(self, folder: pathlib.Path) -> None:
        self.folder = folder
        # The server is another user.
        self.folder.chmod(0o755)
        self.history = self.folder / "history"
        self.token = self.folder / "token"
        self.token.write_text(TOKEN)
        self.token.chmod(0o600)
        os.chown(self.token, NOBODY, NOBODY)

    def read_link(self, file: IO[str]) -> None:
        """Reads on until the program has printed its link."""
        log: list[str] = []
        for line in file:
            log.append(line)
            found = re.search(r"((http://127\.0\.0\.1:(\d+))/login\S+)", line)
            if found:
                self.link, self.origin, self.port = found[1], found[2], int(found[3])
                return
        raise AssertionError("the server ended: " + "".join(log))

    def get(self, path: str, token: str | None = TOKEN, method: str = "GET", **headers: str) -> tuple[int, Any]:
        request = urllib.request.Request(self.origin + path, method=method)
        if token:
            request.add_header("Authorization", f"Bearer {token}")
        for name, value in headers.items():
            request.add_header(name.replace("_", "-"), value)
        try:
            with urllib.request.urlopen(request, timeout=20) as response:
                body, status = response.read(), response.status
        except urllib.error.HTTPError as error:
            body, status = error.read(), error.code
        return status, json.loads(body) if body[:1] == b"{" else body

    def new_link(self) -> str:
        status, answer = self.get("/api/v1/links", method="POST")
        assert status == 201, answer
        return str(answer["link"])


class Served(Site):
    """`querent serve` in a folder of its own."""

    def __init__(self, *options: str) -> None:
        super().__init__(pathlib.Path(tempfile.mkdtemp(prefix="querent-page-")))
        self.process = subprocess.Popen(
            [QUERENT, "serve", "--server-program", SERVER, "--server-user", str(NOBODY), "--listen", "127.0.0.1:0",
             "--history-directory", str(self.history), "--token-file", str(self.token), "--metrics-interval", "1s", *options],
            stderr=subprocess.PIPE, text=True)
        assert self.process.stderr
        self.read_link(self.process.stderr)

    def server(self) -> int:
        """The pid of querent-server."""
        found = subprocess.run(
            ["pgrep", "-P", str(self.process.pid), "-x", "querent-server"], capture_output=True, text=True, check=True)
        return int(found.stdout.split()[0])

    def close(self) -> str:
        """Ends both; gives what querent printed at its end."""
        self.process.terminate()
        assert self.process.stderr
        text = self.process.stderr.read()
        self.process.stderr.close()
        self.process.wait()
        shutil.rmtree(self.folder)
        return text


class Stored(Site):
    """querent-server with a history of a capture: `pairs` queries, each with its answer, for `names` names."""

    def __init__(self, pairs: int, names: int, build: str = "release") -> None:
        super().__init__(pathlib.Path(tempfile.mkdtemp(prefix="querent-stored-")))
        self.metrics = self.history / "metrics.prom"
        capture = self.folder / "capture.pcapng"
        subprocess.run(["/usr/bin/python3", str(ROOT / "Tests/Bench/capture.py"), "growth", str(capture), str(pairs), str(names), "200"],
                       stdout=subprocess.DEVNULL, check=True)
        # Of a million pairs the debug build takes minutes.
        querent = ROOT / ".build/release/querent" if build == "release" else QUERENT
        self.history.mkdir()
        subprocess.run([querent, "read", "--format", "json", "--output", "/dev/null", "--history-directory", self.history,
                        "--metrics", self.metrics, "--history-keep", "36500d", "--history-size", "100GB", capture],
                       stderr=subprocess.DEVNULL, check=True)
        capture.unlink()
        for path in (self.history, *self.history.iterdir()):
            os.chown(path, NOBODY, NOBODY)
        self.process = subprocess.Popen(
            [SERVER, "--listen", "127.0.0.1:0", "--history-directory", str(self.history), "--metrics-file", str(self.metrics),
             "--token-file", str(self.token)],
            user=NOBODY, group=NOBODY, extra_groups=[], stdout=subprocess.PIPE, text=True)
        assert self.process.stdout
        self.read_link(self.process.stdout)

    def memory(self) -> float:
        """The memory of its own in MiB: without the pages of the history, which the kernel can take back."""
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("RssAnon:")) / 1024

    def processor_time(self) -> int:
        """In ticks."""
        return sum(map(int, pathlib.Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()[11:13]))

    def close(self) -> None:
        self.process.terminate()
        assert self.process.stdout
        self.process.stdout.close()
        self.process.wait()
        shutil.rmtree(self.folder)


class Browser:
    """Chromium, with a session."""

    def __init__(self, served: Site, theme: str = "light", size: tuple[int, int] = (1280, 800)) -> None:
        options = Options()
        for argument in ["--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--disable-dev-shm-usage",
                         # It asks for no names of its own: they would be among the exchanges.
                         "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.*", f"--window-size={size[0]},{size[1]}"]:
            options.add_argument(argument)
        options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
        self.driver = webdriver.Chrome(options=options, service=Service(shutil.which("chromedriver") or "chromedriver"))
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", {
            "width": size[0], "height": size[1], "deviceScaleFactor": 1, "mobile": False})
        self.set_theme(theme)
        self.served = served
        self.driver.get(served.new_link())

    def set_theme(self, theme: str) -> None:
        self.driver.execute_cdp_cmd(
            "Emulation.setEmulatedMedia", {"features": [{"name": "prefers-color-scheme", "value": theme}]})

    def open(self, path: str) -> None:
        self.driver.get(self.served.origin + path)

    def wait(self, condition: Callable[[], Any], seconds: float = 20) -> Any:  # noqa: ANN401
        return WebDriverWait(self.driver, seconds, 0.1).until(lambda _: condition())

    def all(self, selector: str) -> list[WebElement]:
        return list(self.driver.find_elements(By.CSS_SELECTOR, selector))

    def text(self, selector: str) -> str:
        return str(self.script(
            "return [...document.querySelectorAll(arguments[0])].map(each => each.textContent).join('\\n')", selector))

    def rows(self) -> list[list[str]]:
        return list(self.script(
            "return [...document.querySelectorAll('.scroll .row')].map(row => [...row.children].map(cell => cell.textContent))"))

    def wait_for_row(self, name: str) -> list[str]:
        """The row of a name, as soon as there is one."""
        return list(self.wait(lambda: next((row for row in self.rows() if row[2] == name), None)))

    def script(self, text: str, *arguments: object) -> Any:  # noqa: ANN401
        return self.driver.execute_script(text, *arguments)

    def complaints(self) -> list[str]:
        """What the page has written to the console: blocked scripts are among it."""
        return [entry["message"] for entry in self.driver.get_log("browser") if entry["level"] in ("SEVERE", "WARNING")]

    def close(self) -> None:
        self.driver.quit()
