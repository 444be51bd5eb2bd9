"""Smithy's and botocore's protocol test vectors, and botocore's real answers, read and written by the codec."""

import base64
import functools
import gzip
import json
from dataclasses import dataclass
from pathlib import Path

import pytest
from botocore import xform_name
from botocore.model import OperationModel, ServiceModel
from botocore.utils import parse_timestamp

from bototape.interaction import Request, Response
from bototape.shapes import parse
from bototape.wire.codec import Codec
from bototape.wire.dialect import stream_member
from tests.wire.botocore_side import Python, both, first_difference, parsed, plain

DATA = Path(__file__).parent.parent / "data" / "protocols"

#: Cases that do not come out as the vector says, by reason.
EXCEPTED = {
    "the vector shows headers only, no body": (
        "json/input:11:0 SDKAppliedContentEncoding_awsJson1_1",
        "json/input:11:1 SDKAppendsGzipAndIgnoresHttpProvidedEncoding_awsJson1_1",
        "json_1_0/input:7:0 SDKAppliedContentEncoding_awsJson1_0",
        "json_1_0/input:7:1 SDKAppendsGzipAndIgnoresHttpProvidedEncoding_awsJson1_0",
        "ec2/input:6:0 SDKAppliedContentEncoding_ec2Query",
        "ec2/input:6:1 SDKAppendsGzipAndIgnoresHttpProvidedEncoding_ec2Query",
        "query/input:7:0 SDKAppliedContentEncoding_awsQuery",
        "query/input:7:1 SDKAppendsGzipAndIgnoresHttpProvidedEncoding_awsQuery",
    ),
    "the client put an idempotency token into the request that the caller did not give": (
        "json/legacy/input:6:1",
        "ec2/input:7:0 Ec2ProtocolIdempotencyTokenAutoFill",
        "ec2/legacy/input:8:1",
        "query/input:8:0 QueryProtocolIdempotencyTokenAutoFill",
        "query/legacy/input:12:1",
    ),
    "nothing in the form tells an empty list or map from none": (
        "ec2/input:8:1 Ec2EmptyQueryLists",
        "query/input:10:3 QueryEmptyQueryMaps",
    ),
    "the error is one of another operation, and so unknown to this one": (
        "json/legacy/output:7:1",
        "ec2/legacy/output:10:1",
        "query/legacy/output:16:1",
    ),
}
EXCEPTIONS = {name: reason for reason, names in EXCEPTED.items() for name in names}


@dataclass(frozen=True)
class Case:
    """One case of a suite: *side* is input or output, *model* a whole service model with its one operation."""

    name: str
    side: str
    model: dict
    given: dict
    case: dict

    @functools.cached_property
    def codec(self):
        return Codec(parse(self.model))

    @functools.cached_property
    def operation(self):
        return next(iter(self.codec.service.operations.values()))

    @property
    def protocol(self):
        return self.codec.service.metadata["protocol"]

    @property
    def values(self):
        return Python(self.codec.service.shapes, self.protocol)


def read(name):
    return json.loads(gzip.decompress((DATA / f"{name}.json.gz").read_bytes()))


def cases(wanted):
    """All cases of the side *wanted*, named ``file/folder:suite:case``, with the vector's own id where it has one."""
    for path in sorted(DATA.glob("*.json.gz")):
        stem = path.name.removesuffix(".json.gz")
        for folder, suites in read(stem).items() if stem != "pairs" else ():
            if not folder.endswith(wanted):
                continue
            for at, suite in enumerate(suites):
                for number, case in enumerate(suite["cases"]):
                    given = {"http": {"method": "POST", "requestUri": "/"}, **case["given"]}
                    given.setdefault("name", "OperationName")
                    model = {**suite, "operations": {given["name"]: given}}
                    name = f"{stem}/{folder}:{at}:{number}"
                    name += f" {case['id']}" if "id" in case else ""
                    yield Case(name, wanted, model, given, case)


