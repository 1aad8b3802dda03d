"""What the server may do once it has started."""

import os
import pathlib
import subprocess
import tempfile
import unittest

from lab import SERVER, Served

REFUSED = [
    "read /etc/shadow", "read another process's memory", "make a file in /tmp", "connect to a network address", "send packets",
    "execute a program", "make a process", "trace another process", "load a BPF program", "mount a file system",
    "enter other namespaces", "map code", "send signals to other processes",
]


def run_as_nobody(*options: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [SERVER, "--listen", "127.0.0.1:0", *options], capture_output=True, text=True, timeout=60, check=False, user=65534,
        group=65534, extra_groups=[])


class SandboxTest(unittest.TestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory(prefix="querent-sandbox-")
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.history = self.folder / "history"
        self.state = self.folder / "state"
        self.history.mkdir()
        self.state.mkdir(mode=0o700)
        self.folder.chmod(0o755)
        os.chown(self.state, 65534, 65534)

    def check(self, *options: str) -> None:
        result = run_as_nobody("--history-directory", str(self.history), "--check-sandbox", *options)
        self.assertEqual(result.returncode, 0, result.stdout + result.stderr)
        for attempt in REFUSED:
            self.assertIn(attempt, result.stdout.partition("refused: ")[2])
        self.assertNotIn("not refused", result.stdout)
        self.assertIn("no new privileges; capabilities: none; files: Landlock", result.stdout)

    def test_what_breaks_out_is_refused(self) -> None:
        self.check()

    def test_with_an_export_too(self) -> None:
        export = ["--export-state", str(self.state)]
        self.check("--export", "ndjson=http://192.0.2.1:8080", *export)
        self.check("--export", "ndjson=https://receiver.example/in", *export)

    def test_every_thread_is_in_it(self) -> None:
        served = Served()
        self.addCleanup(served.close)
        served.get("/api/v1/overview")
        statuses = [path.read_text() for path in pathlib.Path(f"/proc/{served.server()}/task").glob("*/status")]
        self.assertGreater(len(statuses), 2)
        for status in statuses:
            self.assertRegex(status, r"NoNewPrivs:\t1\n")
            self.assertRegex(status, r"Seccomp:\t2\n")
            self.assertRegex(status, r"CapPrm:\t0+\n")

    def test_root_is_refused(self) -> None:
        result = subprocess.run(
            [SERVER, "--history-directory", str(self.history)], capture_output=True, text=True, timeout=60, check=False)
        self.assertNotEqual(result.returncode, 0)
        self.assertIn("does not run as root", result.stderr)

    def test_a_history_that_does_not_exist_is_said(self) -> None:
        result = run_as_nobody("--history-directory", f"{self.folder}/none", "--check-sandbox")
        self.assertIn(f"{self.folder}/none does not exist", result.stderr)


if __name__ == "__main__":
    unittest.main()
