"""Real clients of every protocol read what an older release of their service would have answered."""

import copy
from dataclasses import replace

import boto3
import pytest

from bototape import NoMatch, use_cassette
from bototape.adapters.asking import asked
from bototape.interaction import Interaction
from bototape.releases import cache, installed
from bototape.releases.model import Release
from bototape.releases.snapshots import MODEL
from bototape.releases.wheel import Source
from bototape.wire.codec import Codec
from tests.builders import written

RELEASE = "1.2.3"

#: Service, operation, parameters, an answer of today, and the member of its output that came later.
CALLS = {
    "json": (
        "dynamodb",
        "DescribeTable",
        {"TableName": "t"},
        {"Table": {"TableName": "t", "ItemCount": 3}},
        "TableDescription.ItemCount",
    ),
    "query": (
        "iam",
        "GetRole",
        {"RoleName": "r"},
        {"Role": {"RoleName": "r", "Description": "<&>"}},
        "Role.Description",
    ),
    "ec2": (
        "ec2",
        "DescribeVpcs",
        {},
        {"Vpcs": [{"VpcId": "vpc-1234abcd", "State": "available"}], "NextToken": "n"},
        "Vpc.State",
    ),
    "rest-xml": (
        "s3",
        "GetObject",
        {"Bucket": "b-1", "Key": "k"},
        {"Body": "YWJj", "ETag": '"e"', "Metadata": {"a": "b"}},
        "GetObjectOutput.Metadata",
    ),
    "rest-json": (
        "lambda",
        "GetFunction",
        {"FunctionName": "f"},
        {"Configuration": {"Role": "r", "Timeout": 3}},
        "FunctionConfiguration.Timeout",
    ),
    "cbor": (
        "cloudwatch",
        "GetDashboard",
        {"DashboardName": "d"},
        {"DashboardName": "d", "DashboardBody": "{}"},
        "GetDashboardOutput.DashboardBody",
    ),
}


def made(tmp_path, service, operation, parameters, answer):
    """A cassette with one recorded call."""
    request, call = asked(service, operation, parameters, "us-east-1")
    codec = Codec(installed.model(service).service)
    response = codec.encode_response(codec.service.operations[operation], answer, call.protocol)
    response = replace(
        response, headers=(*response.headers, ("x-amzn-RequestId", "00000000-0000-4000-8000-e00000000001"))
    )
    return written(tmp_path, Interaction(request, response, call))


def keep(service, change):
    """Put a changed model into the cache as the one of an older release."""
    path = installed.find(service)
    raw = copy.deepcopy(dict(installed.model(service).raw))
    change(raw)
    assert not cache.put(Source(service, path.parent.name, Release(RELEASE, "2020-01-01"), {MODEL: raw}))


def without(member):
    shape, _, name = member.partition(".")

    def change(raw):
        raw["shapes"][shape]["members"].pop(name)
        raw["shapes"][shape]["required"] = []

    return change


def called(path, service, operation, parameters, release=""):
    with use_cassette(path, release=release):
        client = boto3.client(service, "us-east-1")
        names = {name: method for method, name in client.meta.method_to_api_mapping.items()}
        found = getattr(client, names[operation])(**parameters)
        found.pop("ResponseMetadata")
        return {name: each.read() if name == "Body" else each for name, each in found.items()}


@pytest.fixture(autouse=True)
def _cache(tmp_path, monkeypatch):
    monkeypatch.setenv("BOTOTAPE_CACHE", str(tmp_path / "cache"))


def pruned(value, name):
    """*value* without members of that name."""
    if isinstance(value, dict):
        return {key: pruned(each, name) for key, each in value.items() if key != name}
    return [pruned(each, name) for each in value] if isinstance(value, list) else value


@pytest.mark.slow
@pytest.mark.parametrize("protocol", CALLS)
def test_a_client_reads_what_was_known(tmp_path, protocol):
    """The member that came later is gone, all others are there: lengths, frames and checksums hold."""
    service, operation, parameters, answer, member = CALLS[protocol]
    path = made(tmp_path, service, operation, parameters, answer)
    keep(service, without(member))
    today = called(path, service, operation, parameters)
    name = member.partition(".")[2]

    found = called(path, service, operation, parameters, RELEASE)
    assert found == (pruned(today, name) if protocol != "rest-xml" else {**today, "Metadata": {}})
    assert found != today


@pytest.mark.slow
@pytest.mark.parametrize("protocol", CALLS)
def test_a_parameter_that_came_later_is_a_miss(tmp_path, protocol):
    """By its name in boto3, wherever the wire has it."""
    service, operation, parameters, answer, _ = CALLS[protocol]
    parameters = parameters or {"DryRun": False}
    path = made(tmp_path, service, operation, parameters, answer)
    name = next(reversed(parameters))
    root = installed.model(service).service.operations[operation].input
    keep(service, without(f"{root}.{name}"))

    with pytest.raises(NoMatch) as caught:
        called(path, service, operation, parameters, RELEASE)
    assert caught.value.explanation[0].startswith(f"your code sends {name}, which release {RELEASE} does not know")
