"""`querent top` on a pseudo-terminal."""

import fcntl
import os
import select
import struct
import subprocess
import termios
import threading

from measure import Command, Workspace
from network import wait_until
from tracers import Tracer

COLUMNS, ROWS = 120, 40
# What begins a frame (synchronized output).
FRAME = b"\x1b[?2026h"


class Screen(Tracer):
    """A running `querent top` whose terminal is read as a terminal would; ready once it has drawn a frame of its trace."""

    def __init__(self, work: Workspace, options: Command = ()) -> None:
        self.name, self.log = self.own, work.path("log")
        self.cgroup, self.messages = None, 0
        # Written to the terminal, in octets and frames.
        self.octets = self.frames = 0
        self.errors = open(self.log, "w+", encoding="utf-8")  # noqa: SIM115
        self.terminal, end = os.openpty()
        fcntl.ioctl(end, termios.TIOCSWINSZ, struct.pack("4H", ROWS, COLUMNS, 0, 0))
        self.process = subprocess.Popen([work.querent, "top", *map(str, options)], stdin=end, stdout=end, stderr=self.errors,
                                        env={**os.environ, "TERM": "xterm-256color", "LC_ALL": "C.UTF-8"})
        os.close(end)
        self.is_ready = threading.Event()
        self.reader = threading.Thread(target=self.read, daemon=True)
        self.reader.start()
        wait_until(lambda: self.is_ready.is_set() or self.process.poll() is not None, "frame of querent top")
        if self.process.poll() is not None:
            raise SystemExit(f"bench: querent top did not start:\n{self.text()}")

    def read(self) -> None:
        """Reads all that is written until the program ends."""
        kept = b""
        while True:
            select.select([self.terminal], [], [])
            try:
                octets = os.read(self.terminal, 65536)
            except OSError:
                return
            if not octets:
                return
            kept = kept[-32:] + octets
            self.octets += len(octets)
            self.frames += octets.count(FRAME)
            if b"live, tier" in kept:
                self.is_ready.set()

    def stop(self, seconds: float = 10) -> int | None:
        lost = super().stop(seconds)
        self.reader.join(5)
        os.close(self.terminal)
        return lost
