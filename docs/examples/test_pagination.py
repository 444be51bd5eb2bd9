"""Tests of code that reads pages."""

import automl
import boto3
import pytest


@pytest.mark.bototape("list_candidates_for_auto_ml_job")
def test_the_token_of_each_page_is_sent_back(bototape):
    """It is a stand-in for the real one, in the answer that gives it and in the request that sends it."""
    assert len(automl.candidates("automl-churn")) == 5

    asked = bototape.calls("ListCandidatesForAutoMLJob").parameters
    assert [each.get("NextToken") for each in asked] == [None, "EXAMPLENEXTTOKEN00000001"]


@pytest.mark.bototape("list_candidates_for_auto_ml_job")
def test_a_page_that_fails_is_asked_for_again(bototape):
    """The first page passes, the second is throttled twice: nothing is lost, nothing comes twice."""
    bototape.fail("ListCandidatesForAutoMLJob", error="ThrottlingException", after=1, times=2)

    names = automl.candidates("automl-churn")
    assert len(names) == len(set(names)) == 5
    assert [each.attempts for each in bototape.calls("ListCandidatesForAutoMLJob")] == [1, 3]


@pytest.mark.bototape("list_candidates_for_auto_ml_job", ignore=["MaxResults"])
def test_pages_of_another_size():
    """Asked for 100 a page the recorded pages come all the same: their size does not count."""
    sagemaker = boto3.client("sagemaker")
    pages = sagemaker.get_paginator("list_candidates_for_auto_ml_job").paginate(
        AutoMLJobName="automl-churn",
        SortBy="FinalObjectiveMetricValue",
        SortOrder="Descending",
        PaginationConfig={"PageSize": 100},
    )

    assert [len(page["Candidates"]) for page in pages] == [3, 2]
