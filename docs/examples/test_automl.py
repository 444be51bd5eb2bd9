"""Tests of `automl` against recordings: no account, no credentials, no region, no network."""

import automl
import pytest


@pytest.mark.bototape("describe_auto_ml_job")
def test_polls_until_the_job_is_done():
    """The recorded statuses come back in order, so the loop ends as it did."""
    pauses = []

    job = automl.wait_for_job("automl-churn", pause=pauses.append)

    assert job["AutoMLJobStatus"] == "Completed"
    assert len(pauses) >= 3


@pytest.mark.bototape("describe_auto_ml_job")
def test_a_failed_job_tells_why():
    """A failure has its reasons, and so has the recording."""
    job = automl.wait_for_job("automl-churn-weighted")

    assert job["AutoMLJobStatus"] == "Failed"
    assert [each["PartialFailureMessage"] for each in job["PartialFailureReasons"]]


@pytest.mark.bototape("list_candidates_for_auto_ml_job")
def test_pages_are_put_together(bototape):
    """Both recorded pages are asked for; botocore's paginator does not know that they are recorded."""
    names = automl.candidates("automl-churn")

    assert len(names) == len(set(names)) > 3
    assert bototape.play_count == 2


@pytest.mark.bototape("resource_not_found")
def test_a_missing_job_is_botocores_own_exception():
    """Recorded errors come out as the client's modeled exceptions."""
    assert not automl.exists("no-such-job")
