"""Every protocol, recorded from moto's server over loopback and replayed offline: code sees what it saw."""

from contextlib import closing
from dataclasses import replace

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

import bototape
from bototape import cassettes
from bototape.interaction import Cassette
from bototape.tape import recording
from tests.wire.test_moto import SCENARIOS, environment, lived, moto  # noqa: F401 - two of them are fixtures

pytestmark = pytest.mark.newest_botocore

BUCKET = "amzn-s3-demo-bucket"


def recorded(path):
    """Record as it is: moto's account is one of AWS's documented examples."""
    return recording(path, scrub=lambda each: each, leaks=lambda _text: [])


#: One service of each kind of protocol that has REST, forms and JSON; the others are slow.
QUICK = ("iam", "lambda", "s3", "dynamodb")


@pytest.mark.parametrize(
    "service", [each if each in QUICK else pytest.param(each, marks=pytest.mark.slow) for each in SCENARIOS]
)
def test_code_sees_offline_what_it_saw_live(service, moto, tmp_path):  # noqa: F811 - the fixture
    """Answers and errors are the same, each recording is played, and nothing listens any more."""
    path = tmp_path / f"{service}.yaml"
    with recorded(path):
        live = lived(service, moto)

    with bototape.use_cassette(path) as tape:
        replayed = lived(service, None)

    assert [answer for *_, answer in replayed] == [answer for *_, answer in live]
    assert (tape.all_played, tape.play_count) == (True, len(tape.requests))


#: By protocol: a call, another value of one of its parameters, and how a miss names the parameter.
CALLS = {
    "rest-xml": (
        "s3",
        "put_bucket_tagging",
        {"Bucket": BUCKET, "Tagging": {"TagSet": [{"Key": "a", "Value": "<1>"}]}},
        {"Bucket": BUCKET, "Tagging": {"TagSet": [{"Key": "a", "Value": "<2>"}]}},
        "Tagging.TagSet[0].Value: '<1>' recorded, '<2>' sent",
    ),
    "rest-json": (
        "lambda",
        "list_functions",
        {"MaxItems": 3, "FunctionVersion": "ALL"},
        {"MaxItems": 4, "FunctionVersion": "ALL"},
        "MaxItems: 3 recorded, 4 sent",
    ),
    "query": (
        "iam",
        "get_user",
        {"UserName": "someone"},
        {"UserName": "another"},
        "UserName: 'someone' recorded, 'another' sent",
    ),
    "ec2": (
        "ec2",
        "describe_vpcs",
        {"Filters": [{"Name": "state", "Values": ["available"]}]},
        {"Filters": [{"Name": "state", "Values": ["pending"]}]},
        "Filters[0].Values[0]: 'available' recorded, 'pending' sent",
    ),
    "json": (
        "dynamodb",
        "describe_table",
        {"TableName": "one"},
        {"TableName": "two"},
        "TableName: 'one' recorded, 'two' sent",
    ),
}


def called(service, operation, parameters, url=None):
    """Make one call; an error of the service is an answer too."""
    with closing(boto3.client(service, endpoint_url=url, config=Config(retries={"total_max_attempts": 1}))) as client:
        try:
            return getattr(client, operation)(**parameters)
        except ClientError as error:
            return error.response


@pytest.mark.slow
@pytest.mark.parametrize("protocol", CALLS)
def test_a_miss_names_the_parameter(protocol, moto, tmp_path):  # noqa: F811 - the fixture
    """Whatever the wire looks like, what differs is told by boto3's names."""
    service, operation, parameters, others, told = CALLS[protocol]
    path = tmp_path / "one.yaml"
    with recorded(path):
        called(service, operation, parameters, moto)

    with bototape.use_cassette(path) as tape:
        with pytest.raises(bototape.NoMatch) as caught:
            called(service, operation, others)
        tape.forget_misses()
        called(service, operation, parameters)

    assert caught.value.explanation == (
        f"closest: #1 (not played) differs in {told}",
        f'would match if you ignore "Parameters.{told.partition(":")[0]}"',
    )
    assert tape.all_played


@pytest.mark.slow
def test_tokens_differ_from_run_to_run(moto, tmp_path):  # noqa: F811 - the fixture
    """EC2's client token, which botocore makes up, is no part of a call."""
    path = tmp_path / "ec2.yaml"
    asked = {"ImageId": "ami-12c6146b", "MinCount": 1, "MaxCount": 1}
    with recorded(path):
        live = called("ec2", "run_instances", asked, moto)

    with bototape.use_cassette(path) as tape:
        assert b"ClientToken=" in tape.requests[0].body
        assert called("ec2", "run_instances", asked)["Instances"] == live["Instances"]


@pytest.mark.slow
def test_uploads_in_parts_and_threads(moto, tmp_path):  # noqa: F811 - the fixture
    """s3transfer's threads upload and download 9 MB; framing and checksums are not the same over HTTP and HTTPS."""
    content = b"0123456789abcdef" * (9 * 2**16)
    (tmp_path / "up").write_bytes(content)

    def transfer(url, name):
        with closing(boto3.client("s3", endpoint_url=url)) as client:
            client.upload_file(str(tmp_path / "up"), BUCKET, "big")
            client.download_file(BUCKET, "big", str(tmp_path / name))
            return client.list_objects_v2(Bucket=BUCKET)["KeyCount"]

    called("s3", "create_bucket", {"Bucket": BUCKET}, moto)
    path = tmp_path / "s3.yaml"
    with recorded(path):
        live = transfer(moto, "live")

    with bototape.use_cassette(path) as tape:
        assert transfer(None, "replayed") == live
        assert tape.all_played
    assert (tmp_path / "replayed").read_bytes() == content == (tmp_path / "live").read_bytes()


def test_a_client_that_tells_nothing_gets_the_same(moto, tmp_path):  # noqa: F811 - the fixture
    """Recordings without our notes, as other tools write them, are found by what the models say of a request."""
    path = tmp_path / "lambda.yaml"
    with recorded(path):
        live = lived("lambda", moto)
    foreign = tmp_path / "foreign.yaml"
    found = cassettes.read(path).interactions
    cassettes.write(foreign, Cassette(tuple(replace(each, call=None) for each in found)), lambda _text: [])

    with bototape.use_cassette(foreign) as tape:
        replayed = lived("lambda", None)
    assert [answer for *_, answer in replayed] == [answer for *_, answer in live]
    assert tape.all_played
