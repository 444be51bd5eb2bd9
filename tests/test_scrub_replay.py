"""
What was recorded raw and scrubbed replays: botocore without retries under stock vcrpy, and the AWS CLI through serve.

botocore checks lengths, checksums and event-stream frames itself; one that is stale fails the call, or with retries
takes the next recording.
"""

import base64
import hashlib
import json
import re
import subprocess
import sys
import zlib
from pathlib import Path

import boto3
import pytest
import vcr
from botocore.awsrequest import AWSResponse
from botocore.config import Config

from bototape import cassettes, ledger
from bototape.cli import main
from bototape.interaction import Cassette, Interaction, Request, Response
from bototape.wire.codec import Codec
from tests.wire.botocore_side import both, plain

pytestmark = pytest.mark.newest_botocore

REAL, OURS = "604975318642", "123456789012"
_SECRET = "only-a-test"


class _Raw:
    def __init__(self, content):
        self._content = content

    def stream(self, *_arguments, **_options):
        yield self.read()

    def read(self, *_arguments, **_options):
        content, self._content = self._content, b""
        return content


def client(service):
    """A client that never tries again."""
    return boto3.client(
        service,
        region_name="us-east-1",
        aws_access_key_id="AKIAIOSFODNN7EXAMPLE",
        aws_secret_access_key=_SECRET,
        config=Config(retries={"total_max_attempts": 1}),
    )


def encoded(service, operation, instance):
    """What the service would answer."""
    found = both(service)[0]
    protocol = client(service).meta.service_model.resolved_protocol
    return Codec(found).encode_response(found.operations[operation], instance, protocol)


def stream(text):
    """An object of S3, with all that S3 says of its content."""
    body = text.encode()
    headers = (
        ("Content-Length", str(len(body))),
        ("ETag", f'"{hashlib.md5(body).hexdigest()}"'),  # noqa: S324 - as S3 has it
        ("x-amz-checksum-crc32", base64.b64encode(zlib.crc32(body).to_bytes(4, "big")).decode()),
    )
    return Response(200, "OK", headers, body)


def with_crc(response):
    """*response* with the checksum that botocore checks for DynamoDB."""
    return Response(200, "OK", (*response.headers, ("x-amz-crc32", str(zlib.crc32(response.body)))), response.body)


def arn(service, resource, account=REAL):
    """An ARN of the account."""
    return f"arn:aws:{service}:us-east-1:{account}:{resource}"


POLICY = json.dumps({"Statement": [{"Principal": {"AWS": f"arn:aws:iam::{REAL}:root"}}]})
EVENT = base64.b64encode(json.dumps({"model": arn("bedrock", "x/y")}).encode()).decode()

#: Service, operation, parameters in which ACCOUNT stands for the account, and the raw answer: one of each protocol.
CALLS = (
    (
        "sagemaker",
        "DescribeModel",
        {"ModelName": "demo"},
        encoded("sagemaker", "DescribeModel", {"ModelName": "demo", "ModelArn": arn("sagemaker", "model/demo")}),
    ),
    (
        "dynamodb",
        "GetItem",
        {"TableName": "t", "Key": {"id": {"S": "ACCOUNT"}}},
        with_crc(encoded("dynamodb", "GetItem", {"Item": {"owner": {"S": arn("iam", "root")}}})),
    ),
    ("s3", "GetObject", {"Bucket": "amzn-s3-demo-data", "Key": "AWSLogs/ACCOUNT/x"}, stream(f"line of {REAL}\n" * 9)),
    (
        "iam",
        "GetRole",
        {"RoleName": "example-role-1"},
        encoded(
            "iam",
            "GetRole",
            {
                "Role": {
                    "RoleName": "example-role-1",
                    "Path": "/",
                    "RoleId": "AROAEXAMPLE",
                    "Arn": f"arn:aws:iam::{REAL}:role/example-role-1",
                    "CreateDate": "2024-05-01T00:00:00Z",
                    "AssumeRolePolicyDocument": POLICY.replace('"', "%22").replace(" ", "%20"),
                }
            },
        ),
    ),
    (
        "cloudwatch",
        "DescribeAlarms",
        {"AlarmNames": ["demo"]},
        encoded(
            "cloudwatch",
            "DescribeAlarms",
            {"MetricAlarms": [{"AlarmName": "demo", "AlarmArn": arn("cloudwatch", "alarm:demo")}]},
        ),
    ),
    (
        "bedrock-runtime",
        "InvokeModelWithResponseStream",
        {"modelId": "m", "body": b"{}"},
        encoded(
            "bedrock-runtime",
            "InvokeModelWithResponseStream",
            {"contentType": "application/json", "body": [{"chunk": {"bytes": EVENT}}, {"chunk": {"bytes": EVENT}}]},
        ),
    ),
    (
        "lambda",
        "GetFunctionConfiguration",
        {"FunctionName": "arn:aws:lambda:us-east-1:ACCOUNT:function:demo"},
        encoded("lambda", "GetFunctionConfiguration", {"FunctionArn": arn("lambda", "function:demo")}),
    ),
)


