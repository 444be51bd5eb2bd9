"""``bototape record`` for services of every protocol: moto's server over loopback, then nothing but the cassette."""

from contextlib import closing

import boto3
import pytest

import bototape
from bototape import cassettes
from bototape.cli import main
from tests.wire.test_moto import environment, moto  # noqa: F401 - fixtures

pytestmark = pytest.mark.newest_botocore

BUCKET = "amzn-s3-demo-bucket"

#: By service: the steps of a scenario that reads what `prepared` made, and the protocol.
STEPS = {
    "s3": (
        "rest-xml",
        """\
- operation: ListObjectsV2
  parameters: {Bucket: amzn-s3-demo-bucket}
  until: {KeyCount: 2}
  save: {key: 'Contents[0].Key'}
- operation: GetObject
  parameters: {Bucket: amzn-s3-demo-bucket, Key: '${key}'}
- operation: ListObjectsV2
  parameters: {Bucket: amzn-s3-demo-bucket, MaxKeys: 1}
  paginate: true
- operation: GetObject
  parameters: {Bucket: amzn-s3-demo-bucket, Key: none}
  expect_error: NoSuchKey
""",
    ),
    "apigateway": (
        "rest-json",
        """\
- operation: GetRestApis
  until: {'length(items)': 1}
  repeat: true
""",
    ),
    "iam": (
        "query",
        """\
- operation: GetAccountSummary
- operation: GetUser
  parameters: {UserName: example-user-1}
  expect_error: NoSuchEntity
""",
    ),
    "ec2": (
        "ec2",
        """\
- operation: DescribeInstanceTypes
  parameters: {InstanceTypes: [t3.micro, m5.large]}
- operation: DescribeRegions
  parameters: {RegionNames: [us-east-1]}
  save: {endpoint: 'Regions[0].Endpoint'}
""",
    ),
    "cloudwatch": (
        "json",
        """\
- operation: DescribeAlarms
  parameters: {AlarmNames: [a]}
  until: {'MetricAlarms[0].Threshold': 1.5}
""",
    ),
}


def prepared(url):
    """Make what the scenarios read."""
    with closing(boto3.client("s3", endpoint_url=url)) as s3:
        s3.create_bucket(Bucket=BUCKET)
        s3.put_object(Bucket=BUCKET, Key="one", Body=b"\x00\xff")
        s3.put_object(Bucket=BUCKET, Key="two", Body=b"2")
    with closing(boto3.client("apigateway", endpoint_url=url)) as gateway:
        if not gateway.get_rest_apis()["items"]:  # moto outlives a test
            gateway.create_rest_api(name="shop")
    with closing(boto3.client("cloudwatch", endpoint_url=url)) as watch:
        alarm = {"AlarmName": "a", "ComparisonOperator": "LessThanThreshold", "EvaluationPeriods": 1}
        watch.put_metric_alarm(**alarm, MetricName="x", Namespace="lab", Period=60, Statistic="Sum", Threshold=1.5)


def read(service, url=None):
    """Make the scenario's calls as a test would, and return what they gave."""
    with closing(boto3.client(service, endpoint_url=url)) as client:
        if service == "s3":
            listed = client.list_objects_v2(Bucket=BUCKET)
            body = client.get_object(Bucket=BUCKET, Key="one")["Body"].read()
            pages = client.get_paginator("list_objects_v2").paginate(Bucket=BUCKET, MaxKeys=1)
            keys = [each["Key"] for page in pages for each in page["Contents"]]
            with pytest.raises(client.exceptions.NoSuchKey):
                client.get_object(Bucket=BUCKET, Key="none")
            return [each["Size"] for each in listed["Contents"]], body, keys
        if service == "apigateway":
            return [each["name"] for each in client.get_rest_apis()["items"]]
        if service == "iam":
            summary = client.get_account_summary()["SummaryMap"]
            with pytest.raises(client.exceptions.NoSuchEntityException):
                client.get_user(UserName="example-user-1")
            return summary
        if service == "ec2":
            types = client.describe_instance_types(InstanceTypes=["t3.micro", "m5.large"])["InstanceTypes"]
            return types, client.describe_regions(RegionNames=["us-east-1"])["Regions"]
        return [each["Threshold"] for each in client.describe_alarms(AlarmNames=["a"])["MetricAlarms"]]


@pytest.mark.parametrize(
    "service", [each if each in ("iam", "s3") else pytest.param(each, marks=pytest.mark.slow) for each in STEPS]
)
def test_a_scenario_of_any_protocol_records_and_replays(service, moto, tmp_path, monkeypatch, capsys):  # noqa: F811 - the fixture
    """Pages, polls, expected errors and saved values; the cassette is clean, and code gets what it got live."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("BOTOTAPE_SCRUB_KEY", "key of this test")
    protocol, steps = STEPS[service]
    place = tmp_path / "cassettes" / "scenarios"
    place.mkdir(parents=True)
    (place / "one.yaml").write_text(f"service: {service}\nregion: us-east-1\nsteps:\n{steps}")
    prepared(moto)
    live = read(service, moto)

    code = main(["record", "cassettes/scenarios/one.yaml", "--endpoint-url", moto, "--poll-interval", "0"])

    assert (code, capsys.readouterr().err) == (0, "")
    path = tmp_path / "cassettes" / "one.yaml"
    assert {each.call.protocol for each in cassettes.read(path).interactions} == {protocol}
    assert main(["audit", str(path)]) == 0
    with bototape.use_cassette(path) as tape:
        assert read(service) == live
        assert tape.all_played


@pytest.mark.slow
def test_a_poll_that_never_ends_says_what_it_saw(moto, tmp_path, monkeypatch, capsys):  # noqa: F811 - the fixture
    """An answer in XML is told by its members, as JSON is; so is an error that nobody expected."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("BOTOTAPE_SCRUB_KEY", "key of this test")
    place = tmp_path / "cassettes" / "scenarios"
    place.mkdir(parents=True)
    step = "- operation: ListObjectsV2\n  parameters: {Bucket: amzn-s3-demo-bucket}\n  until: {KeyCount: 3}\n"
    (place / "poll.yaml").write_text(f"service: s3\nregion: us-east-1\nsteps:\n{step}  max_polls: 2\n")
    step = "- operation: GetUser\n  parameters: {UserName: none}\n"
    (place / "error.yaml").write_text(f"service: iam\nregion: us-east-1\nsteps:\n{step}")
    prepared(moto)

    options = ["--endpoint-url", moto, "--poll-interval", "0"]
    assert main(["record", "cassettes/scenarios/poll.yaml", *options]) == 3
    assert "KeyCount did not become 3 in 2 polls; it is 2\n" in capsys.readouterr().err
    assert main(["record", "cassettes/scenarios/error.yaml", *options]) == 3
    assert "the service answered NoSuchEntity (HTTP 404): The user with name none" in capsys.readouterr().err
