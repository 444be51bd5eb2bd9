"""A live account on loopback: scripted answers over real HTTP, with invented identifiers in them."""

import json
import socket
import threading
import time
from collections import defaultdict
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit

#: Who is recorded: invented, and of no documented example's form, so that only scrubbing can make it vanish.
ACCOUNT = "604913827755"
ROLE = "zorvane-sm-exec"
ACCESS_KEY = "ASIA" + "YZV5MP6VY2G3DB4G"
SECRET = "fdWrQkD4/FmbWMdWE1Thbng" + "+OlRm+4M76aro55ef"
ARN = f"arn:aws:sts::{ACCOUNT}:assumed-role/{ROLE}/dana.okafor"
USER_ID = "AROA" + "RQMEQQC4QJPF2SNWJ:dana.okafor"

CALLER = (
    '<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>'
    f"<Arn>{ARN}</Arn><UserId>{USER_ID}</UserId><Account>{ACCOUNT}</Account></GetCallerIdentityResult>"
    "<ResponseMetadata><RequestId>5b1f0c4e-8d7a-4c0b-9b1e-1c2d3e4f5a6b</RequestId></ResponseMetadata>"
    "</GetCallerIdentityResponse>"
)


def record_as(monkeypatch, home):
    """Let what runs sign as the invented account: nothing of this machine below *home*, few retries."""
    for name in ("AWS_PROFILE", "AWS_ENDPOINT_URL", "BOTOTAPE_ALLOWED_ACCOUNTS", "BOTOTAPE_ESTATE"):
        monkeypatch.delenv(name, raising=False)
    for name, value in {
        "AWS_ACCESS_KEY_ID": ACCESS_KEY,
        "AWS_SECRET_ACCESS_KEY": SECRET,
        "AWS_SESSION_TOKEN": "IQoJb3JpZ2luX2VjEDoaCXVzLWVhc3QtMSJI" + "A" * 80,
        "AWS_CONFIG_FILE": str(home / "no-config"),
        "AWS_SHARED_CREDENTIALS_FILE": str(home / "no-credentials"),
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_MAX_ATTEMPTS": "2",
        "AWS_RETRY_MODE": "standard",
        "BOTOTAPE_SCRUB_KEY": "key of this test",
        "BOTOTAPE_CACHE": str(home / "cache"),
    }.items():
        monkeypatch.setenv(name, value)


#: For a child that may write small files only: Python would keep half of a module that it compiles.
UNCOMPILED = {"PYTHONDONTWRITEBYTECODE": "1"}


def wait_for(condition, seconds=60.0):
    """Return when *condition* holds."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited too long"
        time.sleep(0.01)


@dataclass
class Answer:
    """One scripted answer; *cut* closes the connection in mid-body, *before* runs as it is about to go out."""

    body: object = field(default_factory=dict)
    status: int = 200
    cut: bool = False
    before: object = None


@dataclass
class Account:
    """
    What the server says, by operation; the last answer of each goes on.

    ``calls`` is what it was asked, ``signers`` by whose access key.
    """

    answers: dict[str, list[Answer]]
    url: str = ""
    calls: list[tuple[str, dict]] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)
    signers: list[str] = field(default_factory=list)
    made: dict[str, int] = field(default_factory=lambda: defaultdict(int))

    def next(self, operation: str, parameters: dict) -> Answer:
        """Note the call and return its answer."""
        with self.lock:
            self.calls.append((operation, parameters))
            script = self.answers.get(operation) or [Answer({"__type": "UnknownOperation", "message": "?"}, 400)]
            number = self.made[operation]
            self.made[operation] += 1
        return script[min(number, len(script) - 1)]

    def operations(self) -> list[str]:
        """The names of the calls made, in order."""
        return [name for name, _ in self.calls]


@contextmanager
def account(*, port=0, **answers):
    """Serve *answers* (operation → answers) on loopback, at *port* or any; STS too unless it is scripted."""
    state = Account({"GetCallerIdentity": [Answer(CALLER)], **answers})

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1  # headers and body in one packet: two cost 40 ms of delayed acknowledgement

        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            target = self.headers.get("X-Amz-Target")
            if target:
                self.answer(target.split(".")[1], json.loads(body))
            else:  # STS speaks in forms
                form = dict(parse_qsl(body.decode()))
                self.answer(form.pop("Action"), form)

        def do_GET(self):
            """Answer as the portal of IAM Identity Center does, the one that is asked so."""
            token = self.headers.get("x-amz-sso_bearer_token", "")
            self.answer("GetRoleCredentials", {**dict(parse_qsl(urlsplit(self.path).query)), "token": token})

        def answer(self, operation, parameters):
            state.signers.append(self.headers.get("Authorization", "").partition("Credential=")[2].partition("/")[0])
            answer = state.next(operation, parameters)
            if answer.before:
                answer.before()
            self.send(answer)

        def send(self, answer):
            is_json = not isinstance(answer.body, str)
            body = (json.dumps(answer.body, separators=(",", ":")) if is_json else answer.body).encode()
            self.send_response(answer.status)
            self.send_header("x-amzn-RequestId", f"7d1c0e5a-52b4-4f0e-8c11-{len(state.calls):012x}")
            self.send_header("Content-Type", "application/x-amz-json-1.1" if is_json else "text/xml")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body[: len(body) // 2] if answer.cut else body)
            if answer.cut:
                self.wfile.flush()
                self.connection.shutdown(socket.SHUT_RDWR)
                self.close_connection = True

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    state.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield state
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
