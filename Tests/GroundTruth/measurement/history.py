"""Asks the history of a measurement, and compares what it answers with the ground truth."""

import json
import re
import subprocess
from collections import defaultdict
from pathlib import Path

from .score import NAME, Record, Score


def differences(querent: str, directory: Path, truth: str, lines: list[str]) -> list[str]:
    """Returns what the history of a trace answers differently from the trace, whose records are `lines`, and from the truth."""
    history = History(querent, directory)
    found = []
    if sorted(history.lines()) != sorted(lines):
        found.append("the history does not have the records of the trace")
    records = [json.loads(line) for line in lines]
    traced = Score(truth, records, "")
    found += by_name(history, truth, records, traced)
    found += by_address(history, records, traced)
    found += by_process(history, records, traced)
    return found


class History:
    """The questions, as a user asks them."""

    def __init__(self, querent: str, directory: Path) -> None:
        self.command = [querent, "history", "--directory", str(directory)]

    def lines(self, *arguments: str) -> list[str]:
        return self.text(*arguments, "--format", "json").splitlines(keepends=True)

    def records(self, *arguments: str) -> list[Record]:
        return [json.loads(line) for line in self.lines(*arguments)]

    def text(self, *arguments: str) -> str:
        run = subprocess.run([*self.command, *arguments], capture_output=True, text=True, check=False)
        if run.returncode:
            raise SystemExit(f"accuracy: querent history {' '.join(arguments)}: {run.stderr}")
        return run.stdout


def by_name(history: History, truth: str, records: list[Record], traced: Score) -> list[str]:
    """Who asked for the names of a case? The answers are scored as the trace's records are."""
    patterns = defaultdict(set)
    for record in records:
        if match := NAME.match((labels := question(record).split("."))[0]):
            patterns[match[4], match[5]].add(f"p*-{match[4]}-v{match[5]}-*" + ".*" * (len(labels) - 1))
    # A pattern may take the names of a case whose name ends with this one's.
    answers = {without_number(record): record
               for wanted in patterns.values() for pattern in wanted for record in history.records("--name", pattern)}
    asked = Score(truth, answers.values(), "")
    return [f"--name: {case} {family}: {dict(asked.rows[case, family])}, in the trace {dict(row)}"
            for (case, family), row in traced.rows.items() if asked.rows[case, family] != row]


def by_address(history: History, records: list[Record], traced: Score) -> list[str]:
    """Who was told an address, under which name?"""
    expected = defaultdict(set)
    for record in records:
        for address in record.get("dns", {}).get("resolved_ip", []):
            # The history does not take the process that answers for the one that asked.
            expected[address].add((question(record).lower(), process(record) if is_client(record) else "-"))
    found = []
    for address, wanted in expected.items():
        head, *rows = history.text("--told", address).splitlines()
        places = [head.index(column) for column in ("NAME", "PROCESS", "EXECUTABLE")]
        told = {(row[places[0]:places[1]].strip(), row[places[1]:places[2]].strip()) for row in rows}
        if told != wanted:
            found.append(f"--told {address}: {len(told)} names and processes, {len(wanted)} in the trace: {sorted(told ^ wanted)[:3]}")
        found += [f"--told {address}: {name} was asked by {owner}" for name, owner in told if is_wrong(name, owner, traced)]
    return found


def by_process(history: History, records: list[Record], traced: Score) -> list[str]:
    """What did a program ask for?"""
    expected = defaultdict(set)
    for record in records:
        if is_client(record) and process(record) != "-":
            expected[process(record)].add(question(record))
    found = []
    for owner, wanted in expected.items():
        if re.search(r"[*?\\\[]", owner):
            continue
        answers = history.records("--process", owner)
        asked = {question(record) for record in answers if is_client(record) and process(record) == owner}
        if asked != wanted:
            found.append(f"--process {owner}: {len(asked)} names, {len(wanted)} in the trace")
        found += [f"--process {owner}: {name} was asked by another" for name in asked if is_wrong(name, owner, traced)]
    return found


def question(record: Record) -> str:
    return str(record.get("dns", {}).get("question", {}).get("name", ""))


def process(record: Record) -> str:
    return str(record.get("process", {}).get("name", "-"))


def is_client(record: Record) -> bool:
    return bool(record.get("querent", {}).get("role") == "client")


def without_number(record: Record) -> str:
    """The record without its number among those of one output."""
    return json.dumps(record | {"event": record["event"] | {"sequence": 0}})


def is_wrong(name: str, owner: str, traced: Score) -> bool:
    """Whether the truth says that another program asked for a name, in a case where the trace has every program right."""
    labels = name.split(".")
    truth = NAME.match(labels[0])
    if not truth or owner == "-" or traced.rows[truth[4], "v" + truth[5]]["wrong"]:
        return False
    return owner.replace(".", "_").lower() != labels[1].lower()
