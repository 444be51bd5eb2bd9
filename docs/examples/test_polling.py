"""Tests of code that polls: `automl` as it is, on a clock that does not wait."""

import time

import automl
import boto3
import pytest

from bototape import EndlessPoll


@pytest.mark.bototape("describe_auto_ml_job", clock="virtual")
def test_nobody_waits(bototape):
    """`wait_for_job` sleeps 30 s between two polls, with its own time.sleep."""
    assert automl.wait_for_job("automl-churn")["AutoMLJobStatus"] == "Completed"
    assert set(bototape.sleeps) == {30}


def wait_at_most(seconds: float, name: str) -> str:
    """Poll an AutoML job until it has finished or the time is over, and return its last status."""
    sagemaker, end = boto3.client("sagemaker"), time.monotonic() + seconds
    while True:
        status: str = sagemaker.describe_auto_ml_job(AutoMLJobName=name)["AutoMLJobStatus"]
        if status in automl.FINISHED or time.monotonic() >= end:
            return status
        time.sleep(30)


@pytest.mark.bototape("describe_auto_ml_job", clock="virtual")
def test_deadlines_hold():
    """After 30 virtual seconds the code gives up; the job is in progress."""
    assert wait_at_most(30, "automl-churn") == "InProgress"


@pytest.mark.bototape("describe_auto_ml_job", clock="virtual", poll_limit=20)
def test_a_poll_without_end_fails(bototape):
    """The last recorded state is Completed: whoever waits for another one would wait for ever."""
    sagemaker = boto3.client("sagemaker")

    def wait_until_it_is_stopped() -> None:
        while sagemaker.describe_auto_ml_job(AutoMLJobName="automl-churn")["AutoMLJobStatus"] != "Stopped":
            time.sleep(30)

    with pytest.raises(EndlessPoll, match="AutoMLJobStatus = 'Completed'"):
        wait_until_it_is_stopped()
    bototape.forget_misses()
