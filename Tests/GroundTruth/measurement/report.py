"""Prints the result of a score."""

import json

from .differences import Shortfall, outdated, shortfalls
from .score import Score

COLUMNS = ["sent", "seen", "attributed", "right", "thread", "image", "wrong", "unknown", "missing", "duplicates", "answers", "server"]


def report(score: Score, title: str, tier: str) -> bool:
    """Prints the figures; returns whether each meets its limit or is explained."""
    print_table(score, title)
    good = print_shortfalls(score, shortfalls(score, tier))
    for rule in outdated(score.rows):
        good = False
        print(f"OUTDATED in known-differences.txt: {rule}")
    return print_checks(score) and good


def print_shortfalls(score: Score, short: list[Shortfall]) -> bool:
    """Prints the skipped cases and the shortfalls; returns whether each is explained."""
    for (case, family), reason in sorted(score.skipped.items()):
        print(f"skipped {case} {family}: {reason}")
    for each in short:
        print(
            f"{'explained' if each.reason else 'FALLS SHORT'}: {each.case} {each.family}: {each.count} {each.figure}"
            + (f": {each.reason}" if each.reason else "")
        )
        example = score.examples.get(f"{each.case} {each.family} {each.figure}")
        if not each.reason and example:
            print("  " + json.dumps({key: example.get(key) for key in ("dns", "process", "querent")})[:900])
    return all(each.reason for each in short)


def print_table(score: Score, title: str) -> None:
    width = max([len(case) for case, _ in score.rows] + [4])
    print(f"\n{title}\n{'case'.ljust(width)}    " + " ".join(c.rjust(max(5, len(c))) for c in COLUMNS) + "  methods")
    for (case, family), row in score.rows.items():
        methods = " ".join(f"{name}:{n}" for name, n in score.methods.get((case, family), {}).items())
        cells = " ".join(str(row[c]).rjust(max(5, len(c))) for c in COLUMNS)
        print(f"{case.ljust(width)} {family} {cells}  {methods}")


def print_checks(score: Score) -> bool:
    for record in score.false[:5]:
        print("FALSE POSITIVE: " + json.dumps(record)[:600])
    checks = {
        "every case ran": not score.failed and score.complete,
        "no false positives": not score.false,
        "the ledger balances": score.closes,
    }
    if score.history is not None:
        checks["the history answers as the trace and the truth do"] = not score.history
        for difference in score.history[:10]:
            print(f"HISTORY: {difference}")
    for what, holds in checks.items():
        print(f"{'ok' if holds else 'FAILED'}: {what}" + (f" {score.failed}" if score.failed and not holds else ""))
    if not score.nothing_lost:
        print("note: querent lost messages on this host; those of the truth among them count as missing")
    if score.noise:
        print(f"noise: {sum(score.noise.values())} datagrams of {len(score.noise)} protocols, {len(score.false)} taken for DNS")
    return all(checks.values())
