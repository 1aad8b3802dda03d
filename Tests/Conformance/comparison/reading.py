"""Reads capture files with querent."""

import json
import re
import subprocess
import tempfile
from collections import defaultdict
from typing import Any

from .captures import Flow, index_of
from .message import Message, Refusal

MALFORMED = re.compile(r"malformed: (.*) at octet (\d+) of (\d+), (\S+) port (\d+) to (\S+) port (\d+), ")


class Reading:
    """The records, the refusals and the ledger of one run of `querent read`."""

    def __init__(self, querent: str, *files: str) -> None:
        with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as errors:
            command = [querent, "read", "--format", "json", "--messages", "--verbose", *files]
            code = subprocess.run(command, stdout=output, stderr=errors, check=False).returncode
            output.seek(0)
            errors.seek(0)
            self.records: list[dict[str, Any]] = [json.loads(line) for line in output]
            self.errors = errors.read().decode()
        if code:
            raise SystemExit(f"conformance: querent read {' '.join(files)} ended with {code}:\n{self.errors}")
        lines = self.errors.replace("querent: malformed", "malformed").splitlines()
        # Reason, place, length, source and destination with their ports.
        self.refusals = [match.groups() for match in map(MALFORMED.match, lines) if match]
        packets = re.search(r"packets +(\d+) seen", self.errors)
        self.packets = int(packets[1]) if packets else 0
        self.closes = "every packet and message accounted for" in self.errors

    def flows(self) -> dict[Flow, list[int]]:
        """The length of every message by flow, refused or not; -1 if the capture truncated it, because the record has its full length."""
        flows: dict[Flow, list[int]] = defaultdict(list)
        for record in self.records:
            ends = [(record[end]["ip"], record[end]["port"], record[end].get("bytes")) for end in ("source", "destination")]
            if record["dns"]["type"] == "answer":
                ends.reverse()
            is_cut = record["querent"].get("transport", {}).get("truncated_capture")
            flow = (record["network"]["transport"], *ends[0][:2], *ends[1][:2])
            flows[flow].append(-1 if is_cut else ends[0][2])
        for _, _, size, source, source_port, destination, destination_port in self.refusals:
            # A refusal does not contain the transport.
            addresses = (source, int(source_port), destination, int(destination_port))
            key = next((flow for flow in flows if flow[1:] == addresses), ("udp", *addresses))
            flows[key].append(int(size))
        return flows

    def by_index(self) -> dict[int, Message | Refusal]:
        """The contents of each message of a file that `captures.write` wrote, by its index."""
        result: dict[int, Message | Refusal] = {}
        for record in self.records:
            result[index_of(record["source"]["ip"], record["destination"]["ip"])] = message(record)
        for reason, _, _, source, _, destination, _ in self.refusals:
            result[index_of(source, destination)] = Refusal(reason)
        return result


def message(record: dict[str, Any]) -> Message:
    """The fields of one record of `--format json --messages`."""
    dns, ours = record["dns"], record["querent"]
    reading: Message = {"id": int(dns["id"]), "kind": dns["type"], "opcode": dns["op_code"], "flags": dns.get("header_flags", [])}
    sections = ours.get("query", {})
    if reading["kind"] == "answer":
        reading["rcode"] = dns["response_code"]
        answers = [f"{with_dot(a['name'])} {a['ttl']} {a['class']} {a['type']} {a['data']}" for a in dns.get("answers", [])]
        sections = {"answers": answers, "authority": ours.get("authority", []), "additional": ours.get("additional", [])}
    if "question" in dns:
        question = dns["question"]
        reading["question"] = [with_dot(question["name"]), question["type"], question["class"]]
    reading["answers"] = sections.get("answers", [])
    reading["authority"] = sections.get("authority", [])
    reading["additional"] = sections.get("additional", [])
    if "edns" in ours:
        edns = ours["edns"]
        reading["edns"] = [edns["version"], edns["udp_size"], edns.get("options", [])]
    return reading


def with_dot(text: str) -> str:
    return text if text == "." else text + "."
