"""Shared cassettes and calls of child processes (docs/clients.md)."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import automl
import pytest

import bototape

CASSETTES = Path(__file__).parents[2] / "cassettes"

PROGRAM = """
import boto3
print(boto3.client("sagemaker").describe_auto_ml_job(AutoMLJobName="automl-churn")["AutoMLJobStatus"])
"""


@pytest.mark.bototape("describe_auto_ml_job")
def test_a_child_process_is_answered(bototape):
    """The program is told nothing: it inherits an endpoint and example credentials."""
    with bototape.serve():
        printed = subprocess.check_output([sys.executable, "-c", PROGRAM], text=True)

    assert printed == "InProgress\n"


@pytest.fixture(scope="module")
def not_found() -> Iterator[bototape.Tape]:
    """One cassette for all tests of the module; a fixture of any scope may hold it open."""
    with bototape.use_cassette(CASSETTES / "resource_not_found.yaml") as tape:
        yield tape


def test_a_cassette_may_be_shared(not_found):
    """No marker is needed; one would open another cassette within this one."""
    assert not automl.exists("no-such-job")
    assert not_found.play_count == 1
