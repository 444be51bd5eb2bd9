"""A test with a typing error in the job's name: run it to see how a miss explains itself."""

import automl
import pytest


@pytest.mark.bototape("describe_auto_ml_job")
def test_a_wrong_name():
    automl.wait_for_job("automl-chrun")
