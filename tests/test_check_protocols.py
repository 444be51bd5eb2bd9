"""Calls of every protocol, as botocore sends and services answer them, held against their model."""

import dataclasses

import pytest
from botocore.parsers import PROTOCOL_PARSERS

from bototape import shapes
from bototape.check import Checker
from bototape.interaction import Call, Interaction, Request, Response
from tests.wire.botocore_side import Python, sent, services
from tests.wire.instances import Instances, seed
from tests.wire.proof import Proof

pytestmark = pytest.mark.newest_botocore

#: Per service, one of how many of its operations is taken: together they speak every protocol.
SAMPLE = {
    "kinesis": 2,
    "cloudwatch": 4,
    "lambda": 8,
    "lex-runtime": 1,
    "s3": 6,
    "iam": 20,
    "ec2": 120,
}

#: Tests' values fit lengths and enums, not patterns.
UNFIT = {"pattern-mismatch"}

#: The shape with the one pattern that no engine reads, which a check says each time.
UNREAD = "ScalingPlanName"

#: Whose input is an event stream, which botocore does not write.
NO_STREAM = {
    "InvokeModelWithBidirectionalStream",
    "StartConversation",
    "StartSpeechSynthesisStream",
    "Chat",
    "StartMedicalScribeListeningSession",
}


def calls(name, step=1):
    """Calls of every *step*-th operation of a service in each of its protocols, every member set, with all errors."""
    proof = Proof(name)
    for protocol in proof.protocols:
        values = Python(proof.service.shapes, protocol)
        for operation in list(proof.service.operations.values())[::step]:
            if operation.name in NO_STREAM:
                continue
            model = proof.model.operation_model(operation.name)
            given = proof._instance(protocol, "input", operation, 0)
            request = sent(protocol, values.parameters(given, operation.input), model)
            call = Call(name, operation.name, protocol=protocol)
            for response in answers(proof, protocol, operation):
                yield proof.service, Interaction(request, response, call)


def answers(proof, protocol, operation):
    """What the service may answer: the output, and each error that this operation is the first to have."""
    yield proof.codec.encode_response(operation, proof._instance(protocol, "output", operation, 0), protocol)
    for error in proof._errors(operation.name):
        members = Instances(proof.service, protocol, "error", seed(error)).root(error)
        yield proof.codec.encode_error(operation, error, "text", members=members, protocol=protocol)


def faults(name, step=1):
    """What a strict check says of them, but for patterns."""
    checker = None
    for service, call in calls(name, step):
        checker = checker or Checker(service, "1.0", "strict", name=name)
        found = checker.interaction(call, 1, f"{call.call.operation} {call.call.protocol}")
        told = [each for each in found if each.rule not in UNFIT]
        yield from (str(each) for each in told if each.rule != "not-checked" or UNREAD not in each.message)


@pytest.mark.parametrize("name", SAMPLE)
def test_a_valid_call_of_each_protocol_gives_no_finding(name):
    """What botocore sends and a service answers by its model is silent in profile strict, errors included."""
    assert list(faults(name, SAMPLE[name])) == []


def test_the_sample_speaks_every_protocol():
    """A protocol that botocore learns is missed here until a service of it is in the sample."""
    assert {each for name in SAMPLE for each in Proof(name).protocols} == PROTOCOL_PARSERS.keys()


@pytest.mark.slow
@pytest.mark.parametrize("name", services())
def test_every_valid_call_gives_no_finding(name):
    """All operations of a service, in all protocols it speaks."""
    assert list(faults(name)) == []


# A small service in each protocol, with faults


def model(protocol):
    """A service with one operation that has a member in every place REST knows."""
    members = {
        "Id": {"shape": "Id", "location": "uri", "locationName": "id"},
        "Limit": {"shape": "Count", "location": "querystring", "locationName": "limit"},
        "Since": {"shape": "Time", "location": "header", "locationName": "x-since"},
        "Meta": {"shape": "Texts", "location": "headers", "locationName": "x-meta-"},
        "Body": {"shape": "Body"},
    }
    given = {
        "Count": {"shape": "Count", "location": "header", "locationName": "x-count"},
        "Meta": {"shape": "Texts", "location": "headers", "locationName": "x-meta-"},
        "Code": {"shape": "Count", "location": "statusCode"},
        "Body": {"shape": "Body"},
    }
    rest = protocol.startswith("rest-")
    http = {"method": "PUT", "requestUri": "/things/{id}"} if rest else {"method": "POST", "requestUri": "/"}
    bare = {key: {"shape": each["shape"]} for key, each in members.items()}
    return shapes.parse(
        {
            "metadata": {"protocol": protocol, "apiVersion": "2020-01-01", "targetPrefix": "Lab", "serviceId": "Lab"},
            "operations": {
                "Put": {
                    "name": "Put",
                    "http": {**http, "responseCode": 200},
                    "input": {"shape": "Input"},
                    "output": {"shape": "Output"},
                    "errors": [{"shape": "Gone"}],
                }
            },
            "shapes": {
                "Input": {
                    "type": "structure",
                    "required": ["Id"],
                    "members": members if rest else bare,
                    **({"payload": "Body"} if rest else {}),
                },
                "Output": {
                    "type": "structure",
                    "members": given if rest else {key: {"shape": each["shape"]} for key, each in given.items()},
                    **({"payload": "Body"} if rest else {}),
                },
                "Body": {"type": "structure", "members": {"On": {"shape": "Flag"}, "Name": {"shape": "Name"}}},
                "Texts": {"type": "map", "key": {"shape": "Id"}, "value": {"shape": "Name"}},
                "Id": {"type": "string"},
                "Name": {"type": "string", "max": 3},
                "Count": {"type": "integer"},
                "Flag": {"type": "boolean"},
                "Time": {"type": "timestamp"},
                "Gone": {
                    "type": "structure",
                    "exception": True,
                    "error": {"code": "Gone", "httpStatusCode": 410},
                    "required": ["Thing"],
                    "members": {"Thing": {"shape": "Name"}},
                },
            },
        }
    )


