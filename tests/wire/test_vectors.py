"""Smithy's and botocore's protocol test vectors, and botocore's real answers, read and written by the codec."""

import base64
import copy
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
        "rest-json/input:37:0 SDKAppliedContentEncoding_restJson1",
        "rest-json/input:37:1 SDKAppendedGzipAfterProvidedEncoding_restJson1",
        "rest-xml/input:31:0 SDKAppliedContentEncoding_restXml",
        "rest-xml/input:31:1 SDKAppendedGzipAfterProvidedEncoding_restXml",
    ),
    "the client put an idempotency token or a Content-Type into the request that the caller did not give": (
        "json/legacy/input:6:1",
        "ec2/input:7:0 Ec2ProtocolIdempotencyTokenAutoFill",
        "ec2/legacy/input:8:1",
        "query/input:8:0 QueryProtocolIdempotencyTokenAutoFill",
        "query/legacy/input:12:1",
        "rest-json/input:38:0 RestJsonQueryIdempotencyTokenAutoFill",
        "rest-json/legacy/input:19:1",
        "rest-json/legacy/input:25:7",
        "rest-xml/input:32:0 QueryIdempotencyTokenAutoFill",
        "rest-xml/legacy/input:23:1",
    ),
    "nothing in the request tells an empty list, map or structure from none": (
        "ec2/input:8:1 Ec2EmptyQueryLists",
        "query/input:10:3 QueryEmptyQueryMaps",
        "rest-json/input:15:1 RestJsonHttpPrefixHeadersAreNotPresent",
        "rest-json/input:35:0 RestJsonOmitsEmptyListQueryValues",
        "rest-json/input:47:0 RestJsonHttpWithEmptyStructurePayload",
        "rest-json/input:47:2 RestJsonHttpWithHeadersButNoPayload",
        "rest-json/legacy/input:13:1",
        "rest-json/legacy/input:25:2",
        "rest-json/legacy/input:25:4",
        "rest-json/legacy/input:26:1",
        "rest-xml/input:18:1 HttpPrefixHeadersAreNotPresent",
        "rest-xml/legacy/input:26:1",
    ),
    "the caller gave in a map what a parameter has a name for: the request does not tell": (
        "rest-json/input:0:0 RestJsonAllQueryStringTypes",
        "rest-json/input:0:2 RestJsonQueryStringEscaping",
        "rest-json/input:0:3 RestJsonSupportsNaNFloatQueryValues",
        "rest-json/input:0:4 RestJsonSupportsInfinityFloatQueryValues",
        "rest-json/input:0:5 RestJsonSupportsNegativeInfinityFloatQueryValues",
        "rest-json/input:0:6 RestJsonZeroAndFalseQueryValues",
        "rest-json/input:40:0 RestJsonQueryPrecedence",
        "rest-xml/input:34:0 RestXmlQueryPrecedence",
    ),
    "the vector has the JSON of a header as text; an instance has the value it is; botocore leaves it out too": (
        "rest-json/input:30:0 MediaTypeHeaderInputBase64",
        "rest-json/output:27:0 MediaTypeHeaderOutputBase64",
    ),
    "a payload of no bytes is one, as botocore has it, which leaves the vector out": (
        "rest-json/output:11:1 RestJsonHttpPayloadTraitsWithNoBlobBody",
        "rest-xml/output:11:1 HttpPayloadTraitsWithNoBlobBody",
    ),
    "a structure's own locationName names the members of its shape, as in botocore, which leaves the vector out": (
        "rest-xml/input:1:0 BodyWithXmlName",
        "rest-xml/output:0:0 BodyWithXmlName",
    ),
    "no model has an output that shares a query string's member with an input": (
        "rest-xml/output:21:0 IgnoreQueryParamsInResponse",
    ),
}
EXCEPTIONS = {name: reason for reason, names in EXCEPTED.items() for name in names}

#: Cases that botocore's parser reads otherwise than the vector says, whoever wrote the answer, by reason.
UNREADABLE = {
    "botocore looks for a flattened list under the name of its elements; it leaves the vector out": (
        "ec2/output:15:0 Ec2XmlLists",
        "query/output:21:0 QueryXmlLists",
        "rest-xml/output:39:0 XmlLists",
    ),
    "botocore refuses a union that has no member, and has a word of its own for one it does not know": (
        "rest-json/output:13:1 RestJsonHttpPayloadWithUnsetUnion",
        "rest-json/legacy/output:17:2",
        "rest-xml/output:14:1 RestXmlHttpPayloadWithUnsetUnion",
        "rest-xml/legacy/output:16:2",
    ),
    "botocore splits every list in a header at its commas, those of dates and in quotes as well": (
        "rest-json/output:19:1 RestJsonInputAndOutputWithQuotedStringHeaders",
        "rest-json/output:19:4 RestJsonInputAndOutputWithTimestampHeaders",
        "rest-xml/output:22:3 InputAndOutputWithTimestampHeaders",
    ),
    "a map of all headers has those of the transport as well": ("rest-json/output:15:0 HttpPrefixHeadersResponse",),
}
UNREAD = {name for names in UNREADABLE.values() for name in names}


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
                    model = modern({**suite, "operations": {given["name"]: given}})
                    name = f"{stem}/{folder}:{at}:{number}"
                    name += f" {case['id']}" if "id" in case else ""
                    yield Case(name, wanted, model, given, case)


