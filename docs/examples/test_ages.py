"""One recording, played as the API was at several times."""

import automl
import pytest

import bototape


@pytest.mark.bototape("resource_not_found", releases=["1.20.41", "1.28.0", "1.44.5"])
def test_a_missing_job_is_told_in_every_age():
    assert not automl.exists("no-such-job")


def test_the_finished_job_has_metrics_that_came_later():
    with bototape.use_cassette("cassettes/describe_auto_ml_job.yaml", release="1.28.0") as tape:
        with pytest.raises(bototape.NoMatch, match=r"'Recall', which is not in release 1\.28\.0"):
            automl.wait_for_job("automl-churn", pause=lambda _: None)
        tape.forget_misses()
