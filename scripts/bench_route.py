#!/usr/bin/env python3
"""
Cost of knowing the call a request is, among all services of the installed botocore.

Requests are botocore's own, signed. Each is resolved with the operations of every REST service loaded, and beside it
what the request says of itself is read (`route`), as replay does. Every figure is CPU time of one core, the best of
--rounds.

    python scripts/bench_route.py [--rounds 50] [--calls 200]
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))  # for tests.wire.signed

from bototape.interaction import Request
from bototape.releases.directory import directory
from bototape.wire.index import Index
from bototape.wire.route import route
from tests.wire.signed import Catcher, session

_PORTAL = "arn:aws:workspaces-web:us-east-1:123456789012:portal/p"

CALLS = [
    ("sagemaker", "DescribeAutoMLJob", {"AutoMLJobName": "j"}),
    ("cloudwatch", "ListMetrics", {}),
    ("ec2", "DescribeInstances", {}),
    ("rds", "DescribeDBInstances", {}),
    ("lambda", "Invoke", {"FunctionName": "f"}),
    ("apigateway", "GetResources", {"restApiId": "a"}),
    ("workspaces-web", "ListIdentityProviders", {"portalArn": _PORTAL}),
    ("s3", "GetObject", {"Bucket": "b1x", "Key": "a/b/c"}),
    ("s3", "CopyObject", {"Bucket": "b1x", "Key": "k", "CopySource": "b1x/j"}),
    ("s3", "ListObjectsV2", {"Bucket": "b1x", "Prefix": "p", "MaxKeys": 10}),
]


def timed(function: Callable[[], object], rounds: int, calls: int) -> float:
    """Return the least CPU microseconds that one call takes."""
    best = float("inf")
    for _ in range(rounds):
        start = time.process_time_ns()
        for _ in range(calls):
            function()
        best = min(best, (time.process_time_ns() - start) / calls / 1000)
    return best


def requests() -> list[tuple[str, Request]]:
    """Return the requests by name, and a presigned one."""
    owner = session()
    found = [
        (f"{service}.{operation}", Catcher(service, owner=owner).request(operation, parameters))
        for service, operation, parameters in CALLS
    ]
    client = owner.create_client("s3", region_name="us-east-1")
    url = client.generate_presigned_url("get_object", {"Bucket": "b1x", "Key": "k"})
    return [*found, ("s3.GetObject, presigned", Request("GET", url))]


def main() -> None:
    """Print each request's cost, and the cost of getting ready."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=50)
    parser.add_argument("--calls", type=int, default=200)
    options = parser.parse_args()

    start = time.process_time()
    found = directory()
    index = Index(found.entries, found.load)
    ready = time.process_time()
    rest = [each for each in found.entries if str(each.metadata["protocol"]).startswith("rest-")]
    for each in rest:
        index.resolve(Request("GET", f"https://{each.metadata['endpointPrefix']}.us-east-1.amazonaws.com/"))
    loaded = time.process_time()
    print(f"{len(found.entries)} models listed in {(ready - start) * 1000:.0f} ms")
    print(f"operations of {len(rest)} REST models loaded in {loaded - ready:.1f} s\n")
    worst = 0.0
    for name, request in requests():
        call = index.resolve(request)
        if call is None or call.operation != name.partition(".")[2].partition(",")[0]:
            sys.exit(f"{name}: resolved to {call}")
        taken = timed(lambda request=request: index.resolve(request), options.rounds, options.calls)  # type: ignore[misc]  # mypy cannot tell a lambda's default from its type
        floor = timed(lambda request=request: route(request), options.rounds, options.calls)  # type: ignore[misc]  # as above
        worst = max(worst, taken)
        print(f"{name:40} {taken:6.1f} µs  {taken / floor:5.1f} times route")
    print(f"\nworst {worst:.1f} µs")


if __name__ == "__main__":
    main()
