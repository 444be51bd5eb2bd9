"""s3transfer and resources in all their ways, recorded from moto's server and replayed without it."""

import io
import zlib
from contextlib import closing

import boto3
import pytest
from boto3.s3.transfer import TransferConfig
from botocore.exceptions import ClientError

import bototape
from bototape.tape import recording
from tests.wire.test_moto import environment, moto  # noqa: F401 - fixtures

pytestmark = [pytest.mark.newest_botocore, pytest.mark.slow]

BUCKET = "amzn-s3-demo-bucket"
CONTENT = b"0123456789abcdef" * (11 * 2**16)
#: Parts are many and small, so that 16 threads have to do.
PARTS = TransferConfig(multipart_threshold=5 * 2**20, multipart_chunksize=5 * 2**20, max_concurrency=16)
NO_THREADS = TransferConfig(multipart_threshold=5 * 2**20, multipart_chunksize=5 * 2**20, use_threads=False)


class Pipe(io.RawIOBase):
    """Something that can be read once."""

    def __init__(self, content):
        super().__init__()
        self._content = io.BytesIO(content)

    def readable(self):
        return True

    def readinto(self, target):
        return self._content.readinto(target)


def of(content):
    return len(content), zlib.crc32(content)


def files(s3, tmp_path):
    (tmp_path / "up").write_bytes(CONTENT)
    s3.upload_file(str(tmp_path / "up"), BUCKET, "file", Config=PARTS)
    s3.download_file(BUCKET, "file", str(tmp_path / "down"), Config=PARTS)
    return of((tmp_path / "down").read_bytes())


def objects(s3, _):
    told = []
    s3.upload_fileobj(io.BytesIO(CONTENT), BUCKET, "object", Config=PARTS, Callback=told.append)
    target = io.BytesIO()
    s3.download_fileobj(BUCKET, "object", target, Config=PARTS)
    return of(target.getvalue()), sum(told)


def pipes(s3, _):
    s3.upload_fileobj(Pipe(CONTENT), BUCKET, "pipe", Config=PARTS)
    s3.upload_fileobj(Pipe(b"short"), BUCKET, "short", Config=PARTS)
    return s3.head_object(Bucket=BUCKET, Key="pipe")["ETag"], s3.get_object(Bucket=BUCKET, Key="short")["Body"].read()


def without_threads(s3, _):
    s3.upload_fileobj(io.BytesIO(CONTENT), BUCKET, "single", Config=NO_THREADS)
    target = io.BytesIO()
    s3.download_fileobj(BUCKET, "single", target, Config=NO_THREADS)
    return of(target.getvalue())


def copies(s3, _):
    s3.upload_fileobj(io.BytesIO(CONTENT), BUCKET, "from", Config=PARTS)
    s3.copy({"Bucket": BUCKET, "Key": "from"}, BUCKET, "to", Config=PARTS)
    return s3.head_object(Bucket=BUCKET, Key="to")["ContentLength"]


def checksums(s3, _):
    arguments = {"ChecksumAlgorithm": "SHA256", "Metadata": {"kind": "é".encode().hex()}}
    s3.upload_fileobj(io.BytesIO(CONTENT), BUCKET, "sums", ExtraArgs=arguments, Config=PARTS)
    told = s3.head_object(Bucket=BUCKET, Key="sums", ChecksumMode="ENABLED")
    return told["Metadata"], told.get("ChecksumSHA256")


def failures(s3, tmp_path):
    with pytest.raises(ClientError) as caught:
        s3.download_file(BUCKET, "none", str(tmp_path / "none"))
    return str(caught.value), sorted(each.name for each in tmp_path.iterdir() if each.name.startswith("none"))


WAYS = {way.__name__: way for way in (files, objects, pipes, without_threads, copies, checksums, failures)}


@pytest.fixture
def lived(moto, tmp_path):  # noqa: F811 - the fixture
    """Make *use* of a client of *maker* while it is recorded and again without a server; what it found, twice."""

    def run(use, maker):
        with closing(boto3.client("s3", endpoint_url=moto)) as s3:
            s3.create_bucket(Bucket=BUCKET)
        path = tmp_path / "one.yaml"
        with recording(path, scrub=lambda each: each, leaks=lambda _: []):
            live = use(maker(endpoint_url=moto))
        with bototape.use_cassette(path) as tape:
            replayed = use(maker())
            assert tape.all_played
        return live, replayed

    return run


@pytest.mark.parametrize("way", WAYS)
def test_a_transfer_replays(way, lived, tmp_path):
    """Parts in threads, of files, pipes and copies: the same content, and each recorded call is made."""
    live, replayed = lived(lambda s3: WAYS[way](s3, tmp_path), lambda **where: boto3.client("s3", **where))

    assert replayed == live


def test_resources_replay(lived):
    """Collections, sub-resources, waiters and lazy attributes of boto3's resources."""

    def use(s3):
        bucket = s3.Bucket(BUCKET)
        for number in range(3):
            bucket.upload_fileobj(io.BytesIO(b"%d" % number), f"key-{number}")
        bucket.Object("key-1").wait_until_exists()
        found = [(each.key, each.size, each.get()["Body"].read()) for each in bucket.objects.filter(Prefix="key-")]
        first = s3.Object(BUCKET, "key-0")
        told = first.content_length, first.e_tag
        bucket.objects.all().delete()
        return found, told, list(bucket.objects.all())

    live, replayed = lived(use, lambda **where: boto3.resource("s3", **where))
    assert replayed == live
    assert [key for key, *_ in live[0]] == ["key-0", "key-1", "key-2"]


def test_tables_replay(lived):
    """DynamoDB's resource: waiters, batches, conditions and its own types."""
    from boto3.dynamodb.conditions import Key  # noqa: PLC0415 - for this test only

    def use(dynamodb):
        table = dynamodb.create_table(
            TableName="jobs",
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
        )
        table.wait_until_exists()
        with table.batch_writer() as batch:
            for number in range(30):
                batch.put_item(Item={"id": f"{number}", "blob": b"\x00\xff", "tags": {"a", "b"}})
        found = table.query(KeyConditionExpression=Key("id").eq("7"))["Items"]
        return found, table.scan(Select="COUNT")["Count"], table.item_count

    live, replayed = lived(use, lambda **where: boto3.resource("dynamodb", **where))
    assert replayed == live
    assert live[1] == 30
