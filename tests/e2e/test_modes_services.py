"""Several services and protocols in one cassette: recorded from moto's server in mode once, replayed without it."""

import io
import os
import subprocess
import sys

import boto3
import pytest
from botocore.exceptions import ClientError

from bototape import cassettes, modes, use_cassette
from bototape.audit import audit
from bototape.finding import Severity, at_or_above
from tests.test_docs import script

pytestmark = pytest.mark.slow

SECRET = "fdWrQkD4/FmbWMdWE1Thbng" + "+OlRm+4M76aro55ef"


@pytest.fixture(autouse=True)
def environment(monkeypatch, tmp_path):
    """Nothing of this machine, no run's options."""
    for name in [each for each in os.environ if each.startswith("AWS_")]:
        monkeypatch.delenv(name)
    monkeypatch.delenv("CI", raising=False)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", os.devnull)
    monkeypatch.setenv("BOTOTAPE_SCRUB_KEY", "key of this test")
    monkeypatch.chdir(tmp_path)
    before = modes.settle(modes.Session())
    yield
    modes.settle(before)


@pytest.fixture
def moto():
    """The address of a moto server with nothing in it."""
    command = [sys.executable, "-c", script("update_docs").MOTO]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
        yield server.stdout.readline().strip()
        server.stdin.close()


def work(url, keys):
    """What a program does with five services of as many protocols; returns what it saw."""
    seen = []
    session = boto3.session.Session(region_name="eu-west-1", **keys)

    def client(service):
        return session.client(service, endpoint_url=url)

    def saw(answer):
        seen.append({name: value for name, value in answer.items() if name != "ResponseMetadata"})

    table, s3 = client("dynamodb"), client("s3")
    saw(
        table.create_table(
            TableName="boxes",
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
        )
    )
    item = {"TableName": "boxes", "Item": {"id": {"S": "1"}, "colour": {"S": "red"}}}
    saw(table.put_item(**item))
    saw(table.get_item(TableName="boxes", Key={"id": {"S": "1"}}))
    try:
        table.put_item(**item, ConditionExpression="attribute_not_exists(id)")
    except ClientError as error:
        seen.append(error.response["Error"])
    s3.create_bucket(Bucket="amzn-s3-demo-bucket", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    s3.upload_fileobj(io.BytesIO(b"a box\xff" * 100), "amzn-s3-demo-bucket", "box/1")
    seen.append(s3.get_object(Bucket="amzn-s3-demo-bucket", Key="box/1")["Body"].read())
    saw(s3.list_objects_v2(Bucket="amzn-s3-demo-bucket"))
    saw(client("sns").create_topic(Name="boxes"))
    saw(client("ec2").describe_regions(RegionNames=["eu-west-1"]))
    saw(client("lambda").list_functions())
    saw(client("sqs").create_queue(QueueName="boxes"))
    return seen


@pytest.mark.parametrize(
    "keys",
    [
        {"aws_access_key_id": "ASIA" + "YZV5MP6VY2G3DB4G", "aws_secret_access_key": SECRET},
        {"aws_access_key_id": "testing", "aws_secret_access_key": "testing"},
    ],
    ids=["keys like real ones", "what emulators are given"],
)
def test_one_cassette_of_many_services(moto, tmp_path, keys):
    """The same code sees the same, server gone and keys too; nothing identifies the account that moto plays."""
    path = tmp_path / "cassettes" / "c.yaml"
    with use_cassette(path, record_mode="once") as tape:
        recorded = work(moto, keys)
    with use_cassette(path, record_mode="once") as again:
        played = work("http://127.0.0.1:9", {})

    assert [str(each).replace(moto, "") for each in recorded[:4]] == [str(each) for each in played[:4]]
    assert recorded[4] == played[4] == b"a box\xff" * 100
    assert [each.keys() for each in recorded[5:]] == [each.keys() for each in played[5:]]
    assert again.unplayed == []
    assert again.play_count == tape.recorded == len(cassettes.read(path).interactions)
    services = {each.call.service for each in cassettes.read(path).interactions}
    assert services == {"dynamodb", "s3", "sns", "ec2", "lambda", "sqs"}
    found = audit(path.read_text(), where="c.yaml", known=[keys["aws_access_key_id"], SECRET])
    assert at_or_above(found, Severity.ERROR) == []


def test_a_program_of_threads_is_recorded_whole(moto, tmp_path):
    """s3transfer's own pool uploads and downloads in parts; each part is in the cassette, and comes back."""
    path = tmp_path / "c.yaml"
    keys = {"aws_access_key_id": "testing", "aws_secret_access_key": "testing", "region_name": "us-east-1"}
    data = bytes(range(256)) * 40_000

    def copied(**more):
        s3 = boto3.session.Session().client("s3", **more)
        s3.create_bucket(Bucket="amzn-s3-demo-bucket")
        s3.upload_fileobj(io.BytesIO(data), "amzn-s3-demo-bucket", "large")
        target = io.BytesIO()
        s3.download_fileobj("amzn-s3-demo-bucket", "large", target)
        return target.getvalue() == data

    with use_cassette(path, record_mode="once") as tape:
        assert copied(endpoint_url=moto, **keys)
    with use_cassette(path) as again:
        assert copied(region_name="us-east-1")

    assert tape.recorded >= 6  # bucket, start, two parts, end, head, parts again
    assert again.unplayed == []
