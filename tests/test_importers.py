"""What other tools recorded, imported and replayed: placebo's directories, HAR files, vcrpy's cassettes."""

import base64
import json
import os
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import boto3
import pytest
from botocore.exceptions import ClientError

from bototape import cassettes, use_cassette
from bototape.audit import audit
from bototape.cli import main
from bototape.finding import Severity, at_or_above

ACCOUNT = "604913827755"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/zorvane-exec"


@pytest.fixture(autouse=True)
def elsewhere(tmp_path, monkeypatch):
    """Everything happens in a directory of its own, with a key of its own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("BOTOTAPE_SCRUB_KEY", "a key of the tests of importers 0001")


def stored(path, content):
    """Write *content* as JSON."""
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    Path(path).write_text(json.dumps(content))


def answer(name, data, status=200, request_id="5b1f0c4e-8d7a-4c0b-9b1e-1c2d3e4f5a6b"):
    """A file as placebo writes it."""
    told = {"RequestId": request_id, "HTTPStatusCode": status, "HTTPHeaders": {"date": "Mon, 02 Nov 2026 10:00:00 GMT"}}
    stored(f"pills/{name}.json", {"status_code": status, "data": {**data, "ResponseMetadata": told}})


def moment(year, month, day):
    """A time as placebo writes it."""
    return {"__class__": "datetime", "year": year, "month": month, "day": day, "hour": 1, "minute": 2, "second": 3}


def found(service, operation, **parameters):
    """What a client gets, without its metadata; of an error its code."""
    with closing(boto3.client(service)) as client:
        try:
            got = getattr(client, operation)(**parameters)
        except ClientError as error:
            return type(error).__name__, error.response["Error"]["Message"]
    got.pop("ResponseMetadata")
    return got


class TestPlacebo:
    def test_each_protocol_is_parsed_to_what_placebo_had(self, capsys):
        """AWS JSON, REST-JSON, REST-XML with headers and a body, query, EC2: any parameters get the answer."""
        answer("api.sagemaker.DescribeModel_1", {"ModelName": "m", "CreationTime": moment(2026, 3, 4)})
        answer("lambda.GetFunction_1", {"Configuration": {"FunctionName": "f", "Role": ROLE}})
        answer("s3.ListObjectsV2_1", {"Name": "b", "Contents": [{"Key": "k", "LastModified": moment(2026, 3, 4)}]})
        body = {"__class__": "StreamingBody", "body": base64.b64encode(b"hello").decode()}
        answer("s3.GetObject_1", {"ETag": '"abc"', "ContentLength": 5, "Metadata": {"a": "b"}, "Body": body})
        answer("iam.GetUser_1", {"Error": {"Code": "NoSuchEntity", "Message": "gone"}}, status=404)
        answer("ec2.DescribeVpcs_1", {"Vpcs": [{"VpcId": "vpc-0a1b2c3d", "IsDefault": True}]})

        assert main(["import", "placebo", "pills", "--out", "out"]) == 0

        with use_cassette("out/pills.yaml") as tape:
            model = found("sagemaker", "describe_model", ModelName="any")
            assert (model["ModelName"], model["CreationTime"].isoformat()) == ("m", "2026-03-04T01:02:03+00:00")
            role = "arn:aws:iam::111122223333:role/example-role-1"
            assert found("lambda", "get_function", FunctionName="f") == {
                "Configuration": {"FunctionName": "f", "Role": role}
            }
            listed = found("s3", "list_objects_v2", Bucket="other")
            assert [each["LastModified"].isoformat() for each in listed["Contents"]] == ["2026-03-04T01:02:03+00:00"]
            got = found("s3", "get_object", Bucket="other", Key="x/y")
            assert (got["Body"].read(), got["Metadata"]) == (b"hello", {"a": "b"})
            assert found("iam", "get_user", UserName="u") == ("NoSuchEntityException", "gone")
            assert found("ec2", "describe_vpcs")["Vpcs"][0]["IsDefault"] is True
            assert tape.all_played
        assert "6 interactions" in capsys.readouterr().out
        assert ACCOUNT not in Path("out/pills.yaml").read_text()

    def test_answers_come_in_the_order_of_their_numbers_and_the_last_repeats(self):
        """Ten comes after nine; where placebo began again from the first, the last goes on."""
        for number in range(1, 12):
            answer(f"api.sagemaker.DescribeModel_{number}", {"ModelName": f"m{number}"})

        assert main(["import", "placebo", "pills", "--out", "out"]) == 0

        with use_cassette("out/pills.yaml"):
            names = [found("sagemaker", "describe_model", ModelName=f"x{at}")["ModelName"] for at in range(13)]
        assert names == [f"m{number}" for number in (*range(1, 12), 11, 11)]

    def test_it_says_that_placebo_recorded_it_and_never_that_aws_did(self):
        """Nobody kept where the answers came from."""
        answer("api.sagemaker.DescribeModel_1", {"ModelName": "m"})

        assert main(["import", "placebo", "pills", "--out", "out"]) == 0

        told = cassettes.read(Path("out/pills.yaml")).provenance
        assert (told.endpoint, told.tool, told.date) == ("custom", "placebo", "2026-11-02")

    def test_each_directory_is_a_cassette(self, capsys):
        """As suites keep one directory a test."""
        answer("a/api.sagemaker.DescribeModel_1", {"ModelName": "a"})
        answer("b/c/unit.api.sagemaker.DescribeModel_1", {"ModelName": "c"})

        assert main(["import", "placebo", "pills", "--out", "out"]) == 0

        made = sorted(str(each.relative_to("out")) for each in Path("out").rglob("*.yaml"))
        assert made == ["a.yaml", "b/c.yaml"]
        assert capsys.readouterr().out.splitlines()[-1] == "imported 2 of 2 into out"

    def test_a_service_whose_endpoint_others_share_is_told(self, capsys):
        """Both load balancing services have one endpoint; what only one of them has is its."""
        answer("elasticloadbalancing.DescribeRules_1", {"Rules": []})
        answer("elasticloadbalancing.DescribeTags_1", {"TagDescriptions": []})

        assert main(["import", "placebo", "pills", "--out", "out"]) == 0

        services = [each.call.service for each in cassettes.read(Path("out/pills.yaml")).interactions]
        assert services == ["elbv2", "elb"]
        assert "  elasticloadbalancing.DescribeTags: taken for elb; it may be of elbv2\n" in capsys.readouterr().out

    @pytest.mark.parametrize(
        ("name", "text", "said"),
        [
            ("api.sagemaker.DescribeModel_1.json", "{", "it is not JSON"),
            ("api.sagemaker.DescribeModel_1.json", "[]", "expected an object with status_code and data"),
            ("api.sagemaker.DescribeModel_1.pickle", "x", "it is a pickle"),
            ("api.sagemaker.DescribeModell_1.json", "{}", "none of sagemaker has it"),
            ("apisagemaker.DescribeModel_1.json", "{}", "it knows no such endpoint"),
            ("s3.ListObjectsV2_1.json", '{"status_code": 200, "data": {"Contents": 1}}', "the model cannot hold it"),
        ],
    )
    def test_what_is_not_placebos_is_said_and_the_rest_imported(self, capsys, name, text, said):
        """With the file; nothing is half imported."""
        answer("good/api.sagemaker.DescribeModel_1", {"ModelName": "m"})
        Path("pills/bad").mkdir()
        Path("pills/bad", name).write_text(text)

        assert main(["import", "placebo", "pills", "--out", "out"]) == 3

        told = capsys.readouterr()
        assert f"pills/bad/{name}" in told.err
        assert said in told.err
        assert [each.name for each in Path("out").iterdir()] == ["good.yaml"]

    def test_what_placebo_itself_records_is_imported(self, peers):
        """The real tool, against the shipped cassettes behind a server: the code sees the same offline."""
        root = Path(__file__).parent.parent
        script = (
            "import boto3, placebo, sys\n"
            "session = boto3.Session('k', 's', region_name='us-east-1')\n"
            "placebo.attach(session, 'pills').record()\n"
            "client = session.client('sagemaker', endpoint_url=sys.argv[1])\n"
            "print(client.list_auto_ml_jobs(NameContains='automl-churn', SortBy='CreationTime', SortOrder='Descending')"
            "['AutoMLJobSummaries'][0]['AutoMLJobName'])\n"
        )
        Path("pills").mkdir()
        serve = [sys.executable, "-m", "bototape", "serve", str(root / "cassettes" / "list_auto_ml_jobs.yaml")]
        with subprocess.Popen(serve, stdout=subprocess.PIPE, text=True) as server:
            try:
                url = server.stdout.readline().split()[-1]
                command = [peers("python"), "-c", script, url]
                done = subprocess.run(command, capture_output=True, text=True, check=True, env={**os.environ})
            finally:
                server.terminate()

        assert main(["import", "placebo", "pills", "--out", "out"]) == 0

        with use_cassette("out/pills.yaml"):
            again = found("sagemaker", "list_auto_ml_jobs")
        assert again["AutoMLJobSummaries"][0]["AutoMLJobName"] == done.stdout.splitlines()[-1]


def entry(url, request=None, response=None, **more):
    """An entry of a HAR file."""
    asked = {"method": "POST", "url": url, "headers": [], **(request or {})}
    got = {"status": 200, "statusText": "OK", "headers": [], "content": {"text": "{}"}, **(response or {})}
    return {"request": asked, "response": got, **more}


def har(*entries):
    """Write a HAR file."""
    stored("session.har", {"log": {"version": "1.2", "entries": list(entries)}})


TARGET = [
    {"name": ":authority", "value": "api.sagemaker.eu-west-1.amazonaws.com"},
    {"name": "X-Amz-Target", "value": "SageMaker.DescribeModel"},
    {"name": "Content-Type", "value": "application/x-amz-json-1.1"},
    {"name": "Authorization", "value": "AWS4-HMAC-SHA256 Credential=x"},
]
URL = "https://api.sagemaker.eu-west-1.amazonaws.com/"


class TestHar:
    def test_calls_of_aws_are_kept_and_replay(self, capsys):
        """By parameters and region; pages, preflights and what was blocked are counted."""
        sent = {"headers": TARGET, "postData": {"mimeType": "x", "text": '{"ModelName": "m"}'}}
        text = json.dumps({"ModelName": "m", "ExecutionRoleArn": ROLE})
        coded = {"text": base64.b64encode(text.encode()).decode(), "encoding": "base64"}
        headers = [{"name": "Content-Encoding", "value": "gzip"}, {"name": "Content-Length", "value": "12"}]
        har(
            entry(URL, {"method": "OPTIONS"}),
            entry("https://console.example.com/page"),
            entry(URL, sent, {"content": coded, "headers": headers}),
            entry(URL, sent, {"status": 0}),
        )

        assert main(["import", "har", "session.har", "--out", "out"]) == 0

        with (
            use_cassette("out/session.yaml", ignore=[]) as tape,
            closing(boto3.client("sagemaker", region_name="eu-west-1")) as client,
        ):
            assert client.describe_model(ModelName="m")["ExecutionRoleArn"].endswith(":role/example-role-1")
            assert tape.all_played
        assert capsys.readouterr().out.splitlines()[1:3] == [
            "  2 passed over: no call of AWS that the installed botocore knows",
            "  1 passed over: there was no answer",
        ]
        stored_text = Path("out/session.yaml").read_text()
        assert at_or_above(audit(stored_text, where="x", known=[ACCOUNT]), Severity.ERROR) == []
        told = cassettes.read(Path("out/session.yaml")).provenance
        assert (told.endpoint, told.tool) == ("aws", "har")

    def test_a_form_of_parameters_is_a_body(self):
        """Browsers list the fields of a form instead of its text."""
        parameters = [{"name": "Action", "value": "GetCallerIdentity"}, {"name": "Version", "value": "2011-06-15"}]
        form = {"mimeType": "application/x-www-form-urlencoded", "params": parameters}
        kind = [{"name": "Content-Type", "value": form["mimeType"]}]
        caller = "<GetCallerIdentityResponse><GetCallerIdentityResult><Account>123456789012</Account>"
        caller += "</GetCallerIdentityResult></GetCallerIdentityResponse>"
        asked = {"postData": form, "headers": kind}
        har(entry("https://sts.us-east-1.amazonaws.com/", asked, {"content": {"text": caller}}))

        assert main(["import", "har", "session.har", "--out", "out"]) == 0

        with use_cassette("out/session.yaml"):
            assert found("sts", "get_caller_identity") == {"Account": "123456789012"}

    @pytest.mark.parametrize(
        ("text", "said"),
        [
            ("{", "it is not JSON"),
            ("[]", "log: expected an object"),
            ('{"log": {}}', "log.entries: expected a list"),
            ('{"log": {"entries": [1]}}', "log.entries[0].request: expected an object"),
            ('{"log": {"entries": [{"request": {"method": "GET", "url": "x"}}]}}', "log.entries[0].request"),
            (
                '{"log": {"entries": [{"request": {"method": "GET", "url": "x"}, "response": {}}]}}',
                "log.entries[0].request: expected a method and an absolute url",
            ),
        ],
    )
    def test_what_is_no_har_file_is_said(self, capsys, text, said):
        """With the entry; nothing is written."""
        Path("session.har").write_text(text)

        assert main(["import", "har", "session.har", "--out", "out"]) == 3

        assert said in capsys.readouterr().err
        assert not Path("out/session.yaml").exists()

    def test_a_file_without_calls_of_aws_is_an_error(self, capsys):
        """An empty cassette would be of no use to anybody."""
        har(entry("https://example.com/"))

        assert main(["import", "har", "session.har", "--out", "out"]) == 3

        assert "it holds no call of AWS (1 passed over" in capsys.readouterr().err


class TestVcr:
    CASSETTE = """interactions:
