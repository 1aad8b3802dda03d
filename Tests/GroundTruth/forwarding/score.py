"""Compares the records of one resolver's clients with their queries."""

import dataclasses
import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from . import READY
from .exchange import Claim, Exchange, Forwarded
from .load import Ask

# The maximum difference of two clocks, plus the maximum delay of a message; nanoseconds.
TOLERANCE = 500_000
# How long a resolver may continue after a client without an answer has given up.
PATIENCE = 5_000_000_000
ALIAS = re.compile(r"alias(\d+)\.truth\.test$")
SERVER = re.compile(r"^ns\d\.")
LOAD = re.compile(r"(?:p\d+-\d+\.)?(?:(shared|alias|target)\d+(?:-\d+)?\.)?(truth|target|silent|retry)\.test$")


@dataclass(frozen=True)
class Truth:
    """The queries of one resolver's clients; `pids` are the resolvers, nearest to the clients first.

    `coalesces` says whether all clients that wait for the same question share one query; otherwise each query is for one of them.
    """

    coalesces: bool
    network: int
    pids: list[int]
    asks: list[Ask]

    @classmethod
    def read(cls, text: str) -> "Truth":
        parts = json.loads(text)
        return cls(parts["coalesces"], parts["network"], parts["pids"], [Ask(*ask) for ask in parts["asks"]])


