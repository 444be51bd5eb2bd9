"""Tests of `automl` on a bad day, and of what it calls."""

import automl
import pytest


@pytest.mark.bototape("describe_auto_ml_job")
def test_throttling_is_survived(bototape):
    """Two refusals, then the recorded answers: botocore retries, and nobody waits."""
    bototape.fail("DescribeAutoMLJob", error="ThrottlingException", times=2)

    assert automl.wait_for_job("automl-churn", pause=lambda _: None)["AutoMLJobStatus"] == "Completed"
    assert bototape.calls("DescribeAutoMLJob")[0].attempts == 3


@pytest.mark.bototape("describe_auto_ml_job")
def test_polls_one_job_only(bototape):
    """Which calls were made, with which parameters, in which order."""
    automl.wait_for_job("automl-churn", pause=lambda _: None)

    calls = bototape.calls("DescribeAutoMLJob")
    assert calls[0].parameters == {"AutoMLJobName": "automl-churn"}
    calls.times(len(calls), AutoMLJobName="automl-churn")
    bototape.calls("StopAutoMLJob").never()
