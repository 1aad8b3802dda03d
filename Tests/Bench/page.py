"""Writes Documentation/Performance.md from Documentation/performance.json and known-differences.txt."""

import dataclasses
import datetime
import json
import os
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

from measure import HERE, ROOT, Row, Wanted, number

FIGURES = os.path.join(ROOT, "Documentation", "performance.json")
PAGE = os.path.join(ROOT, "Documentation", "Performance.md")
PROSE = os.path.join(HERE, "prose.md")


def explained() -> dict[str, str]:
    """The causes in known-differences.txt, by the key of the figure."""
    causes = {}
    with open(os.path.join(HERE, "known-differences.txt"), encoding="utf-8") as file:
        for line in file:
            if line.strip() and not line.startswith("#"):
                key, cause = line.split("|", 1)
                causes[key.strip()] = cause.strip()
    return causes


def load() -> dict[str, Any]:
    try:
        with open(FIGURES, encoding="utf-8") as file:
            figures: dict[str, Any] = json.load(file)
    except FileNotFoundError:
        return {}
    return figures


def keep(name: str, row: Row, busy: float, machine: Mapping[str, str], versions: Mapping[str, str | None]) -> None:
    """Writes a row to performance.json, with its machine."""
    figures = load() or {"rows": {}}
    figures["versions"] = versions
    figures["rows"][name] = {"date": datetime.date.today().isoformat(), "busy": round(busy), "machine": machine,
                             **dataclasses.asdict(row)}
    with open(FIGURES, "w", encoding="utf-8") as file:
        json.dump(figures, file, indent=1, sort_keys=True)
        file.write("\n")


def described(machine: Mapping[str, str]) -> str:
    virtual = " of a virtual machine" if machine["virtual"] == "yes" else ""
    return f"{machine['processor']}, {machine['cores']} cores{virtual}, {machine['memory']}; {machine['kernel']}"


def machines(kept: Mapping[str, Any], names: Iterable[str]) -> list[dict[str, str]]:
    """The machines on which the rows were measured, in the order of `names`: figures of different ones cannot be compared."""
    found: list[dict[str, str]] = []
    for name in names:
        if name in kept and kept[name]["machine"] not in found:
            found.append(kept[name]["machine"])
    return found


def rows(names: Iterable[str]) -> Iterator[tuple[str, Row]]:
    """The rows that were measured in the order of `names`, each with the date, the machine and its load."""
    kept = load().get("rows", {})
    known = machines(kept, names)
    for name in names:
        if name in kept:
            fields = dict(kept[name])
            place = known.index(fields.pop("machine"))
            where = f" on machine {place + 1}" if len(known) > 1 else ""
            when = f"Measured {fields.pop('date')}{where}; just before, others took {fields.pop('busy')} % of the machine."
            yield when, Row(**{**fields, "wanted": [Wanted(**wanted) for wanted in fields["wanted"]]})


def verdict(wanted: Wanted, causes: Mapping[str, str]) -> str:
    if wanted.reached():
        return "reached"
    return causes.get(wanted.key, "**not reached, not explained**")


def line(wanted: Wanted) -> tuple[str, str]:
    """The value and the limit."""
    return f"{number(wanted.value)}{wanted.unit}", f"{'≤' if wanted.is_most else '≥'} {number(wanted.limit)}{wanted.unit}"


def table(columns: list[str], lines: Iterable[list[str]]) -> list[str]:
    return ["| " + " | ".join(columns) + " |", "|" + "---|" * len(columns), *("| " + " | ".join(cells) + " |" for cells in lines)]


def document(names: Collection[str]) -> None:
    figures, causes = load(), explained()
    if not figures:
        raise SystemExit("bench: there are no measurements yet: make bench")
    with open(PROSE, encoding="utf-8") as file:
        prose = file.read()
    known = [described(machine) for machine in machines(figures["rows"], names)]
    where = [f"{known[0]}.\n"] if len(known) == 1 else [
        "Each row names its machine; figures of different ones cannot be compared.\n",
        *(f"{place + 1}. {machine}." for place, machine in enumerate(known)), ""]
    lines = [prose, "## Machine\n", *where,
             "Peers: " + ", ".join(f"{name} {version}" for name, version in sorted(figures["versions"].items())) + ".\n",
             "## What is wanted\n"]
    wanted = [(row.title, entry) for _, row in rows(names) for entry in row.wanted]
    lines += table(["row", "figure", "measured", "wanted", "reached, or what limits it"],
                   [[title, entry.what, *line(entry), verdict(entry, causes)] for title, entry in wanted])
    missing = [name for name in names if name not in figures["rows"]]
    if missing:
        lines.append(f"\nNot measured: {', '.join(missing)}.")
    for when, row in rows(names):
        lines += [f"\n## {row.title}\n", row.how, f"\n{when}\n", *table(row.columns, row.table)]
    with open(PAGE, "w", encoding="utf-8") as file:
        file.write("\n".join(lines) + "\n")


def show(row: Row) -> None:
    """Prints a row to the terminal."""
    widths = [max(len(str(cells[n])) for cells in [row.columns, *row.table]) for n in range(len(row.columns))]
    print(f"\n{row.title}")
    for cells in [row.columns, *row.table]:
        first, *others = (cell.rjust(width) if n else cell.ljust(width) for n, (cell, width) in enumerate(zip(cells, widths, strict=True)))
        print("  ".join(["", first, *others]))
    causes = explained()
    for entry in row.wanted:
        measured, limit = line(entry)
        print(f"  {entry.what}: {measured}, wanted {limit}: {verdict(entry, causes)}", flush=True)
