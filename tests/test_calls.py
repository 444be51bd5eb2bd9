"""What the code under test called: parameters as it gave them, order, count; and failures that can be read."""

import gc
from datetime import UTC, datetime

import boto3
import pytest
from botocore.exceptions import ClientError

from bototape import CallsDiffer, NoMatch, use_cassette
from tests.builders import describe, written

KEYS = {"aws_access_key_id": "AKIAIOSFODNN7EXAMPLE", "aws_secret_access_key": "x"}


def client(service="sagemaker"):
    return boto3.session.Session().client(service, region_name="us-east-1", **KEYS)


@pytest.fixture
def tape(tmp_path):
    path = written(tmp_path, describe("a", repeat=True), describe("b", repeat=True))
    with use_cassette(path) as tape:
        yield tape


def test_calls_are_counted_in_order_and_retries_are_not(tape):
    """One entry a call, its attempts beside it."""
    tape.fail("DescribeAutoMLJob", error="ThrottlingException", times=2)
    aws = client()
    for name in "aba":
        aws.describe_auto_ml_job(AutoMLJobName=name)

    made = tape.calls("DescribeAutoMLJob")
    assert made.parameters == [{"AutoMLJobName": name} for name in "aba"]
    assert [each.attempts for each in made] == [3, 1, 1]
    assert [(each.service, each.operation, each.region) for each in made[:1]] == [
        ("sagemaker", "DescribeAutoMLJob", "us-east-1")
    ]
    assert tape.calls("sagemaker.DescribeAutoMLJob").operations == ["DescribeAutoMLJob"] * 3
    assert len(tape.calls("ListModels")) == 0


@pytest.mark.usefixtures("tape")
def test_a_call_leaves_little_for_the_garbage_collector():
    """What a tape keeps of a call is walked again and again while the others are made."""

    def objects():
        gc.collect()
        return len(gc.get_objects())

    aws = client()
    aws.describe_auto_ml_job(AutoMLJobName="a")
    before = objects()
    for _ in range(100):
        aws.describe_auto_ml_job(AutoMLJobName="a")

    # The attempt and its request; botocore keeps a few of its own.
    assert (objects() - before) // 100 == 2


#: Calls in each protocol and the parameters that were sent, those that botocore adds included.
SENT = {
    "json": ("kinesis", "put_record", {"StreamName": "s", "Data": b"\x00\xff", "PartitionKey": "p"}, {}),
    "json time": (
        "kinesis",
        "get_shard_iterator",
        {
            "StreamName": "s",
            "ShardId": "i",
            "ShardIteratorType": "AT_TIMESTAMP",
            "Timestamp": datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC),
        },
        {},
    ),
    "rest-json": ("lambda", "invoke", {"FunctionName": "f", "Payload": b"{}", "Qualifier": "1"}, {}),
    "rest-xml": (
        "s3",
        "get_object",
        {"Bucket": "b-b", "Key": "k/ü", "IfModifiedSince": datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)},
        {"ChecksumMode": "ENABLED"},
    ),
    "query": (
        "iam",
        "create_role",
        {"RoleName": "r", "AssumeRolePolicyDocument": "{}", "Tags": [{"Key": "k", "Value": "v"}]},
        {},
    ),
    "ec2": ("ec2", "describe_instances", {"Filters": [{"Name": "n", "Values": ["1", "2"]}], "MaxResults": 5}, {}),
    "cbor": ("arc-region-switch", "list_plans", {"maxResults": 3}, {}),
}


@pytest.mark.slow
@pytest.mark.newest_botocore
@pytest.mark.parametrize("case", SENT.values(), ids=SENT.keys())
def test_parameters_are_as_the_code_gave_them(tape, case):
    """In each protocol: bytes are bytes, times are times, lists are lists."""
    service, method, parameters, added = case
    aws = client(service)
    operation = aws.meta.method_to_api_mapping[method]
    tape.fail(operation, error="AccessDenied", times=None)
    with pytest.raises(ClientError):
        getattr(aws, method)(**parameters)

    assert tape.calls(operation).once().parameters == {**parameters, **added}


def test_an_idempotency_token_is_among_them(tape):
    """What botocore fills in was sent too; assertions that do not speak of it are not disturbed."""
    aws = client("ec2")
    tape.fail("RunInstances", error="Unsupported")
    with pytest.raises(ClientError):
        aws.run_instances(MinCount=1, MaxCount=2)

    made = tape.calls("RunInstances").once(MinCount=1, MaxCount=2)
    assert set(made.parameters) == {"MinCount", "MaxCount", "ClientToken"}


