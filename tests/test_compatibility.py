"""Cassettes go both ways between bototape and the tools beside it, with real clients over real HTTP on loopback."""

import base64
import gzip
import json
import os
import subprocess
import sys
import textwrap
from contextlib import closing, contextmanager
from pathlib import Path

import boto3
import pytest
import vcr
from botocore.exceptions import ClientError

import bototape
from bototape import cassettes
from bototape.audit import audit
from bototape.errors import NoMatch
from bototape.interaction import Interaction, Response
from tests.builders import request, written
from tests.e2e.live import Answer, account

ROOT = Path(__file__).parent.parent
SHIPPED = ROOT / "cassettes"
OLD = Path(__file__).parent / "data" / "vcrpy"

DEFAULT = ("method", "scheme", "host", "port", "path", "query")
MATCHERS = pytest.mark.parametrize("match_on", [DEFAULT, (*DEFAULT, "body")], ids=["default", "body"])
SORTED = {"SortBy": "FinalObjectiveMetricValue", "SortOrder": "Descending"}

STARTED = {
    "AutoMLJobName": "churn",
    "AutoMLJobArn": "arn:aws:sagemaker:us-east-1:123456789012:automl-job/churn",
    "AutoMLJobStatus": "InProgress",
    "AutoMLJobSecondaryStatus": "Starting",
}
FAILED = STARTED | {"AutoMLJobStatus": "Failed", "AutoMLJobSecondaryStatus": "Failed", "FailureReason": "café"}
NOT_FOUND = {"__type": "ResourceNotFound", "Message": "no job x"}


@pytest.fixture(autouse=True)
def environment(monkeypatch):
    """AWS's documented example credentials, and nothing of this machine."""
    for name in [each for each in os.environ if each.startswith("AWS_")]:
        monkeypatch.delenv(name)
    for name, value in {
        "AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE",
        "AWS_SECRET_ACCESS_KEY": "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
    }.items():
        monkeypatch.setenv(name, value)


@contextmanager
def sagemaker(url=None):
    """A boto3 client that is closed afterwards."""
    with closing(boto3.session.Session().client("sagemaker", endpoint_url=url)) as client:
        yield client


def lived(client):
    """A job twice, as it goes on, and an error: what the answers said."""
    states = [client.describe_auto_ml_job(AutoMLJobName="churn") for _ in range(2)]
    with pytest.raises(client.exceptions.ResourceNotFound) as error:
        client.describe_auto_ml_job(AutoMLJobName="x")
    return [plain(each) for each in states], error.value.response["Error"]["Message"]


def plain(answer):
    """An answer without what botocore adds to it."""
    return {name: value for name, value in answer.items() if name != "ResponseMetadata"}


LIVED = ([STARTED, FAILED], "no job x")


@contextmanager
def live():
    """A loopback SageMaker with one job on its way to failure, and no other."""
    with account(DescribeAutoMLJob=[Answer(STARTED), Answer(FAILED), Answer(NOT_FOUND, 400)]) as server:
        yield server


@pytest.fixture
def recorded(tmp_path):
    """What stock vcrpy records of boto3: header values in base64, the URI of the loopback server."""
    path = tmp_path / "stock.yaml"
    with live() as server, vcr.use_cassette(str(path), record_mode="once"), sagemaker(server.url) as client:
        assert lived(client) == LIVED
    assert "!!binary" in path.read_text(encoding="utf-8")
    return path


