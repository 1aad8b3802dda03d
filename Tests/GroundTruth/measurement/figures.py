"""Documentation/accuracy.json: the figures of every kernel and tier that was measured."""

import datetime
import json
from typing import Any

from . import ROOT
from .differences import Shortfall
from .score import Row, Score

FILE = ROOT / "Documentation" / "accuracy.json"

# By kernel, then by tier: an entry with the figures, or with the reason why the kernel refuses the tier.
Figures = dict[str, dict[str, dict[str, Any]]]


def load() -> Figures:
    try:
        figures: Figures = json.loads(FILE.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    return figures


def keep(score: Score, kernel: str, tier: str, short: list[Shortfall]) -> None:
    total = Row()
    for row in score.rows.values():
        total.update(row)
    put(kernel, tier, {
        "date": datetime.date.today().isoformat(),
        "total": dict(total),
        "noise": score.noise,
        "false": len(score.false),
        "closes": score.closes,
        "lossless": score.nothing_lost,
        "skipped": {" ".join(key): reason for key, reason in sorted(score.skipped.items())},
        "cases": {" ".join(key): {**row, "methods": dict(score.methods.get(key, {}))} for key, row in score.rows.items()},
        "short": [[each.case, each.family, each.figure, each.count, each.reason] for each in short],
    })


def refuse(kernel: str, tier: str, message: str) -> None:
    """Stores the message with which querent refused a tier on a kernel."""
    put(kernel, tier, {"refused": message})


def put(kernel: str, tier: str, entry: dict[str, Any]) -> None:
    figures = load()
    figures.setdefault(kernel, {})[tier] = entry
    with FILE.open("w", encoding="utf-8") as file:
        json.dump(figures, file, sort_keys=True, separators=(",\n", ":"))
        file.write("\n")
