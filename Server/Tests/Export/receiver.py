"""A receiver over HTTP, which keeps what it gets."""

import gzip
import http.server
import threading
from typing import Any


class Receiver:
    """Answers 200 and an empty body, unless told otherwise."""

    def __init__(self, body: bytes = b"", media_type: str = "application/json") -> None:
        self.requests: list[tuple[str, dict[str, str], bytes]] = []
        # Statuses, headers and bodies of the next answers, each used once.
        self.answers: list[tuple[int, dict[str, str], bytes]] = []
        receiver = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                octets = self.rfile.read(int(self.headers["content-length"]))
                if self.headers.get("content-encoding") == "gzip":
                    octets = gzip.decompress(octets)
                answer: tuple[int, dict[str, str], bytes] = (200, {}, body)
                if receiver.answers:
                    answer = receiver.answers.pop(0)
                else:
                    headers = {name.lower(): value for name, value in self.headers.items()}
                    receiver.requests.append((self.path, headers, octets))
                self.send_response(answer[0])
                self.send_header("content-type", media_type)
                for name, value in answer[1].items():
                    self.send_header(name, value)
                self.send_header("content-length", str(len(answer[2])))
                self.end_headers()
                self.wfile.write(answer[2])

            def log_message(self, *arguments: Any) -> None:  # noqa: ANN401
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = int(self.server.server_address[1])
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def bodies(self) -> list[bytes]:
        return [body for _, _, body in self.requests]

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()
