"""``bototape explain`` tells what a test would meet, and runs nothing."""

import json
from pathlib import Path

import pytest

from bototape.adapters.asking import asked
from bototape.cli import main
from bototape.interaction import Interaction, Response
from tests.builders import describe, interaction, written

ACCOUNT = "604913827755"


def told(capsys, *argv):
    """Exit code, stdout and stderr of the command."""
    code = main(["explain", *map(str, argv)])
    return (code, *capsys.readouterr())


def ask(path, name, *more):
    return (path, "--operation", "DescribeAutoMLJob", "--parameters", json.dumps({"AutoMLJobName": name}), *more)


@pytest.fixture
def path(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    written(tmp_path, describe("a", "InProgress"), describe("b"), describe("a", repeat=True), name="c.yaml")
    return Path("c.yaml")


def test_recordings_are_listed(path, capsys):
    """Number, call, region, status, how often, and what was asked."""
    listing = (
        "#1  sagemaker.DescribeAutoMLJob  us-east-1  200  once     AutoMLJobName='a'\n"
        "#2  sagemaker.DescribeAutoMLJob  us-east-1  200  once     AutoMLJobName='b'\n"
        "#3  sagemaker.DescribeAutoMLJob  us-east-1  200  repeats  AutoMLJobName='a'\n"
    )

    assert told(capsys, path) == (0, listing, "")


def test_the_list_is_json_on_demand(tmp_path, capsys):
    """What identifies is hidden there, too."""
    role = f"arn:aws:iam::{ACCOUNT}:role/zorvane"
    path = written(tmp_path, interaction("CreateAutoMLJob", {"RoleArn": role}))

    code, out, _ = told(capsys, path, "--format", "json")
    assert (code, json.loads(out)) == (
        0,
        {
            "cassette": str(path),
            "recordings": [
                {
                    "number": 1,
                    "call": "sagemaker.CreateAutoMLJob",
                    "region": "us-east-1",
                    "parameters": {"RoleArn": "<account-id, 38 characters>"},
                    "status": 200,
                    "repeat": False,
                }
            ],
        },
    )


def test_the_recording_that_answers_is_told(path, capsys):
    """And in which order equal calls get their recordings."""
    answer = (
        "sagemaker.DescribeAutoMLJob in us-east-1 is answered by #1, status 200\n"
        "  cassette: c.yaml\n"
        "  equal calls get #1 once, then #3 any number of times\n"
    )

    assert told(capsys, *ask(path, "a")) == (0, answer, "")


@pytest.mark.slow
def test_the_end_of_the_recordings_is_told(path, capsys):
    """What does not repeat is a miss once more."""
    assert told(capsys, *ask(path, "b"))[1].splitlines()[-1] == (
        "  equal calls get #2 once; after that a call is a miss"
    )


@pytest.mark.slow
def test_a_miss_is_explained_as_in_the_test(path, capsys):
    """The same words, on stdout, and exit code 1."""
    explanation = (
        "cannot replay sagemaker.DescribeAutoMLJob: no recording matches\n"
        "  cassette: c.yaml (3 interactions, 0 played)\n"
        "  closest: #1, #3 (not played) differ in AutoMLJobName: 'a' recorded, 'c' sent\n"
        '  would match if you ignore "Parameters.AutoMLJobName"\n'
        "  closest: #2 (not played) differs in AutoMLJobName: 'b' recorded, 'c' sent\n"
        "  fix: make the call that was recorded, or record this one with bototape record\n"
    )

    assert told(capsys, *ask(path, "c")) == (1, explanation, "")


@pytest.mark.slow
def test_what_would_match_can_be_tried(path, capsys):
    """With the paths that the miss names there is an answer."""
    _, out, _ = told(capsys, *ask(path, "c", "--format", "json"))
    paths = json.loads(out)["closest"][0]["ignore"]

    code, out, _ = told(capsys, *ask(path, "c", "--format", "json", *(f"--ignore={each}" for each in paths)))
    assert (code, json.loads(out)) == (
        0,
        {
            "cassette": "c.yaml",
            "call": "sagemaker.DescribeAutoMLJob",
            "region": "us-east-1",
            "answered": True,
            "recording": 1,
            "status": 200,
            "plays": [{"number": 1, "times": 1}, {"number": 2, "times": 1}, {"number": 3, "times": None}],
            "explanation": [],
            "closest": [],
            "fix": "",
        },
    )


@pytest.mark.slow
def test_another_region_is_another_call(path, capsys):
    """The region is the recordings' unless another is asked for."""
    code, out, _ = told(capsys, *ask(path, "b", "--region", "eu-west-1"))

    assert (code, out.splitlines()[2]) == (
        1,
        "  closest: #2 (not played) differs in region: 'us-east-1' recorded, 'eu-west-1' sent",
    )


CALLS = {
    "query": ("iam", "GetRole", {"RoleName": "example-role-1"}),
    "rest-xml": (
        "s3",
        "PutObject",
        {"Bucket": "amzn-s3-demo-bucket1", "Key": "a b/ä", "Body": "AAEC", "Metadata": {"k": "v"}},
    ),
    "rest-json": ("lambda", "Invoke", {"FunctionName": "f", "Payload": "e30="}),
    "json": ("dynamodb", "PutItem", {"TableName": "t", "Item": {"k": {"B": "AAEC"}}}),
    "cbor": (
        "cloudwatch",
        "GetMetricData",
        {"MetricDataQueries": [], "StartTime": "2026-11-01T00:00:00Z", "EndTime": 1793491200},
    ),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", CALLS)
def test_every_protocol_can_be_asked(name, tmp_path, capsys):
    """What the client sends is compared; blobs are base64, times a number or text."""
    service, operation, parameters = CALLS[name]
    request, call = asked(service, operation, parameters, "us-east-1")
    path = written(tmp_path, Interaction(request, Response(200), call))

    code, out, err = told(capsys, path, "--operation", operation, "--parameters", json.dumps(parameters))
    assert (code, err) == (0, "")
    assert out.startswith(f"{service}.{operation} in {call.region} is answered by #1, status 200\n")


@pytest.mark.slow
def test_recordings_of_other_tools_tell_their_service(tmp_path, capsys):
    """By the models, where the cassette does not: vcrpy's say nothing."""
    made = describe("a")
    path = written(tmp_path, Interaction(made.request, made.response))

    assert told(capsys, path)[1] == "#1  sagemaker.DescribeAutoMLJob  us-east-1  200  once  AutoMLJobName='a'\n"
    assert told(capsys, *ask(path, "a"))[1].startswith("sagemaker.DescribeAutoMLJob in us-east-1 is answered by #1")


@pytest.mark.slow
def test_an_older_release_is_asked_on_demand(tmp_path, capsys):
    """What it could not have answered is exit code 1."""
    path = written(tmp_path, describe("a"))
    code, out, _ = told(capsys, *ask(path, "a", "--release", "1.0.0"))

    assert (code, out.splitlines()[2]) == (1, "  service sagemaker is not in release 1.0.0")


@pytest.mark.parametrize(
    ("more", "reason", "code"),
    [
        (("--operation", "DescribeAutoMLJobb"), "did you mean DescribeAutoMLJob?", 2),
        (("--operation", "sagemaker.DescribeAutoMLJobb"), "did you mean DescribeAutoMLJob?", 2),
        (("--operation", "X", "--service", "sagemakr"), "did you mean sagemaker?", 2),
        (("--operation", "DescribeAutoMLJob"), 'Missing required parameter in input: "AutoMLJobName"', 2),
        (("--operation", "DescribeAutoMLJob", "--parameters", "{"), "it is not JSON", 2),
        (("--operation", "DescribeAutoMLJob", "--parameters", "[]"), "expected a JSON object", 2),
        (("--parameters", '{"A": 1}'), "name it with --operation", 2),
        (("--operation", "DescribeAutoMLJob", "--ignore", ".."), "cannot ignore '..'", 2),
    ],
)
def test_what_cannot_be_asked_is_told(path, capsys, more, reason, code):
    """A typing error is no miss."""
    found, out, err = told(capsys, path, *more)

    assert (found, out) == (code, "")
    assert reason in err


def test_a_cassette_that_cannot_be_read_is_told(tmp_path, capsys):
    """Missing and broken files are exit code 3."""
    broken = tmp_path / "broken.yaml"
    broken.write_text("interactions: [", encoding="utf-8")

    assert [told(capsys, each)[0] for each in (broken, tmp_path / "none.yaml")] == [3, 3]
