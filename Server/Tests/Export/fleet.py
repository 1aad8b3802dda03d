"""Histories, exporters, and the stores that they send to."""

import contextlib
import http.client
import os
import pathlib
import re
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeVar

ROOT = pathlib.Path(__file__).resolve().parents[3]
QUERENT = os.environ.get("QUERENT", str(ROOT / ".build/debug/querent"))
SERVER = os.environ.get("QUERENT_SERVER", str(ROOT / "Server/.build/debug/querent-server"))
CLICKHOUSE = os.environ.get("CLICKHOUSE_SERVER", "/usr/sbin/clickhouse-server")
SCHEMAS = ROOT / "Examples/clickhouse"
PASSWORD = "not-in-the-log-4711"
PATIENCE = 90.0
# The server does not run as root.
NOBODY = 65534
Value = TypeVar("Value")


def wait_until(what: str, ask: Callable[[], Value], patience: float = PATIENCE) -> Value:
    """Asks until the answer is true."""
    end = time.monotonic() + patience
    while True:
        answer = ask()
        if answer:
            return answer
        if time.monotonic() > end:
            raise AssertionError(f"{what}: not within {patience:.0f} s")
        time.sleep(0.02)


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


@contextlib.contextmanager
def folder() -> Iterator[pathlib.Path]:
    path = pathlib.Path(tempfile.mkdtemp(prefix="querent-export-"))
    path.chmod(0o755)
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)


class History:
    """A history that `querent read` has written."""

    def __init__(self, path: pathlib.Path, pairs: int, names: int = 500, processes: int = 20) -> None:
        self.path = path / "history"
        capture = path / f"traffic-{pairs}.pcapng"
        subprocess.run(
            [sys.executable, "-B", str(ROOT / "Tests/Bench/capture.py"), "growth", str(capture), str(pairs), str(names),
             str(processes)], check=True, stdout=subprocess.DEVNULL)
        self.add(capture)

    def add(self, capture: pathlib.Path) -> None:
        subprocess.run(
            [QUERENT, "read", "--format", "json", "--output", "/dev/null", "--history-directory", str(self.path),
             "--history-keep", "36500d", "--history-size", "100GB", str(capture)], check=True, stderr=subprocess.DEVNULL)
        subprocess.run(["chmod", "-R", "a+rX", str(self.path)], check=True)

    def days(self) -> list[pathlib.Path]:
        return sorted(self.path.glob("2*.sqlite"))

    def rows(self, columns: str = "count(*)") -> list[tuple[Any, ...]]:
        rows: list[tuple[Any, ...]] = []
        for day in self.days():
            with contextlib.closing(sqlite3.connect(f"file:{day}?mode=ro", uri=True)) as database:
                rows += database.execute(f"SELECT {columns} FROM exchanges").fetchall()
        return rows

    def count(self) -> int:
        return sum(row[0] for row in self.rows())


class Exporter:
    """querent-server with a destination."""

    def __init__(self, state: pathlib.Path, history: History, *destinations: str, netrc: str | None = None,
                 netrc_mode: int = 0o600, environment: dict[str, str] | None = None, options: Sequence[str] = ()) -> None:
        own = state / "server"
        own.mkdir(exist_ok=True)
        os.chown(own, NOBODY, NOBODY)
        self.state = own / "state"
        self.socket = pathlib.Path(tempfile.mktemp(prefix="http-", dir=own))
        self.log_path = state / "log"
        arguments = [SERVER, "--history-directory", str(history.path), "--listen", "none", "--socket", str(self.socket),
                     "--export-state", str(self.state), "--export-interval", "0.1", *options]
        for destination in destinations:
            arguments += ["--export", destination]
        if netrc is not None:
            path = state / "netrc"
            path.write_text(netrc)
            path.chmod(netrc_mode)
            os.chown(path, NOBODY, NOBODY)
            arguments += ["--export-netrc", str(path)]
        self.log = self.log_path.open("a")
        self.process = subprocess.Popen(
            arguments, stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log, env={**os.environ, **(environment or {})},
            user=NOBODY, group=NOBODY, extra_groups=[])
        self.arguments = arguments

    def metrics(self) -> dict[str, int]:
        """The values of the export's families, without their labels; empty while nobody listens."""
        connection = http.client.HTTPConnection("localhost", timeout=10)
        connection.sock = socket.socket(socket.AF_UNIX)
        try:
            connection.sock.connect(str(self.socket))
            connection.request("GET", "/metrics")
            text = connection.getresponse().read().decode()
        except OSError:
            if self.process.poll() is not None:
                raise AssertionError(f"querent-server ended: {self.text()}") from None
            return {}
        finally:
            connection.close()
        return {name: int(value) for name, value in re.findall(r"^querent_export_(\w+)\{[^}]*\} (\d+)$", text, re.MULTILINE)}

    def wait_until_all_is_sent(self, patience: float = PATIENCE) -> dict[str, int]:
        def ask() -> dict[str, int]:
            metrics = self.metrics()
            done = metrics.get("batches_total", 0) > 0 and metrics["waiting_exchanges"] == 0
            return metrics if done else {}
        try:
            return wait_until("all is sent", ask, patience)
        except AssertionError as error:
            raise AssertionError(f"{error}; {self.metrics()}; {self.text()}") from None

    def cursor(self) -> str:
        return "".join(path.read_text() for path in self.state.glob("*.cursor"))

    def text(self) -> str:
        return self.log_path.read_text()

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()
        self.log.close()

    def close(self) -> int:
        """Ends it with SIGTERM."""
        self.process.terminate()
        try:
            self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.kill()
            raise
        self.log.close()
        return self.process.returncode


