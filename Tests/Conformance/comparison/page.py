"""Writes Documentation/Conformance.md."""

import datetime
import re
import subprocess
from collections import Counter
from pathlib import Path

import dns.version

from . import ROOT
from .differences import Differences, Rule
from .parts import Part, absence

PROSE = Path(__file__).with_name("prose.md")
VERDICTS = ("same", "both refuse", "one refuses", "read differently")


def document(seed: int, parts: list[Part], differences: Differences, memory: int, size: int) -> None:
    """`memory` is in KiB, for a file of `size` octets."""
    lines = [
        PROSE.read_text(encoding="utf-8") + f"Measured on {datetime.date.today().isoformat()} with "
        f"dnspython {dns.version.version}, tshark {tshark_version()}, seed {seed}.\n",
        "| part | messages | same | both refuse | one refuses | different |",
        "|---|---|---|---|---|---|",
    ]
    for part in parts:
        counts = part.counts
        detail = f" ({counts['packets']} packets of {counts['files']} files)" if "files" in counts else ""
        verdicts = " | ".join(str(part.verdicts[title]) for title in VERDICTS)
        lines.append(f"| {part.name} | {counts['messages']}{detail} | {verdicts} |")
    if not any(part.name == "captures" for part in parts):
        lines.append(f"\nThe captures were skipped: {absence()}.")
    lines.append(f"\nReading a capture of {size >> 20} MiB took {memory >> 10} MiB of memory (resident, at most); 64 MiB are allowed.\n")
    lines += table(differences)
    (ROOT / "Documentation" / "Conformance.md").write_text("\n".join(lines) + "\n", encoding="utf-8")


def table(differences: Differences) -> list[str]:
    """The differences by part and rule, and the rules that were not needed."""
    lines = ["## Differences\n\n| part | count | difference | decided by | why |\n|---|---|---|---|---|"]
    totals: Counter[tuple[str, Rule]] = Counter()
    for (part, difference), count in differences.counts.items():
        totals[part, differences.rule(difference) or (difference, "**nothing**", "**not explained**")] += count
    for (part, (pattern, reference, reason)), count in sorted(totals.items()):
        line = f"| {part} | {count} | {pattern.replace('*', '…')} | {reference} | {reason} |"
        lines.append(line.replace("| …: ", "| any section: "))
    used = {rule[0] for _, rule in totals}
    unused = [f"`{pattern}`" for pattern, *_ in differences.rules if pattern not in used]
    return [*lines, f"\nRules that were not needed: {', '.join(unused) or 'none'}."]


def tshark_version() -> str:
    output = subprocess.run(["tshark", "--version"], capture_output=True, text=True, check=True).stdout
    version = re.search(r"[0-9.]+", output)
    return version[0].rstrip(".") if version else "unknown"
