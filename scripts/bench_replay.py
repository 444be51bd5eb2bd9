#!/usr/bin/env python3
"""
Cost of a replayed call as a ratio to the floor, and of opening a cassette, for bototape and its peers in one run.

The floor is the same client with a before-send handler that returns canned bytes: all that botocore itself costs.
Each call asks for another job; calls are spread evenly over the recordings. Every figure is CPU time. A ratio is to
the floor measured just before in the same process, the median of all rounds. Opening is the time until the first
answer, the best of all rounds. Peers that cannot live with our own tests run in .venv-peers (scripts/test makes it).

    python scripts/bench_replay.py [--calls 200] [--rounds 15] [--sizes 10,100,1000,10000]
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from contenders import KEYS, KIND, OPENED, answer, measure

from bototape import cassettes
from bototape.interaction import Call, Cassette, Interaction, Provenance, Request, Response

__all__ = ["KEYS", "recorded"]

COLUMNS = ("bototape", "vcrpy", "cassetter", "placebo", "stubber")
#: vcrpy looks twice at every recording before the right one, at each call: few calls are all we can wait for.
SLOW_CALLS, SLOW_ROUNDS = 20, {10_000: 1}
#: A contender is left out where it would take longer than this.
LONGEST_S = 20.0
PEERS = Path(os.environ.get("BOTOTAPE_PEERS") or Path(__file__).resolve().parent.parent / ".venv-peers" / "bin")

Row = dict[str, dict[str, list[float]]]


def recorded(size: int) -> Cassette:
    """Return a cassette of *size* different calls that may repeat."""
    made = []
    for number in range(size):
        body = json.dumps(answer(number)).encode()
        sent = Request(
            "POST",
            "https://api.sagemaker.us-east-1.amazonaws.com/",
            (("Content-Type", KIND), ("X-Amz-Target", "SageMaker.DescribeAutoMLJob")),
            json.dumps({"AutoMLJobName": f"job-{number}"}).encode(),
        )
        got = Response(200, "OK", (("Content-Type", KIND), ("Content-Length", str(len(body)))), body)
        made.append(Interaction(sent, got, Call("sagemaker", "DescribeAutoMLJob", "us-east-1", repeat=True)))
    return Cassette(tuple(made), Provenance("custom", "2026-11-20", "1.44.5"))


def row(directory: Path, size: int, calls: int, rounds: int, *, with_vcrpy: bool) -> Row:
    """Measure one size."""
    path = directory / f"{size}.yaml"
    cassettes.write(path, recorded(size), lambda _: [])
    found = measure(["bototape", "stubber"], path, size, calls, rounds)
    if with_vcrpy:
        found |= measure(["vcrpy"], path, size, min(calls, SLOW_CALLS), SLOW_ROUNDS.get(size, 3))
    for name in ("cassetter", "placebo"):
        found |= elsewhere(name, directory, size, calls, rounds)
    return found


def elsewhere(name: str, directory: Path, size: int, calls: int, rounds: int) -> Row:
    """Measure a peer in its own environment; one that is not there or cannot do it has no figure, and is told of."""
    script = Path(__file__).with_name("contenders.py")
    command = [PEERS / "python", script, directory, str(size), str(calls), str(rounds), name]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        print(f"{name} is not installed: scripts/test makes {PEERS.parent}", file=sys.stderr)
        return {}
    if done.returncode:
        error = next((line for line in done.stderr.splitlines() if "Error: " in line), "no reason given")
        print(f"{name} fails with {size:,} recordings: {error}", file=sys.stderr)
        return {}
    measured: Row = json.loads(done.stdout)
    return measured


def main() -> None:
    """Print two tables in Markdown."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--sizes", default="10,100,1000,10000")
    options = parser.parse_args()
    rows: dict[int, Row] = {}
    slowest, smaller = 0.0, 1
    with tempfile.TemporaryDirectory() as directory:
        for size in map(int, options.sizes.split(",")):
            # Each of vcrpy's calls grows with the recordings, and so does its opening.
            rows[size] = row(
                Path(directory),
                size,
                options.calls,
                options.rounds,
                with_vcrpy=slowest * size / smaller <= LONGEST_S,
            )
            if "vcrpy" in rows[size]:
                found = rows[size]["vcrpy"]
                slowest, smaller = found["open"][0] + found["call"][0] * SLOW_CALLS, size
    print_calls(rows)
    print_openings(rows)


def print_calls(rows: dict[int, Row]) -> None:
    """Print the cost of a call, as ratios to the floor."""
    print("| recordings | floor | " + " | ".join(COLUMNS) + " |\n|---:|---:|" + "---:|" * len(COLUMNS))
    for size, found in rows.items():
        least = min(found["bototape"]["floor"])
        cells = [f"{ratio(found[name]):.2f}" if name in found else "-" for name in COLUMNS]
        print(f"| {size:,} | {least * 1e6:.0f} µs | " + " | ".join(cells) + " |")


def ratio(measured: dict[str, list[float]]) -> float:
    """Return the median ratio to the floor."""
    return statistics.median(call / least for call, least in zip(measured["call"], measured["floor"], strict=True))


def print_openings(rows: dict[int, Row]) -> None:
    """Print the time to the first answer."""
    print("\n| recordings | " + " | ".join(OPENED) + " |\n|---:|" + "---:|" * len(OPENED))
    for size, found in rows.items():
        cells = [f"{min(found[name]['open']) * 1e3:.1f} ms" if name in found else "-" for name in OPENED]
        print(f"| {size:,} | " + " | ".join(cells) + " |")


if __name__ == "__main__":
    main()
