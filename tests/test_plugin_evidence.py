"""What a run leaves as evidence for ``bototape prune``, from outside."""

import json

import pytest

from bototape import (
    cassettes,  # noqa: F401 - pytester drops what a test imports first, and PyYAML does not bear to be loaded twice
    pruning,  # noqa: F401 - as above
)
from bototape.cli import main
from bototape.scenario import parse, run  # noqa: F401 - as above
from tests.builders import describe, written

CLIENT = """
import boto3, pytest
from bototape import use_cassette

sagemaker = boto3.client("sagemaker", aws_access_key_id="k", aws_secret_access_key="s")

def status(name="a"):
    return sagemaker.describe_auto_ml_job(AutoMLJobName=name)["AutoMLJobStatus"]
"""
PASSING = """
@pytest.mark.bototape("job")
def test_one():
    assert status() == "InProgress"

def test_two():
    with use_cassette("cassettes/job.yaml"):
        assert [status(), status()] == ["InProgress", "Completed"]
"""


@pytest.fixture
def suite(pytester, monkeypatch, capsys):
    """A directory with cassettes ``job`` of three recordings and ``lost``; call it to run a test file's text."""
    monkeypatch.delenv("PYTEST_ADDOPTS", raising=False)
    recorded = (describe("a", "InProgress"), describe("a", "Completed"), describe("b"))
    written(pytester.path / "cassettes", *recorded, name="job.yaml")
    written(pytester.path / "cassettes", describe("c"), name="lost.yaml")

    def play(text, *options):
        pytester.makepyfile(test_it=CLIENT + text)
        pytester.runpytest_subprocess("-p", "no:randomly", *options)
        capsys.readouterr()
        return json.loads((pytester.path / ".pytest_cache/d/bototape/evidence.json").read_text())

    return play


def test_a_whole_run_is_evidence(suite, pytester, capsys):
    """What a marker and a block played is known, and the rest is dropped."""
    found = suite(PASSING)

    assert found["gaps"] == []
    assert [found["played"][each]["most"] for each in found["played"]] == [[1, 1, 0]]
    assert main(["prune"]) == 1
    assert capsys.readouterr().out == (
        "cassettes/job.yaml: 1 of 3 recordings never played: #3\n"
        "cassettes/lost.yaml: orphaned: no test opens it (1 recording)\n"
        "would drop 1 recording from 1 of 2 cassettes; 1 orphaned cassette: --orphans removes them\n"
        "nothing was written; give --write to do it\n"
    )
    assert main(["prune", "--write"]) == 0
    assert (pytester.path / "cassettes/lost.yaml").exists()


@pytest.mark.slow
def test_a_run_of_one_test_is_no_evidence(suite, capsys):
    """It says why, and what is."""
    suite(PASSING)
    suite(PASSING, "test_it.py::test_one")

    assert main(["prune"]) == 3
    assert capsys.readouterr().err.splitlines() == [
        "bototape: cannot prune on the evidence .pytest_cache/d/bototape/evidence.json:",
        "  only some tests were named: name none, or set testpaths",
        "  fix: run all tests, and let them pass: pytest",
    ]


MANY = PASSING + "\ndef test_three():\n    pass\n"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("options", "gaps"),
    [
        (["-k", "one"], ["2 tests were deselected"]),
        (["--deselect", "test_it.py::test_one"], ["1 test was deselected"]),
        (["--lf"], ["--last-failed was given"]),
        (["--sw"], ["--stepwise was given"]),
        (["--ignore=other"], ["--ignore was given"]),
        (["--setup-only"], ["--setup-only was given"]),
        (["test_it.py"], ["only some tests were named: name none, or set testpaths"]),
        (["."], []),
        (["-n", "2"], []),
        (["-n", "2", "--dist", "loadscope"], []),
        (["-n", "2", "-k", "one or two"], ["1 test was deselected"]),
    ],
    ids=lambda each: " ".join(each) if each and each[0].startswith("-") else None,
)
def test_less_than_all_is_told(suite, options, gaps):
    """Whatever way tests are left out, alone or under pytest-xdist."""
    assert suite(MANY, *options)["gaps"] == gaps


@pytest.mark.slow
def test_workers_add_up(suite):
    """What one worker played and what another did is all there."""
    found = suite(PASSING, "-n", "2", "--dist", "load")

    assert [each["most"] for each in found["played"].values()] == [[1, 1, 0]]
    assert [each["tests"] for each in found["played"].values()] == [2]


@pytest.mark.slow
def test_a_crashed_worker_leaves_a_gap(suite):
    """Its notes are lost."""
    found = suite(f"{PASSING}\ndef test_crash():\n    import os\n    os._exit(3)\n", "-n", "1")

    assert [each for each in found["gaps"] if "crashed" in each]


@pytest.mark.slow
@pytest.mark.parametrize(
    "text",
    ["\ndef test_bad():\n    assert False\n", "\ndef test_end():\n    pytest.exit('enough', 0)\n"],
    ids=["failed", "ended early"],
)
def test_a_run_that_did_not_pass_is_none(suite, text):
    """A failing test, and a run that was ended with success."""
    assert len(suite(PASSING + text)["gaps"]) == 1


@pytest.mark.slow
def test_cassettes_of_skipped_tests_are_held(suite, capsys):
    """A marker tells which cassette is not known; without one it is for the user to say."""
    text = '@pytest.mark.skip\n@pytest.mark.bototape("lost")\ndef test_lost():\n    pass\n'
    found = suite(PASSING + text)

    assert found["held"] == {"cassettes/lost.yaml": "its test test_it.py::test_lost was skipped"}
    assert main(["prune", "--orphans"]) == 1
    assert "cassettes/lost.yaml: left alone: its test test_it.py::test_lost was skipped\n" in capsys.readouterr().out
    suite(f"{PASSING}@pytest.mark.skip\ndef test_other():\n    pass\n")
    assert main(["prune"]) == 3
    assert "test_it.py::test_other was skipped: which cassettes it plays is not known" in capsys.readouterr().err
    assert main(["prune", "--skipped-ok"]) == 1


@pytest.mark.slow
def test_what_a_forked_child_plays_is_not_known(suite, capsys):
    """Its counts stay with it."""
    text = """
import os

@pytest.mark.bototape("job")
def test_fork():
    child = os.fork()
    if not child:
        status("b")
        os._exit(0)
    os.waitpid(child, 0)
"""
    suite(PASSING + text)

    assert main(["prune"]) == 0
    reason = "a child process was forked while a test played it"
    assert f"cassettes/job.yaml: left alone: {reason}\n" in capsys.readouterr().out


@pytest.mark.slow
def test_collecting_changes_nothing(suite):
    """An editor collects all the time."""
    before = suite(PASSING)

    assert suite(PASSING, "--collect-only", "-q") == before
