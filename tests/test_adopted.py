"""Suites that use pytest-recording or vcrpy, run by us from outside, without an edit."""

import hashlib

import pytest
import vcr.serialize
from vcr.request import Request as VcrRequest
from vcr.serializers import jsonserializer, yamlserializer

from bototape import cassettes
from bototape.interaction import Interaction, Request, Response
from tests.builders import describe, interaction, written
from tests.loopback import counting

SUITE = """
import boto3, pytest, vcr as vcrpy
from urllib.request import urlopen

sagemaker = boto3.client("sagemaker", region_name="us-east-1", aws_access_key_id="k", aws_secret_access_key="s")

def status(name="a"):
    return sagemaker.describe_auto_ml_job(AutoMLJobName=name)["AutoMLJobStatus"]
"""

#: With pytest-recording beside us, and in its place.
BOTH = pytest.mark.parametrize(
    "options", [(), pytest.param(("-p", "no:recording"), marks=pytest.mark.slow)], ids=["beside", "alone"]
)


def stock(path, *interactions, serializer=yamlserializer):
    """Write a cassette as vcrpy does: nothing in it says what the calls are."""
    requests = [
        VcrRequest(each.request.method, each.request.uri, each.request.body, dict(each.request.headers))
        for each in interactions
    ]
    responses = [
        {
            "status": {"code": each.response.status, "message": each.response.reason},
            "headers": {name: [value] for name, value in each.response.headers},
            "body": {"string": each.response.body},
        }
        for each in interactions
    ]
    path.parent.mkdir(parents=True, exist_ok=True)
    text = vcr.serialize.serialize({"requests": requests, "responses": responses}, serializer)
    path.write_text(text, encoding="utf-8")
    return path


def page(uri, body=b"hello"):
    """A recorded page that is no call of AWS."""
    return Interaction(Request("GET", uri), Response(200, "OK", (("Content-Length", str(len(body))),), body))


@pytest.fixture
def suite(pytester, monkeypatch):
    """Run a suite's text in a new process, adopted; files are those of its module ``test_it``."""
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION", "AWS_PROFILE", "CI"):
        monkeypatch.delenv(name, raising=False)

    def run(text, *options, conftest="", adopt="--bototape-adopt-vcr"):
        pytester.makeconftest(conftest)
        pytester.makepyfile(test_it=SUITE + text)
        return pytester.runpytest_subprocess("-p", "no:randomly", *([adopt] if adopt else []), *options)

    run.cassettes = pytester.path / "cassettes" / "test_it"
    return run


@pytest.mark.slow
@BOTH
def test_a_marked_test_plays_its_own_file(suite, options):
    """The marker, the names of files, classes and parameters, and what the fixture ``vcr`` yields stay as they were."""
    stock(suite.cassettes / "test_one.yaml", describe("a", "InProgress"), describe("a"), page("http://example.com/"))
    stock(suite.cassettes / "TestIt.test_two[a-b].yaml", describe("a"))

    result = suite(
        """
@pytest.mark.vcr
def test_one(vcr):
    assert [status(), status()] == ["InProgress", "Completed"]
    assert not vcr.all_played
    assert urlopen("http://example.com/").read() == b"hello"
    assert (vcr.play_count, vcr.all_played, len(vcr)) == (3, True, 3)
    assert vcr.requests[2].uri == "http://example.com/"
    assert vcr.responses[2]["body"]["string"] == b"hello"

class TestIt:
    @pytest.mark.parametrize("each", ["a/b"])
    @pytest.mark.vcr
    def test_two(self, each):
        assert status() == "Completed"

def test_without(vcr):
    assert vcr is None
""",
        *options,
    )

    result.assert_outcomes(passed=3)
    result.stdout.fnmatch_lines(["3 calls of AWS and 1 other request replayed from 2 cassettes"])