def told(protocol, request, response):
    """Severity, place and message of each finding."""
    call = Call("lab", "Put", protocol=protocol)
    findings = Checker(model(protocol), "1.0", name="lab").interaction(Interaction(request, response, call), 1, "c")
    return [f"{each.severity.label} {each.where}: {each.message} [{each.rule}]" for each in findings]


def put(path="/things/7?limit=5", headers=(), body=b"{}", method="PUT"):
    return Request(method, f"https://lab.us-east-1.amazonaws.com{path}", headers, body)


@pytest.mark.parametrize("protocol", ["rest-json", "rest-xml"])
def test_places_outside_of_the_body_are_named(protocol):
    """A fault in a header, the query string or the status is shown there, one in a payload by its place in the body."""
    body = {
        "rest-json": (b'{"On": "yes", "Name": "ab"}', b'{"Name": "abcd"}'),
        "rest-xml": (b"<Body><On>yes</On></Body>", b"<Body><Name>abcd</Name></Body>"),
    }[protocol]
    headers = (("x-since", "yesterday"), ("x-meta-a", "long"))
    given = (("x-count", "many"), ("x-meta-b", "long"))

    assert told(protocol, put("/things/7?limit=x", headers, body[0]), Response(200, "", given, body[1])) == [
        'error c#1 request /On: Body.On: expected a boolean, found string "yes" [type-mismatch]',
        'error c#1 request query limit: Input.Limit: expected a 32-bit integer, found string "x" [type-mismatch]',
        "error c#1 request header x-meta-a: Input.Meta: expected at most 3 characters, found 4 [length-out-of-range]",
        (
            "error c#1 request header x-since: Input.Since: expected seconds since 1970 or an HTTP date, "
            'found string "yesterday" [timestamp-invalid]'
        ),
        "info c#1 response /Name: Body.Name: expected at most 3 characters, found 4 [length-out-of-range]",
        (
            'error c#1 response header x-count: Output.Count: expected a 32-bit integer, found string "many" '
            "[type-mismatch]"
        ),
        "info c#1 response header x-meta-b: Output.Meta: expected at most 3 characters, found 4 [length-out-of-range]",
    ]


def test_rpc_protocols_have_all_in_the_body():
    """What a model says of headers and labels does not bind AWS JSON: the place is one in the body."""
    service = model("rest-json")
    rpc = dataclasses.replace(service, metadata={**service.metadata, "protocol": "json"})
    request = Request("POST", "https://lab.us-east-1.amazonaws.com/", (("X-Amz-Target", "Lab.Put"),), b'{"id": 7}')
    call = Interaction(request, Response(200, "", (), b'{"x-count": "many"}'), Call("lab", "Put"))

    assert [each.where for each in Checker(rpc, "1.0").interaction(call, 1, "c")] == [
        "c#1 request /id",
        "c#1 response /x-count",
    ]


def test_the_frame_of_rest_is_checked():
    """Method and path are the model's; a status that is a member may be any success."""
    assert told("rest-json", put("/other/7/8", method="POST"), Response(202, "", (), b"{}")) == [
        "error c#1 request: method: expected PUT, found POST [binding-mismatch]",
        "error c#1 request: path: its path is not one of Put: expected /things/{id} [binding-mismatch]",
    ]


def test_the_frame_of_the_query_protocol_is_checked():
    """Action, version and media type; a response with another status than the model's."""
    form = b"Action=Get&Version=2019-01-01&Id=7"
    request = Request("PUT", "https://lab.us-east-1.amazonaws.com/", (("Content-Type", "text/plain"),), form)

    assert told("query", request, Response(201, "", (), b"<PutResponse/>")) == [
        "error c#1 request: method: expected POST, found PUT [binding-mismatch]",
        (
            "error c#1 request: Content-Type: expected application/x-www-form-urlencoded, found text/plain "
            "[binding-mismatch]"
        ),
        "error c#1 request: Action: expected Put, found Get [binding-mismatch]",
        "error c#1 request: Version: expected 2020-01-01, found 2019-01-01 [binding-mismatch]",
        "error c#1 response: status: expected 200, found 201 [binding-mismatch]",
    ]


