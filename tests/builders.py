"""Cassettes and calls built in tests: realistic AWS JSON 1.1 messages without a network."""

import json
from pathlib import Path

from bototape.interaction import Call, Cassette, Interaction, Provenance, Request, Response

JSON_1_1 = "application/x-amz-json-1.1"
URI = "https://api.sagemaker.us-east-1.amazonaws.com/"


def request(operation="DescribeAutoMLJob", parameters=None, *, uri=URI, headers=()):
    """A SageMaker request as botocore sends it, unsigned."""
    return Request(
        "POST",
        uri,
        (("Content-Type", JSON_1_1), ("X-Amz-Target", f"SageMaker.{operation}"), *headers),
        json.dumps(parameters or {}).encode(),
    )


def response(answer=None, status=200, reason="OK"):
    """An answer in JSON."""
    body = json.dumps(answer or {}).encode()
    return Response(status, reason, (("Content-Type", JSON_1_1), ("Content-Length", str(len(body)))), body)


def interaction(operation="DescribeAutoMLJob", parameters=None, answer=None, *, region="us-east-1", repeat=False):
    """A recorded call of SageMaker."""
    return Interaction(
        request(operation, parameters),
        response(answer),
        Call("sagemaker", operation, region, repeat=repeat),
    )


def describe(name, status="Completed", *, repeat=False, region="us-east-1"):
    """A recorded DescribeAutoMLJob of job *name*."""
    answer = {"AutoMLJobName": name, "AutoMLJobStatus": status}
    return interaction(parameters={"AutoMLJobName": name}, answer=answer, repeat=repeat, region=region)


def cassette(*interactions):
    """A cassette of ours."""
    return Cassette(interactions, Provenance("custom", "2026-11-20", "1.44.5"))


def written(directory: Path, *interactions, name="test.yaml"):
    """Write a cassette file and return its path."""
    from bototape import cassettes  # noqa: PLC0415 - pure tests need no files

    path = directory / name
    cassettes.write(path, cassette(*interactions), lambda _: [])
    return path