@BOTH
@pytest.mark.slow
def test_what_a_suite_configures_holds(suite, pytester, options):
    """Fixtures of any scope, more cassettes, a cassette by name, hooks, matchers and serializers of its own."""
    stock(pytester.path / "tapes" / "named.json", page("http://example.com/1"), serializer=jsonserializer)
    stock(pytester.path / "tapes" / "more.json", describe("a"), serializer=jsonserializer)

    result = suite(
        """
@pytest.mark.vcr("more.json", match_on=["method", "tail"])
@pytest.mark.default_cassette("named")
def test_it():
    assert urlopen("http://elsewhere.example.com/1").read() == b"HELLO"
    assert status() == "Completed"
""",
        *options,
        conftest="""
import pytest

@pytest.fixture(scope="session")
def vcr_config():
    return {"serializer": "json", "before_record_response": louder}

@pytest.fixture(scope="session")
def vcr_cassette_dir():
    return "tapes"

def louder(response):
    body = response["body"]["string"]
    response["body"]["string"] = body.upper() if len(body) == 5 else body
    return response

def pytest_recording_configure(config, vcr):
    vcr.register_matcher("tail", lambda one, other: one.uri[-1] == other.uri[-1])
""",
    )

    result.assert_outcomes(passed=1)


@pytest.mark.slow
def test_a_call_plays_the_recording_with_its_parameters(suite):
    """Order does not decide: vcrpy, whose matchers leave the body out, would return the other answer."""
    stock(suite.cassettes / "test_it.yaml", describe("a", "InProgress"), describe("b"))

    result = suite(
        "@pytest.mark.vcr\ndef test_it():\n    assert [status('b'), status('a')] == ['Completed', 'InProgress']"
    )

    result.assert_outcomes(passed=1)
    assert "let them through" not in result.stdout.str()


@pytest.mark.slow
def test_a_call_that_differs_plays_by_the_suites_own_rule_and_is_told(suite):
    """As vcrpy has it, the first of that operation; never that of another operation, which vcrpy would take, too."""
    other = interaction("ListApps")
    stock(suite.cassettes / "test_it.yaml", other, describe("a", "InProgress"), describe("b"))

    result = suite(
        "@pytest.mark.vcr\ndef test_it():\n    assert [status('c'), status('b')] == ['InProgress', 'Completed']"
    )

    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(
        ["sagemaker.DescribeAutoMLJob: 1 call differs from what was recorded; the suite's match_on let them through"]
    )


@pytest.mark.slow
def test_a_recording_that_another_call_took_does_not_play_again(suite):
    """Each recording plays once, by whichever rule, as with vcrpy."""
    stock(suite.cassettes / "test_it.yaml", describe("a", "InProgress"), describe("b"))

    result = suite(
        """
@pytest.mark.vcr
def test_it(vcr):
    assert [status("c"), status("a")] == ["InProgress", "Completed"]
    assert vcr.all_played
"""
    )

    result.assert_outcomes(passed=1)


@pytest.mark.slow
def test_a_token_that_differs_in_each_run_does_not_count(suite, monkeypatch):
    """vcrpy finds no recording of such a call where the body counts: botocore makes up the token anew."""
    monkeypatch.setenv("BOTOTAPE_ADOPT_VCR", "1")
    parameters = {"PipelineName": "churn", "RoleArn": "arn:aws:iam::123456789012:role/x", "PipelineDefinition": "{}"}
    token = {"ClientRequestToken": "0" * 36}
    stock(suite.cassettes / "test_it.yaml", interaction("CreatePipeline", {**parameters, **token}, {}))

    result = suite(
        f"""
@pytest.mark.vcr(match_on=["method", "body"])
def test_it():
    sagemaker.create_pipeline(**{parameters!r})
""",
        adopt="",
    )

    result.assert_outcomes(passed=1)