class TestTheirsUnderOurs:
    @pytest.mark.slow
    def test_what_vcrpy_records_replays(self, recorded):
        """A team's cassettes go on working: same answers, same modeled exception, though nothing listens there."""
        before = recorded.read_bytes()
        with bototape.use_cassette(recorded) as tape, sagemaker() as client:
            assert lived(client) == LIVED
            assert tape.all_played

        assert recorded.read_bytes() == before

    def test_their_order_does_not_matter_across_jobs(self, recorded):
        """Calls are found by what they ask, not by their place: stock vcrpy would answer with another job."""
        with bototape.use_cassette(recorded), sagemaker() as client:
            with pytest.raises(client.exceptions.ResourceNotFound):
                client.describe_auto_ml_job(AutoMLJobName="x")
            assert plain(client.describe_auto_ml_job(AutoMLJobName="churn")) == STARTED

    @pytest.mark.slow
    def test_a_call_they_did_not_record_is_a_miss(self, recorded):
        """Their files are no reason to be lenient."""
        with bototape.use_cassette(recorded) as tape, sagemaker() as client:
            with pytest.raises(NoMatch):
                client.describe_auto_ml_job(AutoMLJobName="churn2")
            tape.forget_misses()

    def test_what_vcrpy_records_without_signatures_replays(self, tmp_path):
        """Most teams filter the Authorization field out, and with it goes the region."""
        path = tmp_path / "filtered.yaml"
        with (
            live() as server,
            vcr.use_cassette(str(path), filter_headers=["authorization", "X-Amz-Date"]),
            sagemaker(server.url) as client,
        ):
            lived(client)

        with bototape.use_cassette(path), sagemaker() as client:
            assert lived(client) == LIVED

    @pytest.mark.parametrize(
        ("name", "calls"), [("boto3", LIVED), ("gzip", LIVED[0]), ("python2", LIVED[0])], ids=["boto3", "gzip", "py2"]
    )
    def test_old_cassettes_replay(self, name, calls):
        """Cassettes of many years: base64 header values, compressed answers, Python 2's text, values in lists."""
        with bototape.use_cassette(OLD / f"{name}.yaml") as tape, sagemaker() as client:
            found = lived(client) if name == "boto3" else [plain(_described(client)) for _ in range(2)]
            assert tape.all_played

        assert found == calls

    def test_old_cassettes_can_be_checked(self, run_bototape):
        """A compressed answer is held against the model as well: nothing here is wrong but what the job lacks."""
        done = run_bototape("check", str(OLD / "gzip.yaml"), "--service", "sagemaker")

        assert (done.returncode, done.stderr[:9]) == (0, "checked 1")
        assert "body-undecodable" not in done.stdout


GZIP = gzip.compress(b"{}", mtime=0)
BOMB = gzip.compress(bytes(101), mtime=0)
FIELDS = {"Content-Encoding": "gzip", "content-length": "22", "X": "y"}
JSON_CALL = {"X-Amz-Target": "SageMaker.DescribeAutoMLJob"}


@pytest.mark.parametrize(
    ("request_headers", "body", "read", "headers"),
    [
        (JSON_CALL, GZIP, b"{}", (("content-length", "2"), ("X", "y"))),
        (JSON_CALL, b"{}", b"{}", tuple(FIELDS.items())),
        (JSON_CALL, GZIP[:-9], GZIP[:-9], tuple(FIELDS.items())),
        (JSON_CALL, GZIP[:12] + b"?" + GZIP[12:], GZIP[:12] + b"?" + GZIP[12:], tuple(FIELDS.items())),
        (JSON_CALL, BOMB, BOMB, tuple(FIELDS.items())),
        ({}, GZIP, GZIP, tuple(FIELDS.items())),
    ],
    ids=["compressed", "only-said-so", "cut", "broken", "bomb", "not-aws-json"],
)
def test_answers_stored_compressed(monkeypatch, request_headers, body, read, headers):
    """A gzip answer of an AWS JSON call is read as botocore would have got it; everything else is as it stands."""
    monkeypatch.setattr("bototape.cassettes.compressed.LARGEST", 100)
    encoded = {"string": {"base64_string": base64.b64encode(body).decode()}}
    request = {"method": "POST", "uri": "https://sagemaker.invalid/", "headers": request_headers, "body": None}
    response = {"status": {"code": 200, "message": "OK"}, "headers": FIELDS, "body": encoded}
    text = json.dumps({"interactions": [{"request": request, "response": response}], "version": 1})

    found = cassettes.from_text(text, "old.yaml").interactions[0].response

    assert (found.body, found.headers) == (read, headers)


def test_ours_are_never_decoded(tmp_path):
    """What bototape recorded is what was sent to botocore, whatever it looks like."""
    ours = written(tmp_path, Interaction(request(), Response(200, "OK", (("Content-Encoding", "gzip"),), GZIP)))

    assert cassettes.read(ours).interactions[0].response.body == GZIP


def _described(client):
    return client.describe_auto_ml_job(AutoMLJobName="churn")


