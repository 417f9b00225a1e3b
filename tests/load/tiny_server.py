"""A prediction server in one file, for a test that needs one in another network namespace."""

from __future__ import annotations

import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Predicts(BaseHTTPRequestHandler):
    """Answers every POST with the same prediction."""

    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        """Read the request, answer it."""
        self.rfile.read(int(self.headers["Content-Length"]))
        body = b'{"outputs":[{"name":"predict","data":[1]}]}'
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


if __name__ == "__main__":
    server = ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Predicts)
    sys.stdout.write("ready\n")
    server.serve_forever()
