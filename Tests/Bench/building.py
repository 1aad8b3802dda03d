"""The time of a release build: from clean, and after one more line in Sources/Formats."""

import os
import shutil
import subprocess
import time

from measure import ROOT, Row, Wanted, Workspace

HOW = """`{command}` in a copy of the sources, with the packages that it depends on already fetched: from clean; after one more
line in the body of a function in `{file}`; and again without a change."""
COMMAND = ["swift", "build", "--configuration", "release", "--static-swift-stdlib", "--product", "querent"]
FILE, BEFORE, LINE = "Sources/Formats/JSONFormat.swift", "  package mutating func encode(", "    if sequence == .max { return }\n"
# The parts of the build folder that belong to the packages.
FETCHED = {"artifacts", "checkouts", "repositories", "workspace-state.json"}


def copy(work: Workspace) -> str:
    """Copies the sources and the fetched packages; returns the folder."""
    folder = work.path("sources")

    def left_out(path: str, names: list[str]) -> set[str]:
        if path == ROOT:
            return {name for name in names if name == ".git" or name.startswith(".build-")}
        return set(names) - FETCHED if path == os.path.join(ROOT, ".build") else set()

    shutil.copytree(ROOT, folder, symlinks=True, ignore=left_out)
    return folder


def build(folder: str) -> float:
    """Returns seconds."""
    start = time.monotonic()
    done = subprocess.run(COMMAND, cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          text=True, check=False)
    if done.returncode:
        raise SystemExit(f"bench: {' '.join(COMMAND)}: {done.stdout[-2000:]}")
    return time.monotonic() - start


def add_line(folder: str) -> None:
    """Adds a line at the beginning of the body of a function."""
    path = os.path.join(folder, FILE)
    with open(path, encoding="utf-8") as file:
        text = file.read()
    start = text.find(BEFORE)
    if start < 0:
        raise SystemExit(f"bench: {FILE} has no \"{BEFORE.strip()}\"; name another function in Tests/Bench/building.py")
    body = text.index("{\n", start) + 2
    with open(path, "w", encoding="utf-8") as file:
        file.write(text[:body] + LINE + text[body:])


def measure(work: Workspace) -> Row:
    if not shutil.which(COMMAND[0]):
        raise SystemExit("bench: swift is not in PATH (sudo sets its own): run as root, with PATH as the user has it")
    folder = copy(work)
    clean = build(folder)
    add_line(folder)
    changed, same = build(folder), build(folder)
    return Row(
        "Release build", HOW.format(command=" ".join(COMMAND), file=FILE), ["build", "seconds"],
        [["from clean", f"{clean:.0f}"], ["after one more line", f"{changed:.1f}"], ["without a change", f"{same:.1f}"]],
        [Wanted("build.clean", "seconds from clean", clean, 99, True, " s"),
         Wanted("build.line", "seconds after one more line in Formats", changed, 20, True, " s")])
