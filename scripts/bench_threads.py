#!/usr/bin/env python3
"""
Count calls that reach a live loopback server while a cassette plays, under threads.

Prints, for 8 and 16 threads and for a shared client and a client per thread, how many of the calls got the right
answer and how many requests reached the server. Both must be: all, and none. The last row is 16 threads of so many
calls each, with a client each, while another thread makes clients and calls once with each.

    python scripts/bench_threads.py [--calls 5000] [--each 5000]
"""

from __future__ import annotations

import argparse
import http.server
import tempfile
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import boto3
from bench_replay import KEYS, recorded

from bototape import cassettes, use_cassette

JOBS = 500


class Live(http.server.BaseHTTPRequestHandler):
    """A live endpoint that counts."""

    hits = 0

    def do_POST(self) -> None:
        """Count and answer."""
        type(self).hits += 1
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, *_: object) -> None:
        """Be quiet."""


def run(threads: int, calls: int, url: str, *, shared: bool) -> tuple[int, float]:
    """Return how many calls got their own answer, and the seconds taken."""

    def client() -> Any:
        return boto3.session.Session().client("sagemaker", region_name="us-east-1", endpoint_url=url, **KEYS)

    own = threading.local()
    one = client()

    def call(number: int) -> bool:
        if shared:
            mine = one
        else:
            mine = own.client = getattr(own, "client", None) or client()
        name = f"job-{number % JOBS}"
        return bool(mine.describe_auto_ml_job(AutoMLJobName=name)["AutoMLJobName"] == name)

    start = time.perf_counter()
    with ThreadPoolExecutor(threads) as pool:
        right = sum(pool.map(call, range(calls)))
    return right, time.perf_counter() - start


@contextmanager
def making_clients(url: str) -> Iterator[list[bool]]:
    """Make clients, one after the other, until the block ends; yields whether each got its own answer."""
    right: list[bool] = []
    done = threading.Event()

    def make() -> None:
        while not done.is_set():
            answered, _ = run(1, 1, url, shared=True)
            right.append(answered == 1)

    thread = threading.Thread(target=make)
    thread.start()
    try:
        yield right
    finally:
        done.set()
        thread.join()


def main() -> None:
    """Print one row a setting; exit 1 when a call was sent or got a wrong answer."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=int, default=5000)
    parser.add_argument("--each", type=int, default=5000)
    options = parser.parse_args()
    calls = options.calls
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Live)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    failed = False
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / "jobs.yaml"
        cassettes.write(path, recorded(JOBS), lambda _: [])
        for threads in (8, 16):
            for shared in (True, False):
                with use_cassette(path):
                    right, seconds = run(threads, calls, f"http://127.0.0.1:{server.server_port}", shared=shared)
                kind = "shared client" if shared else "client per thread"
                print(f"{threads:>2} threads, {kind:<17}: {right}/{calls} right, {Live.hits} sent, {seconds:.1f} s")
                failed |= right != calls or Live.hits > 0
        url = f"http://127.0.0.1:{server.server_port}"
        with use_cassette(path), making_clients(url) as made:
            right, seconds = run(16, 16 * options.each, url, shared=False)
        kind = f"{len(made)} clients made meanwhile"
        print(f"16 threads, {kind}: {right}/{16 * options.each} right, {Live.hits} sent, {seconds:.1f} s")
        failed |= right != 16 * options.each or not all(made) or Live.hits > 0
    server.shutdown()
    raise SystemExit(failed)


if __name__ == "__main__":
    main()