@pytest.fixture
def run_bototape():
    """Run the command line tool from outside."""

    def run(*arguments):
        command = [sys.executable, "-m", "bototape", *arguments]
        return subprocess.run(command, capture_output=True, text=True, check=False)

    return run


@pytest.fixture
def shipped(tmp_path):
    """A copy of a shipped cassette, by name."""

    def copy(name):
        path = tmp_path / f"{name}.yaml"
        path.write_bytes((SHIPPED / path.name).read_bytes())
        return path

    return copy


class TestOursUnderTheirs:
    @MATCHERS
    def test_polls_of_one_job(self, shipped, match_on):
        """A job's polls come in their order, through an untouched boto3 client."""
        path = shipped("describe_auto_ml_job")
        before = path.read_bytes()
        with vcr.use_cassette(str(path), record_mode="none", match_on=match_on), sagemaker() as client:
            answers = [plain(client.describe_auto_ml_job(AutoMLJobName="automl-churn")) for _ in range(3)]

        with bototape.use_cassette(path), sagemaker() as client:
            assert [plain(client.describe_auto_ml_job(AutoMLJobName="automl-churn")) for _ in range(3)] == answers
        assert path.read_bytes() == before

    @MATCHERS
    def test_pages(self, shipped, match_on):
        """A paginator finds its next page by the token that is in the recording."""
        path = shipped("list_candidates_for_auto_ml_job")
        with vcr.use_cassette(str(path), record_mode="none", match_on=match_on), sagemaker() as client:
            pages = client.get_paginator("list_candidates_for_auto_ml_job").paginate(
                AutoMLJobName="automl-churn", **SORTED, PaginationConfig={"PageSize": 3}
            )
            names = [each["CandidateName"] for page in pages for each in page["Candidates"]]

        assert names == _candidates()

    @pytest.mark.slow
    @MATCHERS
    def test_errors(self, shipped, match_on):
        """A recorded error is the client's modeled exception."""
        path = shipped("resource_not_found")
        with (
            vcr.use_cassette(str(path), record_mode="none", match_on=match_on),
            sagemaker() as client,
            pytest.raises(client.exceptions.ResourceNotFound) as error,
        ):
            client.describe_auto_ml_job(AutoMLJobName="no-such-job")

        assert error.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400


def _candidates():
    """The names in the two pages of the shipped cassette."""
    found = cassettes.read(SHIPPED / "list_candidates_for_auto_ml_job.yaml").interactions[:2]
    return [each["CandidateName"] for page in found for each in json.loads(page.response.body)["Candidates"]]


class TestPytestRecording:
    """One test of a user with pytest-recording, run in each of its modes on a copy of a shipped cassette."""

    CODE = """
        import os
        import boto3, pytest

        @pytest.mark.vcr
        def test_missing_job():
            client = boto3.client("sagemaker", endpoint_url=os.environ.get("LIVE"))
            with pytest.raises(client.exceptions.ResourceNotFound):
                client.describe_auto_ml_job(AutoMLJobName="no-such-job")
            client.close()
    """

    @pytest.fixture
    def path(self, pytester):
        """Where pytest-recording looks for the cassette of the one test."""
        pytester.makepyfile(test_ours=textwrap.dedent(self.CODE))
        path = pytester.path / "cassettes" / "test_ours" / "test_missing_job.yaml"
        path.parent.mkdir(parents=True)
        path.write_bytes((SHIPPED / "resource_not_found.yaml").read_bytes())
        return path

    @pytest.fixture
    def run(self, pytester, monkeypatch):
        """Run the user's suite with pytest-recording and bototape installed, and nothing else; it passes."""
        monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
        plugins = ("-p", "pytest_recording.plugin", "-p", "bototape.pytest_plugin")
        return lambda *options: pytester.runpytest_subprocess(*plugins, *options).assert_outcomes(passed=1)

    @pytest.mark.parametrize("mode", ["none", "once", "new_episodes"])
    @pytest.mark.slow
    def test_modes_that_replay_leave_our_file_alone(self, run, path, mode):
        """What is recorded is played with the network blocked, and no byte of the file changes."""
        before = path.read_bytes()

        run(f"--record-mode={mode}", "--block-network")

        assert path.read_bytes() == before

    @pytest.mark.parametrize(("mode", "kept"), [("all", 1), ("rewrite", 0)])
    @pytest.mark.slow
    def test_modes_that_record_write_theirs(self, run, path, monkeypatch, mode, kept):
        """
        These send the call and write the file anew, in vcrpy's form: unscrubbed, without our keys, still replayable.

        Mode ``all`` keeps our recording before the new one, ``rewrite`` does not. The audit sees the access key in
        the base64 of a signature, where a search does not.
        """
        key = "ASIA" + "YZV5MP6VY2G3DB4G"
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", key)
        with account(DescribeAutoMLJob=[Answer(NOT_FOUND, 400)]) as server:
            monkeypatch.setenv("LIVE", server.url)
            run(f"--record-mode={mode}")

        found = cassettes.read(path)
        text = path.read_text(encoding="utf-8")
        assert server.operations() == ["DescribeAutoMLJob"]
        assert (found.provenance, len(found.interactions)) == (None, kept + 1)
        assert json.loads(found.interactions[-1].response.body) == NOT_FOUND
        assert key not in text
        assert "access-key-id" in {each.rule for each in audit(text, where="theirs.yaml")}
        with bototape.use_cassette(path), sagemaker() as client:
            for _ in range(kept + 1):
                with pytest.raises(client.exceptions.ResourceNotFound):
                    client.describe_auto_ml_job(AutoMLJobName="no-such-job")