@pytest.mark.slow
def test_a_miss_fails_even_if_it_is_swallowed_and_no_file_is_touched(suite):
    """vcrpy's error goes through botocore's hands and is often caught; ours fails the test, and says what to do."""
    path = stock(suite.cassettes / "test_it.yaml", describe("a"), describe("b"))
    before = hashlib.sha256(path.read_bytes()).hexdigest()

    result = suite(
        """
@pytest.mark.vcr(match_on=["method", "body"], drop_unused_requests=True)
def test_it():
    try:
        status("c")
    except Exception:
        pass
""",
    )

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        ["*cannot replay*DescribeAutoMLJob*", "*pytest test_it.py::test_it --record-mode=new_episodes*"]
    )
    result.stdout.fnmatch_lines(["not honoured: drop_unused_requests (1 cassette)"])
    assert hashlib.sha256(path.read_bytes()).hexdigest() == before


@pytest.mark.slow
def test_vcrpys_own_blocks_and_decorators_are_adopted(suite, pytester):
    """A suite that needs no plugin for vcrpy is adopted as well, by the ini file."""
    stock(pytester.path / "tape.yaml", describe("a"))
    pytester.makeini("[pytest]\nbototape_adopt_vcr = true\n")

    result = suite(
        """
@vcrpy.use_cassette("tape.yaml", record_mode="none")
def test_decorated():
    assert status() == "Completed"

def test_block():
    with vcrpy.VCR(record_mode="none").use_cassette("tape.yaml") as cassette:
        assert status() == "Completed"
    assert cassette.all_played
""",
        adopt="",
    )

    result.assert_outcomes(passed=2)
    result.stdout.fnmatch_lines(["2 calls of AWS replayed from 2 cassettes"])


@pytest.mark.slow
def test_ignored_hosts_are_reached_and_others_never(suite):
    """``ignore_hosts`` and a hook that returns None let a request be sent, as in vcrpy; nothing else is."""
    stock(suite.cassettes / "test_it.yaml", describe("a"))
    with counting() as server:
        result = suite(
            f"""
@pytest.mark.vcr(ignore_hosts=["127.0.0.1"])
def test_it():
    assert urlopen("{server.url}/1").read() == b"live /1"
    with pytest.raises(AssertionError):
        urlopen("http://localhost:{server.server_port}/2")
    pytest.fail("reached")
"""
        )

        assert server.reached == ["GET /1"]
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*Failed: reached*"])


@pytest.mark.slow
def test_blocked_networks_stay_blocked_without_pytest_recording(suite):
    """``block_network`` and its regular expressions are honoured where we stand in for it."""
    with counting() as server:
        result = suite(
            f"""
@pytest.mark.block_network
def test_blocked():
    with pytest.raises(Exception, match="127.0.0.1"):
        urlopen("{server.url}/1")

@pytest.mark.block_network(allowed_hosts=["127.*"])
def test_allowed():
    assert urlopen("{server.url}/2").read() == b"live /2"

@pytest.mark.block_network("127.0.0.1")
def test_wrong():
    pass
""",
            "-p",
            "no:recording",
        )

        assert server.reached == ["GET /2"]
    result.assert_outcomes(passed=2, errors=1)


@pytest.mark.slow
def test_without_the_option_nothing_is_adopted(suite):
    """Installed beside pytest-recording we leave its suites alone."""
    stock(suite.cassettes / "test_it.yaml", describe("a", "InProgress"), describe("b"))

    result = suite("@pytest.mark.vcr\ndef test_it():\n    assert status('b') == 'InProgress'", adopt="")

    result.assert_outcomes(passed=1)
    result.stdout.no_fnmatch_line("*adopt_vcr True*")


@pytest.mark.slow
def test_xdist_workers_are_counted(suite):
    """The summary of a run with workers is that of all of them."""
    for name in ("test_1", "test_2"):
        stock(suite.cassettes / f"{name}.yaml", describe("a"))

    result = suite(
        "@pytest.mark.vcr\ndef test_1():\n    status()\n\n@pytest.mark.vcr\ndef test_2():\n    status()", "-n", "2"
    )

    result.assert_outcomes(passed=2)
    result.stdout.fnmatch_lines(["2 calls of AWS replayed from 2 cassettes"])