INPUTS = list(cases("input"))
OUTPUTS = list(cases("output"))
PAIRS = read("pairs")


def value(given, name, shapes, member=None):
    """A vector's value in Python's types: a blob is text there, a timestamp seconds, NaN a word."""
    shape = shapes[name]
    if given is None or shape.traits.get("document") or (member and member.traits.get("jsonvalue")):
        return given
    match shape.type:
        case "structure" if isinstance(given, list):  # an event stream
            return [value(each, name, shapes) for each in given]
        case "structure":
            members = shape.members
            there = {key: each for key, each in given.items() if each is not None}
            return {key: value(each, members[key].shape, shapes, members[key]) for key, each in there.items()}
        case "list":
            return [value(each, shape.element.shape, shapes) for each in given]
        case "map":
            return {key: value(each, shape.value.shape, shapes) for key, each in given.items()}
        case "blob":
            return given.encode()
        case "timestamp":
            return parse_timestamp(given)
        case "float" | "double":
            return plain(float(given))
    return given


def bytes_of(case, text):
    """The bytes of a body: what is not text stands there in base64."""
    root = case.operation.output if case.side == "output" else None
    binary = case.protocol == "smithy-rpc-v2-cbor" or stream_member(case.codec.service.shapes, root)
    return base64.b64decode(text) if binary else text.encode()


def answer(case):
    told = case.case["response"]
    headers = tuple(told.get("headers", {}).items())
    empty = b"<xml/>" if case.protocol == "query" else b""
    body = bytes_of(case, told["body"]) if "body" in told else empty
    return Response(told["status_code"], "", headers, body)


def outcome(check, case):
    """Run *check*; a listed exception has to fail, so that no entry outlives its reason."""
    if case.name not in EXCEPTIONS:
        check()
        return
    with pytest.raises(Exception):  # noqa: B017, PT011 - whatever makes it differ
        check()


def test_every_exception_is_a_case():
    """A vector that went away leaves no entry."""
    assert EXCEPTIONS.keys() - {each.name for each in (*INPUTS, *OUTPUTS)} == set()


@pytest.mark.parametrize("case", INPUTS, ids=lambda each: each.name)
def test_a_request_is_read_as_its_parameters(case):
    """The request a vector shows is the input it was made from."""
    told = case.case["serialized"]
    host = told.get("host", "service.us-east-1.amazonaws.com")
    uri = f"https://{host}{told.get('uri', '/')}"
    request = Request(
        told.get("method", "POST"), uri, tuple(told.get("headers", {}).items()), bytes_of(case, told.get("body", ""))
    )
    shapes = case.codec.service.shapes
    root = case.operation.input

    def check():
        found = case.codec.decode_request(case.operation, request)

        expected = value(case.case.get("params", {}), root, shapes) if root else {}
        assert first_difference(expected, case.values.known(found, root)) == ""

    outcome(check, case)


@pytest.mark.parametrize("case", [each for each in OUTPUTS if "result" in each.case], ids=lambda each: each.name)
def test_an_answer_is_read_as_its_result(case):
    """The answer a vector shows is the output it says."""
    shapes = case.codec.service.shapes
    root = case.operation.output

    def check():
        found = case.codec.decode_response(case.operation, answer(case))

        expected = value(case.case["result"], root, shapes) if root else {}
        assert found.error is None
        assert first_difference(expected, case.values.known(found.instance, root)) == ""

    outcome(check, case)


@pytest.mark.parametrize("case", [each for each in OUTPUTS if "error" in each.case], ids=lambda each: each.name)
def test_an_error_is_read_as_its_members(case):
    """The error a vector shows has the code and the members it says."""

    def check():
        found = case.codec.decode_response(case.operation, answer(case))

        assert found.code == case.case["errorCode"]
        assert first_difference(case.case["error"], case.values.known(found.instance, found.error)) == ""

    outcome(check, case)
