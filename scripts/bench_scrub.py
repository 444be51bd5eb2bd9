#!/usr/bin/env python3
"""
Speed of the scrubber and the audit, and how their time grows with the size of clean and of hostile text.

Prints MB/s of CPU time on clean cassettes and on one large answer, how the time grows with their size, and for each
hostile text the ratio of the time for four times the length: about 4 is linear, 16 would be quadratic. Wanted are 20
MB/s of the audit, 5 MB/s of the scrubber, even from 1 to 64 MB, and no hostile text of 1 MB that is not linear:

    python scripts/bench_scrub.py --megabytes 1,4,16,64 --hostile 250000   # a quarter of an hour, 6 GB
    python scripts/bench_scrub.py [--megabytes 1,4] [--hostile 100000]     # a minute

Figures are comparable in one run only. What is in memory before a measurement is kept out of the sight of Python's
collector, which would count it in.
"""

from __future__ import annotations

import argparse
import gc
import json
import time
from collections.abc import Callable
from functools import partial

from bench_replay import recorded

from bototape import cassettes, releases
from bototape.audit import audit, audit_text
from bototape.interaction import Call, Interaction, Request, Response
from bototape.scrub.apply import scrub
from bototape.scrub.estate import Estate
from bototape.scrub.pseudonyms import Pseudonyms
from bototape.scrub.typed import Typing

#: Megabytes, and MB/s by job.
Speeds = tuple[float, dict[str, float]]

ESTATE = Estate.from_mapping({"account": "604913827755"})
TYPING = Typing(releases.load("installed", "sagemaker").service)
HOSTILE = (
    *("arn:aws:", "arn:aws:iam::1:role/", "eyJaaaa.", "a.", "a@b.", "s3://a.", "%25", "\\u0041", "a=&", "<a>", "["),
    *("://a:", "account ", "IQoJb3JpZ2lu", "-0123abcd", "123456789013 ", "aB3d/", "a:", "AKIA", "id=", "aaaa\n"),
    *("/home/a", "Bearer ", "o-a", '{"a":', "a" * 40 + "\n", "account 1234 "),
    *(
        "&amp;",
        "=\n",
        "\\\\",
        "%%",
        "1" * 64,
        "0123456789abcdef",
        "QUJD",
        '<a b="c">',
        '<a b="c"/>',
        "[{",
        '{"a": "b"}\n',
    ),
    *("a.1.1.", "::f:", "key/mrk-", "a@b.c=%41&", "--\r\n", "5\r\nhello\r\n", "x\x9c", "\u2028", "-----BEGIN "),
)


def seconds(function: Callable[[], object]) -> float:
    """Return CPU seconds of one call."""
    gc.collect()
    gc.freeze()
    start = time.process_time()
    function()
    return time.process_time() - start


def scrubbed(text: str) -> Interaction:
    """Scrub an answer that is *text*."""
    answer = Interaction(Request("POST", "https://example.com/"), Response(200, "OK", (), text.encode()))
    return scrub(answer, ESTATE, Pseudonyms(b"a key for benchmarks", {}))


def clean(megabytes: int) -> Speeds:
    """Return size and speeds on a cassette of about *megabytes* MB."""
    cassette = recorded(megabytes * 730)
    text = cassettes.to_text(cassette)
    size = len(text) / 1e6
    pseudonyms = Pseudonyms(b"a key for benchmarks", {})
    jobs: dict[str, Callable[[], object]] = {
        "audit": lambda: audit(text, where="x"),
        "scrub": lambda: [scrub(each, ESTATE, pseudonyms) for each in cassette.interactions],
        "scrub by the model": lambda: [
            scrub(each, ESTATE, pseudonyms, typed=TYPING.of(each.call)) for each in cassette.interactions
        ],
    }
    return size, {name: size / seconds(job) for name, job in jobs.items()}


def one_body(megabytes: int) -> Speeds:
    """Return size and speeds on one answer of about *megabytes* MB: all entries differ, none or a tenth is changed."""
    speeds = {}
    call = Call("sagemaker", "ListAutoMLJobs", "us-east-1")
    for what, accounts in (("clean", ["123456789012"]), ("a tenth changed", ["123456789012"] * 9 + ["604913827755"])):
        entries = [entry(n, accounts) for n in range(megabytes * 7000)]
        body = json.dumps({"Entries": entries}).encode()
        answer = Interaction(Request("POST", "https://example.com/"), Response(200, "OK", (), body))
        size = len(body) / 1e6
        for how, typed in (("", None), (" by the model", TYPING.of(call))):
            # An estate of its own, so that nothing is remembered of the texts.
            estate = Estate.from_mapping({"account": "604913827755", "words": [f"not met {len(speeds)}"]})
            job = partial(scrub, answer, estate, Pseudonyms(b"a key for benchmarks", {}), typed=typed)
            speeds[f"{what}{how}"] = size / seconds(job)
    return size, speeds


def listed(megabytes: int) -> Speeds:
    """Return size and speed on one answer of about *megabytes* MB: a list of names, each of which goes everywhere."""
    call = Call("sagemaker", "ListAutoMLJobs", "us-east-1")
    summaries = [entry(n, ["604913827755"]) | {"AutoMLJobName": f"falcon-{n}"} for n in range(megabytes * 7000)]
    body = json.dumps({"AutoMLJobSummaries": summaries}).encode()
    asked = Request("POST", "https://api.sagemaker.us-east-1.amazonaws.com/", (), b"{}")
    answer = Interaction(asked, Response(200, "OK", (), body), call)
    job = partial(scrub, answer, ESTATE, Pseudonyms(b"a key for benchmarks", {}), typed=TYPING.of(call))
    return len(body) / 1e6, {"all names replaced": len(body) / 1e6 / seconds(job)}


def rows(name: str, measure: Callable[[int], Speeds], sizes: list[int]) -> None:
    """Print the speeds of each of *sizes*, and how even they are."""
    found = []
    for each in sizes:
        size, speeds = measure(each)
        found.append(speeds)
        print(f"{size:>6.1f} MB {name}: " + ", ".join(f"{job} {speed:>5.1f} MB/s" for job, speed in speeds.items()))
    if len(sizes) > 1:
        growth = {job: (sizes[-1] * found[0][job]) / (sizes[0] * found[-1][job]) for job in found[0]}
        told = ", ".join(f"{job} x {each:.1f}" for job, each in growth.items())
        print(f"{sizes[-1] / sizes[0]:>6.0f} times as much {name}: {told}")


def entry(number: int, accounts: list[str]) -> dict[str, object]:
    """Return one entry of a list, of one of *accounts*."""
    name = f"job-{number}"
    return {
        "AutoMLJobName": name,
        "AutoMLJobArn": f"arn:aws:sagemaker:us-east-1:{accounts[number % len(accounts)]}:automl-job/{name}",
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
    sizes = [int(each) for each in options.megabytes.split(",")]
    rows("clean", clean, sizes)
    rows("in one answer", one_body, sizes)
    rows("of one list", listed, sizes)
    for piece in HOSTILE:
        hostile(piece, options.hostile)


if __name__ == "__main__":
    main()
