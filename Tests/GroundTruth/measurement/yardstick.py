"""Scores the article's program (Tests/GroundTruth/yardstick), and writes its figures next to querent's."""

import fnmatch
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from . import TRUTH, figures
from .differences import Shortfall
from .guest import read, read_records
from .report import print_shortfalls, print_table
from .score import Record, Row, Score

FOLDER = TRUTH / "yardstick"
# Its key in Documentation/accuracy.json, next to those of the tiers.
NAME = "yardstick"
# The program has no executables and does not name servers, so only these figures are compared. An answer is wrong if its
# line does not name the process that sent the query.
COMPARED = ("missing", "wrong", "unknown", "answer wrong")
# querent's default tier on the kernel of Scripts/yardstick, and the tier that is closest to the article's program.
TIERS = ("trampoline", "interface/kprobe")
FAMILIES = ("v4", "v6")
SUMS = ("sent", "seen", "right", "wrong", "unknown", "missing")


def score(folder: Path, kernel: str) -> bool:
    """Scores and stores the output of Tests/Kernels/yardstick.sh; returns whether every figure is explained."""
    truth, records = read(folder, "truth"), read_records(folder)
    result = Score(truth, first_lines(records), read(folder, "errors"))
    queries, answers = (
        Score(truth, first_lines(each for each in records if each["dns"]["type"] == kind), "") for kind in ("query", "answer"))
    for key, row in result.rows.items():
        row["by answer"] = row["seen"] - queries.rows[key]["seen"]
        row["answers"] = answers.rows[key]["seen"]
        row["answer wrong"] = answers.rows[key]["wrong"]
    short = list(shortfalls(result))
    print_table(result, f"{kernel}, the article's program")
    good = print_shortfalls(result, short)
    if result.failed or not result.complete:
        good = False
        print(f"FAILED: not every case ran {result.failed}")
    figures.keep(result, kernel, NAME, short)
    return good


def first_lines(records: Iterable[Record]) -> Iterator[Record]:
    """The first record with each question name: the program prints one for each packet, and loopback shows each packet twice."""
    names: set[str] = set()
    for record in records:
        name = record["dns"]["question"]["name"]
        if name not in names:
            names.add(name)
            yield record


def shortfalls(result: Score) -> Iterator[Shortfall]:
    """Each with the first cause in causes.txt that matches."""
    lines = (FOLDER / "causes.txt").read_text(encoding="utf-8").splitlines()
    causes = [[part.strip() for part in line.split("|")] for line in lines if line.strip() and not line.startswith("#")]
    for (case, family), row in sorted(result.rows.items()):
        for figure in filter(row.get, COMPARED):
            fits = (
                cause[3] for cause in causes
                if fnmatch.fnmatch(case, cause[0]) and cause[1] in ("*", family) and fnmatch.fnmatch(figure, cause[2]))
            yield Shortfall(case, family, figure, row[figure], next(fits, None))


def section(kernels: figures.Figures) -> list[str]:
    """The section of the page: the prose, the sums and a row for each case."""
    lines = []
    for kernel, entries in kernels.items():
        if NAME in entries:
            tiers = [tier for tier in TIERS if "cases" in entries.get(tier, {})]
            lines += [f"\n{kernel}, measured on {entries[NAME]['date']}:\n", *sums(entries, tiers), *cases(entries, tiers)]
    return [(FOLDER / "prose.md").read_text(encoding="utf-8"), *lines] if lines else []


def sums(entries: dict[str, dict[str, Any]], tiers: list[str]) -> list[str]:
    """A row for each program and family, without the case whose number of queries is unknown."""
    lines = ["| program | family | " + " | ".join(SUMS) + " | cases | all right |\n|" + "---|" * 10]
    for name in [*tiers, NAME]:
        for family in FAMILIES:
            rows = [row for key, row in entries[name]["cases"].items() if key.endswith(family) and "missing" in row]
            total = Row()
            for row in rows:
                total.update({figure: row.get(figure, 0) for figure in SUMS})
            good = sum(row.get("right", 0) == row["sent"] for row in rows)
            label = "the article's" if name == NAME else f"querent, tier {name}"
            lines.append(f"| {label} | {family} | {counts(total, *SUMS)} | {len(rows)} | {good} |")
    return lines


def cases(entries: dict[str, dict[str, Any]], tiers: list[str]) -> list[str]:
    """A row for each case in which the article's program could see a packet, with querent's right records and the causes."""
    columns = ("right", "wrong", "unknown", "missing", "by answer", "answers", "answer wrong")
    lines = [
        "\n| case | family | sent | " + "".join(f"querent, {tier}: right | " for tier in tiers) + "the article's: "
        + " | ".join(columns) + " | cause |\n|" + "---|" * (len(tiers) + len(columns) + 4)]
    causes: dict[str, list[str]] = {}
    for case, family, _, _, cause in entries[NAME]["short"]:
        causes.setdefault(f"{case} {family}", []).append(cause or "**not explained**")
    for key, row in sorted(entries[NAME]["cases"].items()):
        if "missing" not in row or (key.endswith("v6") and not row.get("seen")):
            continue
        ours = "".join(f"{counts(entries[tier]['cases'].get(key, {}), 'right')} | " for tier in tiers)
        why = "; ".join(dict.fromkeys(causes.get(key, [])))
        lines.append(f"| {key.replace(' ', ' | ')} | {row['sent']} | {ours}{counts(row, *columns)} | {why} |")
    return lines


def counts(row: dict[str, int], *names: str) -> str:
    return " | ".join(str(row.get(name, 0)) for name in names)
