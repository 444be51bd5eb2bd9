"""A package index on loopback, and small botocore wheels for it."""

import base64
import contextlib
import hashlib
import json
import threading
import time
import zipfile
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from tests.modelled import MODEL, PAGINATORS, WAITERS

#: More than one read of the end of an archive: what a range request saves.
FILLER = 1_000_000


def release(directory, version, date="2022-10-24", *, services=("lab",), filler=FILLER):
    """A wheel of botocore with these services, its files of that day."""
    directory.mkdir(exist_ok=True, parents=True)
    path = directory / f"botocore-{version}-py3-none-any.whl"
    when = (*map(int, date.split("-")), 23, 32, 0)
    with zipfile.ZipFile(path, "w") as archive:

        def put(name, text):
            archive.writestr(zipfile.ZipInfo(name, when), text)

        put("botocore/filler", "x" * filler)
        for each in services:
            put(f"botocore/data/{each}/2020-01-01/service-2.json", json.dumps(MODEL))
            put(f"botocore/data/{each}/2020-01-01/paginators-1.json", json.dumps(PAGINATORS))
            put(f"botocore/data/{each}/2020-01-01/waiters-2.json", json.dumps(WAITERS))
        put(f"botocore-{version}.dist-info/METADATA", "")
    return path


@dataclass
class PackageIndex:
    """What the server does, and what it was asked: ``(path, bytes sent)`` in *asked*."""

    files: Path
    form: str = "html"
    ranges: bool = True
    password: str = ""
    uploaded: dict = field(default_factory=dict)
    digests: bool = True
    page: tuple = ()
    wheel_status: int = 200
    range_status: int = 206
    cut_short: int = 0
    stall: bool = False
    held: set = field(default_factory=set)
    root: str = ""
    asked: list = field(default_factory=list)
    encodings: set = field(default_factory=set)

    @property
    def url(self):
        """The index as a user configures it, credentials included."""
        login = f"reader:{self.password}@" if self.password else ""
        return f"http://{login}{self.root}/simple"

    def sent(self):
        """How many bytes of wheels went out."""
        return sum(count for path, count in self.asked if path.endswith(".whl"))

    def listed(self):
        """Content type and text of the page of botocore."""
        names = sorted(each.name for each in self.files.glob("botocore-*.whl"))
        if self.form == "json":
            files = [{"filename": each, "url": f"../../files/{each}", **self.told(each)} for each in names]
            page = {"meta": {"api-version": "1.1"}, "name": "botocore", "versions": [], "files": files}
            return "application/vnd.pypi.simple.v1+json", json.dumps(page)
        links = [
            f'<a href="../../files/{each}{"#sha256=" + self.digest(each) if self.digests else ""}">{each}</a>'
            for each in names
        ]
        return "text/html", f"<!DOCTYPE html><html><body>{'<br>'.join(links)}</body></html>"

    def told(self, name):
        """What PEP 691 and 700 tell of a file."""
        version = name.split("-")[1]
        when = {"upload-time": f"{self.uploaded[version]}T23:59:59.5Z"} if version in self.uploaded else {}
        return {"hashes": {"sha256": self.digest(name)} if self.digests else {}, **when}

    def digest(self, name):
        """The SHA-256 of a file."""
        return hashlib.sha256((self.files / name).read_bytes()).hexdigest()


class Handler(BaseHTTPRequestHandler):
    """Answers as the index of the server says."""

    def do_GET(self):
        index = self.server.index
        if self.path in index.held:
            while self.path in index.held and not self.server.stopped.wait(0.02):
                pass
            index.wheel_status = index.range_status = 503
        login = base64.b64encode(f"reader:{index.password}".encode()).decode()
        if index.password and self.headers["Authorization"] != f"Basic {login}":
            self.answer(401, "text/plain", b"who are you?")
        elif self.path == "/simple/botocore/":
            status, kind, text = index.page or (200, *index.listed())
            self.answer(status, kind, text.encode())
        elif self.path.startswith("/files/") and (index.files / Path(self.path).name).is_file():
            self.file((index.files / Path(self.path).name).read_bytes())
        else:
            self.answer(404, "text/plain", b"no such page")

    def file(self, content):
        index, asked = self.server.index, self.headers["Range"]
        index.encodings.add(self.headers["Accept-Encoding"])
        if asked and index.range_status != 206:
            self.answer(index.range_status, "text/plain", b"no")
        elif index.wheel_status != 200:
            self.answer(index.wheel_status, "text/plain", b"no")
        elif index.ranges and asked:
            first, _, last = asked.removeprefix("bytes=").partition("-")
            start = int(first) if first else max(0, len(content) - int(last))
            end = int(last) + 1 if first and last else len(content)
            part = content[start:end]
            span = f"bytes {start}-{start + len(part) - 1}/{len(content)}"
            self.answer(206, "application/zip", part, **{"Content-Range": span})
        else:
            self.answer(200, "application/zip", content, cut_short=index.cut_short, stall=index.stall and not asked)

    def answer(self, status, kind, content, *, cut_short=0, stall=False, **headers):
        self.server.index.asked.append((self.path, len(content)))
        self.send_response(status)
        for name, value in {"Content-Type": kind, "Content-Length": str(len(content)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        with contextlib.suppress(ConnectionError):
            self.wfile.write(content[: len(content) - cut_short] if not stall else content[:70_000])
            while stall and not self.server.stopped.wait(0.05):
                self.wfile.flush()

    def log_message(self, *_):
        """Say nothing."""


@contextlib.contextmanager
def serving(files, **options):
    """Serve the wheels in *files* as a package index while the context lasts."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        server.stopped = threading.Event()
        server.index = PackageIndex(files, root=f"127.0.0.1:{server.server_port}", **options)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server.index
        finally:
            server.stopped.set()
            server.shutdown()
            thread.join()


def until(claim, seconds=10):
    """Wait until *claim* holds."""
    end = time.monotonic() + seconds
    while not claim():
        assert time.monotonic() < end, "it never came"
        time.sleep(0.02)
