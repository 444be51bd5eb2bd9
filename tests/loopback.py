"""A real HTTP server on loopback that counts what reaches it."""

import contextlib
import gzip
import http.server
import threading


class Counting(http.server.ThreadingHTTPServer):
    """Answers what it was asked, and remembers every request line that reached it."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), _Handler)
        self.reached = []

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_port}"


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        length = int(self.headers.get("Content-Length") or 0)
        body = b"live " + self.path.encode() + (b" " + self.rfile.read(length) if length else b"")
        self.server.reached.append(f"{self.command} {self.path}")
        if self.path == "/old":
            self.send_response(302)
            self.send_header("Location", "/new")
            body = b""
        else:
            self.send_response(200)
        if self.path == "/gzip":
            body = gzip.compress(body)
            self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Type", "text/plain")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_POST = do_GET  # noqa: N815 - the name that the standard library looks for

    def log_message(self, *_):
        pass


@contextlib.contextmanager
def counting():
    """Serve until the block ends."""
    with Counting() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
