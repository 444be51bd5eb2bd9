#!/usr/bin/env python3
"""
Speed of the scrubber and the audit, and how their time grows with the size of clean and of hostile text.

Prints MB/s of CPU time on clean cassettes, and for each hostile text the ratio of the time for four times the length:
about 4 is linear, 16 would be quadratic.

    python scripts/bench_scrub.py [--megabytes 1,4,16,64] [--hostile 100000]
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable

from bench_replay import recorded

from bototape import cassettes, releases
from bototape.audit import audit, audit_text
from bototape.interaction import Interaction, Request, Response
from bototape.scrub.apply import scrub
from bototape.scrub.estate import Estate
from bototape.scrub.pseudonyms import Pseudonyms
from bototape.scrub.typed import Typing

ESTATE = Estate.from_mapping({"account": "604913827755"})
TYPING = Typing(releases.load("installed", "sagemaker").service)
HOSTILE = (
    *("arn:aws:", "arn:aws:iam::1:role/", "eyJaaaa.", "a.", "a@b.", "s3://a.", "%25", "\\u0041", "a=&", "<a>", "["),
    *("://a:", "account ", "IQoJb3JpZ2lu", "-0123abcd", "123456789013 ", "aB3d/", "a:", "AKIA", "id=", "aaaa\n"),
    *("/home/a", "Bearer ", "o-a", '{"a":', "a" * 40 + "\n", "account 1234 "),
)


def seconds(function: Callable[[], object]) -> float:
    """Return CPU seconds of one call."""
    start = time.process_time()
    function()
    return time.process_time() - start


def scrubbed(text: str) -> Interaction:
    """Scrub an answer that is *text*."""
    answer = Interaction(Request("POST", "https://example.com/"), Response(200, "OK", (), text.encode()))
    return scrub(answer, ESTATE, Pseudonyms(b"a key for benchmarks", {}))


def clean(megabytes: int) -> None:
    """Print the speed on a cassette of about *megabytes* MB."""
    cassette = recorded(megabytes * 730)
    text = cassettes.to_text(cassette)
    size = len(text) / 1e6
    pseudonyms = Pseudonyms(b"a key for benchmarks", {})
    audited = seconds(lambda: audit(text, where="x"))
    done = seconds(lambda: [scrub(each, ESTATE, pseudonyms) for each in cassette.interactions])
    typed = seconds(
        lambda: [scrub(each, ESTATE, pseudonyms, typed=TYPING.of(each.call)) for each in cassette.interactions]
    )
    speeds = (("audit", audited), ("scrub", done), ("scrub by the model", typed))
    print(f"{size:>6.1f} MB clean: " + ", ".join(f"{name} {size / each:>5.1f} MB/s" for name, each in speeds))


def one_body(megabytes: int) -> None:
    """Print the speeds on one answer of about *megabytes* MB: entries all different, none or a tenth to be changed."""
    speeds = []
    for what, accounts in (("clean", ["123456789012"]), ("a tenth changed", ["123456789012"] * 9 + ["604913827755"])):
        body = json.dumps({"Entries": [entry(n, accounts) for n in range(megabytes * 7000)]}).encode()
        answer = Interaction(Request("POST", "https://example.com/"), Response(200, "OK", (), body))
        taken = seconds(lambda answer=answer: scrub(answer, ESTATE, Pseudonyms(b"a key for benchmarks", {})))
        speeds.append(f"{what} {len(body) / 1e6 / taken:>5.1f} MB/s")
    print(f"{len(body) / 1e6:>6.1f} MB in one answer: scrub {', '.join(speeds)}")


def entry(number: int, accounts: list[str]) -> dict[str, object]:
    """Return one entry of a list, of one of *accounts*."""
    return {
        "AutoMLJobName": f"job-{number}",
        "AutoMLJobArn": f"arn:aws:sagemaker:us-east-1:{accounts[number % len(accounts)]}:automl-job/job-{number}",
        "CreationTime": 1581375932.441 + number,
    }


def hostile(piece: str, length: int) -> None:
    """Print how time grows from *length* to four times of it."""
    short, long = (piece * (each // len(piece)) for each in (length, 4 * length))
    growth = []
    for job in (
        lambda text: audit_text(text, where="x"),
        lambda text: audit(json.dumps({"a": text}), where="x"),
        scrubbed,
    ):
        small = seconds(lambda job=job: job(short))
        growth.append(seconds(lambda job=job: job(long)) / max(small, 1e-3))
    shown = ", ".join(f"{name} x {each:.1f}" for name, each in zip(("text", "audit", "scrub"), growth, strict=True))
    print(f"{piece!r:>24} four times as long: {shown}")


def main() -> None:
    """Print all rows."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--megabytes", default="1,4")
    parser.add_argument("--hostile", type=int, default=100_000)
    options = parser.parse_args()
    for each in options.megabytes.split(","):
        clean(int(each))
    for each in options.megabytes.split(","):
        one_body(int(each))
    for piece in HOSTILE:
        hostile(piece, options.hostile)


if __name__ == "__main__":
    main()
