"""A batch that fails in part: the failed entries are told as the service tells it, and their retry is answered."""

import contextlib

import boto3
import pytest
from botocore.config import Config

from bototape import NoMatch, UsageError, use_cassette
from bototape.interaction import Call, Interaction, Request
from bototape.wire.codec import Codec
from tests.builders import describe, written
from tests.wire.botocore_side import both

KEYS = {"aws_access_key_id": "AKIAIOSFODNN7EXAMPLE", "aws_secret_access_key": "x"}


def client(service):
    config = Config(s3={"addressing_style": "path"}, request_checksum_calculation="when_required")
    return boto3.session.Session().client(service, region_name="us-east-1", config=config, **KEYS)


def recorded(aws, service, operation, parameters, answer):
    """The recording of a batch that went well, made of the request that botocore sends."""
    seen = []
    name = next(method for method, each in aws.meta.method_to_api_mapping.items() if each == operation)
    aws.meta.events.register_first(
        f"before-send.{aws.meta.service_model.service_id.hyphenize()}", note := _noting(seen)
    )
    with contextlib.suppress(_Seen):
        getattr(aws, name)(**parameters)
    aws.meta.events.unregister(f"before-send.{aws.meta.service_model.service_id.hyphenize()}", note)
    model, _ = both(service)
    response = Codec(model).encode_response(model.operations[operation], answer, protocol(aws))
    return Interaction(seen[0], response, Call(service, operation, "us-east-1", protocol(aws)))


def protocol(aws):
    return aws.meta.service_model.resolved_protocol


class _Seen(Exception):
    """The request was built; nothing is sent."""


def _noting(seen):
    def note(request, **_):
        headers = tuple(
            (name, value.decode() if isinstance(value, bytes) else value) for name, value in request.headers.items()
        )
        body = request.body or b""
        seen.append(
            Request(request.method, request.url, headers, body.encode() if isinstance(body, str) else bytes(body))
        )
        raise _Seen

    return note


def plain(answer):
    return {key: value for key, value in answer.items() if key != "ResponseMetadata"}


RECORDS = [
    {"Data": b"a", "PartitionKey": "1"},
    {"Data": b"b", "PartitionKey": "2"},
    {"Data": b"c", "PartitionKey": "3"},
]
DONE = [{"SequenceNumber": str(n), "ShardId": "shardId-0"} for n in range(3)]
REFUSED = {"ErrorCode": "ProvisionedThroughputExceededException", "ErrorMessage": "injected by the test"}
PUTS = [{"PutRequest": {"Item": {"k": {"S": each}}}} for each in "abc"]
KEYS_READ = [{"k": {"S": each}} for each in "abc"]
ITEMS = [{"k": {"S": each}, "v": {"N": "1"}} for each in "ab"]
MESSAGES = [{"Id": each, "MessageBody": each} for each in "abc"]
SENT = [{"Id": each, "MessageId": f"m-{each}", "MD5OfMessageBody": "x"} for each in "abc"]
FAILED = {"SenderFault": False, "Code": "InternalFailure", "Message": "injected by the test"}
OBJECTS = [{"Key": each} for each in "abc"]

#: service, operation, request, recorded answer, error asked for, answer with entry 1 failed, request and answer again.
BATCHES = {
    "kinesis": (
        "kinesis",
        "PutRecords",
        {"Records": RECORDS, "StreamName": "s"},
        {"FailedRecordCount": 0, "Records": DONE},
        "ProvisionedThroughputExceededException",
        {"FailedRecordCount": 1, "Records": [DONE[0], REFUSED, DONE[2]]},
        {"Records": RECORDS[1:2], "StreamName": "s"},
        {"FailedRecordCount": 0, "Records": DONE[1:2]},
    ),
    "dynamodb writes": (
        "dynamodb",
        "BatchWriteItem",
        {"RequestItems": {"t": PUTS}},
        {"UnprocessedItems": {}},
        None,
        {"UnprocessedItems": {"t": PUTS[1:2]}},
        {"RequestItems": {"t": PUTS[1:2]}},
        {"UnprocessedItems": {}},
    ),
    "dynamodb reads": (
        "dynamodb",
        "BatchGetItem",
        {"RequestItems": {"t": {"Keys": KEYS_READ, "ConsistentRead": True}}},
        {"Responses": {"t": ITEMS}, "UnprocessedKeys": {}},
        None,
        {"Responses": {"t": ITEMS[:1]}, "UnprocessedKeys": {"t": {"Keys": KEYS_READ[1:2], "ConsistentRead": True}}},
        {"RequestItems": {"t": {"Keys": KEYS_READ[1:2], "ConsistentRead": True}}},
        {"Responses": {"t": ITEMS[1:]}, "UnprocessedKeys": {}},
    ),
    "sqs": (
        "sqs",
        "SendMessageBatch",
        {"QueueUrl": "https://sqs.us-east-1.amazonaws.com/123456789012/q", "Entries": MESSAGES},
        {"Successful": SENT},
        None,
        {"Successful": [SENT[0], SENT[2]], "Failed": [{"Id": "b", **FAILED}]},
        {"QueueUrl": "https://sqs.us-east-1.amazonaws.com/123456789012/q", "Entries": MESSAGES[1:2]},
        {"Successful": SENT[1:2]},
    ),
    "sns": (
        "sns",
        "PublishBatch",
        {
            "TopicArn": "arn:aws:sns:us-east-1:123456789012:t",
            "PublishBatchRequestEntries": [{"Id": each, "Message": each} for each in "ab"],
        },
        {"Successful": [{"Id": "a", "MessageId": "1"}, {"Id": "b", "MessageId": "2"}]},
        None,
        {
            "Successful": [{"Id": "a", "MessageId": "1"}],
            "Failed": [{"Id": "b", "Code": "InternalFailure", "Message": "injected by the test", "SenderFault": False}],
        },
        {
            "TopicArn": "arn:aws:sns:us-east-1:123456789012:t",
            "PublishBatchRequestEntries": [{"Id": "b", "Message": "b"}],
        },
        {"Successful": [{"Id": "b", "MessageId": "2"}]},
    ),
    "s3": (
        "s3",
        "DeleteObjects",
        {"Bucket": "amzn-s3-demo-bucket", "Delete": {"Objects": OBJECTS}},
        {"Deleted": OBJECTS},
        "AccessDenied",
        {
            "Deleted": [OBJECTS[0], OBJECTS[2]],
            "Errors": [{"Key": "b", "Code": "AccessDenied", "Message": "injected by the test"}],
        },
        {"Bucket": "amzn-s3-demo-bucket", "Delete": {"Objects": OBJECTS[1:2]}},
        {"Deleted": OBJECTS[1:2]},
    ),
}