class Score:
    """The counts of one resolver, by load."""

    def __init__(self, truth: Truth, exchanges: Iterable[Exchange]) -> None:
        self.truth = truth
        self.rows: dict[str, Counter[str]] = defaultdict(Counter)
        # By figure and load.
        self.examples: dict[tuple[str, str], list[str]] = defaultdict(list)
        exchanges = [exchange for exchange in exchanges if exchange.network == truth.network]
        self.upstream = [exchange for exchange in exchanges if exchange.pid in truth.pids]
        self.by_question: dict[tuple[str, str], list[Exchange]] = defaultdict(list)
        for sent in self.upstream:
            self.by_question[sent.question].append(sent)
        self.asks: dict[tuple[str, str], list[Ask]] = defaultdict(list)
        for ask in truth.asks:
            for name in names(ask.name):
                self.asks[name, ask.type].append(ask)
        self.records = self.find([one for one in exchanges if one.pid not in truth.pids and not one.is_repeated])
        for sent in self.upstream:
            self.score_upstream(sent)
        self.score_clients()

    @property
    def total(self) -> Counter[str]:
        total: Counter[str] = Counter()
        for row in self.rows.values():
            total.update(row)
        return total

    def find(self, exchanges: list[Exchange]) -> dict[Ask, Exchange]:
        """The clients' records by question: that of the nearest query, and the last of these, because a late answer is in a
        separate record."""
        by_question: dict[tuple[int, str, str], list[Exchange]] = defaultdict(list)
        for exchange in exchanges:
            by_question[exchange.pid, *exchange.question].append(exchange)
        found = {}
        for ask in self.truth.asks:
            records = [one for one in by_question[ask.pid, ask.name, ask.type] if ask.start - TOLERANCE <= one.start <= ask.end]
            if records:
                found[ask] = max(records, key=lambda one: (-abs(one.start - ask.start), one.is_answered, one.end))
        return found

    def narrow(self, ask: Ask) -> Ask:
        """The question with the times of its query and its answer, if they are known."""
        asked = self.records.get(ask)
        return dataclasses.replace(ask, start=asked.start, end=min(ask.end, asked.end)) if asked else ask

    def is_shared(self, name: str, kind: str) -> bool:
        return len({ask.pid for ask in self.asks[name, kind]}) > 1

    def fail(self, load: str, figure: str, text: str) -> None:
        self.rows[load][figure] += 1
        self.examples[figure, load].append(text)

    def score_upstream(self, sent: Exchange) -> None:
        """Compares the clients for which a query of the resolver was sent."""
        if not sent.is_first or sent.name == READY:
            return
        asks = self.asks.get(sent.question, [])
        if not asks:
            self.score_step(sent)
            return
        load = kind(sent.name)
        row = self.rows[load]
        row["upstream"] += 1
        possible = {ask.pid for ask in asks}
        if len(possible) > 1:
            possible = {ask.pid for ask in asks if overlap(ask, sent, TOLERANCE)}
        claims = [claim for claim in sent.claims if claim.pid not in self.truth.pids]
        is_reached = self.is_nearest(sent)
        for claim in claims:
            self.count_claim(load, sent, claim, is_reached and claim.pid in possible, f"not one of {sorted(possible)[:8]}")
        named = {claim.pid for claim in claims}
        if not named & possible:
            self.fail(load, "unnamed", f"{text(sent)}: no process is named of {sorted(possible)[:8]}")
        elif self.lacking(sent, asks, possible):
            self.fail(load, "incomplete", f"{text(sent)}: {self.lacking(sent, asks, possible)} more clients waited from before to after it")
        else:
            row["named"] += 1

    def is_nearest(self, sent: Exchange) -> bool:
        """For a resolver behind another: whether that one is named first."""
        place = self.truth.pids.index(sent.pid)
        return place == 0 or not sent.claims or sent.claims[0].pid == self.truth.pids[place - 1]

    def lacking(self, sent: Exchange, asks: list[Ask], possible: set[int]) -> int:
        """The number of clients that waited from before the query until after its answer, and are named neither for this query nor
        another for the same question at that time."""
        if len(possible) == 1 or not sent.is_answered or not self.truth.coalesces:
            return 0
        certain = {ask.pid for ask in map(self.narrow, asks) if ask.start < sent.start - TOLERANCE and ask.end > sent.end + TOLERANCE}
        others = [
            other for other in self.by_question[sent.question]
            if other.pid == sent.pid and other.start < sent.end and other.end > sent.start]
        named = {claim.pid for other in others for claim in other.claims}
        return max(0, len(certain - named) - sum(other.omitted for other in others))

    def score_step(self, sent: Exchange) -> None:
        """For a query for a name that no client queried: the named clients must have queried at that time a name below it, or
        below the zone of this server."""
        place = SERVER.sub("", sent.name)
        for claim in sent.claims:
            if claim.pid in self.truth.pids:
                continue
            is_right = any(
                ask.pid == claim.pid and overlap(ask, sent, PATIENCE if ask.code == -1 else TOLERANCE)
                and any(is_below(name, place) for name in names(ask.name))
                for ask in self.truth.asks)
            self.count_claim("steps", sent, claim, is_right, "which queried no name below it at that time")
        self.rows["steps"]["steps" if sent.claims else "steps of nobody"] += 1

    def count_claim(self, load: str, sent: Exchange, claim: Claim, is_right: bool, why: str) -> None:
        if claim.pid is None:
            return
        for figure in (["proven"] if claim.evidence == "proven" else []) + ["all"]:
            if is_right:
                self.rows[load][f"{figure} right"] += 1
            else:
                self.fail(load, f"{figure} wrong", f"{text(sent)}: {claim.evidence} for {claim.pid}, {why}")

    def score_clients(self) -> None:
        """Compares the resolver's queries in the clients' records."""
        seen = set()
        for ask in self.truth.asks:
            load, row = kind(ask.name), self.rows[kind(ask.name)]
            row["asks"] += 1
            asked = self.records.get(ask)
            if not asked:
                self.fail(load, "unseen", f"{ask}: no record")
                continue
            must, may = self.sent_for(ask, asked)
            if not may and asked.is_found and (ask.pid, ask.name, ask.type) not in seen and len(self.asks[ask.name, ask.type]) < 3:
                self.fail(load, "missing", f"{text(asked)}: no query of the resolver is seen")
            seen.add((ask.pid, ask.name, ask.type))
            self.score_list(load, asked, must, may)
            self.score_origin(load, asked, must, may)

    def sent_for(self, ask: Ask, asked: Exchange) -> tuple[list[Exchange], list[Exchange]]:
        """The queries that the resolvers certainly sent while the client waited, and those that they may have sent."""
        end = ask.end if asked.is_answered else max(ask.end, asked.end)
        related = [sent for name in names(ask.name) for sent in self.by_question[name, ask.type] if sent.is_first]
        # It is unknown how long the resolver waited for the answer to an older unanswered query.
        must = [sent for sent in related if overlap(self.narrow(ask), sent, -TOLERANCE) and (sent.is_answered or sent.start > ask.start)]
        may = [sent for sent in related if sent.start < end + TOLERANCE and sent.end > ask.start - TOLERANCE]
        # All queries of a second resolver for the first one's query belong to the clients that wait for that query.
        if not self.truth.coalesces and self.is_shared(ask.name, ask.type):
            must = []
        waits = [(ask.start - TOLERANCE, end + TOLERANCE), *((sent.start, sent.end) for sent in may if sent.pid == self.truth.pids[0])]
        behind = [sent for sent in related if sent.pid != self.truth.pids[0]]
        if behind:
            may = [sent for sent in may if sent.pid == self.truth.pids[0]] + [
                sent for sent in behind if any(sent.start < last and sent.end > first for first, last in waits)]
        return must, may

    def score_list(self, load: str, asked: Exchange, must: list[Exchange], may: list[Exchange]) -> None:
        listed, most = Counter(asked.forwarded), Counter(map(as_listed, may))
        # The resolver's intermediate queries are compared with all its queries.
        for step in [one for one in listed if one.name not in names(asked.name)]:
            if any(as_listed(sent) == step and sent.start < asked.end and sent.end > asked.start for sent in self.upstream):
                del listed[step]
        least = Counter(map(as_listed, must))
        lacking = (least - listed).total()
        # One of several queries for the same question may have been for other clients.
        is_complete = bool(listed) if lacking and self.is_shared(*asked.question) else lacking <= asked.omitted
        if not listed - most and is_complete:
            self.rows[load]["list right"] += 1
        else:
            what = f"lists {shown(listed)}, sent {shown(least)}" + (f" to {shown(most)}" if most != least else "")
            self.fail(load, "list wrong", f"{text(asked)}: {what}")

    def score_origin(self, load: str, asked: Exchange, must: list[Exchange], may: list[Exchange]) -> None:
        if not asked.is_answered:
            return
        # A client's query that the resolver read late may be answered by an upstream query that was open before. A failure without a
        # query may be cached, or the resolver's own.
        figure = "origin" if may or not asked.is_found else "cache"
        failure: list[str | None] = [] if must or asked.is_found else [None]
        if asked.answered_from in [*([] if must else ["cache"]), *(["upstream"] if may else []), *failure]:
            self.rows[load][f"{figure} right"] += 1
        else:
            wanted = "upstream" if must else "upstream or cache" if may else "cache"
            self.fail(load, f"{figure} wrong", f"{text(asked)}: from {asked.answered_from}, not from {wanted}")


def names(name: str) -> list[str]:
    """The name, and the target of its alias."""
    alias = ALIAS.match(name)
    return [name, f"target{alias[1]}.target.test"] if alias else [name]


def kind(name: str) -> str:
    """The load of a name."""
    parts = LOAD.match(name)
    if not parts:
        return "other"
    return {None: "own", "target": "alias"}.get(parts[1], parts[1]) if parts[2] in ("truth", "target") else parts[2]


def overlap(ask: Ask, sent: Exchange, tolerance: int) -> bool:
    return ask.start < sent.end + tolerance and ask.end > sent.start - tolerance


def is_below(name: str, other: str) -> bool:
    return name == other or other == "." or name.endswith("." + other)


def as_listed(sent: Exchange) -> Forwarded:
    return Forwarded(sent.pid, sent.server, sent.name, sent.type)


def text(exchange: Exchange) -> str:
    return f"{exchange.pid} asks {exchange.server} for {exchange.name} {exchange.type} at {exchange.start}"


def shown(queries: Counter[Forwarded]) -> str:
    return ", ".join(f"{count} × {query.pid} to {query.server} {query.name}" for query, count in queries.items()) or "nothing"
