"""What a request says of itself, read off the wire."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bototape.interaction import Request
from bototape.wire.hosts import Host, read_host
from bototape.wire.route import Route, route, told_region
from bototape.wire.signing import Scope, scope
from bototape.wire.uris import split_uri

KEY = "AKIAIOSFODNN7EXAMPLE"


@pytest.mark.parametrize(
    ("authorization", "uri", "expected"),
    [
        (f"AWS4-HMAC-SHA256 Credential={KEY}/20260101/eu-west-1/s3/aws4_request, Signature=0", "", ("eu-west-1", "s3")),
        (
            f"AWS4-ECDSA-P256-SHA256 Credential={KEY}/20260101/events/aws4_request, SignedHeaders=host",
            "",
            ("", "events"),
        ),
        (
            f"AWS4-HMAC-SHA256 Credential={KEY}/20260101/us-east-1/IoTSecuredTunneling/aws4_request",
            "",
            ("us-east-1", "iotsecuredtunneling"),
        ),
        (f"AWS {KEY}:c2ln", "", ("", "s3")),
        ("", f"https://h/?X-Amz-Credential={KEY}%2F20260101%2Fus-west-2%2Fs3%2Faws4_request&X", ("us-west-2", "s3")),
        ("", f"https://h/?a=1&X-Amz-Credential={KEY}/20260101/s3/aws4_request", ("", "s3")),
        ("", f"https://h/k?AWSAccessKeyId={KEY}&Signature=x%3D&Expires=1", ("", "s3")),
        ("Bearer abc", "https://h/", ("", "")),
        ("Credential=", "https://h/?X-Amz-Credential=", ("", "")),
        ("", "https://h/?Signature=1", ("", "")),
    ],
    ids=[
        "header",
        "several regions",
        "mixed case",
        "version 2",
        "presigned",
        "presigned for several",
        "presigned, version 2",
        "bearer",
        "cut short",
        "a parameter called Signature",
    ],
)
def test_the_scope_of_a_signature_is_read(authorization, uri, expected):
    """Header and presigned URL, old and new signatures."""
    assert scope(authorization, uri) == Scope(*expected)


@pytest.mark.parametrize(
    ("host", "endpoint", "bucket"),
    [
        ("api.sagemaker.us-east-1.amazonaws.com", "api.sagemaker", ""),
        ("lambda-fips.us-gov-west-1.amazonaws.com", "lambda", ""),
        ("lambda.us-east-1.api.aws", "lambda", ""),
        ("ec2.cn-north-1.amazonaws.com.cn", "ec2", ""),
        ("us-east-1.queue.amazonaws.com", "queue", ""),
        ("vpce-0a1-b2.sqs.us-east-1.vpce.amazonaws.com", "vpce-0a1-b2.sqs", ""),
        ("123456789012.s3-control.us-east-1.amazonaws.com", "123456789012.s3-control", ""),
        ("s3.us-east-1.amazonaws.com", "s3", ""),
        ("s3-us-west-2.amazonaws.com", "s3", ""),
        ("my.bucket.s3.amazonaws.com", "s3", "my.bucket"),
        ("b.s3.dualstack.us-east-1.amazonaws.com", "s3", "b"),
        ("b.s3-fips.dualstack.us-east-1.amazonaws.com", "s3", "b"),
        ("b.s3-accelerate.amazonaws.com", "s3", "b"),
        ("s3.s3.us-east-1.amazonaws.com", "s3", "s3"),
        ("b--usw2-az1--x-s3.s3express-usw2-az1.us-west-2.amazonaws.com", "s3", "b--usw2-az1--x-s3"),
        ("s3express-control.us-west-2.amazonaws.com", "s3express-control", ""),
        ("ap-123456789012.s3-accesspoint.us-east-1.amazonaws.com", "s3", "ap-123456789012"),
        ("x.mrap.accesspoint.s3-global.amazonaws.com", "s3", "x.mrap"),
        ("ap-123456789012.s3-object-lambda.us-east-1.amazonaws.com", "s3-object-lambda", "ap-123456789012"),
        ("bucket.vpce-0a1-b2.s3.us-east-1.vpce.amazonaws.com", "s3", ""),
        ("b.bucket.vpce-0a1-b2.s3.us-east-1.vpce.amazonaws.com", "s3", "b"),
        ("B.S3.localhost.localstack.cloud", "s3", "b"),
    ],
)
def test_a_host_tells_endpoint_and_bucket(host, endpoint, bucket):
    """Regions, FIPS, dual stack, partitions, VPC endpoints and S3's many hosts."""
    found = read_host(host)

    assert found.endpoints[0] == endpoint
    assert host[: found.bucket].lower() == bucket


