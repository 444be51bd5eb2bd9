"""A small cassette that shows each part of the format, and its whole text."""

from bototape.interaction import Call, Cassette, Interaction, Provenance, Request, Response

URI = "https://api.sagemaker.invalid/"

SMALL = Cassette(
    (
        Interaction(
            Request(
                "POST",
                URI,
                (("Content-Type", "application/x-amz-json-1.1"), ("X-Amz-Target", "SageMaker.DescribeAutoMLJob")),
                b'{"AutoMLJobName": "job-1"}',
            ),
            Response(
                200,
                "OK",
                (("x-amzn-RequestId", "request-1"), ("Set-Cookie", "b=2"), ("Set-Cookie", "a=1")),
                b'{\n  "AutoMLJobName": "job-1",\n  "Value": 1.581375932441E9\n}',
            ),
            Call("sagemaker", "DescribeAutoMLJob", "us-east-1"),
        ),
        Interaction(
            Request("GET", f"{URI}model?x=1"),
            Response(404, "", (), b"\xff\x00"),
            Call("s3", "GetObject", "eu-west-1", "rest-xml", attempt=2, repeat=True, idempotency=("ClientToken",)),
        ),
    ),
    Provenance("custom", "2026-11-20", "1.44.5"),
)

SMALL_TEXT = r"""bototape:
  date: "2026-11-20"
  endpoint: "custom"
  format: 1
  release: "1.44.5"
  scrub: "1"
interactions:
- bototape:
    operation: "DescribeAutoMLJob"
    protocol: "json"
    region: "us-east-1"
    service: "sagemaker"
  request:
    body: "{\"AutoMLJobName\": \"job-1\"}"
    headers:
      Content-Type:
      - "application/x-amz-json-1.1"
      X-Amz-Target:
      - "SageMaker.DescribeAutoMLJob"
    method: "POST"
    uri: "https://api.sagemaker.invalid/"
  response:
    body:
      string: |-
        {
          "AutoMLJobName": "job-1",
          "Value": 1.581375932441E9
        }
    headers:
      x-amzn-RequestId:
      - "request-1"
      Set-Cookie:
      - "b=2"
      - "a=1"
    status:
      code: 200
      message: "OK"
- bototape:
    attempt: 2
    idempotency:
    - "ClientToken"
    operation: "GetObject"
    protocol: "rest-xml"
    region: "eu-west-1"
    repeat: true
    service: "s3"
  request:
    body: null
    headers: {}
    method: "GET"
    uri: "https://api.sagemaker.invalid/model?x=1"
  response:
    body:
      string: !!binary |
        /wA=
    headers: {}
    status:
      code: 404
      message: ""
version: 1
"""


def no_leaks(text):
    """An audit that finds nothing."""
    del text
    return []


def files(directory):
    """The names and contents of all files in *directory*."""
    return {each.name: each.read_bytes() for each in directory.iterdir()}
