"""The files from a test kernel (Tests/Kernels)."""

import json
from pathlib import Path

from .score import Record


def read(folder: Path, name: str) -> str:
    return (folder / name).read_text(encoding="utf-8", errors="replace").replace("\r", "")


def read_records(folder: Path) -> list[Record]:
    return [json.loads(line) for line in read(folder, "records").splitlines() if line.startswith("{")]