@pytest.mark.parametrize(
    ("host", "bucket"), [("localhost", 0), ("127.0.0.1", 0), ("example.com", 0), ("", 0), ("b.localhost", 1)]
)
def test_another_host_tells_no_endpoint(host, bucket):
    """A name that happens to have a service's in it is no endpoint of AWS."""
    assert read_host(host) == Host((), bucket)


@pytest.mark.parametrize(
    ("uri", "host", "path", "query"),
    [
        ("https://example.com/a/b?c=1#d?e", "example.com", "/a/b", "c=1"),
        ("http://user:pass@example.com:8080", "example.com", "", ""),
        ("http://[::1]:4566/x", "[::1]", "/x", ""),
        ("https://example.com?q=/a@b:c", "example.com", "", "q=/a@b:c"),
        ("https://b.example.com/me@example.com:1", "b.example.com", "/me@example.com:1", ""),
        ("/a?b", "", "/a", "b"),
        ("", "", "", ""),
    ],
)
def test_a_uri_is_split(uri, host, path, query):
    """Host, path and query of what a recording may hold."""
    (start, end), found, asked = split_uri(uri)

    assert (uri[start:end], found, asked) == (host, path, query)


def test_an_operation_of_cbor_is_read_off_the_path():
    """Service and operation stand in the path, as the target of AWS JSON does in its header."""
    uri = "https://monitoring.eu-west-1.amazonaws.com/service/GraniteServiceVersion20100801/operation/ListMetrics"
    sent = Request("POST", uri, (("smithy-protocol", "rpc-v2-cbor"), ("Content-Type", "application/cbor")))

    assert route(sent) == Route("GraniteServiceVersion20100801.ListMetrics", "ListMetrics", "smithy-rpc-v2-cbor")
    assert route(Request("POST", uri)) == Route("", "", "http")


@pytest.mark.parametrize(
    ("uri", "headers", "region"),
    [
        (
            f"https://b.s3.amazonaws.com/k?X-Amz-Credential={KEY}%2F20260101%2Feu-north-1%2Fs3%2Faws4_request",
            (),
            "eu-north-1",
        ),
        (
            "https://events.amazonaws.com/",
            (
                ("Authorization", f"AWS4-ECDSA-P256-SHA256 Credential={KEY}/20260101/events/aws4_request"),
                ("X-Amz-Region-Set", "ap-south-1"),
            ),
            "ap-south-1",
        ),
        ("https://events.amazonaws.com/", (("X-Amz-Region-Set", "*"),), ""),
    ],
    ids=["presigned", "one region of several", "any region"],
)
def test_the_region_of_a_signature_counts(uri, headers, region):
    """Presigned requests have no header, and signatures for several regions another one."""
    assert told_region(Request("GET", uri, headers)) == region


@given(
    st.text(max_size=80).map("https://h".__add__) | st.text(max_size=80),
    st.text(max_size=80) | st.just(f"AWS4-HMAC-SHA256 Credential={KEY}/20260101"),
)
def test_routing_never_raises(uri, authorization):
    """Whatever a recording holds, it has a route."""
    sent = Request("POST", uri, (("Authorization", authorization), ("smithy-protocol", "rpc-v2-cbor")))

    assert isinstance(route(sent), Route)
    assert isinstance(told_region(sent), str)