def called(each, parameters, account):
    """Call the operation with *account* in its parameters; return the answer, streams read out."""
    name = re.sub(r"(?<!^)(?=[A-Z])", "_", parameters[1]).lower()
    values = json.loads(json.dumps(parameters[2], default=bytes.decode).replace("ACCOUNT", account))
    answer = getattr(each, name)(**values)
    answer.pop("ResponseMetadata")
    return plain(answer)


def recorded(call):
    """The raw interaction of *call*, as another tool would have kept it, and what the caller was answered."""
    each = client(call[0])
    sent = []

    def answer(request, **_options):
        sent.append(request)
        return AWSResponse(request.url, 200, dict(call[3].headers), _Raw(call[3].body))

    each.meta.events.register("before-send", answer)
    found = called(each, call, REAL)
    headers = [
        (name, value.decode() if isinstance(value, bytes) else str(value)) for name, value in sent[0].headers.items()
    ]
    body = sent[0].body or b""
    body = body.encode() if isinstance(body, str) else body
    return Interaction(Request(sent[0].method, sent[0].url, tuple(headers), body), call[3]), found


@pytest.fixture
def scrubbed(tmp_path, monkeypatch):
    """A cassette of another tool with all calls, scrubbed on disk; and the raw answers."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv(ledger.VARIABLE, "one key for the tests")
    found = [recorded(each) for each in CALLS]
    path = Path("c/all.yaml")
    path.parent.mkdir()
    path.write_text(cassettes.to_text(Cassette(tuple(each for each, _ in found))), encoding="utf-8")
    Path("who.json").write_text(json.dumps({"account": REAL}))

    assert main(["scrub", "c", "--write", "--estate", "who.json"]) == 0
    return path, [answer for _, answer in found]


def renamed(value):
    """*value* with the pseudonym in the place of the account, in every text."""
    if isinstance(value, dict):
        return {key: renamed(each) for key, each in value.items()}
    if isinstance(value, list):
        return [renamed(each) for each in value]
    if isinstance(value, bytes):
        return value.replace(REAL.encode(), OURS.encode())
    return value.replace(REAL, OURS) if isinstance(value, str) else value


def test_botocore_without_retries_under_stock_vcrpy_gets_the_same(scrubbed):
    """Every recording is played once, in order, and its answer is the raw one but for the account."""
    path, raw = scrubbed

    with vcr.use_cassette(str(path), record_mode="none", match_on=["method", "host", "path", "query"]) as tape:
        answers = [called(client(each[0]), each, OURS) for each in CALLS]

    assert tape.play_count == len(CALLS)
    assert tape.all_played
    for each in (*answers, *raw):
        for name in ("ETag", "ChecksumCRC32"):
            each.pop(name, None)
        each.get("Role", {}).pop("RoleId", None)
    assert answers == [renamed(each) for each in raw]


def test_nothing_of_the_account_is_in_the_file(scrubbed):
    """Not in text, not in what text encodes: the audit, told the account, finds nothing."""
    path, _ = scrubbed

    assert REAL not in path.read_text(encoding="utf-8")
    assert main(["audit", str(path), "--known-from", "who.json"]) == 0


@pytest.mark.slow
def test_the_aws_cli_gets_the_same_through_serve(scrubbed, peers):
    """Another program with another botocore, over a real socket: its length must be right."""
    path, _ = scrubbed
    command = [sys.executable, "-m", "bototape", "serve", str(path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        try:
            url = re.search(r"http://\S+", server.stdout.readline())[0]
            given = ["--endpoint-url", url, "--region", "us-east-1", "--output", "json"]
            program = peers("aws")
            asked = [program, "sagemaker", "describe-model", "--model-name", "demo", *given]
            environment = {
                "AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE",
                "AWS_SECRET_ACCESS_KEY": _SECRET,
                "AWS_MAX_ATTEMPTS": "1",
                "PATH": f"{Path(program).parent}:/usr/bin:/bin",
            }
            done = subprocess.run(asked, env=environment, capture_output=True, text=True, check=False)
        finally:
            server.terminate()

    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["ModelArn"] == f"arn:aws:sagemaker:us-east-1:{OURS}:model/demo"
