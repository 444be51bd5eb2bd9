#!/usr/bin/env python3
"""
Cost of checking: a long answer against python-jsonschema, many small cassettes, and a range of releases.

The answer is a ListCandidatesForAutoMLJob of 500 realistic candidates, 0.86 MB, valid, and the same with faults in one
candidate of ten. "engine" is the instance held against its schema. "end to end" is from the HTTP message to findings:
the same checker, once as it is and once with python-jsonschema for an engine, which must find the same, to the letter
of each finding. Every figure is CPU time of one core, the best of --rounds.

    python scripts/bench_check.py [--rounds 5]
"""

from __future__ import annotations

import argparse
import copy
import gc
import json
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import jsonschema

from bototape import cassettes
from bototape.check import Checker, checker
from bototape.check.engine import Engine
from bototape.cli import main as command_line
from bototape.interaction import Call, Cassette, Interaction, Provenance, Request, Response
from bototape.releases import load
from bototape.schema import compile_schema

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


class PythonEngine:
    """python-jsonschema in the place of `Engine`: its errors, with the fields that explanations look at."""

    def __init__(self, schema: Mapping[str, Any]) -> None:
        self.not_checked: list[dict[str, str]] = []
        self._schema = schema
        self._validator = jsonschema.Draft202012Validator(schema)

    def is_valid(self, instance: object) -> bool:
        """Tell whether *instance* has no error."""
        return self._validator.is_valid(instance)

    def errors(self, instance: object) -> Iterator[Any]:
        """Yield the errors of *instance*, in any order."""
        for each in self._validator.iter_errors(instance):
            kind = SimpleNamespace(name=each.validator, pattern=each.validator_value, options=each.validator_value)
            if each.validator == "additionalProperties":
                kind.unexpected = [name for name in each.instance if name not in each.schema["properties"]]
            where = self._place(each.absolute_schema_path)
            # It has one error for each required member that is missing, and names the member in the sentence alone.
            kind.property = each.message.split("'")[1] if each.validator == "required" else ""
            yield SimpleNamespace(kind=kind, instance_path=each.absolute_path, schema_path=where)

    def _place(self, path: Any) -> list[Any]:
        """Return where *path*, in which references are left out, leads to from the definition that it ends in."""
        here: Any = self._schema
        found: list[Any] = []
        for step in path:
            while "$ref" in here:
                found = ["$defs", here["$ref"].rpartition("/")[2]]
                here = self._schema["$defs"][found[1]]
            found.append(step)
            here = here[step]
        return found


def checkers() -> tuple[Checker, Checker, Mapping[str, Any]]:
    """Return our checker, the same with python-jsonschema for its engine, and the schema that both are to use."""
    service = load("1.44.5", "sagemaker", ROOT / "schemas").service
    ours, theirs = (Checker(service, "1.44.5", name="sagemaker") for _ in range(2))
    checker.Engine = PythonEngine  # type: ignore[misc, assignment]
    theirs.interaction(call(broken(answer())), 1, "c")  # compiles the schema
    checker.Engine = Engine  # type: ignore[misc]
    return ours, theirs, compile_schema(service, service.operations[OPERATION], "output")


def against_jsonschema(rounds: int) -> None:
    """Compare the engines on the long answer, valid and broken: the instance alone, and the message to findings."""
    ours, theirs, schema = checkers()
    engine, python = Engine(schema), PythonEngine(schema)
    for name, instance in (("valid", answer()), ("broken", broken(answer()))):
        recorded = call(instance)
        findings = ours.interaction(recorded, 1, "c")
        if theirs.interaction(recorded, 1, "c") != findings:
            raise SystemExit(f"{name}: the engines do not agree")
        print(f"{name} answer, {len(recorded.response.body) / 1e6:.2f} MB, {len(findings)} findings:")
        compared("engine", lambda: list(python.errors(instance)), lambda: list(engine.errors(instance)), rounds)  # noqa: B023 - called at once
        slow, fast = (lambda by=each: by.interaction(recorded, 1, "c") for each in (theirs, ours))  # noqa: B023
        compared("end to end", slow, fast, rounds)


def compared(what: str, slow: Callable[[], object], fast: Callable[[], object], rounds: int) -> None:
    """Print what *slow* and *fast* take, and their ratio."""
    theirs, ours = timed(slow, min(rounds, 3)), timed(fast, rounds)
    print(f"  {what:18}  python-jsonschema {theirs * 1e3:8.1f} ms  ours {ours * 1e3:6.1f} ms  {theirs / ours:5.0f} x")


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
