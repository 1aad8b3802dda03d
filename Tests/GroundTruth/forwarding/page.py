"""The section of Documentation/Accuracy.md on resolvers, from Documentation/chains.json."""

import datetime
import json
from collections import Counter
from pathlib import Path
from typing import Any

from . import ROOT

FILE = ROOT / "Documentation" / "chains.json"
PROSE = Path(__file__).with_name("prose.md")


def keep(kernel: str, totals: dict[str, Counter[str]]) -> None:
    """Stores the figures by resolver."""
    entry = {"kernel": kernel, "date": datetime.date.today().isoformat(), "resolvers": totals}
    FILE.write_text(json.dumps(entry, sort_keys=True, indent=0) + "\n", encoding="utf-8")


def section() -> list[str]:
    if not FILE.exists():
        return []
    entry: dict[str, Any] = json.loads(FILE.read_text(encoding="utf-8"))
    lines = [
        "\n" + PROSE.read_text(encoding="utf-8"),
        f"Kernel {entry['kernel']}, {entry['date']}:\n",
        "| resolver | asked | upstream | named | recall | proven | right | all | right | lists | right | cached | right |",
        "|" + "---|" * 13,
    ]
    lines += [f"| {name} | {cells(Counter(row))} |" for name, row in sorted(entry["resolvers"].items())]
    return lines


def cells(row: Counter[str]) -> str:
    """The counts, with the right ones in percent."""

    def share(part: str, *others: str) -> str:
        whole = row[part] + sum(row[other] for other in others)
        return f"{100 * row[part] / whole:.4g} %" if whole else "–"

    def both(figure: str) -> list[str]:
        return [str(row[f"{figure} right"] + row[f"{figure} wrong"]), share(f"{figure} right", f"{figure} wrong")]

    return " | ".join([
        str(row["asks"]), str(row["upstream"]), str(row["named"]), share("named", "unnamed", "incomplete"),
        *both("proven"), *both("all"), *both("list"), *both("cache")])
