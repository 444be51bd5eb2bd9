"""A recording plays as another release of the API would have answered it."""

import base64
import copy
import gzip
import json
import zlib
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bototape.age import Age, Point, Then
from bototape.age.answering import cut
from bototape.age.asking import refused
from bototape.interaction import Call, Interaction, Request, Response, header
from bototape.shapes import parse
from bototape.wire.codec import Codec

PROTOCOLS = ("json", "rest-json", "rest-xml", "query", "ec2", "smithy-rpc-v2-cbor")

STRING = {"shape": "String"}
#: The API of today, for every protocol.
MODEL = {
    "metadata": {"apiVersion": "2020-01-01", "serviceId": "Lab", "targetPrefix": "Lab", "jsonVersion": "1.1"},
    "operations": {
        "Get": {
            "name": "Get",
            "http": {"method": "POST", "requestUri": "/"},
            "input": {"shape": "In"},
            "output": {"shape": "Out"},
            "errors": [{"shape": "Gone"}, {"shape": "Busy"}],
        },
        "Put": {"name": "Put", "http": {"method": "POST", "requestUri": "/"}},
    },
    "shapes": {
        "In": {
            "type": "structure",
            "required": ["Name"],
            "members": {
                "Name": STRING,
                "State": {"shape": "State"},
                "Inner": {"shape": "Inner"},
                "Token": {"shape": "Token"},
            },
        },
        "Out": {
            "type": "structure",
            "members": {
                "Name": STRING,
                "Count": {"shape": "Integer"},
                "State": {"shape": "State"},
                "Inner": {"shape": "Inner"},
                "List": {"shape": "List"},
                "Map": {"shape": "Map"},
            },
        },
        "Inner": {
            "type": "structure",
            "members": {"Deep": STRING, "Data": {"shape": "Blob"}, "When": {"shape": "Time"}},
        },
        "List": {"type": "list", "member": {"shape": "Inner"}},
        "Map": {"type": "map", "key": {"shape": "State"}, "value": {"shape": "Inner"}},
        "Gone": {
            "type": "structure",
            "exception": True,
            "error": {"httpStatusCode": 400},
            "members": {"Message": STRING, "Id": STRING},
        },
        "Busy": {
            "type": "structure",
            "exception": True,
            "error": {"httpStatusCode": 400},
            "members": {"Message": STRING},
        },
        "State": {"type": "string", "enum": ["on", "off", "new"]},
        "String": {"type": "string"},
        "Token": {"type": "string", "idempotencyToken": True},
        "Integer": {"type": "integer"},
        "Blob": {"type": "blob"},
        "Time": {"type": "timestamp", "timestampFormat": "iso8601"},
    },
}


def service(protocol, change=lambda _: None):
    """The service above, changed."""
    model = copy.deepcopy(MODEL)
    model["metadata"]["protocol"] = protocol
    if protocol.startswith("rest"):
        model["shapes"]["Out"]["members"]["Head"] = {"shape": "String", "location": "header", "locationName": "x-head"}
        model["shapes"]["Out"]["members"]["Meta"] = {"shape": "Tags", "location": "headers", "locationName": "x-meta-"}
        model["shapes"]["Tags"] = {"type": "map", "key": STRING, "value": STRING}
    change(model)
    return parse(model)


def without(*members):
    """A change that takes members out: ``Out.Name``."""

    def change(model):
        for each in members:
            shape, _, name = each.partition(".")
            model["shapes"][shape]["members"].pop(name, None)
            if name in model["shapes"][shape].get("required", ()):
                model["shapes"][shape]["required"].remove(name)

    return change


