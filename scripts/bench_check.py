#!/usr/bin/env python3
"""
Cost of checking: a long answer against python-jsonschema, many small cassettes, and a range of releases.

The answer is a ListCandidatesForAutoMLJob of 500 realistic candidates, 0.75 MB, valid, and the same with faults in one
candidate of ten. Both engines are given the instance and find the same faults, which is proven first; "end to end"
counts the reading of the HTTP message as well, on both sides. Every figure is CPU time of one core, the best of
--rounds.

    python scripts/bench_check.py [--rounds 5]
"""

from __future__ import annotations

import argparse
import copy
import gc
import json
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema

from bototape import cassettes
from bototape.check import Checker
from bototape.check.engine import Engine
from bototape.cli import main as command_line
from bototape.interaction import Call, Cassette, Interaction, Provenance, Request, Response
from bototape.releases import load
from bototape.schema import compile_schema
from bototape.wire.codec import Codec

ROOT = Path(__file__).resolve().parent.parent
OPERATION = "ListCandidatesForAutoMLJob"
HEADERS = (("Content-Type", "application/x-amz-json-1.1"), ("X-Amz-Target", f"SageMaker.{OPERATION}"))


def timed(function: Callable[[], object], rounds: int) -> float:
    """Return the least CPU seconds of *rounds* calls."""
    taken = []
    for _ in range(rounds):
        gc.collect()
        start = time.process_time()
        function()
        taken.append(time.process_time() - start)
    return min(taken)


def answer() -> dict[str, Any]:
    """Return the answer with 500 candidates, made of those of the shipped cassette."""
    path = ROOT / "cassettes" / "list_candidates_for_auto_ml_job.yaml"
    found = []
    for each in cassettes.read(path).interactions:
        found += json.loads(each.response.body).get("Candidates", [])
    big: list[Any] = []
    while len(big) < 500:  # noqa: PLR2004 - as many as the answer has
        one = copy.deepcopy(found[len(big) % len(found)])
        one["CandidateName"] = f"candidate-{len(big)}"
        one.pop("CandidateProperties", None)
        one.pop("InferenceContainerDefinitions", None)
        one["InferenceContainers"] = one.get("InferenceContainers", [])[:1]
        big.append(one)
    return {"Candidates": big}


def broken(instance: dict[str, Any]) -> dict[str, Any]:
    """Return *instance* with faults in one candidate of ten."""
    found = copy.deepcopy(instance)
    for each in found["Candidates"][::10]:
        each["CandidateStatus"] = "Paused"
        each["CreationTime"] = "noon"
        del each["CandidateName"]
        each["Newer"] = 1
    return found


def call(instance: dict[str, Any]) -> Interaction:
    """Return a recorded call that is answered with *instance*."""
    request = Request("POST", "https://api.sagemaker.us-east-1.amazonaws.com/", HEADERS, b'{"AutoMLJobName":"churn"}')
    body = json.dumps(instance, separators=(",", ":")).encode()
    return Interaction(request, Response(200, "OK", HEADERS[:1], body), Call("sagemaker", OPERATION, "us-east-1"))


def places(errors: Any) -> list[tuple[str, str]]:
    """Return where errors of either engine are, and their keyword."""
    found = []
    for each in errors:
        path = each.instance_path if hasattr(each, "instance_path") else each.absolute_path
        keyword = each.kind.name if hasattr(each, "kind") else each.validator
        found.append(("/".join(map(str, path)), keyword))
    return sorted(found)


def against_jsonschema(rounds: int) -> None:
    """Compare the engines on the long answer, valid and broken, the instance alone and end to end."""
    service = load("1.44.5", "sagemaker", ROOT / "schemas").service
    operation = service.operations[OPERATION]
    schema = compile_schema(service, operation, "output")
    engine, oracle = Engine(schema), jsonschema.Draft202012Validator(schema)
    codec, checker = Codec(service), Checker(service, "1.44.5", name="sagemaker")
    for name, instance in (("valid", answer()), ("broken", broken(answer()))):
        recorded = call(instance)
        size = len(recorded.response.body) / 1e6
        if places(engine.errors(instance)) != places(oracle.iter_errors(instance)):
            raise SystemExit(f"{name}: the engines do not agree")
        faults = len(places(engine.errors(instance)))
        slow = timed(lambda: list(oracle.iter_errors(instance)), min(rounds, 2))  # noqa: B023 - called at once
        fast = timed(lambda: list(engine.errors(instance)), rounds)  # noqa: B023 - as above
        reading = timed(lambda: codec.decode_response(operation, recorded.response, "json"), rounds)  # noqa: B023
        whole = timed(lambda: checker.interaction(recorded, 1, "c"), rounds)  # noqa: B023 - as above
        print(f"{name} answer, {size:.2f} MB, {faults} faults:")
        print(f"  python-jsonschema  {slow * 1e3:8.1f} ms")
        print(f"  engine             {fast * 1e3:8.1f} ms  {slow / fast:6.0f} x")
        ratio = (slow + reading) / whole
        print(f"  end to end         {whole * 1e3:8.1f} ms  {ratio:6.0f} x  (reading alone {reading * 1e3:.1f})")


def many(count: int, rounds: int) -> None:
    """Check *count* small cassettes against one release, starting from nothing."""
    with tempfile.TemporaryDirectory() as directory:
        for number in range(count):
            body = b'{"AutoMLJobName":"job-%d"}' % number
            headers = (HEADERS[0], ("X-Amz-Target", "SageMaker.StopAutoMLJob"))
            request = Request("POST", "https://api.sagemaker.us-east-1.amazonaws.com/", headers, body)
            one = Interaction(request, Response(200, "OK", HEADERS[:1], b""), Call("sagemaker", "StopAutoMLJob"))
            cassette = Cassette((one,), Provenance("custom", "2026-11-20", "1.44.5"))
            cassettes.write(Path(directory) / f"{number}.yaml", cassette, lambda _: [])
        options = ["--release", "1.28.0", "--schemas", str(ROOT / "schemas"), "--offline", "--output", f"{directory}/x"]
        taken = timed(lambda: command_line(["check", directory, *options]), rounds)
    print(f"{count} small cassettes against one release: {taken:.2f} s")


def ranges(rounds: int) -> None:
    """Check the cassettes of this repository over a range of all its snapshots, and against each of them."""
    options = ["--schemas", str(ROOT / "schemas"), "--offline", "--fail-on", "never", "--output"]
    versions = ("1.20.40", "1.20.41", "1.27.96", "1.28.0", "1.44.5")
    with tempfile.NamedTemporaryFile() as file:
        shipped = ["check", str(ROOT / "cassettes")]

        def five() -> None:
            for each in versions:
                command_line([*shipped, "--release", each, *options, file.name])

        span = [*shipped, "--releases", f"{versions[0]}..{versions[-1]}", *options, file.name]
        print(f"this repository's cassettes against 5 releases: {timed(five, rounds):.2f} s")
        print(f"  over all releases between: {timed(lambda: command_line(span), rounds):.2f} s")


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    rounds = parser.parse_args().rounds
    against_jsonschema(rounds)
    many(1000, 1)
    ranges(min(rounds, 2))


if __name__ == "__main__":
    main()
