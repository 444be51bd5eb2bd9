"""The end of a test and of a run: what was not played, what was missed, and who is told."""

import re

import pytest

from bototape import cassettes
from bototape.interaction import Cassette, Provenance
from bototape.pytest_plugin.tally import Missed, Tally
from tests.builders import describe, written

HEAD = """
import boto3, pytest, socket

def status(name="a"):
    sagemaker = boto3.client("sagemaker")
    return sagemaker.describe_auto_ml_job(AutoMLJobName=name)["AutoMLJobStatus"]
"""


@pytest.fixture
def suite(pytester, monkeypatch):
    """A directory with a cassette named ``job``; call it with a test file's text to run it in a new process."""
    monkeypatch.delenv("GITHUB_ACTIONS", raising=False)
    written(pytester.path / "cassettes", describe("a", "InProgress"), describe("a", "Completed"), name="job.yaml")

    def run(text, *options):
        pytester.makepyfile(test_it=HEAD + text)
        return pytester.runpytest_subprocess("-p", "no:randomly", "-p", "no:cacheprovider", *options)

    return run


GUARDED = "to look it up is network traffic, and the network is guarded in this test"

UNUSED = """
@pytest.mark.bototape("job")
def test_some():
    status()

@pytest.mark.bototape("job")
def test_all():
    status(), status()

@pytest.mark.bototape("job")
def test_skipped():
    pytest.skip("later")

@pytest.mark.bototape("job")
@pytest.mark.xfail
def test_expected_to_fail():
    raise LookupError

@pytest.fixture
def breaking():
    yield
    raise LookupError

@pytest.mark.bototape("job")
def test_broken_teardown(breaking):
    pass

@pytest.mark.bototape("job", unused="ignore")
def test_shares_it():
    pass
"""


def test_a_test_that_does_not_play_all_can_be_made_to_fail(suite):
    """Only after it and its teardowns passed; its marker may say that it shares the cassette."""
    pytest_ini = "-obototape_unused=fail"
    result = suite(UNUSED, pytest_ini)

    result.assert_outcomes(passed=4, skipped=1, xfailed=1, errors=2)
    result.stdout.fnmatch_lines(
        [
            "*ERROR at teardown of test_some*",
            "test_it.py::test_some passed without playing all of cassettes/job.yaml",
            "  #2 DescribeAutoMLJob",
            "  fix: record it again: pytest test_it.py::test_some --bototape-record-mode=all; or, *",
            "ERROR test_it.py::test_some - *",
            "ERROR test_it.py::test_broken_teardown - LookupError",
        ]
    )


def test_the_end_of_a_run_tells_what_to_do(suite, pytester):
    """Missed, never played and old, each with its file, and the command; JUnit properties and annotations beside."""
    old = Provenance("custom", "2020-01-02", "1.20.41")
    path = pytester.path / "cassettes" / "old.yaml"
    cassettes.write(path, Cassette((describe("a"), describe("b")), old), lambda _: [])
    result = suite(
        """
@pytest.mark.bototape("old")
def test_old():
    status()

@pytest.mark.bototape("job")
def test_missed():
    status("z")

@pytest.mark.bototape_block_network
def test_refused():
    try:
        socket.create_connection(("example.com", 80))
    except AssertionError:
        pass
""",
        "--bototape-max-age=90",
        "--bototape-annotations=github",
        "--junitxml=report.xml",
    )

    result.assert_outcomes(passed=1, failed=2)
    text = result.stdout.str()
    summary = text[text.index(" bototape ") :].partition("\n")[2].partition("\n=")[0].splitlines()
    assert summary[:7] == [
        "1 call replayed from 2 cassettes",
        "missed: cannot replay sagemaker.DescribeAutoMLJob: no recording matches (test_it.py:5)",
        f"missed: cannot connect to example.com: {GUARDED} (test_it.py:18)",
        "never played: #2 of cassettes/old.yaml",
        "old: cassettes/old.yaml: recorded 2020-01-02; expected at most 90 days ago",
        "record what was missed: pytest test_it.py::test_missed --bototape-record-mode=new_episodes",
        "record again what is old: pytest --bototape-record-mode=all",
    ]
    assert [each.partition("::")[2].partition("::")[0] for each in summary if each.startswith("::")] == [
        "error file=test_it.py,line=5,title=test_it.py%3A%3Atest_missed",
        "error file=test_it.py,line=18,title=test_it.py%3A%3Atest_refused",
        "warning file=cassettes/old.yaml,title=recordings never played",
        "warning file=cassettes/old.yaml,title=old recording",
    ]
    properties = re.findall(
        r'<property name="(bototape\.\w+)" value="(.*?)"', (pytester.path / "report.xml").read_text()
    )
    assert properties[:4] == [
        ("bototape.cassette", "cassettes/old.yaml"),
        ("bototape.record_mode", "none"),
        ("bototape.played", "1"),
        ("bototape.unplayed", "1"),
    ]