INNER = st.fixed_dictionaries(
    {},
    optional={
        "Deep": st.text('ab<&"é ', min_size=1, max_size=4).map(str.strip).filter(bool),
        "Data": st.binary(max_size=4).map(lambda each: base64.b64encode(each).decode()),
        "When": st.just("2026-11-20T01:02:03Z"),
    },
)
OUT = st.fixed_dictionaries(
    {},
    optional={
        "Name": st.text("ab", min_size=1, max_size=3),
        "Count": st.integers(0, 99),
        "State": st.sampled_from(["on", "off"]),
        "Inner": INNER,
        "List": st.lists(INNER.filter(bool), min_size=1, max_size=2),
        "Map": st.dictionaries(st.sampled_from(["on", "off"]), INNER.filter(bool), min_size=1, max_size=2),
        "Head": st.text("ab", min_size=1, max_size=3),
        "Meta": st.dictionaries(st.sampled_from(["one", "two"]), st.text("ab", min_size=1), min_size=1),
    },
)
MEMBERS = [f"Out.{each}" for each in ("Name", "Count", "State", "Inner", "List", "Map", "Head", "Meta")]
GONE = st.sets(st.sampled_from([*MEMBERS, "Inner.Deep", "Inner.Data", "Inner.When"]), max_size=4)


def left(value, shape, then):
    """What of an instance a release knows, told as simply as can be."""
    found = then.shapes[shape]
    if found.type == "structure":
        return {k: left(each, found.members[k].shape, then) for k, each in value.items() if k in found.members}
    if found.type == "list":
        return [left(each, found.element.shape, then) for each in value]
    if found.type == "map":
        return {key: left(each, found.value.shape, then) for key, each in value.items()}
    return value


@pytest.mark.parametrize("protocol", PROTOCOLS)
@given(OUT, GONE)
@settings(max_examples=25)
def test_what_a_release_does_not_know_never_remains(protocol, instance, gone):
    """Read with the model of today, the answer has what that release knew, all of it and nothing else."""
    now = Codec(service(protocol))
    then = service(protocol, without(*gone))
    operation = now.service.operations["Get"]
    if not protocol.startswith("rest"):
        instance = {name: each for name, each in instance.items() if name not in ("Head", "Meta")}
    sent = now.encode_response(operation, instance, protocol)
    sent = replace(
        sent, headers=(*sent.headers, ("x-amz-crc32", str(zlib.crc32(sent.body))), ("x-amzn-RequestId", "1"))
    )

    found = cut(then, now, "Get", sent, protocol)
    had = now.decode_response(operation, sent, protocol).instance
    assert now.decode_response(operation, found.response, protocol).instance == {
        **({"Meta": {}} if "Meta" in then.shapes["Out"].members or "Meta" in had else {}),
        **left(had, "Out", then),
    }
    assert header(found.response.headers, "Content-Length") == str(len(found.response.body))
    assert header(found.response.headers, "x-amz-crc32") == str(zlib.crc32(found.response.body))
    assert header(found.response.headers, "x-amzn-RequestId") == "1"
    if left(had, "Out", then) == had:
        assert found.response is sent


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_a_value_that_a_later_release_brought_is_newer(protocol):
    """In a member, deep in lists, and as a map's key; what no release lists passes."""

    def fewer(model):
        model["shapes"]["State"]["enum"] = ["on", "off"]

    now = Codec(service(protocol))
    then = service(protocol, fewer)
    operation = now.service.operations["Get"]

    def newer(instance):
        return cut(then, now, "Get", now.encode_response(operation, instance, protocol), protocol).newer

    assert newer({"State": "new"}) == [(Point("Get.output.State", "new"), "State 'new'")]
    assert newer({"Map": {"new": {"Deep": "a"}}}) == [(Point("Get.output.Map{key}", "new"), "Map{key} 'new'")]
    assert newer({"State": "nobody knows it", "Map": {"on": {"Deep": "new"}}}) == []


def test_where_a_release_had_no_enumeration_every_value_passes():
    """A plain string took anything."""

    def open_(model):
        del model["shapes"]["State"]["enum"]

    now = Codec(service("json"))
    answer = now.encode_response(now.service.operations["Get"], {"State": "new"}, "json")

    assert cut(service("json", open_), now, "Get", answer, "json").newer == []


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_an_error_that_a_later_release_brought_is_newer(protocol):
    """An error the operation had then keeps what that release knew of it; one that no model has passes."""

    def fewer(model):
        model["operations"]["Get"]["errors"] = [{"shape": "Gone"}]
        del model["shapes"]["Busy"]
        del model["shapes"]["Gone"]["members"]["Id"]

    now = Codec(service(protocol))
    then = service(protocol, fewer)
    operation = now.service.operations["Get"]
    busy, gone, throttled = (
        now.encode_error(operation, code, "no <&> more", members=members, protocol=protocol)
        for code, members in (("Busy", {}), ("Gone", {"Id": "7"}), ("ThrottlingException", {}))
    )

    assert cut(then, now, "Get", busy, protocol).newer == [(Point("Get.error.Busy"), "the error Busy")]
    assert cut(then, now, "Get", throttled, protocol).response is throttled
    found = cut(then, now, "Get", gone, protocol)
    read = now.decode_response(operation, found.response, protocol)
    assert (read.error, read.instance, found.response.status) == ("Gone", {"Message": "no <&> more"}, gone.status)


