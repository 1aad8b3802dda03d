"""The figures that known-differences.txt explains."""

import fnmatch
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from . import TRUTH
from .score import FIGURES, Key, Row, Score


@dataclass(frozen=True)
class Rule:
    """One line of known-differences.txt: why a figure is not 0. `case` and `tier` are shell patterns."""

    case: str
    tier: str
    figure: str
    reason: str

    @property
    def is_permanent(self) -> bool:
        """Whether the figure must differ from 0 on every kernel and tier."""
        return self.tier == "always"

    def explains(self, case: str, tier: str, figure: str) -> bool:
        is_tier = self.is_permanent or fnmatch.fnmatch(tier, self.tier)
        return fnmatch.fnmatch(case, self.case) and is_tier and figure == self.figure


@dataclass(frozen=True)
class Shortfall:
    """A figure of a case that is not 0; `reason` is None when no rule explains it."""

    case: str
    family: str
    figure: str
    count: int
    reason: str | None


def read_rules() -> list[Rule]:
    lines = (TRUTH / "known-differences.txt").read_text(encoding="utf-8").splitlines()
    return [Rule(*(part.strip() for part in line.split("|"))) for line in lines if line.strip() and not line.startswith("#")]


def shortfalls(score: Score, tier: str) -> list[Shortfall]:
    rules = read_rules()

    def reason(case: str, figure: str) -> str | None:
        return next((rule.reason for rule in rules if rule.explains(case, tier, figure)), None)

    return [
        Shortfall(case, family, figure, row[figure], reason(case, figure))
        for (case, family), row in sorted(score.rows.items())
        for figure in FIGURES
        if row[figure]
    ]


def outdated(rows: Mapping[Key, Row]) -> Iterator[str]:
    """The permanent rules that the rows contradict: the case was played and the figure is 0."""
    for rule in read_rules():
        for (case, family), row in sorted(rows.items()):
            if rule.is_permanent and case == rule.case and row["sent"] and not row[rule.figure]:
                yield f"{rule.case} {family}: {rule.figure}: {rule.reason}"
