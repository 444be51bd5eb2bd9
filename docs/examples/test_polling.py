"""Tests of code that polls: `automl` as it is, on a clock that does not wait."""

import http.server
import json
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import automl
import boto3
import pytest

from bototape import EndlessPoll, use_cassette
from bototape.tape import RecordingTape, recording


@pytest.mark.bototape("describe_auto_ml_job", clock="virtual")
def test_nobody_waits(bototape):
    """`wait_for_job` sleeps 30 s between two polls, with its own time.sleep."""
    assert automl.wait_for_job("automl-churn")["AutoMLJobStatus"] == "Completed"
    assert set(bototape.sleeps) == {30}


def wait_at_most(seconds: float, name: str) -> str:
    """Poll an AutoML job until it has finished or the time is over, and return its last status."""
    sagemaker, end = boto3.client("sagemaker"), time.monotonic() + seconds
    while True:
        status: str = sagemaker.describe_auto_ml_job(AutoMLJobName=name)["AutoMLJobStatus"]
        if status in automl.FINISHED or time.monotonic() >= end:
            return status
        time.sleep(30)


@pytest.mark.bototape("describe_auto_ml_job", clock="virtual")
def test_deadlines_hold():
    """After 30 virtual seconds the code gives up; the job is in progress."""
    assert wait_at_most(30, "automl-churn") == "InProgress"


@pytest.mark.bototape("describe_auto_ml_job", clock="virtual", poll_limit=20)
def test_a_poll_without_end_fails(bototape):
    """The last recorded state is Completed: whoever waits for another one would wait for ever."""
    sagemaker = boto3.client("sagemaker")

    def wait_until_it_is_stopped() -> None:
        while sagemaker.describe_auto_ml_job(AutoMLJobName="automl-churn")["AutoMLJobStatus"] != "Stopped":
            time.sleep(30)

    with pytest.raises(EndlessPoll, match="AutoMLJobStatus = 'Completed'"):
        wait_until_it_is_stopped()
    bototape.forget_misses()


SETTINGS = {
    "InputDataConfig": [
        {
            "DataSource": {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": "s3://amzn-s3-demo-bucket/train.csv"}},
            "TargetAttributeName": "churned",
        }
    ],
    "OutputDataConfig": {"S3OutputPath": "s3://amzn-s3-demo-bucket/output"},
    "RoleArn": "arn:aws:iam::123456789012:role/service-role/example-role-1",
}


def start_job(name: str) -> str:
    """Start an AutoML job and return its ARN; the code under test."""
    answer = boto3.client("sagemaker").create_auto_ml_job(AutoMLJobName=name, **SETTINGS)
    arn: str = answer["AutoMLJobArn"]
    return arn


class Account(http.server.BaseHTTPRequestHandler):
    """Stands for AWS here, so that the example can be run by anyone: every job can be started."""

    def do_POST(self) -> None:
        """Answer CreateAutoMLJob."""
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        arn = f"arn:aws:sagemaker:us-east-1:123456789012:automl-job/{asked['AutoMLJobName']}"
        body = json.dumps({"AutoMLJobArn": arn}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/x-amz-json-1.1")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Be quiet."""


@pytest.fixture
def _account(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Account)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{server.server_port}")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")
    yield
    server.shutdown()
    thread.join()
    server.server_close()


@contextmanager
def recording_of(path: Path) -> Iterator[RecordingTape]:
    """Record from the account above: there is nothing to scrub."""
    with recording(path, scrub=lambda each: each, leaks=lambda _: []) as tape:
        yield tape


@pytest.mark.usefixtures("_account")
def test_a_generated_name(tmp_path):
    """The name is made while recording; at replay it is the one that was recorded."""
    with recording_of(tmp_path / "start.yaml") as tape:
        start_job(tape.variable("job", lambda: f"churn-{uuid.uuid4().hex[:8]}"))

    with use_cassette(tmp_path / "start.yaml") as tape:
        name = tape.variable("job", lambda: "not called")
        assert start_job(name).endswith(name)


@pytest.mark.bototape("describe_auto_ml_job", seeded=True)
def test_the_same_numbers_each_time():
    """A cassette without a seed has one all the same."""
    assert str(uuid.uuid4()) == "38845f7f-eb69-4624-ac4d-2471f320f135"
