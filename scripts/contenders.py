#!/usr/bin/env python3
"""
Ways to answer a boto3 call without a network, each measured the same way; part of scripts/bench_replay.py.

Needs nothing of bototape but for the contender ``bototape``, so that it runs in the environment of the other tools:

    python scripts/contenders.py DIRECTORY SIZE CALLS ROUNDS CONTENDER...

DIRECTORY holds ``SIZE.yaml``. Prints JSON: per contender, CPU seconds of the floor, a call and an opening, one a round.
"""

from __future__ import annotations

import functools
import gc
import json
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import boto3
from botocore.awsrequest import AWSResponse

KIND = "application/x-amz-json-1.1"
KEYS = {"aws_access_key_id": "AKIAIOSFODNN7EXAMPLE", "aws_secret_access_key": "x"}
#: A round plays small cassettes again until so many calls were made or so much CPU time has passed.
ENOUGH_CALLS, ENOUGH_S = 150, 1.0


def answer(number: int) -> dict[str, Any]:
    """Return a DescribeAutoMLJob answer of about 650 bytes."""
    job = f"job-{number}"
    return {
        "AutoMLJobName": job,
        "AutoMLJobArn": f"arn:aws:sagemaker:us-east-1:123456789012:automl-job/{job}",
        "InputDataConfig": [{"TargetAttributeName": "churned"}],
        "OutputDataConfig": {"S3OutputPath": "s3://amzn-s3-demo-bucket/output"},
        "RoleArn": "arn:aws:iam::123456789012:role/example-role-1",
        "CreationTime": 1581375932.441,
        "LastModifiedTime": 1581375934.441,
        "AutoMLJobStatus": "Completed",
        "AutoMLJobSecondaryStatus": "Completed",
        "ResolvedAttributes": {"AutoMLJobObjective": {"MetricName": "Accuracy"}},
    }


class Canned:
    """The body of a canned answer."""

    def __init__(self, body: bytes) -> None:
        self.body = body

    def stream(self, *_: object, **__: object) -> list[bytes]:
        """Return the body in one piece."""
        return [self.body]


def canned(request: Any, **_: object) -> AWSResponse:
    """Answer from memory as a ``before-send`` handler: what botocore itself costs, and no more."""
    return AWSResponse(request.url, 200, {"Content-Type": KIND}, Canned(CANNED))


CANNED = json.dumps(answer(0)).encode()


@functools.cache
def client(session: Any = None) -> Any:
    """Return the one client, which made a call already: what botocore builds at the first one is no one's merit."""
    made = (session or boto3.session.Session()).client("sagemaker", region_name="us-east-1", **KEYS)
    made.meta.events.register("before-send", canned)
    made.describe_auto_ml_job(AutoMLJobName="job-0")
    made.meta.events.unregister("before-send", canned)
    return made


@contextmanager
def floor(path: Path, numbers: Sequence[int]) -> Iterator[Any]:
    """Canned bytes: the floor."""
    del path, numbers
    made = client()
    made.meta.events.register("before-send", canned)
    try:
        yield lambda: made
    finally:
        made.meta.events.unregister("before-send", canned)


@contextmanager
def bototape(path: Path, numbers: Sequence[int]) -> Iterator[Any]:
    """Us."""
    from bototape import use_cassette  # noqa: PLC0415 - not where the other tools live

    del numbers
    yield from _cassette(use_cassette(path))


@contextmanager
def vcrpy(path: Path, numbers: Sequence[int]) -> Iterator[Any]:
    """Stock vcrpy with its default matchers and ``body``; without, every job would get the answer of another."""
    import vcr  # noqa: PLC0415 - not where the other tools live

    del numbers
    yield from _cassette(vcr.VCR(record_mode="none").use_cassette(str(path), additional_matchers=["body"]))


@contextmanager
def cassetter(path: Path, numbers: Sequence[int]) -> Iterator[Any]:
    """Match with cassetter's default, in recorded order: it finds no AWS JSON call by its body."""
    from cassetter import use_cassette  # noqa: PLC0415 - not in the project's own environment

    del numbers
    yield from _cassette(use_cassette(path, record_mode="none"))


