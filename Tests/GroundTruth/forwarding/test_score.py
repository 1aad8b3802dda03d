"""Tests of the score, with right and wrong records in querent's format."""

import unittest
from typing import Any

from .exchange import Exchange, read
from .load import Ask
from .report import shortfalls
from .resolvers import RESOLVERS
from .score import Score, Truth

NETWORK, RESOLVER, SECOND, CLIENT, OTHER = 4026531999, 53, 54, 100, 101
DNSMASQ = RESOLVERS[0]
MILLISECOND = 1_000_000
NAME = "p100-0.truth.test"


def ask(name: str = NAME, pid: int = CLIENT, start: int = 10, end: int = 20, code: int = 0) -> Ask:
    return Ask(pid, name, "A", start * MILLISECOND, end * MILLISECOND, code)


def record(pid: int, name: str, start: int, end: int | None, server: str, **ours: Any) -> dict[str, Any]:  # noqa: ANN401
    """A record of `--format json`; times in milliseconds since 1970."""
    event: dict[str, Any] = {"start": f"1970-01-01T00:00:00.{start:03}000000Z"}
    if end is None:
        event["reason"] = "timeout"
    else:
        event["end"] = f"1970-01-01T00:00:00.{end:03}000000Z"
    dns = {"question": {"name": name, "type": "A"}} | ({} if end is None else {"response_code": "NOERROR"})
    return {
        "event": event, "process": {"pid": pid}, "dns": dns,
        "destination": {"ip": server, "port": 53}, "querent": {"role": "client", "netns": NETWORK, **ours}}


def asked(name: str = NAME, pid: int = CLIENT, start: int = 11, end: int | None = 19, **ours: Any) -> dict[str, Any]:  # noqa: ANN401
    return record(pid, name, start, end, "127.0.0.53", **ours)


def sent(
    name: str = NAME, pids: tuple[int, ...] = (CLIENT,), evidence: str = "proven", start: int = 13, end: int | None = 16,
    pid: int = RESOLVER,
) -> dict[str, Any]:
    clients = [{"process": {"pid": one}, "client": {"ip": "127.0.0.1", "port": 4000}, "evidence": evidence} for one in pids]
    return record(pid, name, start, end, "127.0.0.2", on_behalf_of=clients)


def forwarded(**question: str) -> dict[str, Any]:
    query: dict[str, Any] = {"server": {"ip": "127.0.0.2", "port": 53}, "process": {"pid": RESOLVER}}
    if question:
        query["question"] = question
    return {"answered_from": "upstream", "forwarded": [query]}


def total(asks: list[Ask], *records: dict[str, Any], pids: tuple[int, ...] = (RESOLVER,)) -> dict[str, int]:
    """The figures that are not 0."""
    return {key: count for key, count in score(asks, *records, pids=pids).total.items() if count}


def score(asks: list[Ask], *records: dict[str, Any], pids: tuple[int, ...] = (RESOLVER,), coalesces: bool = True) -> Score:
    exchanges: list[Exchange] = list(filter(None, map(read, records)))
    return Score(Truth(coalesces, NETWORK, list(pids), asks), exchanges)


