#!/usr/bin/env python3
"""
Cost of explaining a miss, by the number of recordings of its operation, as a ratio to the smallest cassette.

Every recording is of another job, and the name that is asked for is one character off: the closest is to be found by
its text alone. Figures are CPU time of one core, the best of several rounds in one run.

    python scripts/bench_miss.py [--sizes 10,100,1000,10000] [--rounds 5]
"""

from __future__ import annotations

import argparse
import json
import time

from bototape.errors import NoMatch
from bototape.interaction import Call, Cassette, Interaction, Request, Response
from bototape.replay import Player

HEADERS = (("X-Amz-Target", "SageMaker.DescribeAutoMLJob"), ("Content-Type", "application/x-amz-json-1.1"))
URI = "https://api.sagemaker.us-east-1.amazonaws.com/"


def request(name: str) -> Request:
    """Return the request for the job *name*."""
    return Request("POST", URI, HEADERS, json.dumps({"AutoMLJobName": name}).encode())


def seconds(size: int, rounds: int) -> float:
    """Return the CPU seconds of the cheapest miss among *size* recordings, whose index is there."""
    call = Call("sagemaker", "DescribeAutoMLJob", "us-east-1")
    recorded = [Interaction(request(f"training-job-{number:05}"), Response(200), call) for number in range(size)]
    player = Player(Cassette(tuple(recorded)), "bench.yaml")
    player.play(recorded[0].request, call)
    return min(_missed(player, request(f"training-job-{size // 2:05}x"), call) for _ in range(rounds))


def _missed(player: Player, sent: Request, call: Call) -> float:
    start = time.process_time()
    try:
        player.play(sent, call)
    except NoMatch:
        return time.process_time() - start
    raise SystemExit("the call was answered")


def main() -> None:
    """Print one line for each size."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--sizes", default="10,100,1000,10000")
    options.add_argument("--rounds", type=int, default=5)
    given = options.parse_args()
    sizes = [int(each) for each in given.sizes.split(",")]
    found = {size: seconds(size, given.rounds) for size in sizes}
    for size, cost in found.items():
        print(f"{size:>7,} recordings  {cost * 1000:8.2f} ms  {cost / found[sizes[0]]:6.1f} x")


if __name__ == "__main__":
    main()
