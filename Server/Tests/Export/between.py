"""A proxy that delays and loses."""

import contextlib
import re
import socket
import threading
import time
from typing import BinaryIO


class Between:
    """A proxy between an exporter and a store, which delays requests, or loses answers."""

    def __init__(self, port: int) -> None:
        self.target = port
        self.delay = 0.0
        # How many of the next answers to an INSERT are lost.
        self.losses = 0
        self.lost = 0
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self.listener.getsockname()[1])
        self.is_closed = False
        threading.Thread(target=self.accept, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def accept(self) -> None:
        while not self.is_closed:
            try:
                connection = self.listener.accept()[0]
            except OSError:
                return
            threading.Thread(target=self.serve, args=(connection,), daemon=True).start()

    def serve(self, connection: socket.socket) -> None:
        with contextlib.suppress(OSError), connection, connection.makefile("rb") as stream:
            while head := self.head(stream):
                length = int(re.search(rb"content-length: (\d+)", head, re.IGNORECASE)[1])  # type: ignore[index]
                body = stream.read(length)
                time.sleep(self.delay)
                head = re.sub(rb"\r\n\r\n$", b"\r\nConnection: close\r\n\r\n", head)
                with socket.create_connection(("127.0.0.1", self.target)) as store:
                    store.sendall(head + body)
                    answer = b""
                    while piece := store.recv(1 << 16):
                        answer += piece
                if b"INSERT" in head and self.losses > 0:
                    self.losses -= 1
                    self.lost += 1
                    return
                connection.sendall(answer)
                return

    @staticmethod
    def head(stream: BinaryIO) -> bytes:
        head = b""
        while line := stream.readline():
            head += line
            if line == b"\r\n":
                return head
        return b""

    def close(self) -> None:
        self.is_closed = True
        self.listener.close()