class ScoreTests(unittest.TestCase):
    """The processes named for a resolver's query, and the queries listed in a client's record."""

    def test_the_client_in_the_name_is_right(self) -> None:
        figures = total([ask()], sent(), asked(**forwarded()))
        self.assertEqual(figures, {
            "asks": 1, "upstream": 1, "named": 1, "proven right": 1, "all right": 1, "list right": 1, "origin right": 1})

    def test_another_process_is_wrong_and_the_client_unnamed(self) -> None:
        figures = total([ask()], sent(pids=(OTHER,)), asked(**forwarded()))
        self.assertEqual((figures["proven wrong"], figures["all wrong"], figures["unnamed"]), (1, 1, 1))
        self.assertNotIn("all right", figures)

    def test_another_process_beside_the_client_is_wrong(self) -> None:
        figures = total([ask()], sent(pids=(CLIENT, OTHER), evidence="coalesced"), asked(**forwarded()))
        self.assertEqual((figures["all wrong"], figures["all right"], figures["named"]), (1, 1, 1))

    def test_nobody_is_unnamed_and_nothing_wrong(self) -> None:
        figures = total([ask()], sent(pids=()), asked(**forwarded()))
        self.assertEqual(figures["unnamed"], 1)
        self.assertNotIn("all wrong", figures)

    def test_who_waited_for_a_shared_name_is_right_and_who_did_not_is_wrong(self) -> None:
        asks = [ask("shared2-0.truth.test"), ask("shared2-0.truth.test", OTHER, start=300, end=320)]
        figures = total(asks, sent("shared2-0.truth.test", (CLIENT, OTHER), "coalesced"))
        self.assertEqual((figures["all right"], figures["all wrong"]), (1, 1))

    def test_a_waiting_client_that_is_not_named_makes_the_query_incomplete(self) -> None:
        asks = [ask("shared2-0.truth.test"), ask("shared2-0.truth.test", OTHER)]
        self.assertEqual(total(asks, sent("shared2-0.truth.test"))["incomplete"], 1)
        self.assertEqual(total(asks, sent("shared2-0.truth.test", (CLIENT, OTHER), "coalesced"))["named"], 1)

    def test_where_each_client_has_a_query_of_its_own_one_is_enough(self) -> None:
        asks = [ask("shared2-0.truth.test"), ask("shared2-0.truth.test", OTHER)]
        cached = asked("shared2-0.truth.test", OTHER, answered_from="cache")
        self.assertEqual(score(asks, sent("shared2-0.truth.test"), cached, coalesces=False).total["named"], 1)
        self.assertEqual(score(asks, sent("shared2-0.truth.test"), cached, coalesces=False).total["origin right"], 1)
        self.assertEqual(score(asks, sent("shared2-0.truth.test"), cached).total["origin wrong"], 1)

    def test_the_target_of_an_alias_belongs_to_the_client_that_asked_for_the_alias(self) -> None:
        self.assertEqual(total([ask("alias7.truth.test")], sent("target7.target.test"))["named"], 1)
        self.assertEqual(total([ask("alias7.truth.test")], sent("target7.target.test", (OTHER,)))["all wrong"], 1)

    def test_a_step_is_right_of_a_client_below_it_and_wrong_of_another(self) -> None:
        self.assertEqual(total([ask()], sent("test", evidence="inferred"))["all right"], 1)
        self.assertEqual(total([ask()], sent("retry.test", evidence="inferred"))["all wrong"], 1)
        self.assertEqual(total([ask(start=500, end=600)], sent("test", evidence="inferred"))["all wrong"], 1)

    def test_behind_two_resolvers_the_nearest_is_named_first(self) -> None:
        behind = sent(pids=(RESOLVER, CLIENT), start=14, end=15, pid=SECOND)
        self.assertEqual(total([ask()], behind, pids=(RESOLVER, SECOND))["named"], 1)
        without = sent(pids=(CLIENT,), start=14, end=15, pid=SECOND)
        self.assertEqual(total([ask()], without, pids=(RESOLVER, SECOND))["all wrong"], 1)

    def test_a_list_that_lacks_a_query_or_has_one_too_many_is_wrong(self) -> None:
        self.assertEqual(total([ask()], sent(), asked(answered_from="upstream"))["list wrong"], 1)
        self.assertEqual(total([ask()], asked(**forwarded()))["list wrong"], 1)
        other = forwarded(name="p1-0.truth.test", type="A")
        self.assertEqual(total([ask()], sent(), asked(**other))["list wrong"], 1)

    def test_an_answer_without_a_query_is_from_the_cache(self) -> None:
        asks = [ask(), ask(start=30, end=40)]
        first = [sent(), asked(**forwarded())]
        self.assertEqual(total(asks, *first, asked(start=31, end=39, answered_from="cache"))["cache right"], 1)
        self.assertEqual(total(asks, *first, asked(start=31, end=39, answered_from="local"))["cache wrong"], 1)
        self.assertEqual(total(asks, *first, asked(start=31, end=39))["cache wrong"], 1)

    def test_a_late_answer_is_in_the_last_record_of_a_question(self) -> None:
        late = asked(end=18, **forwarded())
        late["event"]["reason"] = "late"
        self.assertEqual(total([ask()], sent(), asked(end=None), late)["list right"], 1)

    def test_a_query_without_an_answer_that_is_older_than_the_question_may_be_over(self) -> None:
        asks, first = [ask(), ask(start=30, end=40)], [sent(end=None), asked(**forwarded())]
        for ours in ({"answered_from": "cache"}, forwarded()):
            self.assertEqual(total(asks, *first, asked(start=31, end=39, **ours))["list right"], 2)

    def test_a_first_question_that_the_resolver_is_not_seen_to_ask_is_missing(self) -> None:
        self.assertEqual(total([ask()], asked(answered_from="cache"))["missing"], 1)

    def test_a_failure_may_be_the_resolvers_own(self) -> None:
        failed = asked()
        failed["dns"]["response_code"] = "SERVFAIL"
        self.assertEqual(total([ask()], failed), {"asks": 1, "list right": 1, "origin right": 1})
        failed["querent"]["answered_from"] = "local"
        self.assertEqual(total([ask()], failed)["origin wrong"], 1)

    def test_a_question_without_a_record_is_unseen(self) -> None:
        self.assertEqual(total([ask()])["unseen"], 1)

    def test_records_of_another_network_count_nothing(self) -> None:
        other = sent(pids=(OTHER,))
        other["querent"]["netns"] = 1
        self.assertNotIn("upstream", total([ask()], other))


class ReportTests(unittest.TestCase):
    """The conditions under which a measurement fails."""

    def test_figures_as_wanted_pass(self) -> None:
        self.assertEqual(self.reasons([sent(), asked(**forwarded())]), [])

    def test_nothing_measured_fails(self) -> None:
        self.assertEqual(self.reasons([]), ["nothing was measured"])

    def test_what_is_proven_and_wrong_fails_of_every_resolver(self) -> None:
        lenient = next(resolver for resolver in RESOLVERS if not resolver.is_strict)
        self.assertEqual(shortfalls(score([ask()], sent(pids=(OTHER,))).total, lenient), ["1 of those named as proven are wrong"])

    def test_a_recall_or_precision_below_what_is_wanted_fails_of_a_strict_resolver(self) -> None:
        self.assertEqual(self.reasons([sent(), sent(pids=())]), ["the recall is below 99 %"])
        wrong = sent(pids=(CLIENT, OTHER), evidence="inferred")
        self.assertEqual(self.reasons([wrong]), ["the precision is below 99.9 %"])

    def reasons(self, records: list[dict[str, Any]]) -> list[str]:
        return shortfalls(score([ask()], *records).total, DNSMASQ)


if __name__ == "__main__":
    unittest.main()
