"""Plays the ground truth under one tier while querent traces this host."""

import json
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from . import ROOT, TRUTH, history
from .processes import wait_for
from .score import Score
from .servers import Servers

# The exit code with which querent refuses a tier.
UNSUPPORTED = 69


def measure(querent: str, tier: str, noise: int) -> Score | str:
    """Plays every case once, with `noise` datagrams of each other protocol; returns a message if querent refuses the tier."""
    with tempfile.TemporaryDirectory(prefix="querent-accuracy-") as folder:
        truth = subprocess.Popen(
            [build_truth(), "--wait", "--noise", str(noise), "--extra", "5391", "--extra", "5392"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=sys.stderr, text=True)
        servers = tracer = None
        try:
            before, _ = wait_for(truth, truth.stdout, "waiting")
            servers = Servers(truth.pid, folder)
            records = Path(folder) / "records"
            tracer = subprocess.Popen(
                [*tracer_command(querent, tier, truth.pid),
                 "--format", "json", "--output", str(records), "--history-directory", str(Path(folder) / "history"),
                 "--timeout", "20s", "--ring", "64M"],
                stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
            errors, is_ready = wait_for(tracer, tracer.stderr, "ready")
            if not is_ready:
                if tracer.wait() == UNSUPPORTED:
                    return errors[0].strip()
                raise SystemExit("accuracy: querent did not start:\n" + "".join(errors))
            pids = servers.pids()
            assert truth.stdin
            truth.stdin.write("\n")
            truth.stdin.flush()
            after, _ = wait_for(truth, truth.stdout, "played", 600)
            # The last answers may not have arrived yet.
            time.sleep(1.5)
            tracer.send_signal(signal.SIGINT)
            errors.append(tracer.communicate(timeout=60)[1])
            lines = records.read_text(encoding="utf-8").splitlines(keepends=True)
            played = "".join(before + after)
            score = Score(played, [json.loads(line) for line in lines], "".join(errors), pids)
            score.history = history.differences(querent, Path(folder) / "history", played, lines)
            return score
        finally:
            if servers:
                servers.stop()
            for process in filter(None, (tracer, truth)):
                process.kill()
                process.wait()


def tracer_command(querent: str, tier: str, truth: int) -> list[str]:
    if "/" not in tier:
        return [querent, "--tier", tier]
    tap, tier = tier.split("/")
    return ["nsenter", f"--net=/proc/{truth}/ns/net", querent, "--tap", tap, "--tier", tier]


def build_truth() -> str:
    """Compiles the truth program; returns its path."""
    program = ROOT / ".build-accuracy" / "truth"
    program.parent.mkdir(exist_ok=True)
    noise = TRUTH / "Noise"
    # recognise.c belongs to querent's tests, not to the truth.
    sources = [path for folder in (TRUTH, noise) for path in sorted(folder.glob("*.c")) if path.name != "recognise.c"]
    subprocess.run(
        ["gcc", "-static", "-O2", "-pthread", "-std=gnu11", "-Wall", "-Wextra", "-Werror",
         "-I", noise / "include", "-o", program, *sources], check=True)
    return str(program)
