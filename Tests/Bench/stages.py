"""The instructions of each stage of `querent read` per message, from callgrind's calls between functions."""

import re
from collections import defaultdict
from collections.abc import Mapping

from measure import Command, Workspace

# The entry of each stage: the functions whose symbol matches, called by one whose symbol does not. Symbols are mangled; a type
# is a module's name and its own, each after its length.
ENTRIES = {
    "file": r"7querent10FileSourceC.*4next",
    "headers": r"14PacketDecoding9DissectorV(4push|7advance|6finish)",
    "messages": r"13TracePipeline12MessageStageV.*7receive_",
    "decode": r"7DNSWire13MessageReaderV11CorrelationE4read_",
    "pair": r"11Correlation10CorrelatorV",
    "relate": r"11Correlation10ChainTableV",
    "publish": r"13TracePipeline12PublishStageV.*7receive_",
    "format": r"13TracePipeline16FormatSubscriberC.*7receive_",
}
# A stage has the instructions of its entry, without those of the next stage's entry, which it calls.
STAGES = {"file": ("file", None), "headers": ("headers", "messages"), "decode": ("decode", None), "pair": ("pair", "publish"),
          "format": ("format", None)}
LINE = re.compile(r"(c?fn)=\((\d+)\)(?: (.*))?")


def entered(path: str) -> dict[str, int]:
    """The instructions between entry and return of each of `ENTRIES`, and of the whole program, in a profile of callgrind."""
    patterns = {name: re.compile(r"\$s" + pattern) for name, pattern in ENTRIES.items()}
    symbols: dict[str, str] = {}
    entries: dict[str, set[str]] = {}
    costs: dict[str, int] = defaultdict(int)
    caller = called = ""
    is_call = False
    with open(path, encoding="utf-8") as file:
        for line in file:
            if match := LINE.match(line):
                number = match[2]
                if match[3]:
                    symbols[number] = match[3]
                    entries[number] = {name for name, pattern in patterns.items() if pattern.match(match[3])}
                if match[1] == "fn":
                    caller = number
                else:
                    called = number
            elif line.startswith("calls="):
                is_call = True
            elif is_call:
                is_call = False
                for name in entries[called] - entries[caller]:
                    costs[name] += int(line.split()[1])
            elif line.startswith("totals:"):
                costs["whole"] = int(line.split()[1])
    missing = [name for name in ENTRIES if name not in costs]
    if missing:
        raise SystemExit(f"bench: no function of the stages {', '.join(missing)} in the profile: the binary has no symbols "
                         "(build it as make bench COUNT=small does), or the functions were renamed (Tests/Bench/stages.py)")
    return costs


def slope(few: Mapping[str, int], many: Mapping[str, int], entry: str, messages: int) -> float:
    """Instructions a message between entry and return of one of `ENTRIES`, from the profiles of two runs that are so many apart."""
    return (many[entry] - few[entry]) / messages


def profile(work: Workspace, command: Command) -> dict[str, int]:
    """The result of `entered` for a command under callgrind."""
    path = work.path("profile")
    work.callgrind(command, path)
    return entered(path)


def slopes(few: Mapping[str, int], many: Mapping[str, int], messages: int) -> dict[str, float]:
    """Instructions per message of each stage, outside any stage, and of all, from the profiles of two runs with that difference."""
    each = {name: (many[name] - few[name]) / messages for name in many}
    found = {name: each[entry] - (each[inner] if inner else 0) for name, (entry, inner) in STAGES.items()}
    return {**found, "rest": each["whole"] - sum(found.values()), "all": each["whole"]}
