"""The fields of a record of `--format json` that the score needs."""

import calendar
import time
from dataclasses import dataclass
from typing import Any

Record = dict[str, Any]
# The time after which a query counts as unanswered.
TIMEOUT = 5_000_000_000


@dataclass(frozen=True)
class Claim:
    """A process for which a query was sent, as named by querent."""

    pid: int | None
    evidence: str


@dataclass(frozen=True)
class Forwarded:
    """A query that was sent for a client's query, as listed by querent."""

    pid: int | None
    server: str
    name: str
    type: str


@dataclass(frozen=True)
class Exchange:
    """One record; times are nanoseconds since 1970, `end` is that of the answer or when querent stopped waiting."""

    pid: int
    network: int
    name: str
    type: str
    start: int
    end: int
    server: str
    # The response code of the answer; None without one.
    code: str | None
    # Whether the record is that of a late answer, or of another one, to a query that has a record.
    is_late: bool
    is_repeated: bool
    claims: tuple[Claim, ...]
    forwarded: tuple[Forwarded, ...]
    answered_from: str | None
    omitted: int

    @property
    def is_answered(self) -> bool:
        return self.code is not None

    @property
    def is_found(self) -> bool:
        """Whether the answer may be from a cache of answers, and not only from one of failures."""
        return self.code in ("NOERROR", "NXDOMAIN")

    @property
    def is_first(self) -> bool:
        return not self.is_late and not self.is_repeated

    @property
    def question(self) -> tuple[str, str]:
        return self.name, self.type


def read(record: Record) -> Exchange | None:
    """None for a record of a message, of a query without a process, or of a server."""
    ours, event, question = record.get("querent", {}), record["event"], record.get("dns", {}).get("question")
    if ours.get("role") != "client" or "pid" not in record.get("process", {}) or not question or "start" not in event:
        return None
    start, reason = nanoseconds(event["start"]), event.get("reason")
    name, kind = question["name"], question["type"]
    return Exchange(
        pid=record["process"]["pid"], network=ours["netns"], name=name, type=kind, start=start,
        end=nanoseconds(event["end"]) if "end" in event else start + TIMEOUT,
        server=endpoint(record["destination"]), code=record["dns"].get("response_code") if "end" in event else None,
        is_late=reason == "late", is_repeated=reason == "repeated",
        claims=tuple(Claim(pid(client), client["evidence"]) for client in ours.get("on_behalf_of", [])),
        forwarded=tuple(as_forwarded(query, question) for query in ours.get("forwarded", [])),
        answered_from=ours.get("answered_from"), omitted=ours.get("related_omitted", 0))


def as_forwarded(query: Record, question: Record) -> Forwarded:
    """A listed query; it has the client's question unless it states another."""
    asks = query.get("question", question)
    return Forwarded(pid(query), endpoint(query["server"]), asks["name"], asks["type"])


def pid(related: Record) -> int | None:
    found: int | None = related.get("process", {}).get("pid")
    return found


def endpoint(place: Record) -> str:
    return f"{place['ip']}:{place['port']}"


def nanoseconds(text: str) -> int:
    whole, _, fraction = text.rstrip("Z").partition(".")
    return calendar.timegm(time.strptime(whole, "%Y-%m-%dT%H:%M:%S")) * 1_000_000_000 + int(fraction.ljust(9, "0") or 0)
