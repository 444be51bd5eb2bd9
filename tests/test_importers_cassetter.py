"""cassetter's own cassettes, imported and replayed: as its writer has them, and as the tool itself records them."""

import subprocess
import sys
from pathlib import Path

import pytest

from bototape import cassettes, use_cassette
from bototape.cli import main
from tests.test_importers import ACCOUNT, ROLE, elsewhere, found

__all__ = ["elsewhere"]

YAML = f"""version: 1
interactions:
- request:
    method: POST
    uri: https://api.sagemaker.eu-west-1.amazonaws.com/
    headers:
      content-type:
      - application/x-amz-json-1.1
      x-amz-target:
      - SageMaker.DescribeModel
    body:
      type: text
      content: "{{\\"ModelName\\": \\"b\\"}}"
  response:
    status: 200
    headers:
      content-type:
      - application/x-amz-json-1.1
    body:
      type: text
      content: "{{\\"ModelName\\":\\"b\\",\\"ExecutionRoleArn\\":\\"{ROLE}\\"}}"
  recorded_at: 2026-11-30T16:13:29.101820+00:00
- request:
    method: POST
    uri: https://lambda.eu-west-1.amazonaws.com/2015-03-31/functions/f/invocations
    headers: {{}}
    body:
      type: json
      content:
        day: 2026-01-02
        "on": yes
  response:
    status: 201
    headers:
      content-encoding:
      - gzip
      content-length:
      - "3"
    body:
      type: binary
      content: 00fffe
  recorded_at: 2026-11-30T16:13:28.809995+00:00
- grpc: {{}}
"""
TOML = """version = 1

[[interactions]]
recorded_at = "2026-11-30T16:13:29.782293+00:00"

[interactions.request]
method = "POST"
uri = "https://lambda.eu-west-1.amazonaws.com/2015-03-31/functions/f/invocations"
body_type = "json"
body_content = '{"x":1}'

[interactions.response]
status = 200
body_type = "none"
"""


def imported(text, name="old/a.yaml"):
    """Import *text*, and return what became of it."""
    Path(name).parent.mkdir(parents=True, exist_ok=True)
    Path(name).write_text(text)
    assert main(["import", "cassetter", name, "--out", "out"]) == 0
    return cassettes.read(Path("out", Path(name).stem).with_suffix(".yaml"))


def test_its_yaml_is_imported_in_the_order_of_its_times(capsys):
    """Bodies of each kind; what YAML 1.1 would take for a date and for true is text; codings are undone."""
    made = imported(YAML)

    first, second = made.interactions
    assert [each.call.name for each in made.interactions] == ["lambda.Invoke", "sagemaker.DescribeModel"]
    assert first.request.body == b'{"day":"2026-01-02","on":"yes"}'
    assert (first.response.status, first.response.reason, first.response.body) == (201, "Created", b"\x00\xff\xfe")
    assert first.response.headers == (("content-length", "3"),)
    assert second.call.region == "eu-west-1"
    assert (made.provenance.endpoint, made.provenance.tool) == ("aws", "cassetter")
    assert ACCOUNT not in Path("out/a.yaml").read_text()
    assert "  1 passed over: no request of HTTP\n" in capsys.readouterr().out
    with use_cassette("out/a.yaml"):
        assert found("sagemaker", "describe_model", ModelName="b")["ModelName"] == "b"


