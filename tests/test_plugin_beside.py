"""The plugin among others: what they have stays theirs, and a large suite keeps its cassettes apart."""

import re
import subprocess

import pytest

from tests.builders import describe, written

pytestmark = pytest.mark.slow

SUITE = """
import asyncio, boto3, pytest

def status(name="a"):
    sagemaker = boto3.client("sagemaker", region_name="us-east-1", aws_access_key_id="k", aws_secret_access_key="s")
    return sagemaker.describe_auto_ml_job(AutoMLJobName=name)["AutoMLJobStatus"]

@pytest.mark.bototape("job")
def test_replays():
    assert status() == "Completed"

@pytest.mark.vcr
@pytest.mark.bototape("job")
def test_marked_twice(vcr):
    assert status() == "Completed"

@pytest.mark.bototape("job", unused="ignore")
def test_mocked(bototape):
    from moto import mock_aws
    with mock_aws():
        boto3.client("sts", region_name="us-east-1").get_caller_identity()
    assert [each.name for each in bototape.bypasses] == ["sts.GetCallerIdentity"]

@pytest.mark.bototape_block_network
def test_guarded():
    pass
"""
ASYNC = """
@pytest.mark.asyncio
@pytest.mark.bototape("job")
async def test_async(bototape):
    assert await asyncio.to_thread(status) == "Completed"
"""


@pytest.fixture
def directory(pytester, monkeypatch):
    """A directory with the cassette that the suite plays."""
    monkeypatch.setenv("PYTEST_ADDOPTS", "-p no:cacheprovider")
    written(pytester.path / "cassettes", describe("a", "Completed"), name="job.yaml")
    return pytester


@pytest.mark.parametrize(
    "options",
    [
        ["-p", "no:cassetter"],
        ["-p", "no:vcr"],
        [],
        ["--disable-socket", "--allow-unix-socket"],
        *(["-n4", f"--dist={each}"] for each in ("load", "loadscope", "loadfile", "loadgroup", "worksteal")),
    ],
    ids=" ".join,
)
def test_a_suite_with_other_plugins_runs(beside, directory, options):
    """pytest-vcr, cassetter, moto, pytest-socket, pytest-asyncio, pytest-randomly and pytest-xdist, all installed."""
    directory.makepyfile(test_it=SUITE + ASYNC)
    done = subprocess.run([beside("pytest"), *options], cwd=directory.path, capture_output=True, text=True, check=False)

    assert re.search(r"\b5 passed", done.stdout), done.stdout + done.stderr
    assert "3 calls replayed from 1 cassette" in done.stdout


@pytest.mark.parametrize("options", [[], ["--block-network"], ["--record-mode=none", "-n2"]], ids=" ".join)
def test_a_suite_with_pytest_recording_runs(directory, options):
    """Its marker, fixture and options mean what they did."""
    directory.makepyfile(test_it=SUITE)
    done = directory.runpytest_subprocess(*options)

    done.assert_outcomes(passed=4)


def test_a_thousand_tests_play_a_thousand_cassettes(directory):
    """Two workers; each test gets the answer of its own cassette and of no other."""
    tapes = directory.path / "cassettes" / "test_it"
    for number in range(1000):
        written(tapes, describe("a", f"state-{number}"), name=f"test_one[{number}].yaml")
    directory.makepyfile(
        test_it="""
import boto3, pytest

sagemaker = boto3.client("sagemaker", region_name="us-east-1")

@pytest.mark.bototape(unused="fail")
@pytest.mark.parametrize("number", range(1000))
def test_one(number):
    assert sagemaker.describe_auto_ml_job(AutoMLJobName="a")["AutoMLJobStatus"] == f"state-{number}"
"""
    )
    done = directory.runpytest_subprocess("-n2", "-q")

    done.assert_outcomes(passed=1000)
    done.stdout.fnmatch_lines(["1000 calls replayed from 1000 cassettes"])


def test_fixtures_are_told(directory):
    """``pytest --fixtures`` explains each."""
    text = directory.runpytest_subprocess("--fixtures").stdout.str()

    for name in ("bototape", "bototape_config", "bototape_network", "bototape_release"):
        assert re.search(rf"^{name}( \[session scope\])? -- .*\n    [A-Z]", text, re.MULTILINE), name
