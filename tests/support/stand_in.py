"""A process that answers as a service or the sandbox would, for tests of who starts whom.

`python stand_in.py VARIABLE...` listens on the ports that these variables hold, says yes to
everything, and logs what it was asked.
"""

import os
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Yes(BaseHTTPRequestHandler):
    """200 and an empty object, whatever the method."""

    def do_GET(self) -> None:
        self._yes()

    def do_PUT(self) -> None:
        self._yes()

    def do_POST(self) -> None:
        self._yes()

    def _yes(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")


def main() -> None:
    """Serve until killed."""
    for variable in sys.argv[1:]:
        server = ThreadingHTTPServer(("127.0.0.1", int(os.environ[variable])), Yes)
        threading.Thread(target=server.serve_forever).start()


if __name__ == "__main__":
    main()
