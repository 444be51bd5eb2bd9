#!/usr/bin/env python3
"""
Cost of a replayed call as a ratio to the floor, and of opening a cassette against stock vcrpy, in one run.

The floor is the same client with a before-send handler that returns canned bytes: all that botocore itself costs.

    python scripts/bench_replay.py [--calls 2000] [--rounds 5] [--sizes 10,1000,10000]
"""

from __future__ import annotations

import argparse
import gc
import json
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import boto3
from botocore.awsrequest import AWSResponse
from vcr.serialize import deserialize
from vcr.serializers import yamlserializer

from bototape import cassettes, use_cassette
from bototape.interaction import Call, Cassette, Interaction, Provenance, Request, Response

KIND = "application/x-amz-json-1.1"
KEYS = {"aws_access_key_id": "AKIAIOSFODNN7EXAMPLE", "aws_secret_access_key": "x"}


def answer(number: int) -> bytes:
    """Return a DescribeAutoMLJob answer of about 600 bytes."""
    job = f"job-{number}"
    return json.dumps(
        {
            "AutoMLJobName": job,
            "AutoMLJobArn": f"arn:aws:sagemaker:us-east-1:123456789012:automl-job/{job}",
            "OutputDataConfig": {"S3OutputPath": "s3://amzn-s3-demo-bucket/output"},
            "RoleArn": "arn:aws:iam::123456789012:role/example-role-1",
            "CreationTime": 1581375932.441,
            "LastModifiedTime": 1581375934.441,
            "AutoMLJobStatus": "Completed",
            "AutoMLJobSecondaryStatus": "Completed",
            "ResolvedAttributes": {"AutoMLJobObjective": {"MetricName": "Accuracy"}},
        }
    ).encode()


def recorded(size: int) -> Cassette:
    """Return a cassette of *size* different calls that may repeat."""
    made = []
    for number in range(size):
        body = answer(number)
        sent = Request(
            "POST",
            "https://api.sagemaker.us-east-1.amazonaws.com/",
            (("Content-Type", KIND), ("X-Amz-Target", "SageMaker.DescribeAutoMLJob")),
            json.dumps({"AutoMLJobName": f"job-{number}"}).encode(),
        )
        got = Response(200, "OK", (("Content-Type", KIND), ("Content-Length", str(len(body)))), body)
        made.append(Interaction(sent, got, Call("sagemaker", "DescribeAutoMLJob", "us-east-1", repeat=True)))
    return Cassette(tuple(made), Provenance("custom", "2026-11-20", "1.44.5"))


class Canned:
    """The body of a canned answer."""

    def __init__(self, body: bytes) -> None:
        self.body = body

    def stream(self, *_: object, **__: object) -> list[bytes]:
        """Return the body in one piece."""
        return [self.body]


def per_call(calls: int, size: int, *, canned: bool) -> float:
    """Return CPU microseconds per call, over *calls* calls spread over *size* jobs."""
    client = boto3.client("sagemaker", region_name="us-east-1", **KEYS)
    if canned:
        body = answer(0)

        def handler(request: object, **_: object) -> AWSResponse:
            return AWSResponse(request.url, 200, {"Content-Type": KIND}, Canned(body))  # type: ignore[attr-defined]

        client.meta.events.register("before-send", handler)
    names = [f"job-{number % size}" for number in range(calls)]
    client.describe_auto_ml_job(AutoMLJobName=names[0])
    gc.collect()
    start = time.process_time()
    for name in names:
        client.describe_auto_ml_job(AutoMLJobName=name)
    return (time.process_time() - start) / calls * 1e6


def timed(function: Callable[[], object]) -> float:
    """Return CPU seconds of one call."""
    gc.collect()
    start = time.process_time()
    function()
    return time.process_time() - start


def main() -> None:
    """Print one row a size."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=int, default=2000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--sizes", default="10,1000,10000")
    options = parser.parse_args()
    print(f"{'recordings':>10}  {'floor µs':>9}  {'ours µs':>9}  {'ratio (min..max)':>22}  {'open: vcrpy ÷ ours':>18}")
    with tempfile.TemporaryDirectory() as directory:
        for size in map(int, options.sizes.split(",")):
            row(Path(directory) / f"{size}.yaml", size, options.calls, options.rounds)


def row(path: Path, size: int, calls: int, rounds: int) -> None:
    """Measure one size: floor and ours by turns, so that both see the same machine."""
    cassettes.write(path, recorded(size), lambda _: [])
    floors, ours = [], []
    for _ in range(rounds):
        floors.append(per_call(calls, size, canned=True))
        with use_cassette(path):
            ours.append(per_call(calls, size, canned=False))
    ratios = sorted(mine / floor for mine, floor in zip(ours, floors, strict=True))
    text = path.read_text(encoding="utf-8")
    opening = timed(lambda: deserialize(text, yamlserializer)) / timed(lambda: cassettes.read(path))
    median = statistics.median(ratios)
    spread = f"{median:.2f} ({ratios[0]:.2f}..{ratios[-1]:.2f})"
    floor, mine = statistics.median(floors), statistics.median(ours)
    print(f"{size:>10}  {floor:>9.0f}  {mine:>9.0f}  {spread:>22}  {opening:>18.1f}")


if __name__ == "__main__":
    main()