def test_a_member_of_a_union_that_came_later_is_newer():
    """Nothing would be left of it, which no client reads."""

    def union(model):
        model["shapes"]["Inner"]["union"] = True

    def fewer(model):
        union(model)
        del model["shapes"]["Inner"]["members"]["Deep"]

    now = Codec(service("json", union))
    answer = now.encode_response(now.service.operations["Get"], {"Inner": {"Deep": "a"}}, "json")

    found = cut(service("json", fewer), now, "Get", answer, "json")
    assert (found.newer, found.response) == ([(Point("Get.output.Inner.Deep"), "Inner.Deep")], answer)


def test_a_compressed_answer_stays_compressed():
    """Its length is true."""
    now = Codec(service("json"))
    plain = now.encode_response(now.service.operations["Get"], {"Name": "a", "Count": 1}, "json")
    body = gzip.compress(plain.body)
    headers = (("Content-Type", "application/x-amz-json-1.1"), ("Content-Encoding", "gzip"), ("Content-Length", "1"))
    packed = replace(plain, headers=headers, body=body)

    found = cut(service("json", without("Out.Count")), now, "Get", packed, "json").response
    assert json.loads(gzip.decompress(found.body)) == {"Name": "a"}
    assert header(found.headers, "Content-Length") == str(len(found.body))


def test_what_a_release_refuses_of_a_request():
    """Unknown parameters, missing ones, values its enumeration lacks; not what botocore fills in."""

    def older(model):
        model["shapes"]["In"]["required"] = ["Name", "State"]
        model["shapes"]["State"]["enum"] = ["on", "off"]
        del model["shapes"]["Inner"]["members"]["Data"]
        del model["shapes"]["In"]["members"]["Token"]

    now, then = service("json"), service("json", older)

    def told(instance):
        return [tuple(each) for each in refused(then, now, "Get", instance, {"Token"})]

    then_bare = service("json", lambda model: model["operations"]["Get"].pop("input"))
    assert [*refused(then_bare, now, "Get", {"Token": "1"}, {"Token"})] == []
    assert [each.sentence for each in refused(then_bare, now, "Get", {"Name": "a"}, {"Token"})] == [
        "your code sends parameters, and Get of {release} takes none"
    ]
    assert told({"Name": "a", "State": "on", "Token": "1"}) == []
    assert told({"Name": "a"}) == [("your code sends no State, which {release} requires", None)]
    assert told({"Name": "a", "State": "new", "Inner": {"Deep": "b", "Data": "AA=="}}) == [
        ("your code sends 'new' as State; {release} knows on, off", Point("Get.input.State", "new")),
        ("your code sends Inner.Data, which {release} does not know", Point("Get.input.Inner.Data")),
    ]


def an_age(then, now, **more):
    return Age(
        "1.0.0", lambda *_: then, lambda _: Codec(now), lambda _, point: f"appeared in {len(point.place)}.0.0", **more
    )


CALL = Call("lab", "Get", "us-east-1")


def request(parameters):
    headers = (("X-Amz-Target", "Lab.Get"), ("Content-Type", "application/x-amz-json-1.1"))
    return Request("POST", "https://lab.us-east-1.amazonaws.com/", headers, json.dumps(parameters).encode())


