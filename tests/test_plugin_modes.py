"""Record modes of the plugin from outside: pytest run on small suites against a live account on loopback."""

import pytest

from bototape import cassettes
from tests.builders import describe, written
from tests.e2e.live import ACCESS_KEY, ACCOUNT, SECRET, Answer, account

CLIENT = """
import boto3, os, pytest, signal
from bototape import use_cassette

sagemaker = boto3.client("sagemaker", endpoint_url={url!r}, aws_access_key_id={key!r}, aws_secret_access_key={secret!r})

def status(name="a"):
    return sagemaker.describe_auto_ml_job(AutoMLJobName=name)["AutoMLJobStatus"]
"""
DONE = {
    "AutoMLJobName": "a",
    "AutoMLJobArn": f"arn:aws:sagemaker:us-east-1:{ACCOUNT}:automl-job/a",
    "AutoMLJobStatus": "Completed",
}


@pytest.fixture
def live():
    """A live account."""
    with account(DescribeAutoMLJob=[Answer(DONE)]) as found:
        yield found


@pytest.fixture
def suite(pytester, monkeypatch, live):
    """Call it with a test file's text to run it in a new process."""
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION", "AWS_PROFILE", "CI", "BOTOTAPE_RECORD_MODE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("BOTOTAPE_SCRUB_KEY", "key of this test")

    def run(text, *options):
        pytester.makepyfile(test_it=CLIENT.format(url=live.url, key=ACCESS_KEY, secret=SECRET) + text)
        return pytester.runpytest_subprocess("-p", "no:randomly", "-p", "no:cacheprovider", *options)

    return run


MARKED = """
@pytest.mark.bototape("job")
def test_marked(bototape):
    assert status() == "Completed"
"""


@pytest.mark.slow
def test_the_option_records_and_the_next_run_replays(suite, live, pytester):
    """One command; then nothing reaches the account, and a ledger is beside the cassettes."""
    first = suite(MARKED, "--bototape-record-mode=once")
    asked = live.operations()
    second = suite(MARKED)

    first.assert_outcomes(passed=1)
    first.stdout.fnmatch_lines(
        ["bototape: mode once (--bototape-record-mode), cassettes in *", "1 call recorded into cassettes/job.yaml"]
    )
    second.assert_outcomes(passed=1)
    second.stdout.fnmatch_lines(["bototape: mode none, cassettes in *", "1 call replayed from 1 cassette"])
    assert asked == live.operations() == ["GetCallerIdentity", "DescribeAutoMLJob"]
    path = pytester.path / "cassettes" / "job.yaml"
    assert sorted(each.name for each in path.parent.iterdir()) == ["job.yaml", "ledger.json"]
    assert ACCOUNT not in path.read_text()


@pytest.mark.slow
def test_a_test_that_does_not_pass_changes_nothing(suite, pytester):
    """Fails, errors in its setup or teardown, is skipped, or expected to fail: the old cassettes stay."""
    names = ["fails", "skips", "xfails", "setup", "teardown"]
    for name in names:
        written(pytester.path / "cassettes", describe("a", "Stopped"), name=f"{name}.yaml")
    before = {each.name: each.read_bytes() for each in (pytester.path / "cassettes").iterdir()}
    result = suite(
        """
@pytest.mark.bototape("fails")
def test_fails():
    assert status() == "Stopped"

@pytest.mark.bototape("skips")
def test_skips():
    status()
    pytest.skip("later")

@pytest.mark.bototape("xfails")
@pytest.mark.xfail
def test_xfails():
    assert status() == "Stopped"

@pytest.fixture
def broken():
    status()
    raise LookupError

@pytest.mark.bototape("setup")
def test_setup(broken):
    pass

@pytest.fixture
def breaking():
    yield
    raise LookupError

@pytest.mark.bototape("teardown")
def test_teardown(breaking):
    status()
""",
        "--bototape-record-mode=all",
    )

    result.assert_outcomes(failed=1, skipped=1, xfailed=1, errors=2, passed=1)
    result.stdout.fnmatch_lines(["1 call recorded for *fails.yaml was dropped: the test did not pass"])
    assert {each.name: each.read_bytes() for each in (pytester.path / "cassettes").iterdir()} == before