def test_the_frame_of_cbor_is_checked():
    """The path names service and operation, a header the protocol."""
    request = Request("POST", "https://lab.us-east-1.amazonaws.com/service/Lab/operation/Get", (), b"\xa1bIdaa")

    assert told("smithy-rpc-v2-cbor", request, Response(200, "", (), b"\xa0")) == [
        (
            "error c#1 request: path: expected /service/Lab/operation/Put, found /service/Lab/operation/Get "
            "[binding-mismatch]"
        ),
        "error c#1 request: smithy-protocol: expected rpc-v2-cbor, found none [binding-mismatch]",
    ]


@pytest.mark.parametrize(
    ("protocol", "body"),
    [
        ("rest-json", b'{"code": "Gone", "Extra": 1}'),
        ("rest-xml", b"<Error><Code>Gone</Code><Extra>1</Extra></Error>"),
        ("query", b"<ErrorResponse><Error><Code>Gone</Code><Extra>1</Extra></Error></ErrorResponse>"),
        ("ec2", b"<Response><Errors><Error><Code>Gone</Code><Extra>1</Extra></Error></Errors></Response>"),
        ("smithy-rpc-v2-cbor", b"\xa2f__typedGoneeExtra\x01"),
    ],
)
def test_errors_of_every_protocol_are_checked(protocol, body):
    """Status, missing and unknown members of a modeled error."""
    found = told(protocol, put(), Response(400, "", (), body))

    assert [each for each in found if " response" in each] == [
        "error c#1 response: status: expected 410, found 400 [binding-mismatch]",
        "warning c#1 response: Gone lacks the required member Thing [member-missing]",
        "info c#1 response /Extra: Extra of Gone is not in 1.0: newer than that, or undocumented [member-unknown]",
    ]


def test_a_body_that_is_no_document_of_its_protocol_is_an_error():
    """XML that ends too early cannot be read, whatever the profile."""
    found = told("rest-xml", put(), Response(200, "", (), b"<Body><Name>a"))

    assert [each.partition(": cannot decode")[0] for each in found if "response" in each] == ["error c#1 response"]


EVENTS = shapes.parse(
    {
        "metadata": {"protocol": "rest-json", "serviceId": "Lab"},
        "operations": {
            "Watch": {
                "name": "Watch",
                "http": {"method": "POST", "requestUri": "/watch"},
                "output": {"shape": "Output"},
            }
        },
        "shapes": {
            "Output": {"type": "structure", "payload": "Events", "members": {"Events": {"shape": "Events"}}},
            "Events": {
                "type": "structure",
                "eventstream": True,
                "members": {"Tick": {"shape": "Tick"}, "Slow": {"shape": "Slow"}},
            },
            "Tick": {
                "type": "structure",
                "event": True,
                "required": ["At"],
                "members": {"At": {"shape": "Count"}, "Of": {"shape": "Count", "eventheader": True}},
            },
            "Slow": {"type": "structure", "exception": True, "members": {"message": {"shape": "Text"}}},
            "Count": {"type": "integer"},
            "Text": {"type": "string"},
        },
    }
)


def test_each_event_of_a_stream_is_checked():
    """A fault is found in the event that has it; events and errors the model lacks are told."""
    from bototape.wire.codec import Codec  # noqa: PLC0415 - for this test alone

    events = [
        {"Tick": {"At": 1, "Of": 2}},
        {"Tick": {"At": "x"}},
        {"Tick": {}},
        {"Slow": {"message": "wait"}},
        {"Tock": {"a": "b"}},
        {":error": {":error-code": "Broken", ":error-message": "sorry"}},
    ]
    response = Codec(EVENTS).encode_response(EVENTS.operations["Watch"], {"Events": events})
    request = Request("POST", "https://lab.us-east-1.amazonaws.com/watch")
    call = Call("lab", "Watch", protocol="rest-json")
    findings = Checker(EVENTS, "1.0", name="lab").interaction(Interaction(request, response, call), 1, "c")

    assert [f"{each.severity.label} {each.where}: {each.message}" for each in findings] == [
        'error c#1 response /1/Tick/At: Tick.At: expected a 32-bit integer, found string "x"',
        "warning c#1 response /2/Tick: Tick lacks the required member At",
        "info c#1 response /4/Tock: Tock of Events is not in 1.0: newer than that, or undocumented",
        "info c#1 response: error Broken is not modeled for Watch",
    ]


def test_a_foreign_rest_call_is_found_by_method_and_path():
    """A cassette of another tool tells neither service nor operation; the model's paths do."""
    service = model("rest-json")
    with_endpoint = dataclasses.replace(service, metadata={**service.metadata, "endpointPrefix": "lab"})
    call = Interaction(put(body=b""), Response(200, "", (("x-count", "many"),), b"{}"))
    findings = Checker(with_endpoint, "1.0").interaction(call, 1, "c")

    assert [(each.rule, dict(each.evidence)["operation"]) for each in findings] == [("type-mismatch", "Put")]
