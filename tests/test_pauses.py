"""botocore's own waiting takes no time while a tape plays, and its usual time otherwise."""

import json
import threading
import time

import boto3
import botocore.endpoint
import botocore.waiter
import pytest
from botocore.config import Config
from botocore.exceptions import WaiterError
from botocore.retries.bucket import Clock, TokenBucket

from bototape import use_cassette
from bototape.interaction import Call, Interaction, Request, Response
from tests.builders import describe, interaction, response, written

KEYS = {"aws_access_key_id": "AKIAIOSFODNN7EXAMPLE", "aws_secret_access_key": "x"}


def throttled(name):
    """A recorded refusal: two of them make botocore back off twice."""
    body = {"__type": "ThrottlingException", "message": "Rate exceeded"}
    recorded = interaction(parameters={"AutoMLJobName": name})
    return Interaction(recorded.request, response(body, 400, "Bad Request"), recorded.call)


def client(mode="legacy", attempts=5):
    config = Config(retries={"mode": mode, "max_attempts": attempts})
    return boto3.session.Session().client("sagemaker", region_name="us-east-1", config=config, **KEYS)


@pytest.fixture
def slow(monkeypatch):
    """Any real sleep is a failure."""

    def refuse(seconds):
        raise AssertionError(f"slept {seconds} s")

    monkeypatch.setattr(time, "sleep", refuse)


@pytest.mark.parametrize("mode", ["legacy", "standard", "adaptive"])
@pytest.mark.usefixtures("slow")
def test_retries_do_not_sleep(tmp_path, mode):
    """Two recorded throttles are retried at once, by a client made before; attempts are as recorded."""
    path = written(tmp_path, throttled("a"), throttled("a"), describe("a"))
    sagemaker = client(mode)

    with use_cassette(path) as tape:
        answer = sagemaker.describe_auto_ml_job(AutoMLJobName="a")
    assert answer["ResponseMetadata"]["RetryAttempts"] == 2
    assert tape.play_count == 3
    assert len(tape.pauses) >= 2


@pytest.mark.usefixtures("slow")
def test_waiters_do_not_sleep(tmp_path):
    """A waiter polls through the recorded statuses at once, and says what it would have slept."""

    def endpoint(status):
        return interaction("DescribeEndpoint", {"EndpointName": "e"}, {"EndpointStatus": status})

    path = written(tmp_path, endpoint("Creating"), endpoint("Creating"), endpoint("InService"))
    with use_cassette(path) as tape:
        client().get_waiter("endpoint_in_service").wait(EndpointName="e")
    assert tape.pauses == [30, 30]


@pytest.mark.usefixtures("slow")
def test_a_waiter_that_never_ends_ends(tmp_path):
    """A final recorded status that is not the awaited one ends with botocore's own error, at once."""
    stuck = interaction("DescribeEndpoint", {"EndpointName": "e"}, {"EndpointStatus": "Creating"}, repeat=True)

    with use_cassette(written(tmp_path, stuck)) as tape, pytest.raises(WaiterError, match="Max attempts exceeded"):
        client().get_waiter("endpoint_in_service").wait(EndpointName="e")
    assert sum(tape.pauses) == 30 * 119


@pytest.mark.newest_botocore
@pytest.mark.usefixtures("slow")
def test_long_polling_does_not_sleep(tmp_path):
    """The back-off of long-polling operations, when the retry quota is used up, is left out as well."""
    headers = (("Content-Type", "application/x-amz-json-1.0"), ("X-Amz-Target", "AWSStepFunctions.GetActivityTask"))
    sent = Request(
        "POST", "https://states.us-east-1.amazonaws.com/", headers, json.dumps({"activityArn": "a"}).encode()
    )
    body = json.dumps({"__type": "ThrottlingException"}).encode()
    refused = Response(400, "Bad Request", (("Content-Type", "application/x-amz-json-1.0"),), body)
    path = written(
        tmp_path, Interaction(sent, refused, Call("stepfunctions", "GetActivityTask", "us-east-1", repeat=True))
    )
    config = Config(retries={"mode": "standard", "max_attempts": 2})
    sfn = boto3.session.Session().client("stepfunctions", region_name="us-east-1", config=config, **KEYS)

    with use_cassette(path) as tape:
        for _ in range(120):  # the retry quota of 500 lasts for 100 retries
            with pytest.raises(sfn.exceptions.ClientError):
                sfn.get_activity_task(activityArn="a")
    assert len(tape.pauses) >= 120


def test_the_rate_limiter_does_not_wait(tmp_path, monkeypatch):
    """The adaptive mode's token bucket gives its tokens at once, and tells what they would have cost."""

    def refuse(*_):
        raise AssertionError("waited")

    bucket = TokenBucket(max_rate=0.5, clock=Clock())
    monkeypatch.setattr(threading.Condition, "wait", refuse)

    with use_cassette(written(tmp_path, describe("a"))) as tape:
        assert [bucket.acquire() for _ in range(3)] == [True, True, True]
    assert [round(each) for each in tape.pauses] == [2, 2, 2]
    with pytest.raises(AssertionError, match="waited"):
        bucket.acquire()


def test_without_a_tape_botocore_sleeps_as_ever(tmp_path, monkeypatch):
    """Only a playing tape takes the waiting away."""
    with use_cassette(written(tmp_path, describe("a"))):
        pass
    slept = []
    monkeypatch.setattr(time, "sleep", slept.append)

    botocore.endpoint.time.sleep(1)
    botocore.waiter.time.sleep(2)
    assert slept == [1, 2]
    assert botocore.endpoint.time.time is time.time