- request:
    body: '{"ModelName": "m"}'
    headers:
      Authorization:
      - !!binary |
        QVdTNC1ITUFDLVNIQTI1NiBDcmVkZW50aWFsPXg=
      Content-Type:
      - application/x-amz-json-1.1
      X-Amz-Target:
      - SageMaker.DescribeModel
    method: POST
    uri: https://api.sagemaker.us-east-1.amazonaws.com/
  response:
    body:
      string: '{"ModelName": "m", "ExecutionRoleArn": "ROLE"}'
    headers:
      Content-Type:
      - application/x-amz-json-1.1
    status:
      code: 200
      message: OK
- request:
    body: null
    headers: {}
    method: GET
    uri: https://example.com/hook
  response:
    body:
      string: done
    headers: {}
    status:
      code: 200
      message: OK
version: 1
"""

    def test_a_directory_keeps_its_names_and_its_files(self, capsys):
        """Below --out; the old files are as they were, and what is no call of AWS stays in."""
        text = self.CASSETTE.replace("ROLE", ROLE)
        for name in ("a.yaml", "sub/b.yaml"):
            Path("old", name).parent.mkdir(parents=True, exist_ok=True)
            Path("old", name).write_text(text)

        assert main(["import", "vcr", "old", "--out", "new"]) == 0

        assert Path("old/a.yaml").read_text() == text
        made = cassettes.read(Path("new/sub/b.yaml"))
        calls = [each.call and (each.call.name, each.call.region) for each in made.interactions]
        assert calls == [("sagemaker.DescribeModel", "us-east-1"), None]
        assert (made.provenance.endpoint, made.provenance.tool) == ("custom", "vcr")
        assert ACCOUNT not in Path("new/sub/b.yaml").read_text()
        assert "  1 are no calls of AWS and stay as they are" in capsys.readouterr().out

    def test_one_value_has_one_pseudonym_in_all_files(self):
        """What one file tells plainly is looked for in the others."""
        Path("old").mkdir()
        Path("old/a.yaml").write_text(self.CASSETTE.replace("ROLE", ROLE))
        Path("old/b.yaml").write_text(self.CASSETTE.replace("ROLE", f"see {ACCOUNT}"))

        assert main(["import", "vcr", "old", "--out", "new"]) == 0

        assert "see 111122223333" in Path("new/b.yaml").read_text()

    def test_nothing_is_replaced(self, capsys):
        """Whoever imports twice is told."""
        Path("a.yaml").write_text(self.CASSETTE)
        assert main(["import", "vcr", "a.yaml", "--out", "new"]) == 0
        before = Path("new/a.yaml").read_bytes()

        assert main(["import", "vcr", "a.yaml", "--out", "new"]) == 2

        assert "new/a.yaml is there already" in capsys.readouterr().err
        assert Path("new/a.yaml").read_bytes() == before