@pytest.mark.newest_botocore
class TestCassetter:
    """cassetter, a Rust rival with a reader of vcrpy's form; it lives in an environment of its own."""

    @pytest.fixture
    def run(self, peers, tmp_path):
        """Run *code* there with ``path`` and ``client``, and return the JSON it prints."""

        def run(code, path):
            program = tmp_path / "peer.py"
            head = "import json, sys, boto3, cassetter, requests\npath = sys.argv[1]\n"
            program.write_text(head + textwrap.dedent(code), encoding="utf-8")
            done = subprocess.run([peers("python"), program, path], capture_output=True, text=True, check=False)
            assert done.returncode == 0, done.stderr
            return json.loads(done.stdout)

        return run

    def test_it_replays_ours_to_boto3_in_recorded_order(self, run, shipped):
        """With its usual matching, by method and URI, it serves pages and errors of ours."""
        path = shipped("list_candidates_for_auto_ml_job")
        before = path.read_bytes()
        code = f"""
            with cassetter.use_cassette(path, record_mode="none") as cassette:
                pages = boto3.client("sagemaker").get_paginator("list_candidates_for_auto_ml_job").paginate(
                    AutoMLJobName="automl-churn", PaginationConfig={{"PageSize": 3}}, **{SORTED})
                names = [each["CandidateName"] for page in pages for each in page["Candidates"]]
                print(json.dumps([len(cassette), names]))
        """

        assert run(code, path) == [4, _candidates()]
        assert path.read_bytes() == before

    BY_BODY = """
        with cassetter.use_cassette(path, record_mode="none", match_on=["method", "uri", "body"]) as cassette:
            request = cassette.interactions[0].request
            try:
                got = requests.post(request.uri, data=%r, headers={"Content-Type": %r})
                print(json.dumps([got.status_code, got.json()["Message"]]))
            except cassetter.NoMatchError:
                print(json.dumps("no match"))
    """

    def test_it_matches_ours_by_body_where_it_takes_the_body_for_json(self, run, shipped):
        """Called as ``application/json``, the same bytes are found by their body."""
        path = shipped("resource_not_found")
        sent = cassettes.read(path).interactions[0]
        code = self.BY_BODY % (sent.request.body, "application/json")

        assert run(code, path) == [400, json.loads(sent.response.body)["Message"]]

    @pytest.mark.parametrize("whose", ["ours", "vcrpy's"])
    def test_it_cannot_match_aws_json_by_body(self, run, shipped, whose):
        """
        It reads a recorded body as JSON and the one sent as text, since it does not know the AWS JSON content type.

        So a call never equals its own recording by body, in whoever's cassette of vcrpy's form.
        """
        path = shipped("resource_not_found") if whose == "ours" else OLD / "boto3.yaml"
        sent = cassettes.read(path).interactions[0].request
        code = self.BY_BODY % (sent.body, "application/x-amz-json-1.1")

        assert run(code, path) == "no match"

    def test_it_spells_json_anew(self, run, shipped):
        """A recorded answer comes out as other bytes of the same value: a checksum of it would not hold."""
        path = shipped("resource_not_found")
        body = cassettes.read(path).interactions[0].response.body
        code = """
            with cassetter.use_cassette(path, record_mode="none") as cassette:
                print(json.dumps(requests.post(cassette.interactions[0].request.uri).text))
        """

        spelled = run(code, path)

        assert json.loads(spelled) == json.loads(body)
        assert spelled != body.decode()


