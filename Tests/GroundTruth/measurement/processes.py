"""Waits for the output of a process."""

import subprocess
import time
from typing import IO


def wait_for(process: subprocess.Popen[str], stream: IO[str] | None, text: str, seconds: float = 60) -> tuple[list[str], bool]:
    """Reads lines until one contains `text`; returns them and whether one does; if not, the stream has ended."""
    assert stream, "the stream is a pipe"
    lines: list[str] = []
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        line = stream.readline()
        if not line:
            return lines, False
        lines.append(line)
        if text in line:
            return lines, True
    process.kill()
    raise SystemExit(f'accuracy: {process.args!r} did not print "{text}" within {seconds} s')
