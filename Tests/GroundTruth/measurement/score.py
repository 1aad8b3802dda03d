"""Compares the records of one run with the ground truth."""

import os
import re
from collections import Counter
from collections.abc import Iterable
from typing import Any

# The figures of a row that must be 0.
FIGURES = ("missing", "duplicates", "wrong", "unknown", "image wrong", "image unknown", "server wrong", "server unknown")
NAME = re.compile(r"p(\d+)-t(\d+)-u(\d+)-(.+)-v([46])-(\d+)$")
IMAGE = re.compile(r"([xyz])-([a-z]+)-\d+$")

# A record of `--format json`.
Record = dict[str, Any]
# A case and an address family: "v4" or "v6".
Key = tuple[str, str]


class Row(Counter[str]):
    """The counts of one case over one family."""


class Score:
    """The counts of one run, by case and family.

    `truth` is the output of the truth program, `errors` the standard error of querent, and `servers` the pids of
    other DNS servers by their port.
    """

    def __init__(self, truth: str, records: Iterable[Record], errors: str, servers: dict[int, set[int]] | None = None) -> None:
        self.rows: dict[Key, Row] = {}
        self.methods: dict[Key, Counter[str]] = {}
        self.examples: dict[str, Record] = {}
        self.skipped: dict[Key, str] = {}
        self.uncounted: set[Key] = set()
        self.failed: list[str] = []
        self.noise: dict[str, int] = {}
        self.arguments: list[str] = []
        self.false: list[Record] = []
        # What the history answers differently; None where none was written.
        self.history: list[str] | None = None
        self.servers = servers or {}
        self.network = self.read_truth(truth)
        names: Counter[str] = Counter()
        for record in records:
            self.add(record, names)
        for key, row in self.rows.items():
            if key not in self.uncounted:
                row["missing"] = row["sent"] - row["seen"]
        self.closes = "every packet and message accounted for" in errors
        self.nothing_lost = "nothing lost" in errors
        self.complete = truth.rstrip().endswith("played")

    def read_truth(self, text: str) -> int | None:
        """Returns the inode number of the network namespace of the truth."""
        network = None
        for words in filter(None, map(str.split, text.splitlines())):
            match words:
                case ["network", number, *_]:
                    network = int(number)
                case ["image", *arguments]:
                    self.arguments = arguments
                case ["case", case, family, sent, *more]:
                    key = (case.replace("_", "-"), family)
                    self.rows[key] = Row(sent=int(sent))
                    if "uncounted" in more:
                        self.uncounted.add(key)
                case ["skipped", case, family, *reason]:
                    self.skipped[case.replace("_", "-"), family] = " ".join(reason)
                case ["failed", case, family, *_]:
                    self.failed.append(f"{case.replace('_', '-')} {family}")
                case ["noise", protocol, count, *_]:
                    self.noise[protocol] = int(count)
        return network

    def add(self, record: Record, names: Counter[str]) -> None:
        """Counts a record; `names` holds the question names of the records before it."""
        question = record.get("dns", {}).get("question", {}).get("name", "")
        labels = question.split(".")
        truth = NAME.match(labels[0])
        if not truth:
            if record.get("querent", {}).get("netns") == self.network:
                self.false.append(record)
            return
        key = (truth[4], "v" + truth[5])
        row = self.rows.setdefault(key, Row())
        if names[question]:
            self.count(key, row, "duplicates", record)
            return
        names[question] += 1
        row["seen"] += 1
        self.score_process(key, row, record, truth, labels)
        self.score_server(key, row, record)

    def score_process(self, key: Key, row: Row, record: Record, truth: re.Match[str], labels: list[str]) -> None:
        """Compares the process of the record with the one in the question name."""
        process, ours = record.get("process", {}), record.get("querent", {})
        method = ours.get("attribution", {}).get("method", "none")
        if ours.get("role") != "client":
            method = "seen only where it arrived"
        self.methods.setdefault(key, Counter())[method] += 1
        if "pid" not in process or ours.get("role") != "client":
            row["unknown"] += 1
            return
        row["attributed"] += 1
        pid, tid, uid = (int(truth[group]) for group in (1, 2, 3))
        has_name = process.get("name", "").replace(".", "_") == labels[1]
        is_process = process["pid"] == pid and has_name and process.get("user", {}).get("id") == str(uid)
        is_thread = tid == 0 or process.get("thread", {}).get("id") == tid
        if is_process and (is_thread or method != "sender"):
            row["right"] += 1
            row["thread"] += is_thread
            self.score_image(key, row, record, labels[3])
        else:
            self.count(key, row, "wrong", record)

    def score_image(self, key: Key, row: Row, record: Record, token: str) -> None:
        """For a record with the right process: compares executable and arguments with those of the program that sent the query."""
        process = record["process"]
        executable, arguments = process.get("executable"), process.get("args")
        if executable is None or arguments is None:
            self.count(key, row, "image unknown", record)
        elif is_image(key[0], token, executable, arguments, self.arguments):
            row["image"] += 1
        else:
            self.count(key, row, "image wrong", record)

    def score_server(self, key: Key, row: Row, record: Record) -> None:
        """The truth's server answers with its own pid, as an address below 10.0.0.0/8."""
        ours = record.get("querent", {})
        addresses = record.get("dns", {}).get("resolved_ip", [])
        if not addresses or ours.get("role") != "client":
            return
        octets = [int(part) for part in addresses[0].split(".")] if "." in addresses[0] else [0]
        port = record.get("destination", {}).get("port")
        if octets[0] == 10:
            expected = {octets[1] << 16 | octets[2] << 8 | octets[3]}
        elif port in self.servers:
            expected = self.servers[port]
        else:
            return
        row["answers"] += 1
        found = ours.get("answered_by", {}).get("process", {}).get("pid")
        if found in expected:
            row["server"] += 1
        else:
            self.count(key, row, "server unknown" if found is None else "server wrong", record)

    def count(self, key: Key, row: Row, figure: str, record: Record) -> None:
        """Counts a figure that must be 0, and keeps the first record of it as an example."""
        row[figure] += 1
        self.examples.setdefault(f"{key[0]} {key[1]} {figure}", record)


def is_image(case: str, token: str, executable: str, arguments: list[str], truth: list[str]) -> bool:
    """Whether the executable and the arguments are those of the program that sent the query; `truth` are the truth's arguments."""
    if image := IMAGE.match(token):
        return executable.startswith("/") and executable.endswith(f"/{image[1]}/{image[2]}") and arguments[-1] == token
    # The case `exec` starts the truth again with other arguments.
    if case == "exec" and arguments[:2] == ["another", "--after-exec"]:
        return True
    has_name = os.path.basename(executable) == os.path.basename(truth[0])
    return arguments == truth and executable.startswith("/") and has_name
