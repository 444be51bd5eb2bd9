"""GitHub's API on loopback: what jobs ask of it, kept as it would keep it."""

import contextlib
import json
import re
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class GitHub:
    """
    The *comments* of an issue and the *pulls* of a repository; *asked* is (method, path) of what changed something.

    A *status* is what everything is refused with.
    """

    comments: list = field(default_factory=list)
    pulls: list = field(default_factory=list)
    status: int = 0
    asked: list = field(default_factory=list)
    url: str = ""

    def answer(self, method, path, content):
        """Return what it says, and do what it is asked."""
        if method != "GET":
            self.asked.append((method, path))
        if "/pulls" in path:
            return self._pulls(method, content)
        if method == "GET":
            page = int(re.search(r"[?&]page=(\d+)", path)[1])
            return self.comments[(page - 1) * 100 : page * 100]
        if method == "POST":
            self.comments.append({"id": len(self.comments), "body": content["body"]})
        else:
            self.comments[int(path.rpartition("/")[2])]["body"] = content["body"]
        return {}

    def _pulls(self, method, content):
        if method == "GET":
            return self.pulls
        if method == "POST":
            self.pulls.append({"number": 7, "html_url": "https://github.example/pull/7", **content})
        else:
            self.pulls[0] |= content
        return self.pulls[0]


@contextlib.contextmanager
def github(**options):
    """Serve it to whoever has the token ``t0ken``."""
    state = GitHub(**options)

    class Handler(BaseHTTPRequestHandler):
        def handled(self):
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            if state.status or self.headers["Authorization"] != "Bearer t0ken":
                status, said = state.status or 401, {"message": "no"}
            else:
                status, said = 200, state.answer(self.command, self.path, json.loads(body or b"{}"))
            told = json.dumps(said).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(told)))
            self.end_headers()
            self.wfile.write(told)

        do_GET = do_POST = do_PATCH = handled  # noqa: N815 - the names http.server looks for

        def log_message(self, *_):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        state.url = f"http://127.0.0.1:{server.server_port}"
        yield state
        server.shutdown()