class ClickHouse:
    """Debian's ClickHouse, with data of its own."""

    def __init__(self, path: pathlib.Path, size: str | None = None) -> None:
        """With a size, its data is in a file system of that size, which nobody else sees."""
        self.path = path / "clickhouse"
        self.size = size
        self.port = free_port()
        for name in ["data", "tmp"]:
            (self.path / name).mkdir(parents=True)
        (self.path / "config.xml").write_text(f"""<yandex>
          <logger><level>error</level><console>1</console></logger>
          <http_port>{self.port}</http_port><listen_host>127.0.0.1</listen_host>
          <path>{self.path}/data/</path><tmp_path>{self.path}/tmp/</tmp_path>
          <users_config>users.xml</users_config><default_profile>default</default_profile>
          <default_database>default</default_database><mark_cache_size>5368709</mark_cache_size>
        </yandex>""")
        self.write_users(PASSWORD)
        self.start()
        self.apply(SCHEMAS / "schema-18.16.sql")

    def set_password(self, password: str) -> None:
        """Changes that of the user querent."""
        self.write_users(password)
        self.query("SYSTEM RELOAD CONFIG")

    def write_users(self, password: str) -> None:
        (self.path / "users.xml").write_text(f"""<yandex>
          <profiles><default></default></profiles><quotas><default></default></quotas>
          <users>
            <default><password></password><networks><ip>127.0.0.1</ip></networks><profile>default</profile><quota>default</quota></default>
            <querent><password>{password}</password><networks><ip>127.0.0.1</ip></networks><profile>default</profile>
              <quota>default</quota></querent>
          </users>
        </yandex>""")

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        command = [CLICKHOUSE, f"--config-file={self.path}/config.xml"]
        if self.size:
            mount = f"mount -t tmpfs -o size={self.size} tmpfs {self.path}/data && exec \"$@\""
            command = ["unshare", "--mount", "bash", "-c", mount, "clickhouse", *command]
        with (self.path / "log").open("a") as log:
            self.process = subprocess.Popen(command, stdout=log, stderr=log)
        wait_until("ClickHouse answers", self.answers, 60)

    def answers(self) -> bool:
        assert self.process.poll() is None, (self.path / "log").read_text()[-3000:]
        try:
            return self.query("SELECT 1") == "1"
        except OSError:
            return False

    def query(self, text: str) -> str:
        with urllib.request.urlopen(urllib.request.Request(self.url, data=text.encode()), timeout=60) as response:
            return str(response.read().decode().strip())

    def apply(self, path: pathlib.Path) -> None:
        for statement in statements(path):
            self.query(statement)

    def resize(self, size: str) -> None:
        subprocess.run(
            ["nsenter", "--target", str(self.process.pid), "--mount", "mount", "-o", f"remount,size={size}",
             f"{self.path}/data"], check=True)

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def close(self) -> None:
        self.kill()


def statements(path: pathlib.Path) -> list[str]:
    text = re.sub(r"--.*", "", path.read_text())
    return [statement for statement in text.split(";") if statement.strip()]
