"""Counts the differences, and explains them by the rules of known-differences.txt."""

import fnmatch
from collections import Counter

from . import CONFORMANCE

# A shell pattern of differences, the RFC or registry that decides, and the reason.
Rule = tuple[str, str, str]


class Differences:
    """Counts each class of difference by the part that has it; one that no rule explains fails the run."""

    def __init__(self) -> None:
        self.rules: list[Rule] = []
        for line in (CONFORMANCE / "known-differences.txt").read_text(encoding="utf-8").splitlines():
            if line.strip() and not line.startswith("#"):
                pattern, reference, reason = (part.strip() for part in line.split("|"))
                self.rules.append((pattern, reference, reason))
        self.counts: Counter[tuple[str, str]] = Counter()
        self.examples: dict[tuple[str, str], str] = {}

    def add(self, part: str, difference: str, example: str) -> None:
        self.counts[part, difference] += 1
        self.examples.setdefault((part, difference), example)

    def rule(self, difference: str) -> Rule | None:
        for title in (difference, difference.removesuffix(", cut short")):
            for rule in self.rules:
                if fnmatch.fnmatchcase(title, rule[0]):
                    return rule
        return None

    def report(self, show: int) -> int:
        """Prints at most `show` differences without a rule; returns the number of messages that have one."""
        unexplained = 0
        for (part, difference), count in sorted(self.counts.items(), key=lambda item: -item[1]):
            if self.rule(difference):
                continue
            unexplained += count
            show -= 1
            if show >= 0:
                print(f"UNEXPLAINED {part}: {count} × {difference}\n    {self.examples[part, difference][:3000]}")
        return unexplained