def modern(model):
    """*model* with its bindings where all models of today have them: on members and on shapes, not on references."""
    shapes = copy.deepcopy(model["shapes"])
    for shape in shapes.values():
        for member in shape.get("members", {}).values():
            target = model["shapes"][member["shape"]]
            if "location" in target:
                member.update({key: target[key] for key in ("location", "locationName") if key in target} | member)
    for operation in model["operations"].values():
        for side in ("input", "output"):
            if "payload" in operation.get(side, {}):
                shapes[operation[side]["shape"]]["payload"] = operation[side]["payload"]
    return {**model, "shapes": shapes}


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
        case "structure" if "SDK_UNKNOWN_MEMBER" in given:
            return {}  # botocore's word for a member of a union that the model lacks
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


def outcome(check, case, excepted=EXCEPTIONS):
    """Run *check*; a listed exception has to fail, so that no entry outlives its reason."""
    if case.name not in excepted:
        check()
        return
    with pytest.raises(Exception):  # noqa: B017, PT011 - whatever makes it differ
        check()


def test_every_exception_is_a_case():
    """A vector that went away leaves no entry."""
    assert (EXCEPTIONS.keys() | UNREAD) - {each.name for each in (*INPUTS, *OUTPUTS)} == set()


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


@pytest.mark.newest_botocore
@pytest.mark.parametrize(
    "case",
    [each for each in OUTPUTS if "result" in each.case and each.name not in EXCEPTIONS],
    ids=lambda each: each.name,
)
def test_an_answer_is_written_as_botocore_reads_it(case):
    """What was read of a vector's answer, written again, is the same result to botocore's parser."""
    codec, operation = case.codec, case.operation
    given = {**case.given}
    if case.protocol == "query" and "output" in given:
        given["output"] = {"resultWrapper": f"{operation.name}Result", **given["output"]}
    model = OperationModel(given, ServiceModel({**case.model, "operations": {given["name"]: given}}), given["name"])

    instance = codec.decode_response(operation, answer(case)).instance

    def check():
        written = codec.encode_response(operation, instance)

        expected = case.values.answer(instance, operation.output)
        assert first_difference(expected, parsed(case.protocol, written, model)) == ""

    outcome(check, case, UNREAD)


@pytest.mark.parametrize("case", [each for each in OUTPUTS if "error" in each.case], ids=lambda each: each.name)
def test_an_error_is_read_as_its_members(case):
    """The error a vector shows has the code and the members it says."""

    def check():
        found = case.codec.decode_response(case.operation, answer(case))

        assert found.code == case.case["errorCode"]
        assert first_difference(case.case["error"], case.values.known(found.instance, found.error)) == ""

    outcome(check, case)


#: The pair's expectation is what a handler of botocore's makes of it after the parser: the template as JSON.
TEMPLATE = "cloudformation-get-template"


@functools.cache
def service(name):
    """The service *name* of the installed botocore, a codec of it and its operations by the names of the pairs."""
    ours, _ = both(name)
    return Codec(ours), {xform_name(each): operation for each, operation in ours.operations.items()}


def pair(case):
    name, _, operation = case["name"].partition("#")[0].partition("-")
    codec, operations = service(name)
    return codec, operations.get(operation.replace("-", "_"))


def as_botocore(value):
    """*value* as botocore's test compares it: blobs as text."""
    if isinstance(value, dict):
        return {key: as_botocore(each) for key, each in value.items()}
    if isinstance(value, list):
        return [as_botocore(each) for each in value]
    return value.decode() if isinstance(value, bytes) else value


@pytest.mark.newest_botocore
@pytest.mark.parametrize(
    "case", [each for each in PAIRS if each["name"] != TEMPLATE], ids=lambda each: f"{each['name']}-{each['status']}"
)
def test_an_answer_of_a_real_service_is_read_as_botocore_reads_it(case):
    """Answers that services once gave, by today's models."""
    codec, operation = pair(case)
    response = Response(case["status"], "", (), case["body"].encode())

    found = codec.decode_response(operation, response, "json" if response.body.startswith(b'{"__type"') else None)

    expected = {key: each for key, each in case["result"].items() if key != "ResponseMetadata"}
    if "Error" in expected:
        assert found.code == expected["Error"]["Code"]
        return
    values = Python(codec.service.shapes, codec.protocols[0], parse_timestamp=lambda text: text)
    assert first_difference(expected, as_botocore(values.answer(found.instance, operation.output))) == ""
