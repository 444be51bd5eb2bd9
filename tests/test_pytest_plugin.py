"""The plugin from outside: pytest run on small suites, and what a user sees."""

import pytest

from bototape import cassettes
from bototape.interaction import Cassette, Provenance
from tests.builders import describe, written

CLIENT = """
import boto3, pytest
from bototape import NoMatch

sagemaker = boto3.client("sagemaker", aws_access_key_id="k", aws_secret_access_key="s")

def status(name="a"):
    return sagemaker.describe_auto_ml_job(AutoMLJobName=name)["AutoMLJobStatus"]
"""


@pytest.fixture
def suite(pytester, monkeypatch):
    """A directory with a cassette named ``job``; call it with a test file's text to run it in a new process."""
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    written(pytester.path / "cassettes", describe("a", "InProgress"), describe("a", "Completed"), name="job.yaml")

    def run(text, *options):
        pytester.makepyfile(test_it=CLIENT + text)
        return pytester.runpytest_subprocess("-p", "no:randomly", *options)

    return run


def test_a_marked_test_replays(suite):
    """One marker is all a test needs: no keys, no region, and a client made at import."""
    result = suite(
        """
@pytest.mark.bototape("job")
def test_marker():
    assert [status(), status()] == ["InProgress", "Completed"]

@pytest.mark.bototape("job.yaml")
def test_fixture(bototape):
    assert status() == "InProgress"
    assert bototape.played == {0: 1}
"""
    )

    result.assert_outcomes(passed=2)
    result.stdout.fnmatch_lines(["bototape: mode none, cassettes in *cassettes", "3 calls replayed from 1 cassette"])


def test_a_marker_may_ignore_a_parameter(suite):
    """By the name that the miss shows; what is no list of names is an error of the test."""
    result = suite(
        """
@pytest.mark.bototape("job", ignore=["AutoMLJobName"])
def test_ignored():
    assert status("b") == "InProgress"

@pytest.mark.bototape("job", ignore="AutoMLJobName")
def test_text():
    status("b")
"""
    )

    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines(
        ["E *@pytest.mark.bototape: ignore: expected a list of parameters, as a miss names them; found 'AutoMLJobName'"]
    )


def test_a_miss_fails_the_test_with_its_explanation(suite):
    """A wrong name shows what was recorded and what was sent."""
    result = suite('@pytest.mark.bototape("job")\ndef test_miss():\n    status("b")\n')

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        [
            "E * cannot replay sagemaker.DescribeAutoMLJob: no recording matches",
            "E * test: test_it.py::test_miss",
            "E * cassette: cassettes/job.yaml (2 interactions, 0 played)",
            "E * closest: #1, #2 (not played) differ in AutoMLJobName: 'a' recorded, 'b' sent",
            'E * would match if you ignore "Parameters.AutoMLJobName"',
            "E * fix: *record this one: pytest test_it.py::test_miss --bototape-record-mode=new_episodes",
            "test_it.py:*: NoMatch",
        ]
    )


@pytest.mark.slow
def test_what_a_miss_says_to_ignore_can_be_pasted(suite):
    """The names stand in the message as the marker takes them; the test's own id needs quotes in a shell."""
    marker = '@pytest.mark.bototape("job"{})\n@pytest.mark.parametrize("name", ["b c"])\ndef test_it(name):\n'
    ignoring = ', ignore=["Parameters.AutoMLJobName"]'
    failing, passing = (f"{marker.format(more)}    status(name)\n" for more in ("", ignoring))

    failed = suite(failing)
    failed.stdout.fnmatch_lines(["E * record this one: pytest 'test_it.py::test_it[[]b c]' --bototape-record-mode=*"])
    suite(passing).assert_outcomes(passed=1)


@pytest.mark.slow
def test_a_swallowed_miss_fails_the_test_itself(suite):
    """The test fails, not its teardown, when the code under test hides the miss."""
    result = suite(
        """
@pytest.mark.bototape("job")
def test_swallowed():
    try:
        status("b")
    except Exception:
        pass
"""
    )

    result.assert_outcomes(failed=1)