def test_reasons_name_the_release_and_when_it_came():
    """In a sentence for each: service, operation, parameter, value of the answer."""
    now = service("json")
    older = service("json", without("In.Inner"))
    put = replace(CALL, operation="Put")
    gone = Then(service("json", lambda model: model["operations"].pop("Put")), ("Put",))
    cut_down = replace(gone, absent=())

    assert an_age(None, now).refuses(CALL, request({})) == ("service lab is not in release 1.0.0",)
    assert an_age(gone, now).refuses(put, request({})) == ("operation Put is not in release 1.0.0 (appeared in 3.0.0)",)
    assert an_age(cut_down, now).refuses(put, request({})) == (
        "nothing at hand tells whether Put is in release 1.0.0: its model is cut to other operations",
    )
    assert an_age(Then(older), now).refuses(CALL, request({"Name": "{release}", "Inner": {}})) == (
        "your code sends Inner, which release 1.0.0 does not know (appeared in 15.0.0)",
    )


def test_the_release_that_recorded_changes_nothing():
    """Its answers are what it got, undocumented members included."""
    now = Codec(service("json"))
    then = service("json", without("Out.Count"))
    answer = now.encode_response(now.service.operations["Get"], {"Count": 1}, "json")
    recorded = Interaction(request({"Name": "a"}), answer, CALL)

    assert an_age(Then(then), now.service, recorded="1.0.0").answer(CALL, recorded, 1) == (recorded, ())
    assert an_age(Then(then), now.service).answer(CALL, recorded, 1)[0].response.body == b"{}"


def test_the_page_of_a_gateway_is_of_every_age():
    """It is no answer of the API, and a client reads the status alone."""
    now = service("json")
    recorded = Interaction(
        request({"Name": "a"}), Response(503, "Busy", (("Content-Type", "text/html"),), b"<html>"), CALL
    )

    assert an_age(Then(now), now).answer(CALL, recorded, 1) == (recorded, ())


STREAM = {
    "metadata": {"protocol": "rest-json", "serviceId": "Lab"},
    "operations": {"Get": {"name": "Get", "http": {"method": "GET", "requestUri": "/"}, "output": {"shape": "Out"}}},
    "shapes": {
        "Out": {"type": "structure", "payload": "Events", "members": {"Events": {"shape": "Events"}}},
        "Events": {
            "type": "structure",
            "eventstream": True,
            "members": {"Old": {"shape": "Event"}, "New": {"shape": "Event"}, "Failed": {"shape": "Failed"}},
        },
        "Event": {"type": "structure", "event": True, "members": {"Text": STRING, "More": STRING}},
        "Failed": {"type": "structure", "exception": True, "members": {"message": STRING}},
        "String": {"type": "string"},
    },
}


def test_events_of_a_stream_that_came_later_are_left_out():
    """What is left has true checksums; an error that no model has stays, a newer one is a miss."""
    model = copy.deepcopy(STREAM)
    for name in ("New", "Failed"):
        del model["shapes"]["Events"]["members"][name]
    del model["shapes"]["Event"]["members"]["More"]
    now, then = Codec(parse(STREAM)), parse(model)
    operation = now.service.operations["Get"]
    error = {":error": {":error-code": "InternalError", ":error-message": "no"}}
    events = [{"Old": {"Text": "a", "More": "b"}}, {"New": {"Text": "c"}}, error]

    found = cut(then, now, "Get", now.encode_response(operation, {"Events": events}, "rest-json"), "rest-json")
    assert now.decode_response(operation, found.response, "rest-json").instance == {
        "Events": [{"Old": {"Text": "a"}}, error]
    }
    failed = now.encode_response(operation, {"Events": [{"Failed": {"message": "m"}}]}, "rest-json")
    assert cut(then, now, "Get", failed, "rest-json").newer == [
        (Point("Get.output.Events.Failed"), "the error Failed"),
    ]


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_of_an_operation_that_answered_nothing_nothing_is_left(protocol):
    """Its output came later."""

    def silent(model):
        del model["operations"]["Get"]["output"]

    now = Codec(service(protocol))
    operation = now.service.operations["Get"]
    answer = now.encode_response(operation, {"Name": "a", "Count": 1}, protocol)

    found = cut(service(protocol, silent), now, "Get", answer, protocol).response
    assert now.decode_response(operation, found, protocol).instance in ({}, {"Meta": {}})
