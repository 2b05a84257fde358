"""Stands in for a child of the launcher.

`answer PORT STATUS` is a web server, `wait` waits, `die` ends with exit code 7.
"""

from __future__ import annotations

import sys
import time
from http.server import BaseHTTPRequestHandler, HTTPServer


class Answer(BaseHTTPRequestHandler):
    """Answers every page with nothing, and says nothing."""

    def do_GET(self) -> None:
        self.send_response(int(sys.argv[3]))
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Keep the launcher's output clean."""


if __name__ == "__main__":
    if sys.argv[1] == "answer":
        HTTPServer(("127.0.0.1", int(sys.argv[2])), Answer).serve_forever()
    if sys.argv[1] == "wait":
        time.sleep(60)
    sys.exit(7)
