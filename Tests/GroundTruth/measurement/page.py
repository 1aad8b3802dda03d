"""Writes Documentation/Accuracy.md from Documentation/accuracy.json."""

import re
from pathlib import Path
from typing import Any

from forwarding.page import section

from . import ROOT, TIERS, yardstick
from .figures import Figures, load

PROSE = Path(__file__).with_name("prose.md")


def document() -> None:
    figures = load()
    parts = [[PROSE.read_text(encoding="utf-8")], totals(figures), causes(figures), left_out(figures), section(),
             yardstick.section(figures), cases(figures)]
    page = ROOT / "Documentation" / "Accuracy.md"
    page.write_text("\n".join(line for part in parts for line in part) + "\n", encoding="utf-8")


def totals(figures: Figures) -> list[str]:
    lines = [
        "## Kernels and tiers\n",
        "| kernel | tier | measured | sent | seen | recall | right | wrong | unknown | precision | image | answers | server named "
        "| noise | false | ledger |",
        "|" + "---|" * 16,
    ]
    for kernel, tier, entry in entries(figures):
        if "refused" in entry:
            lines.append(f"| {kernel} | {tier} | not supported: {entry['refused'].removeprefix('querent: ')} |" + " |" * 13)
            continue
        lines.append(
            f"| {kernel} | {tier} | {entry['date']} | {cells(entry['total'], 'image', 'answers', 'server')}"
            f" | {sum(entry['noise'].values())} | {entry['false']} | {'balances' if entry['closes'] else 'OPEN'} |")
    return [*lines, "\nIn the case `killed`, sent is the number of prepared queries; how many of them were sent is unknown.\n"]


def causes(figures: Figures) -> list[str]:
    lines = ["## Shortfalls and their causes\n\n| kernel | tier | case | family | figure | count | cause |\n|" + "---|" * 7]
    for kernel, tier, entry in entries(figures):
        lines += [
            f"| {kernel} | {tier} | {case} | {family} | {figure} | {count} | {reason or '**not explained**'} |"
            for case, family, figure, count, reason in entry.get("short", [])
        ]
    return lines


def left_out(figures: Figures) -> list[str]:
    lines = ["\n## Skipped cases\n\n| kernel | case | why |\n|---|---|---|"]
    for kernel in sorted(figures, key=version):
        skipped = {key: reason for tier in figures[kernel].values() for key, reason in tier.get("skipped", {}).items()}
        lines += [f"| {kernel} | {key} | {reason} |" for key, reason in sorted(skipped.items())]
    return lines


def cases(figures: Figures) -> list[str]:
    """One table for each kernel and tier, with a row for each case and family."""
    lines = []
    for kernel, tier, entry in entries(figures):
        if "cases" not in entry:
            continue
        lines.append(
            f"\n## {kernel}, tier {tier}\n\n| case | family | sent | seen | recall | right | wrong | unknown | "
            "precision | thread | image | answers | server | methods |\n|" + "---|" * 14)
        for key, row in sorted(entry["cases"].items()):
            case, family = key.split()
            methods = ", ".join(f"{name} {count}" for name, count in sorted(row["methods"].items()))
            lines.append(f"| {case} | {family} | " + cells(row, "thread", "image", "answers", "server") + f" | {methods} |")
    return lines


def entries(figures: Figures) -> list[tuple[str, str, dict[str, Any]]]:
    """Kernel, tier and figures, in the order of the page."""
    return [
        (kernel, tier, figures[kernel][tier])
        for kernel in sorted(figures, key=version) for tier in TIERS if figures[kernel].get(tier)
    ]


def cells(row: dict[str, int], *more: str) -> str:
    """The counts, with recall and precision in percent; `more` names the counts at the end."""

    def share(part: int, whole: int) -> str:
        return f"{100 * part / whole:.4g} %" if whole else "–"

    sent, seen, missing, right, wrong, unknown = (
        row.get(name, 0) for name in ("sent", "seen", "missing", "right", "wrong", "unknown"))
    return " | ".join([
        str(sent), str(seen), share(seen, seen + missing), str(right), str(wrong), str(unknown), share(right, right + wrong),
        *(str(row.get(name, 0)) for name in more)])


def version(kernel: str) -> list[int]:
    return [int(number) for number in re.findall(r"\d+", kernel)[:2]]
