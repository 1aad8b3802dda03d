"""Plays the clients of one resolver, in private mount and network namespaces; the truth goes to standard output."""

import dataclasses
import json
import os
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from . import READY, RESOLVER
from .load import Size, play
from .resolvers import Resolver
from .topology import build_host, start_servers


def play_here(resolver: Resolver, size: Size) -> None:
    build_host()
    log = Path("/run/log").open("w+", encoding="utf-8")  # noqa: SIM115
    running: list[subprocess.Popen[Any]] = []

    def start(command: list[str]) -> subprocess.Popen[Any]:
        running.append(subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log))
        return running[-1]

    try:
        silent = start_servers(start)
        folder = Path("/run/resolver")
        folder.mkdir()
        resolvers = [start(command).pid for command in resolver.prepare(folder)]
        if not is_ready():
            log.seek(0)
            raise SystemExit(f"chains: {resolver.name} does not answer:\n" + log.read()[-3000:])
        truth = {
            "coalesces": resolver.coalesces,
            "network": os.stat("/proc/self/ns/net").st_ino,
            # The resolver that the clients query is the last.
            "pids": resolvers[::-1],
            "asks": [dataclasses.astuple(ask) for ask in play(size)],
        }
        json.dump(truth, sys.stdout)
        silent.close()
    finally:
        for process in running:
            process.terminate()
        for process in running:
            try:
                process.wait(timeout=5)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def is_ready(seconds: float = 20) -> bool:
    """Sends queries until the resolver answers with an address."""
    labels = b"".join(bytes([len(label)]) + label.encode() for label in READY.split("."))
    query = bytes([0, 7, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0]) + labels + bytes([0, 0, 1, 0, 1])
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
            client.settimeout(0.2)
            client.connect((RESOLVER, 53))
            try:
                client.send(query)
                answer = client.recv(512)
            except TimeoutError:
                continue
            except ConnectionRefusedError:
                # There is no event to wait for when a socket opens.
                time.sleep(0.02)
                continue
            if answer[3] & 15 == 0 and answer[7] > 0:
                return True
    return False
