#!/usr/bin/env python3
"""
Time of a whole test suite, one cassette a test, under bototape and its peers, as ratios in one run.

The same tests, one `dynamodb.list_tables` each on one client, answered by: a before-send handler with canned bytes (the
floor: what pytest and botocore cost), bototape, pytest-recording, cassetter, moto, a Stubber. Each runs as a process of
its own with no other plugin; a figure is its whole CPU time, children included, the least of all rounds, by turns.
All run in .venv-beside (scripts/test makes it), or where BOTOTAPE_BESIDE says, but pytest-recording, which cannot live
there and runs where this script does. Without that environment all but cassetter run here. Compiled modules are kept,
as they are for whoever installs a package.

    python scripts/bench_suite.py [--tests 500] [--rounds 3]
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
import tempfile
from pathlib import Path

from bototape import cassettes
from bototape.interaction import Call, Cassette, Interaction, Provenance, Request, Response

BESIDE = Path(os.environ.get("BOTOTAPE_BESIDE") or Path(__file__).resolve().parent.parent / ".venv-beside" / "bin")
BODY = '{"TableNames":["table-%d"]}'
HEAD = """
import boto3, pytest
{more}
KEYS = {{"aws_access_key_id": "AKIAIOSFODNN7EXAMPLE", "aws_secret_access_key": "x"}}
client = boto3.client("dynamodb", region_name="us-east-1", **KEYS)
"""
PLAIN = """
{before}
def test_{number}({fixture}):
    {begin}
    assert client.list_tables()["TableNames"] == {expected}
    {end}
"""
CANNED = """
from botocore.awsrequest import AWSResponse

class Body:
    def stream(self, *_, **__):
        return [b'{"TableNames":["table-0"]}']

def canned(request, **_):
    return AWSResponse(request.url, 200, {"Content-Type": "application/x-amz-json-1.0"}, Body())
"""

#: By contender: the plugin to load, and what differs in the tests.
CONTENDERS: dict[str, tuple[str, dict[str, str]]] = {
    "canned bytes": ("", {"more": CANNED, "last": 'client.meta.events.register("before-send", canned)', "number": "0"}),
    "bototape": ("bototape.pytest_plugin", {"before": "@pytest.mark.bototape"}),
    "pytest-recording": ("pytest_recording.plugin", {"before": "@pytest.mark.vcr"}),
    "cassetter": ("cassetter.pytest_plugin", {"before": "@pytest.mark.vcr"}),
    "moto": ("", {"more": "from moto import mock_aws", "before": "@mock_aws", "expected": "[]"}),
    "Stubber": (
        "",
        {
            "more": "from botocore.stub import Stubber",
            "begin": 'stub = Stubber(client); stub.add_response("list_tables", {"TableNames": ["table-%d"]}); '
            "stub.activate()",
            "end": "stub.deactivate()",
        },
    ),
}


def suite(directory: Path, tests: int, parts: dict[str, str]) -> None:
    """Write the tests, and a cassette for each where a plugin looks for it."""
    text = HEAD.format(more=parts.get("more", "")) + parts.get("last", "") + "\n"
    for number in range(tests):
        expected = parts.get("expected", f"['table-{parts.get('number', number)}']")
        begin = parts.get("begin", "pass").replace("%d", str(number))
        text += PLAIN.format(
            number=number,
            before=parts.get("before", ""),
            fixture="",
            begin=begin,
            expected=expected,
            end=parts.get("end", "pass"),
        )
    (directory / "test_suite.py").write_text(text, encoding="utf-8")


def recorded(number: int) -> Cassette:
    """Return a cassette of one call."""
    body, kind = (BODY % number).encode(), "application/x-amz-json-1.0"
    sent = Request(
        "POST",
        "https://dynamodb.us-east-1.amazonaws.com/",
        (("Content-Type", kind), ("X-Amz-Target", "DynamoDB_20120810.ListTables")),
        b"{}",
    )
    got = Response(200, "OK", (("Content-Type", kind), ("Content-Length", str(len(body)))), body)
    call = Call("dynamodb", "ListTables", "us-east-1")
    return Cassette((Interaction(sent, got, call),), Provenance("custom", "2026-11-20", "1.44.5"))


def seconds(directory: Path, python: Path, plugin: str, tests: int) -> float:
    """Run the suite in *directory* and return its CPU seconds; stop where a test does not pass."""
    loaded = ["-p", plugin] if plugin else []
    command = [str(python), "-m", "pytest", "-q", "-p", "no:cacheprovider", *loaded, "test_suite.py"]
    environment = {**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "AWS_EC2_METADATA_DISABLED": "true"}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(command, cwd=directory, env=environment, capture_output=True, text=True, check=False)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if f"{tests} passed" not in done.stdout:
        raise SystemExit(f"{directory.name}: not all tests passed\n{done.stdout[-3000:]}{done.stderr[-3000:]}")
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main() -> None:
    """Measure as the arguments say, and print a table."""
    parser = argparse.ArgumentParser(description="Whole-process time of a suite of one cassette a test.")
    parser.add_argument("--tests", type=int, default=500)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as made:
        least: dict[str, float] = {}
        for _ in range(options.rounds):
            for name, (plugin, parts) in CONTENDERS.items():
                python = Path(sys.executable) if name == "pytest-recording" else BESIDE / "python"
                directory = Path(made) / name.replace(" ", "-")
                if not python.exists():
                    if name == "cassetter":
                        continue
                    python = Path(sys.executable)
                if not directory.exists():
                    directory.mkdir()
                    suite(directory, options.tests, parts)
                    for number in range(options.tests if plugin else 0):
                        path = directory / "cassettes" / "test_suite" / f"test_{number}.yaml"
                        cassettes.write(path, recorded(number), lambda _: [])
                took = seconds(directory, python, plugin, options.tests)
                least[name] = min(took, least.get(name, took))
    print(
        f"{options.tests} tests, one cassette each; CPU seconds of the whole process, the least of {options.rounds}\n"
    )
    print("| | seconds | to the floor | to bototape |\n|---|---:|---:|---:|")
    for name, took in least.items():
        print(f"| {name} | {took:.2f} | {took / least['canned bytes']:.2f} | {took / least['bototape']:.2f} |")


if __name__ == "__main__":
    main()