@pytest.mark.slow
def test_a_forgiven_miss_passes(suite):
    """A test about a miss says so."""
    result = suite(
        """
@pytest.mark.bototape("job")
def test_provoked(bototape):
    with pytest.raises(NoMatch):
        status("b")
    bototape.forget_misses()
"""
    )

    result.assert_outcomes(passed=1)


def test_connections_are_refused_while_a_cassette_plays(suite):
    """Loopback included; a host that the marker allows is let through."""
    result = suite(
        """
import socket, bototape

@pytest.fixture
def server():
    listening = socket.create_server(("127.0.0.1", 0))
    yield listening.getsockname()
    listening.close()

@pytest.mark.bototape("job")
def test_refused(bototape, server):
    with pytest.raises(__import__("bototape").NetworkBlocked):
        socket.create_connection(server)
    bototape.forget_misses()

@pytest.mark.bototape("job", allowed_hosts=["127.0.0.1"])
def test_allowed(server):
    socket.create_connection(server).close()

def test_unmarked(server):
    socket.create_connection(server).close()
"""
    )

    result.assert_outcomes(passed=3)


@pytest.mark.slow
def test_a_call_after_the_tape_is_a_miss_within_the_test(suite):
    """A late thread of an earlier test never goes live, and an unmarked test is left alone."""
    result = suite(
        """
import threading, http.server
from concurrent.futures import ThreadPoolExecutor

pool = ThreadPoolExecutor(1)
done = threading.Event()
late = []

def after():
    done.wait(10)
    return status()

@pytest.mark.bototape("job")
def test_leaves_a_thread_behind():
    late.append(pool.submit(after))

def test_unmarked():
    done.set()
    with pytest.raises(NoMatch):
        late[0].result()
    with pytest.raises(Exception) as caught:
        boto3.client("sagemaker", endpoint_url="http://127.0.0.1:9",
            aws_access_key_id="k", aws_secret_access_key="s",
            config=boto3.session.Config(retries={"max_attempts": 1})).list_auto_ml_jobs()
    assert "Could not connect" in str(caught.value)
"""
    )

    result.assert_outcomes(passed=2)


def test_a_wrong_marker_is_an_error(suite):
    """Typing errors and missing files are reported, with what may be meant; never ignored."""
    result = suite(
        """
@pytest.mark.bototape("job", mode="all")
def test_unknown_setting():
    pass

@pytest.mark.bototape("other")
def test_missing_cassette():
    pass

@pytest.mark.bototape("job", "other")
def test_two_names():
    pass
"""
    )

    result.assert_outcomes(errors=3)
    result.stdout.fnmatch_lines(
        [
            "E *::test_unknown_setting: @pytest.mark.bototape takes no 'mode'",
            "*fix: did you mean record_mode?",
            "E *cannot open cassette *other.yaml: there is no such file",
            "E *::test_two_names: @pytest.mark.bototape takes one cassette name; found ('job', 'other')",
        ]
    )


@pytest.mark.slow
def test_the_directory_can_be_set(pytester):
    """The command line wins over the ini file, which wins over the default; the header says who decided."""

    def directory(*options):
        lines = pytester.runpytest_subprocess("--collect-only", *options).stdout.lines
        return next(line for line in lines if line.startswith("bototape:")).rpartition("/")[2]

    assert directory() == "cassettes"
    pytester.makeini("[pytest]\nbototape_cassette_dir = tapes\n")
    assert directory() == "tapes (bototape_cassette_dir)"
    assert directory("--bototape-cassette-dir=other") == "other (--bototape-cassette-dir)"


@pytest.mark.slow
def test_moto_and_stubber_are_named_in_the_summary(suite):
    """What answered before the tape is said, not guessed at."""
    result = suite(
        """
from moto import mock_aws

@pytest.mark.bototape("job")
def test_moto():
    with mock_aws():
        boto3.client("sts").get_caller_identity()
"""
    )

    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(
        ["sts.GetCallerIdentity: 1 call was answered before the tape (by moto, a Stubber or a before-send handler)"]
    )


