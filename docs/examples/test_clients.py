"""Calls of child processes (docs/clients.md)."""

import subprocess
import sys

import pytest

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