@pytest.fixture(scope="module")
def url():
    """The address of a server of all shipped cassettes."""
    command = [sys.executable, "-m", "bototape", "serve", str(SHIPPED)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as server:
        try:
            yield server.stdout.readline().split()[-1]
        finally:
            server.terminate()


@pytest.mark.newest_botocore
class TestCommandLineInterface:
    """The AWS CLI, version 1, as a client of ``bototape serve``."""

    @pytest.fixture
    def aws(self, peers, url):
        """Run ``aws sagemaker`` with *arguments* against the server."""

        def run(*arguments):
            command = [peers("aws"), "sagemaker", *arguments, "--endpoint-url", url, "--output", "json"]
            return subprocess.run(command, capture_output=True, text=True, check=False)

        return run

    def test_a_job(self, aws):
        """The CLI prints the recorded answer, times in its own spelling aside."""
        done = aws("describe-auto-ml-job", "--auto-ml-job-name", "automl-churn-weighted")

        position, recorded = next(
            (number, json.loads(each.response.body))
            for number, each in enumerate(cassettes.read(SHIPPED / "describe_auto_ml_job.yaml").interactions)
            if b"automl-churn-weighted" in each.request.body
        )
        assert (done.returncode, done.stderr, position) == (0, "", 6)
        assert without_times(json.loads(done.stdout)) == without_times(recorded)

    def test_pages(self, aws):
        """The CLI's own paging asks for the next page with the recorded token, and joins both."""
        arguments = ["--sort-by", SORTED["SortBy"], "--sort-order", SORTED["SortOrder"], "--page-size", "3"]
        done = aws("list-candidates-for-auto-ml-job", "--auto-ml-job-name", "automl-churn", *arguments)

        assert (done.returncode, done.stderr) == (0, "")
        assert [each["CandidateName"] for each in json.loads(done.stdout)["Candidates"]] == _candidates()

    def test_an_error(self, aws):
        """A recorded error fails the CLI with the service's own words."""
        done = aws("describe-auto-ml-job", "--auto-ml-job-name", "no-such-job")

        message = json.loads(cassettes.read(SHIPPED / "resource_not_found.yaml").interactions[0].response.body)
        code = "An error occurred (ResourceNotFound) when calling the DescribeAutoMLJob operation"
        assert done.returncode in (254, 255)
        assert (done.stdout, done.stderr.strip()) == ("", f"{code}: {message['Message']}")

    def test_a_miss(self, aws):
        """A call nobody recorded fails with what is closest, where a person at the terminal sees it."""
        done = aws("describe-auto-ml-job", "--auto-ml-job-name", "never-recorded")

        assert done.returncode in (254, 255)
        assert done.stdout == ""
        assert "An error occurred (NoMatch) when calling the DescribeAutoMLJob operation" in done.stderr
        assert "differs in AutoMLJobName: 'no-such-job' recorded, 'never-recorded' sent" in done.stderr


def without_times(answer):
    """*answer* without members that are times: the CLI prints text where the wire has numbers."""
    if isinstance(answer, dict):
        return {name: without_times(value) for name, value in answer.items() if not name.endswith("Time")}
    return [without_times(each) for each in answer] if isinstance(answer, list) else answer


def test_client_errors_of_both_are_the_same(shipped):
    """A recorded error under vcrpy and under bototape is one exception, message and all."""
    path = shipped("resource_not_found")
    raised = []
    for playing in (vcr.use_cassette(str(path), record_mode="none"), bototape.use_cassette(path)):
        with playing, sagemaker() as client, pytest.raises(ClientError) as error:
            client.describe_auto_ml_job(AutoMLJobName="no-such-job")
        raised.append((type(error.value).__name__, str(error.value)))

    assert raised[0] == raised[1]
