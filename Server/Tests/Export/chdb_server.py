"""Today's ClickHouse (chdb, which is the engine without its server) behind the HTTP interface that an exporter uses.

  chdb_server.py FOLDER SCHEMA
Prints its port.
"""

import gzip
import http.server
import re
import sys
import urllib.parse
from typing import Any

from chdb import session


class Handler(http.server.BaseHTTPRequestHandler):
    session: Any = None

    def do_POST(self) -> None:
        octets = self.rfile.read(int(self.headers["content-length"]))
        if self.headers.get("content-encoding") == "gzip":
            octets = gzip.decompress(octets)
        parameters = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(self.path).query))
        query = parameters.pop("query", "")
        if query:
            # The embedded engine inserts at once.
            parameters = {name: value for name, value in parameters.items() if "async" not in name}
            settings = ", ".join(f"{name} = '{value}'" for name, value in parameters.items())
            query = re.sub(r" FORMAT (\w+)$", rf" SETTINGS {settings} FORMAT \1\n", query)
        try:
            if database := parameters.get("database"):
                Handler.session.query(f"USE {database}")
            status, body = 200, Handler.session.query(query + octets.decode(), "TabSeparated").bytes()
        except Exception as error:
            status, body = 500, str(error).encode()
        self.send_response(status)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments: Any) -> None:  # noqa: ANN401
        pass


if __name__ == "__main__":
    Handler.session = session.Session(sys.argv[1])
    with open(sys.argv[2], encoding="utf-8") as schema:
        for statement in re.sub(r"--.*", "", schema.read()).split(";"):
            if statement.strip():
                Handler.session.query(statement)
    server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
    print(server.server_address[1], flush=True)
    server.serve_forever()
