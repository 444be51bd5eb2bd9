"""``--bototape-usage``, from outside: what tests read is in the file, and nothing else."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from bototape import cassettes  # noqa: F401 - as below
from bototape.cli import (
    diff,  # noqa: F401 - pytester drops what a test imports first
    main,
)
from bototape.interaction import Call, Interaction
from tests.builders import describe, interaction, request, response, written

SCHEMAS = Path(__file__).parent.parent / "schemas"
CLIENT = """
import boto3, copy, json, pytest
from bototape import use_cassette

sagemaker = boto3.client("sagemaker", aws_access_key_id="k", aws_secret_access_key="s")

def job(name="a"):
    return sagemaker.describe_auto_ml_job(AutoMLJobName=name)
"""
TESTS = """
@pytest.mark.bototape("job")
def test_status():
    answer = job()
    assert isinstance(answer, dict)
    assert answer["AutoMLJobStatus"] == "InProgress"
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 200
    assert job().get("FailureReason") is None

@pytest.mark.bototape("job")
def test_again():
    assert job()["AutoMLJobStatus"] == "InProgress"

@pytest.mark.bototape("pages")
def test_pages():
    pages = sagemaker.get_paginator("list_auto_ml_jobs").paginate()
    assert [each["AutoMLJobName"] for page in pages for each in page["AutoMLJobSummaries"]] == ["x", "y"]

@pytest.mark.bototape("pages")
def test_whole():
    whole = sagemaker.get_paginator("list_auto_ml_jobs").paginate().build_full_result()
    assert len(whole["AutoMLJobSummaries"]) == 2

@pytest.mark.bototape("missing")
def test_error():
    with pytest.raises(sagemaker.exceptions.ResourceNotFound) as caught:
        job("gone")
    assert caught.value.response["Error"]["Code"] == "ResourceNotFound"
"""


def page(name, token=None):
    """A page of one job, after which comes *token*."""
    sent = {"NextToken": "t"} if token is None else {}
    more = {"NextToken": token} if token else {}
    return interaction("ListAutoMLJobs", sent, {"AutoMLJobSummaries": [{"AutoMLJobName": name}], **more})


@pytest.fixture
def suite(pytester, monkeypatch):
    """A directory with cassettes; call it to run a test file's text, and get the file of what was read."""
    monkeypatch.delenv("PYTEST_ADDOPTS", raising=False)
    place = pytester.path / "cassettes"
    written(place, describe("a", "InProgress"), describe("a", "Completed"), name="job.yaml")
    written(place, page("x", "t"), page("y"), name="pages.yaml")
    gone = interaction(parameters={"AutoMLJobName": "gone"}, answer={"__type": "ResourceNotFound", "message": "no"})
    written(place, replace(gone, response=replace(gone.response, status=400)), name="missing.yaml")

    def run(text, *options):
        pytester.makepyfile(test_it=CLIENT + text)
        result = pytester.runpytest_subprocess("-p", "no:randomly", "--bototape-usage", "used.json", *options)
        result.assert_outcomes(passed=text.count("def test_"))
        return (pytester.path / "used.json").read_text(encoding="utf-8")

    return run


def test_what_tests_read_is_in_the_file(suite, capsys):
    """Members, their values, and what was sent; not the tokens and keys that the paginator read for itself."""
    found = json.loads(suite(TESTS))

    assert found == {
        "bototape": "usage",
        "format": 1,
        "gaps": [],
        "read": [
            "sagemaker.DescribeAutoMLJob.error.ResourceNotFound",
            "sagemaker.DescribeAutoMLJob.output",
            "sagemaker.DescribeAutoMLJob.output.AutoMLJobStatus",
            "sagemaker.DescribeAutoMLJob.output.FailureReason",
            "sagemaker.ListAutoMLJobs.output",
            "sagemaker.ListAutoMLJobs.output.AutoMLJobSummaries",
            "sagemaker.ListAutoMLJobs.output.AutoMLJobSummaries[]",
            "sagemaker.ListAutoMLJobs.output.AutoMLJobSummaries[].AutoMLJobName",
        ],
        "sent": [
            "sagemaker.DescribeAutoMLJob",
            "sagemaker.DescribeAutoMLJob.input",
            "sagemaker.DescribeAutoMLJob.input.AutoMLJobName",
            "sagemaker.ListAutoMLJobs",
            "sagemaker.ListAutoMLJobs.input",
            "sagemaker.ListAutoMLJobs.input.NextToken",
        ],
        "values": {"sagemaker.DescribeAutoMLJob.output.AutoMLJobStatus": {"InProgress": 2}},
        "whole": [],
    }
    capsys.readouterr()
    assert main(["diff", "1.27.96", "1.28.0", "--only-used", "used.json", "--schemas", str(SCHEMAS)]) == 0
    assert "0 findings" in capsys.readouterr().out


@pytest.mark.slow
def test_workers_write_the_same_file(suite):
    """To the last byte, whoever ran which test; a run of some tests says so."""
    assert suite(TESTS, "-n", "2") == suite(TESTS)


@pytest.mark.slow
def test_what_a_waiter_reads_is_its_own(suite, pytester):
    """That it was answered is the test's."""
    text = """
@pytest.mark.bototape("image")
def test_waiter():
    sagemaker.get_waiter("image_created").wait(ImageName="i")
"""
    answer = {"ImageName": "i", "ImageStatus": "CREATED"}
    place = pytester.path / "cassettes"
    written(place, interaction("DescribeImage", {"ImageName": "i"}, answer), name="image.yaml")

    assert json.loads(suite(text))["read"] == ["sagemaker.DescribeImage.output"]


@pytest.mark.slow
def test_resources_work_unharmed(suite, pytester):
    """Attributes of a resource are members that the test reads; items are what boto3 makes of them."""
    text = """
import yaml
from decimal import Decimal

@pytest.mark.bototape("table")
def test_table():
    table = boto3.resource("dynamodb", "us-east-1", aws_access_key_id="k", aws_secret_access_key="s").Table("t")
    assert (table.item_count, table.key_schema) == (3, [{"AttributeName": "id", "KeyType": "HASH"}])
    assert yaml.safe_load(yaml.safe_dump(table.key_schema)) == table.key_schema
    item = table.get_item(Key={"id": "a"})["Item"]
    assert item == {"id": "a", "price": Decimal("1.5"), "tags": ["x"]}
    assert {**item}["tags"] + ["y"] == ["x", "y"]
"""
    described = {"Table": {"TableName": "t", "ItemCount": 3, "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}]}}
    item = {"id": {"S": "a"}, "price": {"N": "1.5"}, "tags": {"L": [{"S": "x"}]}}
    calls = [
        dynamodb("DescribeTable", {"TableName": "t"}, described),
        dynamodb("GetItem", {"TableName": "t", "Key": {"id": {"S": "a"}}}, {"Item": item}),
    ]
    written(pytester.path / "cassettes", *calls, name="table.yaml")
    read = json.loads(suite(text))["read"]

    assert "dynamodb.DescribeTable.output.Table.ItemCount" in read
    assert "dynamodb.DescribeTable.output.Table.KeySchema[].KeyType" in read
    assert "dynamodb.GetItem.output.Item{}" in read


def dynamodb(operation, parameters, answer):
    """A recorded call of DynamoDB."""
    sent = request(operation, parameters, uri="https://dynamodb.us-east-1.amazonaws.com/")
    headers = (("Content-Type", "application/x-amz-json-1.0"), ("X-Amz-Target", f"DynamoDB_20120810.{operation}"))
    return Interaction(replace(sent, headers=headers), response(answer), Call("dynamodb", operation, "us-east-1"))