@pytest.mark.slow
@pytest.mark.parametrize("dist", ["load", "loadscope", "loadfile", "loadgroup", "worksteal", "each"])
def test_workers_add_up(suite, dist):
    """Whatever way pytest-xdist deals the tests out, the end of the run tells of all."""
    tests = "".join(f'\n@pytest.mark.bototape("job")\ndef test_{n}():\n    status()\n' for n in range(8))
    result = suite(tests, "-n4", f"--dist={dist}")

    times = 4 if dist == "each" else 1
    result.assert_outcomes(passed=8 * times)
    result.stdout.fnmatch_lines(
        [f"{8 * times} calls replayed from 1 cassette", "never played: #2 of cassettes/job.yaml"]
    )


@pytest.mark.slow
def test_a_crashed_worker_is_told(suite):
    """Nothing is claimed about recordings that its tests may have played."""
    result = suite(
        """
import os

@pytest.mark.bototape("job")
def test_played():
    status()

@pytest.mark.bototape("job")
def test_crashes():
    os._exit(1)
""",
        "-n2",
    )

    text = result.stdout.str()
    assert "crashed: what its tests did is not counted" in text
    assert "never played" not in text


@pytest.mark.slow
def test_a_test_that_is_run_again_starts_afresh(suite, pytester):
    """As plugins for flaky tests do it: what the first run left unplayed is not held against the second."""
    pytester.makeconftest(
        """
import pytest
from _pytest.runner import runtestprotocol

@pytest.hookimpl(tryfirst=True)
def pytest_runtest_protocol(item, nextitem):
    runtestprotocol(item, log=False, nextitem=nextitem)
    runtestprotocol(item, nextitem=nextitem)
    return True
"""
    )
    result = suite(
        """
runs = []

@pytest.mark.bototape("job", unused="fail")
def test_it():
    runs.append(status())
    if len(runs) > 1:
        status()
"""
    )

    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(["3 calls replayed from 1 cassette"])


def test_errors_show_no_frames_of_ours(suite):
    """What is wrong is the user's to mend: the traceback ends at the user's line, or there is none."""
    result = suite(
        """
@pytest.mark.bototape("none")
def test_missing_cassette():
    pass

@pytest.mark.bototape("job", ignor=["a"])
def test_setting():
    pass

@pytest.mark.bototape("job", clock="virtuel")
def test_value():
    pass

@pytest.mark.bototape("job", record_mode="al")
def test_mode():
    pass

@pytest.mark.bototape("job")
def test_fault(bototape):
    bototape.fail("X", latency=-1)

@pytest.mark.bototape("job")
def test_swallowed():
    try:
        status("z")
    except AssertionError:
        pass
""",
        "--tb=short",
    )

    result.assert_outcomes(errors=4, failed=2)
    assert re.findall(r"^\S+\.py:\d+: in \w+$", result.stdout.str(), re.MULTILINE) == [
        "test_it.py:25: in test_fault",
        "test_it.py:30: in test_swallowed",
        "test_it.py:5: in status",
    ]


def test_what_recording_does_not_mend_is_not_to_be_recorded(suite, pytester):
    """A real name where the recording has its pseudonym is missed, but in no command that records."""
    cassettes.write(pytester.path / "cassettes" / "role.yaml", Cassette((describe("example-role-1"),)), lambda _: [])
    result = suite(
        """
@pytest.mark.bototape("role")
def test_real():
    status("zorvane")
"""
    )

    result.assert_outcomes(failed=1)
    text = result.stdout.str()
    assert text[text.index(" bototape ") :].partition("\n")[2].partition("\n=")[0].splitlines() == [
        "0 calls replayed from 1 cassette",
        "missed: cannot replay sagemaker.DescribeAutoMLJob: no recording matches (test_it.py:5)",
    ]


def test_tallies_add_up():
    """What two processes counted is what one would have."""
    one, other = Tally(), Tally()
    one.add("played", "", 2)
    one.see("a.yaml", 3, [0])
    other.add("played", "", 3)
    other.see("a.yaml", 3, [2])
    other.missed.append(Missed("t", "t.py", 1, "a.yaml", "cannot", is_mended=True))
    one.merge(other.plain())

    assert one.total("played") == 5
    assert one.unused() == [("a.yaml", [1])]
    assert one.missed == other.missed
