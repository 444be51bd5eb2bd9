#!/usr/bin/env python3
"""
Speed of reading messages, as a ratio to what botocore or the JSON reader alone takes for the same bytes in this run.

Each pair is measured in turns, and its ratio is the median over all rounds; figures are CPU time. Answers are lists of
sagemaker's training jobs and MediaConvert's queues (JSON), EC2's instances (XML) and CloudWatch's metric data (CBOR),
written by the codec. Requests of all protocols are routed among all services of the installed botocore.

    python scripts/bench_wire.py [--megabytes 0.75] [--rounds 15]
"""

from __future__ import annotations

import argparse
import base64
import json
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass

from botocore.loaders import Loader
from botocore.model import ServiceModel
from botocore.parsers import create_parser

from bototape.interaction import Request, Response
from bototape.releases.directory import index
from bototape.shapes import Operation, parse
from bototape.wire.codec import Codec

FORM = "application/x-www-form-urlencoded; charset=utf-8"
JSON_1_1 = "application/x-amz-json-1.1"
SCOPE = "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20261120/us-east-1/{}/aws4_request, SignedHeaders=host"
WORDS = "production evaluation <a & b> é"


@dataclass(frozen=True)
class Answer:
    """A large answer and everything that reads it: *protocol* is the one it is in."""

    codec: Codec
    operation: Operation
    protocol: str
    response: Response
    model: ServiceModel

    def ours(self) -> object:
        """Read it as an instance."""
        return self.codec.decode_response(self.operation, self.response, self.protocol).instance

    def places(self) -> object:
        """Read where each value stands."""
        return list(self.codec.places(self.operation, self.response, self.protocol))

    def botocore(self) -> object:
        """Read it as a client does."""
        given = {"status_code": 200, "headers": dict(self.response.headers), "body": self.response.body, "context": {}}
        shape = self.model.operation_model(self.operation.name).output_shape
        return create_parser(self.protocol).parse(given, shape)

    def floor(self) -> object:
        """Read it as JSON, without a model."""
        return json.loads(self.response.body)


def job(number: int) -> dict[str, object]:
    """Return one of sagemaker's training jobs, as in a list."""
    return {
        "TrainingJobName": f"churn-{number:06d}",
        "TrainingJobArn": f"arn:aws:sagemaker:us-east-1:123456789012:training-job/churn-{number:06d}",
        "CreationTime": 1763640000.123 + number,
        "TrainingEndTime": 1763643600.5 + number,
        "LastModifiedTime": 1763643600.75 + number,
        "TrainingJobStatus": "Completed",
        "SecondaryStatus": "Completed",
        "WarmPoolStatus": {"Status": "Terminated", "ResourceRetainedBillableTimeInSeconds": number},
    }


def queue(number: int) -> dict[str, object]:
    """Return one of MediaConvert's queues: a model in which every member has another name on the wire."""
    return {
        "Arn": f"arn:aws:mediaconvert:us-east-1:123456789012:queues/{number}",
        "Name": f"queue-{number}",
        "CreatedAt": 1763640000 + number,
        "LastUpdated": 1763640000 + number,
        "PricingPlan": "RESERVED",
        "ReservationPlan": {"Commitment": "ONE_YEAR", "ReservedSlots": number, "Status": "ACTIVE"},
        "Status": "ACTIVE",
        "SubmittedJobsCount": number,
        "Type": "CUSTOM",
    }


def instance(number: int) -> dict[str, object]:
    """Return a reservation of one of EC2's instances."""
    return {
        "ReservationId": f"r-{number:017x}",
        "OwnerId": "123456789012",
        "Instances": [
            {
                "InstanceId": f"i-{number:017x}",
                "ImageId": "ami-0123456789abcdef0",
                "State": {"Code": 16, "Name": "running"},
                "PrivateDnsName": f"ip-10-0-{number % 250}-7.ec2.internal",
                "AmiLaunchIndex": number,
                "InstanceType": "m5.large",
                "LaunchTime": "2026-11-20T12:30:00.000Z",
                "Placement": {"AvailabilityZone": "us-east-1a", "Tenancy": "default"},
                "Monitoring": {"State": "disabled"},
                "EbsOptimized": False,
                "SecurityGroups": [{"GroupId": "sg-0123456789abcdef0", "GroupName": "web"}],
                "Tags": [{"Key": "Name", "Value": WORDS}, {"Key": "Number", "Value": str(number)}],
            }
        ],
    }


def series(number: int) -> dict[str, object]:
    """Return the data of one of CloudWatch's metrics."""
    return {
        "Id": f"m{number}",
        "Label": WORDS,
        "StatusCode": "Complete",
        "Timestamps": [1763640000 + 60 * each for each in range(20)],
        "Values": [number + each / 8 for each in range(20)],
    }


