"""Traces the clients of several resolvers, one after the other."""

import json
import signal
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from measurement.processes import wait_for

from . import BUILT, HERE, ROOT
from .exchange import read
from .score import Score, Truth

# The number of resolvers that are played at once: most of the time clients wait.
AT_ONCE = 3


def measure(querent: str, resolvers: list[str], size: str, keep: Path | None) -> list[Score]:
    """Plays and scores the resolvers; `keep` is a directory for the records and the truth."""
    build()
    with tempfile.TemporaryDirectory(prefix="querent-chains-") as temporary:
        folder = keep or Path(temporary)
        folder.mkdir(exist_ok=True)
        records = folder / "records"
        tracer = subprocess.Popen(
            [querent, "watch", "--format", "json", "--output", str(records), "--overwrite", "--ring", "64M"],
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        try:
            errors, is_traced = wait_for(tracer, tracer.stderr, "ready")
            if not is_traced:
                raise SystemExit("chains: querent did not start:\n" + "".join(errors))
            with ThreadPoolExecutor(AT_ONCE) as pool:
                texts = list(pool.map(lambda resolver: play(resolver, size), resolvers))
            tracer.send_signal(signal.SIGINT)
            errors.append(tracer.communicate(timeout=60)[1])
        finally:
            tracer.kill()
            tracer.wait()
        if "nothing lost" not in "".join(errors):
            print("chains: querent lost messages on this host:\n" + errors[-1])
        for resolver, text in zip(resolvers, texts, strict=True):
            (folder / f"{resolver}.truth").write_text(text, encoding="utf-8")
        return score(folder, resolvers)


def score(folder: Path, resolvers: list[str]) -> list[Score]:
    """Scores the records stored in a directory."""
    with (folder / "records").open(encoding="utf-8") as file:
        traced = list(filter(None, (read(json.loads(line)) for line in file)))
    return [Score(Truth.read((folder / f"{resolver}.truth").read_text(encoding="utf-8")), traced) for resolver in resolvers]


def play(resolver: str, size: str) -> str:
    """Plays one resolver in private namespaces; returns the truth."""
    script = ROOT / "Scripts" / "chains"
    return subprocess.run(
        ["unshare", "--mount", "--net", sys.executable, str(script), "play", resolver, size],
        stdout=subprocess.PIPE, check=True, text=True, timeout=120).stdout


def build() -> None:
    """Unpacks the resolvers and compiles the clients."""
    BUILT.mkdir(exist_ok=True)
    subprocess.run([HERE / "unpack.sh", BUILT / "root"], check=True)
    subprocess.run(
        ["gcc", "-static", "-O2", "-std=gnu11", "-Wall", "-Wextra", "-Werror", "-o", BUILT / "asker", HERE / "asker.c"], check=True)
