"""Sends queries to 127.0.0.1:53 as standard input says, a line of JSON each: the process's name, and names as lists of labels in hex."""

import contextlib
import ctypes
import json
import os
import random
import socket
import struct
import sys


def wire_name(labels: list[bytes]) -> bytes:
    return b"".join(bytes([len(label)]) + label for label in labels) + b"\0"


def ask(labels: list[bytes], qtype: int) -> None:
    query = struct.pack(">6H", random.randrange(65536), 0x0100, 1, 0, 0, 0) + wire_name(labels) + struct.pack(">2H", qtype, 1)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as connection:
        connection.settimeout(2)
        connection.connect(("127.0.0.1", 53))
        connection.send(query)
        with contextlib.suppress(TimeoutError, ConnectionError):
            connection.recv(4096)


def main() -> None:
    libc = ctypes.CDLL(None)
    for line in sys.stdin:
        order = json.loads(line)
        libc.prctl(15, bytes.fromhex(order["process"]), 0, 0, 0)
        for _ in range(order["times"]):
            for labels in order["names"]:
                ask([bytes.fromhex(label) for label in labels], order["type"])
        print(os.getpid(), flush=True)


main()
