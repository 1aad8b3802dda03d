"""Today's ClickHouse: its engine from PyPI (chdb) in a process of its own."""

import pathlib
import subprocess
import sys
import urllib.request

from fleet import SCHEMAS


class ClickHouseToday:
    def __init__(self, path: pathlib.Path) -> None:
        self.server = subprocess.Popen(
            [sys.executable, str(pathlib.Path(__file__).parent / "chdb_server.py"), str(path / "chdb"), str(SCHEMAS / "schema.sql")],
            stdout=subprocess.PIPE, text=True)
        assert self.server.stdout
        self.port = int(self.server.stdout.readline())
        # The captures are older than 90 days.
        self.query("ALTER TABLE querent.exchanges REMOVE TTL")

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def query(self, text: str) -> str:
        with urllib.request.urlopen(urllib.request.Request(self.url, data=text.encode()), timeout=60) as answer:
            return str(answer.read().decode().strip())

    def close(self) -> None:
        self.server.kill()
        self.server.wait()
        assert self.server.stdout
        self.server.stdout.close()