def _cassette(use: Any) -> Iterator[Any]:
    made = client()
    opened = []

    def start() -> Any:
        use.__enter__()
        opened.append(use)
        return made

    try:
        yield start
    finally:
        for each in opened:
            each.__exit__(None, None, None)


@functools.cache
def _placebo() -> tuple[Any, Any]:
    import placebo as library  # noqa: PLC0415 - not in the project's own environment

    session = boto3.session.Session()
    return library.attach(session, data_path=""), client(session)


@contextmanager
def placebo(path: Path, numbers: Sequence[int]) -> Iterator[Any]:
    """Answer from placebo's files, one a call, read in their order whatever is asked."""
    directory = path.with_suffix(".placebo")
    if not directory.exists():
        directory.mkdir()
        for place, number in enumerate(numbers, 1):
            data = {"status_code": 200, "data": answer(number)}
            (directory / f"api.sagemaker.DescribeAutoMLJob_{place}.json").write_text(json.dumps(data))
    pill, made = _placebo()
    pill._data_path, pill._index = str(directory), {}  # noqa: SLF001 - as if it were new
    try:
        pill.playback()
        yield lambda: made
    finally:
        pill.stop()


@contextmanager
def stubber(path: Path, numbers: Sequence[int]) -> Iterator[Any]:
    """Answer from botocore's own Stubber: parsed answers in the order of the calls, parameters checked."""
    from botocore.stub import Stubber  # noqa: PLC0415 - beside the others

    del path
    made = client()
    with Stubber(made) as stub:
        for number in numbers:
            stub.add_response("describe_auto_ml_job", answer(number), {"AutoMLJobName": f"job-{number}"})
        yield lambda: made


CONTENDERS = {each.__name__: each for each in (floor, bototape, vcrpy, cassetter, placebo, stubber)}
#: Those that read a file when they are opened.
OPENED = ("bototape", "vcrpy", "cassetter")


def once(use: Callable[..., Any], path: Path, numbers: Sequence[int]) -> tuple[float, float]:
    """Return CPU seconds until the first answer, and of the calls after it."""
    with use(path, numbers) as start:
        begin = time.process_time()
        made = start()
        made.describe_auto_ml_job(AutoMLJobName=f"job-{numbers[0]}")
        first = time.process_time()
        for number in numbers[1:]:
            made.describe_auto_ml_job(AutoMLJobName=f"job-{number}")
        return first - begin, time.process_time() - first


def per_call(use: Callable[..., Any], path: Path, numbers: Sequence[int]) -> tuple[float, float]:
    """Return CPU seconds until the first answer, and per call after it."""
    openings, playing, calls = [], 0.0, 0
    gc.collect()
    while calls < ENOUGH_CALLS and playing < ENOUGH_S:
        opening, played = once(use, path, numbers)
        openings.append(opening)
        playing += played
        calls += len(numbers) - 1
    return min(openings), playing / calls


def measure(names: Sequence[str], path: Path, size: int, calls: int, rounds: int) -> dict[str, dict[str, list[float]]]:
    """
    Return ``floor``, ``call`` and ``open``, CPU seconds, for each of *names*, a value a round.

    *calls* calls (at most *size*) spread evenly over the recordings, the floor by turns with each contender.
    """
    count = min(size, calls)
    numbers = [place * size // count for place in range(count)]
    found: dict[str, dict[str, list[float]]] = {name: {"floor": [], "call": [], "open": []} for name in names}
    for _ in range(rounds):
        for name in names:
            _, least = per_call(floor, path, numbers)
            opening, each = per_call(CONTENDERS[name], path, numbers)
            for key, value in (("floor", least), ("call", each), ("open", opening)):
                found[name][key].append(value)
    return found


def main() -> None:
    """Measure as the arguments say, and print JSON."""
    directory, size, calls, rounds, *names = sys.argv[1:]
    found = measure(names, Path(directory) / f"{size}.yaml", int(size), int(calls), int(rounds))
    print(json.dumps(found))


if __name__ == "__main__":
    main()