def test_its_toml_is_imported():
    """Bodies of JSON are text there, and none is none."""
    (call,) = imported(TOML, "old/a.toml").interactions

    assert (call.call.name, call.request.body, call.response.body) == ("lambda.Invoke", b'{"x":1}', b"")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("type: binary", "type: xml", "interactions[1].response.body: expected json, text, binary or none"),
        ("00fffe", '"0g"', "interactions[1].response.body: it is not hexadecimal, as its type says"),
        ("status: 201", 'status: "201"', "interactions[1].response.status: expected a number from 100 to 999"),
        ("status: 201", "status: 5", "interactions[1].response.status: expected a number from 100 to 999"),
        ("day: 2026-01-02", "day: .nan", "interactions[1].request.body.content: it is no JSON, as its type says"),
        ("day: 2026-01-02", "day: !!binary AAA=", "interactions[1].request.body.content: it is no JSON, as its"),
        ("method: POST", "method: 1", "interactions[1].request: expected a method and an absolute uri"),
        ("headers: {}", "headers: [1]", "interactions[1].request.headers: expected a list of values for each name"),
        ("  response:\n", "  answer:\n", "interactions[1].response: expected a mapping"),
        ("interactions:", "calls:", "interactions: expected a list"),
        ("version: 1", "version: [", "it is not YAML that may be read"),
    ],
)
def test_what_is_not_cassetters_is_said(capsys, old, new, said):
    """With the place in the file; nothing is written."""
    Path("a.yaml").write_text(YAML.replace(old, new))

    assert main(["import", "cassetter", "a.yaml", "--out", "out"]) == 3
    assert said in capsys.readouterr().err
    assert not Path("out/a.yaml").exists()


def test_a_directory_without_any_is_said(capsys):
    """As of the other importers: whoever mistypes a name is told."""
    Path("empty").mkdir()

    assert main(["import", "cassetter", "empty", "--out", "out"]) == 2
    assert capsys.readouterr().err.startswith("bototape: cannot import empty: there is no YAML or TOML below it\n")


def test_toml_that_is_none_is_said(capsys):
    """As of YAML."""
    Path("a.toml").write_text("version =")

    assert main(["import", "cassetter", "a.toml", "--out", "out"]) == 3
    assert "it is not TOML" in capsys.readouterr().err


@pytest.mark.slow
@pytest.mark.parametrize("name", ["a.yaml", "a.toml"])
def test_what_cassetter_itself_records_is_imported(peers, name):
    """The real tool, against a shipped cassette behind a server: the code sees the same offline."""
    root = Path(__file__).parent.parent
    script = (
        "import boto3, cassetter, sys\n"
        "session = boto3.Session('k', 's', region_name='us-east-1')\n"
        "with cassetter.use_cassette(sys.argv[2], record_mode='all'):\n"
        "    client = session.client('sagemaker', endpoint_url=sys.argv[1])\n"
        "    found = client.get_paginator('list_candidates_for_auto_ml_job').paginate(AutoMLJobName='automl-churn',\n"
        "        SortBy='FinalObjectiveMetricValue', SortOrder='Descending', MaxResults=3)\n"
        "    print(*(each['CandidateName'] for page in found for each in page['Candidates']))\n"
    )
    cassette = root / "cassettes" / "list_candidates_for_auto_ml_job.yaml"
    serve = [sys.executable, "-m", "bototape", "serve", str(cassette)]
    with subprocess.Popen(serve, stdout=subprocess.PIPE, text=True) as server:
        try:
            url = server.stdout.readline().split()[-1]
            command = [peers("python"), "-c", script, url, name]
            done = subprocess.run(command, capture_output=True, text=True, check=True)
        finally:
            server.terminate()
    names = done.stdout.split()

    assert main(["import", "cassetter", name, "--out", "out"]) == 0

    with use_cassette("out/a.yaml") as tape:
        page = {"AutoMLJobName": "automl-churn", "SortBy": "FinalObjectiveMetricValue", "SortOrder": "Descending"}
        first = found("sagemaker", "list_candidates_for_auto_ml_job", MaxResults=3, **page)
        token = first["NextToken"]
        second = found("sagemaker", "list_candidates_for_auto_ml_job", MaxResults=3, NextToken=token, **page)
        assert tape.all_played
    again = [each["CandidateName"] for each in (*first["Candidates"], *second["Candidates"])]
    assert (len(again), names) == (5, again)