@pytest.mark.slow
def test_an_interrupted_run_changes_nothing(suite, pytester):
    """Ctrl-C in the middle of a test."""
    old = written(pytester.path / "cassettes", describe("a", "Stopped"), name="job.yaml").read_bytes()
    result = suite(
        """
@pytest.mark.bototape("job")
def test_it():
    status()
    os.kill(os.getpid(), signal.SIGINT)
""",
        "--bototape-record-mode=all",
    )

    result.stdout.fnmatch_lines(["*KeyboardInterrupt*"])
    assert [each.read_bytes() for each in (pytester.path / "cassettes").iterdir()] == [old]


@pytest.mark.slow
def test_a_recording_that_cannot_be_written_fails_the_test(suite, pytester):
    """Its error is the test's, at its teardown; what is there stays."""
    result = suite(
        """
@pytest.mark.bototape("job")
def test_it(bototape):
    status()
    bototape.path.parent.mkdir()
    bototape.path.write_text("by hand")
""",
        "--bototape-record-mode=once",
    )

    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines(["*cannot write cassette *job.yaml: the file appeared while it was recorded*"])
    assert (pytester.path / "cassettes" / "job.yaml").read_text() == "by hand"


@pytest.mark.slow
def test_marker_setting_and_environment_decide_where_the_option_does_not(suite, pytester, monkeypatch, live):
    """The marker beats the setting, the environment both; in CI none of them does anything."""
    pytester.makeini("[pytest]\nbototape_record_mode = once\n")
    tests = """
MODES = os.environ["MODES"].split()

@pytest.mark.bototape("by_setting")
def test_setting(bototape):
    assert (status(), bototape.record_mode) == ("Completed", MODES[0])

@pytest.mark.bototape("by_marker", record_mode="all")
def test_marker(bototape):
    assert (status(), bototape.record_mode) == ("Completed", MODES[1])

def test_block():
    with use_cassette("cassettes/by_hand.yaml", record_mode="new_episodes") as tape:
        assert (status(), tape.record_mode) == ("Completed", MODES[2])
"""
    monkeypatch.setenv("MODES", "once all new_episodes")
    suite(tests).assert_outcomes(passed=3)
    asked = len(live.calls)
    monkeypatch.setenv("MODES", "none none none")
    with monkeypatch.context() as patch:
        patch.setenv("CI", "true")
        in_ci = suite(tests)
    monkeypatch.setenv("BOTOTAPE_RECORD_MODE", "none")
    forced = suite(tests)

    in_ci.assert_outcomes(passed=3)
    in_ci.stdout.fnmatch_lines(["bototape: mode none (CI: bototape_record_mode, once not heeded), cassettes in *"])
    forced.assert_outcomes(passed=3)
    forced.stdout.fnmatch_lines(["bototape: mode none (BOTOTAPE_RECORD_MODE), cassettes in *"])
    assert len(live.calls) == asked
    found = sorted(each.name for each in (pytester.path / "cassettes").iterdir())
    assert found == ["by_hand.yaml", "by_marker.yaml", "by_setting.yaml", "ledger.json"]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("options", "ini", "message"),
    [
        (["--bototape-record-mode=onec"], "", "*--bototape-record-mode: there is no record mode 'onec'*"),
        ([], "bototape_record_mode = rewrite", "*the setting bototape_record_mode: there is no record mode 'rewrite'*"),
    ],
)
def test_an_unknown_mode_stops_the_run(suite, pytester, options, ini, message):
    """Before any test, with what may be meant."""
    pytester.makeini(f"[pytest]\n{ini}\n")
    result = suite(MARKED, *options)

    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([message, "*did you mean *"])


@pytest.mark.slow
def test_new_calls_are_added_to_a_suite_that_replays(suite, live, pytester):
    """What the miss advises: the new call is recorded, the old ones are not made again."""
    path = written(pytester.path / "cassettes", describe("old"), name="job.yaml")
    result = suite(
        """
@pytest.mark.bototape("job")
def test_it():
    assert [status("old"), status("a")] == ["Completed", "Completed"]
""",
        "--bototape-record-mode=new_episodes",
    )

    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(["1 call replayed from 1 cassette", "1 call recorded into cassettes/job.yaml"])
    assert live.operations() == ["GetCallerIdentity", "DescribeAutoMLJob"]
    assert len(cassettes.read(path).interactions) == 2