def test_a_missed_call_was_made(tmp_path):
    """Calls that no recording answers are there too."""
    with use_cassette(written(tmp_path, describe("a"))) as tape:
        with pytest.raises(NoMatch):
            client().describe_auto_ml_job(AutoMLJobName="other")
        tape.forget_misses()
    assert tape.calls().parameters == [{"AutoMLJobName": "other"}]


def made(tape, *names):
    aws = client()
    for name in names:
        aws.describe_auto_ml_job(AutoMLJobName=name)
    return tape.calls("DescribeAutoMLJob")


def test_counts_can_be_asserted(tape):
    """once, times and never, by some of the parameters; each returns what it found."""
    found = made(tape, "a", "b", "a")

    assert found.once(AutoMLJobName="b") is found[1]
    assert list(found.times(2, AutoMLJobName="a")) == [found[0], found[2]]
    assert found.never(AutoMLJobName="c") is None
    assert len(found.having(AutoMLJobName="a")) == 2


def test_a_wrong_count_says_what_was_called(tape):
    """Place, expected and sent of each call."""
    found = made(tape, "a", "b")

    with pytest.raises(CallsDiffer) as raised:
        found.once(AutoMLJobName="c")
    assert str(raised.value) == (
        "1 call of DescribeAutoMLJob with AutoMLJobName='c' expected, 0 calls found\n"
        "  #0 DescribeAutoMLJob: AutoMLJobName: 'c' expected, 'a' sent\n"
        "  #1 DescribeAutoMLJob: AutoMLJobName: 'c' expected, 'b' sent"
    )


def test_a_count_without_parameters_lists_the_calls(tape):
    """The calls there were, with their parameters."""
    found = made(tape, "a", "b")

    with pytest.raises(CallsDiffer) as raised:
        found.once()
    assert str(raised.value) == (
        "1 call of DescribeAutoMLJob expected, 2 calls found\n"
        "  #0 DescribeAutoMLJob(AutoMLJobName='a')\n"
        "  #1 DescribeAutoMLJob(AutoMLJobName='b')"
    )


def test_an_operation_that_was_not_called_says_what_was(tape):
    """A typing error in its name is not told as silence."""
    made(tape, "a", "b")

    with pytest.raises(CallsDiffer) as raised:
        tape.calls("DescribeAutoMLJobs").once()
    assert str(raised.value) == (
        "1 call of DescribeAutoMLJobs expected, 0 calls found\n  other calls: DescribeAutoMLJob"
    )


def test_a_call_that_is_not_there_is_a_failure_that_can_be_read(tape):
    """An index beyond the calls says how many there were, and ends a loop as an IndexError does."""
    with pytest.raises(IndexError, match=r"call 1 of DescribeAutoMLJob is not there: 1 call\n  #0 Desc") as raised:
        made(tape, "a")[1]
    assert isinstance(raised.value, AssertionError)


def test_secrets_are_not_shown(tape):
    """A failure names a secret's length, never what it is."""
    tape.fail("ChangePassword", error="AccessDenied")
    with pytest.raises(ClientError):
        client("iam").change_password(OldPassword="hunter-two", NewPassword="correct-horse")

    with pytest.raises(CallsDiffer) as raised:
        tape.calls("ChangePassword").never()
    assert str(raised.value) == (
        "0 calls of ChangePassword expected, 1 call found\n"
        "  #0 ChangePassword(OldPassword=<secret-value, 10 characters>, NewPassword=<secret-value, 13 characters>)"
    )


@pytest.mark.slow
def test_order_can_be_asserted(tape):
    """Other calls may lie between; what does not follow is named."""
    tape.fail("ListModels", error="AccessDenied")
    made(tape, "a")
    with pytest.raises(ClientError):
        client().list_models()
    made(tape, "b")

    tape.calls().in_order("DescribeAutoMLJob", "ListModels", "sagemaker.DescribeAutoMLJob")
    with pytest.raises(CallsDiffer, match="DescribeAutoMLJob expected after ListModels, DescribeAutoMLJob, and not"):
        tape.calls().in_order("ListModels", "DescribeAutoMLJob", "DescribeAutoMLJob")


@pytest.mark.slow
def test_pytest_shows_the_calls_where_an_assertion_fails(tape):
    """The representation of what ``len`` was taken of."""
    assert repr(made(tape, "a", "b")) == (
        "<2 calls of DescribeAutoMLJob: <sagemaker.DescribeAutoMLJob>, <sagemaker.DescribeAutoMLJob>>"
    )
