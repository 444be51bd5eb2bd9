"""A refusal reads as an error of the service, whatever protocol its request is in."""

import botocore.session
import pytest
from botocore.awsrequest import AWSResponse
from botocore.config import Config
from botocore.exceptions import ClientError

from bototape.interaction import Request
from bototape.wire.refusal import refusal

CALLS = [
    ("sagemaker", "list_models", {}),
    ("dynamodb", "list_tables", {}),
    ("lambda", "list_functions", {}),
    ("iam", "list_users", {}),
    ("ec2", "describe_instances", {}),
    ("s3", "list_buckets", {}),
    ("route53", "list_hosted_zones", {}),
    ("cloudfront", "list_distributions", {}),
    ("cloudwatch", "list_metrics", {}),
    ("arc-region-switch", "list_plans", {}),
]


class _Raw:
    def __init__(self, content):
        self.content = content

    def stream(self, *_arguments, **_options):
        yield self.content


def refused(request, **_):
    """What a server without recordings answers to what botocore is about to send."""
    headers = tuple(
        (name, value if isinstance(value, str) else value.decode()) for name, value in request.headers.items()
    )
    body = request.body or b""
    sent = Request(request.method, request.url, headers, body.encode() if isinstance(body, str) else body)
    answer = refusal(sent, "NoMatch", "no recording <&> of it")
    return AWSResponse(request.url, answer.status, dict(answer.headers), _Raw(answer.body))


@pytest.mark.newest_botocore
@pytest.mark.parametrize(("service", "method", "parameters"), CALLS, ids=[each[0] for each in CALLS])
def test_a_client_reads_code_and_message(service, method, parameters):
    """botocore's own parser finds both, and raises its own error."""
    session = botocore.session.get_session()
    session.set_credentials("AKIAIOSFODNN7EXAMPLE", "secret")
    client = session.create_client(service, region_name="us-east-1", config=Config(retries={"max_attempts": 0}))
    client.meta.events.register("before-send", refused)

    with pytest.raises(ClientError) as caught:
        getattr(client, method)(**parameters)

    error = caught.value.response["Error"]
    assert (error["Code"], error["Message"]) == ("NoMatch", "no recording <&> of it")
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400