def test_time_not_slept_is_told(suite):
    """What botocore and the code under test would have slept, each by itself."""
    result = suite(
        """
from time import sleep
import botocore.endpoint

@pytest.mark.bototape("job", clock="virtual")
def test_pause():
    botocore.endpoint.time.sleep(90)
    sleep(412)
    status()
"""
    )

    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(["botocore would have slept 90.0 s", "the code under test would have slept 412.0 s"])


def test_variables_never_asked_for_are_told(suite, pytester):
    """A name in a cassette that no test uses is left from something."""
    provenance = Provenance("custom", variables={"job": "a", "old": "b"})
    path = pytester.path / "cassettes" / "named.yaml"
    cassettes.write(path, Cassette((describe("a"),), provenance), lambda _: [])
    result = suite(
        """
@pytest.mark.bototape("named", seeded=True)
def test_name(bototape):
    assert bototape.variable("job", None) == "a"
    status()
"""
    )

    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(["never asked for: the variable 'old' of named.yaml"])


def test_a_suite_without_cassettes_is_left_alone(suite):
    """Quiet when there is nothing to say."""
    result = suite("def test_it():\n    pass\n")

    result.assert_outcomes(passed=1)
    assert "replayed" not in result.stdout.str()


def test_loading_the_plugin_loads_nothing_heavy(pytester):
    """A suite pays for botocore and the parsers only when a test asks for a cassette."""
    pytester.makepyfile(
        """
import sys

def test_it():
    heavy = {"botocore", "boto3", "vcr", "jsonschema", "jsonschema_rs", "yaml", "yaml12", "rich", "click", "deepdiff"}
    assert heavy & set(sys.modules) == set()
"""
    )

    pytester.runpytest_subprocess("-p", "no:randomly", "-p", "no:recording").assert_outcomes(passed=1)


def test_the_marker_explains_itself(suite):
    """--markers and --help say what there is."""
    result = suite("", "--markers")
    result.stdout.fnmatch_lines(
        ["@pytest.mark.bototape(name=the test's own, *, record_mode=None, *http=None, *release='', *): replay*"]
    )

    result = suite("", "--help")
    result.stdout.fnmatch_lines(["*--bototape-record-mode=MODE*", "*--bototape-cassette-dir=DIR*"])


@pytest.mark.slow
def test_a_miss_is_reported_once(suite):
    """A miss in a fixture is that fixture's error, a miss in a test that test's failure; no second report."""
    result = suite(
        """
@pytest.fixture
def job():
    return status("b")

@pytest.mark.bototape("job")
def test_fixture_misses(job):
    pass

@pytest.mark.bototape("job")
def test_fails_otherwise():
    with pytest.raises(NoMatch):
        status("b")
    raise ZeroDivisionError
"""
    )

    result.assert_outcomes(failed=1, errors=1)
    result.stdout.fnmatch_lines(["FAILED *::test_fails_otherwise - ZeroDivisionError"])


@pytest.mark.slow
def test_a_miss_in_a_teardown_is_an_error(suite):
    """A fixture that cleans up with a call nobody recorded is told so."""
    result = suite(
        """
@pytest.fixture
def job():
    yield
    try:
        status("b")
    except Exception:
        pass

@pytest.mark.bototape("job")
def test_it(job):
    pass
"""
    )

    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines(["E * cannot replay sagemaker.DescribeAutoMLJob: no recording matches"])


def test_a_test_with_a_cassette_never_goes_live_after_it(suite):
    """A wider fixture that is torn down after the tape, in the same test, is refused as well."""
    result = suite(
        """
@pytest.fixture(scope="module", autouse=True)
def module():
    yield
    with pytest.raises(NoMatch, match="closed before this call"):
        status()

@pytest.mark.bototape("job")
def test_it():
    pass
"""
    )

    result.assert_outcomes(passed=1)
