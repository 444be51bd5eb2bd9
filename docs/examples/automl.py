"""The code under test: what a team that runs AutoML jobs has lying around."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import boto3

FINISHED = {"Completed", "Failed", "Stopped"}


def wait_for_job(name: str, pause: Callable[[float], None] = time.sleep) -> dict[str, Any]:
    """Poll an AutoML job until it has finished and return its description."""
    sagemaker = boto3.client("sagemaker")
    while True:
        job: dict[str, Any] = sagemaker.describe_auto_ml_job(AutoMLJobName=name)
        if job["AutoMLJobStatus"] in FINISHED:
            return job
        pause(30)


def candidates(job: str) -> list[str]:
    """Return the names of all candidates of *job*, best first."""
    pages = (
        boto3.client("sagemaker")
        .get_paginator("list_candidates_for_auto_ml_job")
        .paginate(AutoMLJobName=job, SortBy="FinalObjectiveMetricValue", SortOrder="Descending", MaxResults=3)
    )
    return [candidate["CandidateName"] for page in pages for candidate in page["Candidates"]]


def exists(job: str) -> bool:
    """Tell whether there is an AutoML job of that name."""
    sagemaker = boto3.client("sagemaker")
    try:
        sagemaker.describe_auto_ml_job(AutoMLJobName=job)
    except sagemaker.exceptions.ResourceNotFound:
        return False
    return True
