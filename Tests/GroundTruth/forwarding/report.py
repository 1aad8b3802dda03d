"""Prints the result of a score."""

from collections import Counter

from .resolvers import Resolver
from .score import Score

# The limits of a strict resolver: the minimum recall, and the minimum precision of all relations.
RECALL, PRECISION = 0.99, 0.999
COLUMNS = [
    "asks", "unseen", "upstream", "missing", "named", "unnamed", "incomplete", "proven right", "proven wrong", "all right",
    "all wrong", "list right", "list wrong", "origin right", "origin wrong", "cache right", "cache wrong"]
MOST_EXAMPLES = 2


def report(score: Score, resolver: Resolver) -> bool:
    """Prints the figures; returns whether they meet their limits."""
    print(f"\n{resolver.name}\n{'load'.ljust(8)}" + " ".join(column.rjust(max(6, len(column))) for column in COLUMNS))
    for load, row in [*sorted(score.rows.items()), ("total", score.total)]:
        print(load.ljust(8) + " ".join(str(row[column]).rjust(max(6, len(column))) for column in COLUMNS))
    for (fault, _), examples in sorted(score.examples.items()):
        for example in examples[:MOST_EXAMPLES]:
            print(f"{fault}: {example}")
    reasons = shortfalls(score.total, resolver)
    for reason in reasons:
        print(f"FALLS SHORT: {resolver.name}: {reason}")
    return not reasons


def shortfalls(total: Counter[str], resolver: Resolver) -> list[str]:
    """Why the figures miss their limits."""
    reasons = []
    if not total["upstream"] or not total["all right"] + total["all wrong"]:
        reasons.append("nothing was measured")
    if total["proven wrong"]:
        reasons.append(f"{total['proven wrong']} of those named as proven are wrong")
    if resolver.is_strict:
        if share(total, "named", "unnamed", "incomplete") < RECALL:
            reasons.append(f"the recall is below {100 * RECALL:.4g} %")
        if share(total, "all right", "all wrong") < PRECISION:
            reasons.append(f"the precision is below {100 * PRECISION:.4g} %")
    return reasons


def share(total: Counter[str], part: str, *others: str) -> float:
    """The part's share of it and the others; 1 if both are 0."""
    whole = total[part] + sum(total[other] for other in others)
    return total[part] / whole if whole else 1