@pytest.mark.newest_botocore
@pytest.mark.parametrize("case", BATCHES.values(), ids=BATCHES.keys())
def test_one_entry_fails_and_is_sent_again(tmp_path, case):
    """The answer says which; sent again alone, the entry gets what the recording said of it."""
    service, operation, parameters, answer, error, partial, again, rest = case
    aws = client(service)
    method = next(name for name, each in aws.meta.method_to_api_mapping.items() if each == operation)
    whole = recorded(aws, service, operation, parameters, answer)

    with use_cassette(written(tmp_path, whole)) as tape:
        tape.fail(operation, entries=[1], **({"error": error} if error else {}))
        assert plain(getattr(aws, method)(**parameters)) == partial
        assert plain(getattr(aws, method)(**again)) == rest
        assert len(tape.calls(operation)) == 2
    assert tape.play_count == 1


@pytest.mark.slow
@pytest.mark.newest_botocore
def test_an_entry_may_fail_again_and_again(tmp_path):
    """Entry 0 of what is left fails twice, then it gets through."""
    aws = client("dynamodb")
    whole = recorded(aws, "dynamodb", "BatchWriteItem", {"RequestItems": {"t": PUTS}}, {"UnprocessedItems": {}})

    with use_cassette(written(tmp_path, whole)) as tape:
        tape.fail("BatchWriteItem", entries=[0], times=2)
        left, rounds = {"t": PUTS}, []
        while left:
            left = aws.batch_write_item(RequestItems=left)["UnprocessedItems"]
            rounds.append(left)
    assert rounds == [{"t": PUTS[:1]}, {"t": PUTS[:1]}, {}]


@pytest.mark.newest_botocore
def test_what_is_left_answers_only_its_own_entries(tmp_path):
    """Any other batch needs a recording, as ever."""
    aws = client("dynamodb")
    whole = recorded(aws, "dynamodb", "BatchWriteItem", {"RequestItems": {"t": PUTS}}, {"UnprocessedItems": {}})

    with use_cassette(written(tmp_path, whole)) as tape:
        tape.fail("BatchWriteItem", entries=[0])
        aws.batch_write_item(RequestItems={"t": PUTS})
        with pytest.raises(NoMatch):
            aws.batch_write_item(RequestItems={"t": PUTS[1:]})
        tape.forget_misses()
        assert aws.batch_write_item(RequestItems={"t": PUTS[:1]})["UnprocessedItems"] == {}


@pytest.mark.slow
@pytest.mark.newest_botocore
def test_boto3s_own_batch_writer_sends_again(tmp_path):
    """``Table.batch_writer`` of boto3 puts the items back and flushes once more."""
    puts = [{"PutRequest": {"Item": {"k": {"S": each}}}} for each in "abc"]
    aws = client("dynamodb")
    whole = recorded(aws, "dynamodb", "BatchWriteItem", {"RequestItems": {"t": puts}}, {"UnprocessedItems": {}})

    with use_cassette(written(tmp_path, whole)) as tape:
        tape.fail("BatchWriteItem", entries=[0, 2])
        table = boto3.session.Session().resource("dynamodb", region_name="us-east-1", **KEYS).Table("t")
        with table.batch_writer() as batch:
            for each in "abc":
                batch.put_item(Item={"k": each})
        made = [
            [put["PutRequest"]["Item"]["k"] for put in each["RequestItems"]["t"]] for each in tape.calls().parameters
        ]
    assert made == [[{"S": "a"}, {"S": "b"}, {"S": "c"}], [{"S": "a"}, {"S": "c"}]]


def test_other_operations_have_no_entries(tmp_path):
    """How an operation tells of a partial failure must be known; those that are known are named."""
    with use_cassette(written(tmp_path, describe("a"))) as tape:
        tape.fail("DescribeAutoMLJob", entries=[0])
        with pytest.raises(UsageError, match=r"cannot let sagemaker\.DescribeAutoMLJob fail in part") as raised:
            client("sagemaker").describe_auto_ml_job(AutoMLJobName="a")
    assert "dynamodb.BatchWriteItem" in raised.value.fix