@pytest.mark.slow
def test_what_cannot_be_written_scrubbed_is_not_sent(suite):
    """A serializer of the suite's own writes what nobody audits: recording with it is refused, and says why."""
    with counting() as server:
        result = suite(
            f"""
@pytest.mark.vcr(serializer="json", record_mode="all")
def test_it():
    urlopen("{server.url}/1")
"""
        )

        assert server.reached == []
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*cannot record *test_it.json scrubbed: the suite has a serializer of its own"])
    assert list(suite.cassettes.glob("*.json")) == []


RECORDING = """
import os
client = boto3.client(
    "dynamodb", region_name="us-east-1", aws_access_key_id="AKIAIOSFODNN7EXAMPLE", aws_secret_access_key="s",
    endpoint_url=os.environ["STORE"],
)

@pytest.mark.vcr
def test_it(vcr):
    assert client.list_tables()["TableNames"] == []
    assert len(vcr) == 1
    assert os.environ.get("BREAK") is None
"""


@BOTH
@pytest.mark.slow
@pytest.mark.newest_botocore
def test_a_suite_records_scrubbed_into_its_own_files(suite, monkeypatch, options):
    """``--record-mode`` works as before; what is written is ours, and pytest-recording replays it without us."""
    from moto.server import ThreadedMotoServer  # noqa: PLC0415 - slow to import

    store = ThreadedMotoServer(port=0, verbose=False)
    store.start()
    try:
        monkeypatch.setenv("STORE", "http://{}:{}".format(*store.get_host_and_port()))
        monkeypatch.setenv("BREAK", "1")
        suite(RECORDING, "--record-mode=once", *options).assert_outcomes(failed=1)
        kept_of_failed = list(suite.cassettes.glob("*.yaml"))
        monkeypatch.delenv("BREAK")
        result = suite(RECORDING, "--record-mode=once", *options)
    finally:
        store.stop()

    result.assert_outcomes(passed=1)
    recorded = cassettes.read(suite.cassettes / "test_it.yaml")
    monkeypatch.setenv("STORE", "https://dynamodb.us-east-1.amazonaws.com")
    stock_run = suite(RECORDING, adopt="")
    ours = suite(RECORDING, *options)

    assert kept_of_failed == []
    assert [each.call.name for each in recorded.interactions] == ["dynamodb.ListTables"]
    assert recorded.provenance.endpoint == "custom"
    stock_run.assert_outcomes(passed=1)
    ours.assert_outcomes(passed=1)


@pytest.mark.slow
def test_a_cassette_of_ours_keeps_its_repeats(suite):
    """What bototape recorded for an adopted suite tells how often an answer plays."""
    suite.cassettes.mkdir(parents=True)
    written(suite.cassettes, describe("a", repeat=3), name="test_it.yaml")

    result = suite("@pytest.mark.vcr\ndef test_it():\n    assert [status() for _ in range(3)] == ['Completed'] * 3")

    result.assert_outcomes(passed=1)


@pytest.mark.slow
def test_threads_never_reach_the_network(suite):
    """300 calls and pages from 8 threads: vcrpy lets some of them through to the server that was recorded."""
    with counting() as server:
        stock(suite.cassettes / "test_it.yaml", *[describe("a")] * 300, *[page(f"{server.url}/1")] * 300)
        result = suite(
            f"""
from concurrent.futures import ThreadPoolExecutor

def both(_):
    return status(), urlopen("{server.url}/1").read()

@pytest.mark.vcr
def test_it(vcr):
    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(both, range(300))) == {{("Completed", b"hello")}}
    assert vcr.all_played
"""
        )

        assert server.reached == []
    result.assert_outcomes(passed=1)


@pytest.mark.slow
def test_a_miss_that_recording_does_not_mend_says_what_does(suite):
    """A cassette that was scrubbed in place has the pseudonym of what the suite sends."""
    stock(suite.cassettes / "test_role.yaml", describe("example-role-1"))

    result = suite(
        """
@pytest.mark.vcr(match_on=["uri", "body"])
def test_role():
    status("zorvane")
"""
    )

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        ["E *fix: send what was recorded: the call would be scrubbed again if it were recorded again"]
    )
    result.stdout.no_fnmatch_line("record what was missed:*")
