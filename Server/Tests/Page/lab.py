"""A trace with its server, clients in a network of their own, and a browser."""

import json
import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import urllib.error
import urllib.request
from collections.abc import Callable
from typing import Any

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
TOKEN = "0123456789abcdef" * 4
ZONE = ["--address=/example.com/203.0.113.7", "--address=/example.org/198.51.100.20", "--local=/test/"]


class Network:
    """A network namespace with dnsmasq and a client that asks it."""

    def __init__(self) -> None:
        script = 'ip link set lo up; dnsmasq --keep-in-foreground --no-resolv --no-hosts --conf-file=/dev/null \
            --listen-address=127.0.0.1 --bind-interfaces --user=root --pid-file= "${@:2}" >/dev/null 2>&1 & \
            server=$!; trap "kill $server" EXIT; \
            for _ in $(seq 100); do dig +tries=1 +time=1 @127.0.0.1 ready.test >/dev/null && break; done; \
            /usr/bin/python3 "$1"'
        self.process = subprocess.Popen(
            ["unshare", "--net", "bash", "-c", script, "lab", str(HERE / "client.py"), *ZONE],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def ask(self, *names: str | list[bytes], process: bytes = b"client", qtype: int = 1, times: int = 1) -> int:
        """Asks for names, and waits for the answers; gives the pid that asked."""
        labels = [[label.encode() for label in name.split(".")] if isinstance(name, str) else name for name in names]
        order = {
            "process": process.hex(), "type": qtype, "times": times,
            "names": [[label.hex() for label in name] for name in labels],
        }
        assert self.process.stdin and self.process.stdout
        print(json.dumps(order), file=self.process.stdin, flush=True)
        return int(self.process.stdout.readline())

    def close(self) -> None:
        assert self.process.stdin and self.process.stdout
        self.process.stdin.close()
        self.process.wait()
        self.process.stdout.close()


class Served:
    """`querent serve` in a folder of its own."""

    def __init__(self, *options: str) -> None:
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="querent-page-"))
        # The server is another user.
        self.folder.chmod(0o755)
        self.history = self.folder / "history"
        token = self.folder / "token"
        token.write_text(TOKEN)
        token.chmod(0o600)
        os.chown(token, 65534, 65534)
        self.process = subprocess.Popen(
            [QUERENT, "serve", "--server-program", SERVER, "--server-user", "65534", "--listen", "127.0.0.1:0",
             "--history-directory", str(self.history), "--token-file", str(token), "--metrics-interval", "1s", *options],
            stderr=subprocess.PIPE, text=True)
        assert self.process.stderr
        self.log: list[str] = []
        for line in self.process.stderr:
            self.log.append(line)
            found = re.search(r"open ((http://127\.0\.0\.1:(\d+))/\S+)", line)
            if found:
                self.link, self.origin, self.port = found[1], found[2], int(found[3])
                break
        else:
            raise AssertionError("querent serve ended: " + "".join(self.log))

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

    def server(self) -> int:
        """The pid of querent-server."""
        found = subprocess.run(
            ["pgrep", "-P", str(self.process.pid), "-x", "querent-server"], capture_output=True, text=True, check=True)
        return int(found.stdout.split()[0])

    def new_link(self) -> str:
        status, answer = self.get("/api/v1/links", method="POST")
        assert status == 201, answer
        return str(answer["link"])

    def close(self) -> str:
        """Ends both; gives what querent printed at its end."""
        self.process.terminate()
        assert self.process.stderr
        text = self.process.stderr.read()
        self.process.stderr.close()
        self.process.wait()
        shutil.rmtree(self.folder)
        return text


class Browser:
    """Chromium, with a session."""

    def __init__(self, served: Served, theme: str = "light", size: tuple[int, int] = (1280, 800)) -> None:
        options = Options()
        for argument in ["--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--disable-dev-shm-usage",
                         # It asks for no names of its own: they would be among the exchanges.
                         "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1", f"--window-size={size[0]},{size[1]}"]:
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