def answer(
    service: str, operation: str, protocol: str, member: str, make: Callable[[int], object], megabytes: float
) -> Answer:
    """Return an answer of about *megabytes* MB whose list *member* has what *make* gives for each number."""
    raw = Loader().load_service_model(service, "service-2")
    codec = Codec(parse(raw))
    called = codec.service.operations[operation]
    hundred = codec.encode_response(called, {member: [make(each) for each in range(100)]}, protocol)
    count = int(megabytes * 1e8 / len(hundred.body))
    response = codec.encode_response(called, {member: [make(each) for each in range(count)]}, protocol)
    return Answer(codec, called, protocol, response, ServiceModel(raw, service))


def seconds(function: Callable[[], object]) -> float:
    """Return CPU seconds of one call."""
    start = time.process_time()
    function()
    return time.process_time() - start


def ratio(ours: Callable[[], object], other: Callable[[], object], rounds: int) -> tuple[float, float]:
    """Return the median ratio of *ours* to *other*, called in turns, and our median time in milliseconds."""
    ours(), other()
    pairs = [(seconds(ours), seconds(other)) for _ in range(rounds)]
    return statistics.median(a / b for a, b in pairs), statistics.median(a for a, _ in pairs) * 1e3


def show(name: str, found: Answer, other: str, compared: Callable[[], object], rounds: int) -> None:
    """Print one line: reading, and reading with places, to what *compared* takes."""
    read, taken = ratio(found.ours, compared, rounds)
    placed, _ = ratio(found.places, compared, max(3, rounds // 3))
    size = len(found.response.body) / 1e6
    print(f"{name:<26}{size:>6.2f} MB: {taken:>7.1f} ms, {read:>5.2f} x {other}; with places {placed:>6.1f} x")


def requests() -> dict[str, Request]:
    """Return a request of each protocol, as botocore sends it."""
    presigned = "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20261120%2Fus-east-1%2Fs3%2F"
    scope = {name: ("Authorization", SCOPE.format(name)) for name in ("ec2", "rds", "s3", "lambda", "monitoring")}
    cbor = (("smithy-protocol", "rpc-v2-cbor"), ("Content-Type", "application/cbor"), scope["monitoring"])
    base = "us-east-1.amazonaws.com"
    named = base64.urlsafe_b64encode(b"an object").decode()
    return {
        "json": Request(
            "POST",
            f"https://api.sagemaker.{base}/",
            (("X-Amz-Target", "SageMaker.DescribeAutoMLJob"), ("Content-Type", JSON_1_1)),
            b'{"AutoMLJobName": "churn"}',
        ),
        "cbor": Request(
            "POST",
            f"https://monitoring.{base}/service/GraniteServiceVersion20100801/operation/PutMetricData",
            cbor,
            b"\xa0",
        ),
        "ec2": Request(
            "POST",
            f"https://ec2.{base}/",
            (("Content-Type", FORM), scope["ec2"]),
            b"Action=DescribeInstances&Version=2016-11-15&MaxResults=5",
        ),
        "query": Request(
            "POST",
            f"https://rds.{base}/",
            (("Content-Type", FORM), scope["rds"]),
            b"Action=DescribeDBInstances&Version=2014-10-31",
        ),
        "rest-json": Request(
            "GET", f"https://lambda.{base}/2015-03-31/functions/echo/policy?Qualifier=1", (scope["lambda"],)
        ),
        "rest-xml": Request("GET", f"https://amzn-s3-demo-bucket.s3.{base}/a/b/{named}?tagging", (scope["s3"],)),
        "presigned": Request("GET", f"https://s3.{base}/amzn-s3-demo-bucket/{named}?{presigned}aws4_request"),
    }


def routing(rounds: int) -> None:
    """Print microseconds for each form of request."""
    services = index()
    print("routing among all services:", end=" ")
    shown = []
    for name, request in requests().items():
        found = services.resolve(request)
        if found is None:
            raise SystemExit(f"the request in {name} is of no service")
        times = [
            seconds(lambda request=request: [services.resolve(request) for _ in range(1000)]) for _ in range(rounds)
        ]
        shown.append(f"{name} {min(times) * 1e3:.1f}")
    print(", ".join(shown), "µs")


def main() -> None:
    """Print all rows."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--megabytes", type=float, default=0.75)
    parser.add_argument("--rounds", type=int, default=15)
    options = parser.parse_args()
    size, rounds = options.megabytes, options.rounds
    jobs = answer("sagemaker", "ListTrainingJobs", "json", "TrainingJobSummaries", job, size)
    show("json", jobs, "json.loads", jobs.floor, rounds)
    queues = answer("mediaconvert", "ListQueues", "rest-json", "Queues", queue, size)
    show("json, all members renamed", queues, "json.loads", queues.floor, rounds)
    machines = answer("ec2", "DescribeInstances", "ec2", "Reservations", instance, size)
    show("xml", machines, "botocore", machines.botocore, rounds)
    metrics = answer("cloudwatch", "GetMetricData", "smithy-rpc-v2-cbor", "MetricDataResults", series, size)
    show("cbor", metrics, "botocore", metrics.botocore, rounds)
    routing(rounds)


if __name__ == "__main__":
    main()
