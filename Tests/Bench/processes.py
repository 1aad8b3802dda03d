"""Programs that run during a measurement."""

import os
import signal
import subprocess


class Companion:
    """A program that prints "ready", then answers each line of input with lines, the last of which is `last`."""

    def __init__(self, command: list[str], last: str) -> None:
        self.last = last
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.read("ready")

    def read(self, last: str) -> list[str]:
        """Reads the lines before `last`."""
        lines: list[str] = []
        assert self.process.stdout
        for line in self.process.stdout:
            if line.strip() == last:
                return lines
            lines.append(line)
        raise SystemExit(f"bench: {self.process.args!r} did not print \"{last}\"")

    def ask(self, line: str) -> list[str]:
        assert self.process.stdin
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()
        return self.read(self.last)

    def stop(self) -> None:
        assert self.process.stdin
        self.process.stdin.close()
        self.process.wait()


class Querent:
    """querent, ready once initialized; its ledger must balance."""

    def __init__(self, querent: str) -> None:
        self.process = subprocess.Popen([querent, "--format", "json"], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                        stderr=subprocess.PIPE, text=True)
        self.errors = ""
        assert self.process.stderr
        for line in self.process.stderr:
            self.errors += line
            if "ready" in line:
                return
        raise SystemExit(f"bench: querent did not start:\n{self.errors}")

    def programs(self) -> set[int]:
        """The ids of its kernel programs."""
        folder = f"/proc/{self.process.pid}/fdinfo"
        numbers: set[int] = set()
        for name in os.listdir(folder):
            with open(os.path.join(folder, name), encoding="utf-8") as file:
                numbers |= {int(line.split()[1]) for line in file if line.startswith("prog_id:")}
        return numbers

    def stop(self) -> None:
        self.process.send_signal(signal.SIGINT)
        errors = self.errors + self.process.communicate(timeout=60)[1]
        if self.process.returncode or "every packet and message accounted for" not in errors:
            raise SystemExit(f"bench: the ledger does not balance:\n{errors}")
