"""CBOR bodies and the protocol Smithy RPC v2 CBOR, against RFC 8949, cbor2 and botocore's own reader and writer."""

import base64
import json
import math
import struct
from datetime import UTC, datetime

import cbor2
import pytest
from botocore.model import ServiceModel
from botocore.parsers import create_parser
from botocore.serialize import create_serializer
from hypothesis import given, settings
from hypothesis import strategies as st

from bototape import shapes
from bototape.errors import WireError
from bototape.interaction import Request, Response, header
from bototape.jsontext import pointer
from bototape.wire import cborbody, cborwrite, events, frames
from bototape.wire.cborformat import CborFormat
from bototape.wire.dialect import ErrorAnswer
from bototape.wire.instance import DEPTH, Decoded, Key, Reading, Spot
from bototape.wire.rpccbor import RpcCbor
from tests.modelled import put

MODEL = {
    "metadata": {
        "protocol": "smithy-rpc-v2-cbor",
        "serviceId": "Big Lab",
        "targetPrefix": "LabService",
        "awsQueryCompatible": {},
    },
    "operations": {
        "Measure": {
            "name": "Measure",
            "http": {"method": "POST", "requestUri": "/"},
            "input": {"shape": "Sample"},
            "output": {"shape": "Sample"},
            "errors": [{"shape": "NotFound"}, {"shape": "TooMany"}],
        },
        "Stop": {"name": "Stop", "http": {"method": "POST", "requestUri": "/"}},
        "Watch": {
            "name": "Watch",
            "http": {"method": "POST", "requestUri": "/"},
            "input": {"shape": "Watching"},
            "output": {"shape": "Watching"},
        },
    },
    "shapes": {
        "Sample": {
            "type": "structure",
            "members": {
                "Name": {"shape": "Text", "locationName": "name"},
                "Parts": {"shape": "Samples"},
                "Tags": {"shape": "Tags"},
                "Holes": {"shape": "Holes"},
                "Choice": {"shape": "Choice"},
                "Mass": {"shape": "Double"},
                "Small": {"shape": "Float"},
                "Count": {"shape": "Long"},
                "On": {"shape": "Boolean"},
                "When": {"shape": "Timestamp"},
                "Data": {"shape": "Blob"},
            },
        },
        "Samples": {"type": "list", "member": {"shape": "Sample"}},
        "Tags": {"type": "map", "key": {"shape": "Text"}, "value": {"shape": "Text"}},
        "Holes": {"type": "map", "key": {"shape": "Text"}, "value": {"shape": "Text"}, "sparse": True},
        "Choice": {"type": "structure", "union": True, "members": {"A": {"shape": "Text"}, "B": {"shape": "Blob"}}},
        "Watching": {
            "type": "structure",
            "members": {"Title": {"shape": "Text"}, "Events": {"shape": "Events"}},
        },
        "Events": {
            "type": "structure",
            "eventstream": True,
            "members": {"Seen": {"shape": "Seen"}, "Failed": {"shape": "NotFound"}},
        },
        "Seen": {
            "type": "structure",
            "event": True,
            "members": {"Sample": {"shape": "Sample"}, "Number": {"shape": "Integer", "eventheader": True}},
        },
        "Text": {"type": "string"},
        "Double": {"type": "double"},
        "Float": {"type": "float"},
        "Integer": {"type": "integer"},
        "Long": {"type": "long"},
        "Boolean": {"type": "boolean"},
        "Timestamp": {"type": "timestamp"},
        "Blob": {"type": "blob"},
        "NotFound": {"type": "structure", "exception": True, "members": {"Message": {"shape": "Text"}}},
        "TooMany": {
            "type": "structure",
            "exception": True,
            "error": {"code": "Throttled.Slow", "httpStatusCode": 429},
            "members": {"Limit": {"shape": "Double"}, "message": {"shape": "Text"}},
        },
    },
}
SERVICE = shapes.parse(MODEL)
CBOR = RpcCbor(SERVICE)
FORMAT = CborFormat(SERVICE.shapes)
SAMPLE = SERVICE.shapes["Sample"]
MEASURE, STOP, WATCH = (SERVICE.operations[each] for each in ("Measure", "Stop", "Watch"))

FULL = {
    "Name": "Größe \U0001f600",
    "Parts": [{"Name": ""}, {"Parts": [{}]}],
    "Tags": {"a": "1", "": "ü"},
    "Holes": {"x": None, "y": "z"},
    "Choice": {"B": "/wAB"},
    "Mass": 0.1,
    "Small": 1.5,
    "Count": -(2**63),
    "On": False,
    "When": 1700000000.123,
    "Data": "AAEC",
}


def reading(*, drops_nulls=True, located=False):
    return Reading("the body", drops_nulls=drops_nulls, located=located)


def parsed(content: bytes):
    return cborbody.parse(content, reading())


def refusal(content: bytes) -> str:
    with pytest.raises(WireError) as caught:
        parsed(content)
    return f"{caught.value}"


def spots(value, path=()):
    """Every `Spot` of a located value with its path, and every `Key` with the path of its entry."""
    if isinstance(value, Spot):
        yield path, value
    for key, each in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        if isinstance(value, dict):
            assert isinstance(key, Key)
            yield (*path, key), key.spot
        yield from spots(each, (*path, key))


def leaves(value, path=()):
    """Every scalar of a located value with its path."""
    if isinstance(value, Spot):
        yield path, value
    for key, each in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        yield from leaves(each, (*path, key))


def plain(value):
    """A located value with what stands at each place."""
    if isinstance(value, Spot):
        return value.value
    if isinstance(value, dict):
        return {str(key): plain(each) for key, each in value.items()}
    return [plain(each) for each in value] if isinstance(value, list) else value


# Appendix A of RFC 8949, without what an instance cannot hold; tagged values as this protocol reads them.
EXAMPLES = {
    "00": 0,
    "01": 1,
    "0a": 10,
    "17": 23,
    "1818": 24,
    "1819": 25,
    "1864": 100,
    "1903e8": 1000,
    "1a000f4240": 1000000,
    "1b000000e8d4a51000": 1000000000000,
    "1bffffffffffffffff": 18446744073709551615,
    "c249010000000000000000": 18446744073709551616,
    "3bffffffffffffffff": -18446744073709551616,
    "c349010000000000000000": -18446744073709551617,
    "20": -1,
    "29": -10,
    "3863": -100,
    "3903e7": -1000,
    "f90000": 0.0,
    "f98000": -0.0,
    "f93c00": 1.0,
    "fb3ff199999999999a": 1.1,
    "f93e00": 1.5,
    "f97bff": 65504.0,
    "fa47c35000": 100000.0,
    "fa7f7fffff": 3.4028234663852886e38,
    "fb7e37e43c8800759c": 1.0e300,
    "f90001": 5.960464477539063e-8,
    "f90400": 0.00006103515625,
    "f9c400": -4.0,
    "fbc010666666666666": -4.1,
    "f97c00": "Infinity",
    "f97e00": "NaN",
    "f9fc00": "-Infinity",
    "fa7f800000": "Infinity",
    "fa7fc00000": "NaN",
    "faff800000": "-Infinity",
    "fb7ff0000000000000": "Infinity",
    "fb7ff8000000000000": "NaN",
    "fbfff0000000000000": "-Infinity",
    "f4": False,
    "f5": True,
    "f6": None,
    "f7": None,
    "c11a514b67b0": 1363896240,
    "c1fb41d452d9ec200000": 1363896240.5,
    "40": "",
    "4401020304": "AQIDBA==",
    "60": "",
    "6161": "a",
    "6449455446": "IETF",
    "62225c": '"\\',
    "62c3bc": "ü",
    "63e6b0b4": "水",
    "64f0908591": "\U00010151",
    "80": [],
    "83010203": [1, 2, 3],
    "8301820203820405": [1, [2, 3], [4, 5]],
    "98190102030405060708090a0b0c0d0e0f101112131415161718181819": list(range(1, 26)),
    "a0": {},
    "a26161016162820203": {"a": 1, "b": [2, 3]},
    "826161a161626163": ["a", {"b": "c"}],
    "a56161614161626142616361436164614461656145": {"a": "A", "b": "B", "c": "C", "d": "D", "e": "E"},
    "5f42010243030405ff": "AQIDBAU=",
    "7f657374726561646d696e67ff": "streaming",
    "9fff": [],
    "9f018202039f0405ffff": [1, [2, 3], [4, 5]],
    "83018202039f0405ff": [1, [2, 3], [4, 5]],
    "bf61610161629f0203ffff": {"a": 1, "b": [2, 3]},
    "826161bf61626163ff": ["a", {"b": "c"}],
    "bf6346756ef563416d7421ff": {"Fun": True, "Amt": -2},
}


@pytest.mark.parametrize("content", EXAMPLES)
def test_the_examples_of_the_rfc_are_read(content):
    """RFC 8949, appendix A."""
    found = parsed(bytes.fromhex(content))

    assert (found, type(found), math.copysign(1, found) if isinstance(found, float) else 0) == (
        EXAMPLES[content],
        type(EXAMPLES[content]),
        math.copysign(1, EXAMPLES[content]) if isinstance(EXAMPLES[content], float) else 0,
    )


MALFORMED = {
    "": "the body at byte 0: it is cut short: an item is missing",
    "0000": "the body at byte 1: something follows after its end",
    "1c": "the body at byte 0: a head with the additional information 28, which means no number",
    "1f": "the body at byte 0: a head with the additional information 31, which means no number",
    "ff": "the body at byte 0: a simple value that means nothing in this protocol",
    "e0": "the body at byte 0: a simple value that means nothing in this protocol",
    "f818": "the body at byte 0: a simple value that means nothing in this protocol",
    "19ff": "the body at byte 1: it is cut short: 2 bytes were promised, 1 are left",
    "5bffffffffffffffff": "the body at byte 9: it is cut short: 18446744073709551615 bytes were promised, 0 are left",
    "9bffffffffffffffff00": "the body at byte 0: it is cut short: 18446744073709551615 elements were promised, "
    "1 bytes are left",
    "a2616100": "the body at byte 0: it is cut short: 2 elements were promised, 3 bytes are left",
    "9f00": "the body at byte 2: it is cut short: an item is missing",
    "bf6161ff": "the body at byte 3: a simple value that means nothing in this protocol",
    "62c328": "the body at byte 1: a text is not UTF-8: invalid continuation byte",
    "63eda080": "the body at byte 1: a text is not UTF-8: invalid continuation byte",
    "7f6161416200ff": "the body at byte 3: expected text of definite length as a part of one, found another item",
    "7f7f6161ffff": "the body at byte 1: expected text of definite length as a part of one, found another item",
    "a10001": "the body at byte 1: expected text as the name of a member, found an integer",
    "c074323031332d30332d32315432303a30343a30305a": "the body at byte 0: tag 0, expected 1 (a timestamp), 2 or 3 "
    "(an integer)",
    "c16161": "the body at byte 0: expected a finite number as a timestamp, found text",
    "c1f97e00": "the body at byte 0: expected a finite number as a timestamp, found a simple value",
    "c1f5": "the body at byte 0: expected a finite number as a timestamp, found a simple value",
    "c26161": "the body at byte 0: expected bytes as a large integer, found text",
}


@pytest.mark.parametrize("content", MALFORMED)
def test_what_is_malformed_is_refused_and_told(content):
    """The place and the reason, for each way to be wrong."""
    assert refusal(bytes.fromhex(content)) == f"cannot decode {MALFORMED[content]}"


def test_depth_is_bounded_and_a_thousand_levels_are_no_crash():
    """A body may nest as deep as the contract says, not one level more, whatever opens the levels."""
    deepest = b"\x81" * DEPTH + b"\xc1\x00"

    assert json.dumps(parsed(deepest)).count("[") == DEPTH
    for opening in (b"\x81", b"\x9f", b"\xa1\x61a", b"\xbf\x61a"):
        assert f"nests deeper than {DEPTH} levels" in refusal(opening * (DEPTH + 1) + b"\x00")
        assert f"nests deeper than {DEPTH} levels" in refusal(opening * 10_000)
    assert "expected a finite number" in refusal(b"\xc1" * 10_000)


def test_integers_are_bounded():
    """An integer that Python would not print is refused, not handed on to break whoever prints it."""
    longest = b"\xc2\x59\x04\x00" + b"\xff" * 1024

    assert parsed(longest) == 2**8192 - 1
    assert "an integer of 1025 bytes, expected at most 1024" in refusal(b"\xc2\x59\x04\x01" + b"\xff" * 1025)


def test_the_last_of_equal_names_counts():
    """As in botocore; and its place is the one that counts."""
    content = bytes.fromhex("a3616101616202616103")

    assert parsed(content) == {"a": 3, "b": 2}
    located = cborbody.locate(content, reading(located=True))
    assert [(str(path[0]), spot.start, spot.end) for path, spot in spots(located)] == [
        ("b", 4, 6),
        ("b", 6, 7),
        ("a", 7, 9),
        ("a", 9, 10),
    ]


json_like = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**64), 2**64 - 1) | st.floats(allow_nan=False) | st.text() | st.binary(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=4),
    max_leaves=20,
)


def as_instance(value):
    """What an instance has for a value of Python."""
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if isinstance(value, float) and math.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    if isinstance(value, dict):
        return {key: as_instance(each) for key, each in value.items()}
    return [as_instance(each) for each in value] if isinstance(value, list) else value


@given(json_like)
def test_what_cbor2_writes_is_read(value):
    """An independent implementation as oracle, its canonical form (floats of 16 bits) included."""
    assert parsed(cbor2.dumps(value)) == as_instance(value)
    assert parsed(cbor2.dumps(value, canonical=True)) == as_instance(value)


@given(json_like)
def test_what_is_written_cbor2_reads(value):
    """The same oracle the other way."""
    written = cborwrite.dump(value, reading())

    assert cbor2.loads(written) == value
    assert parsed(written) == as_instance(value)


@given(json_like)
def test_every_span_holds_its_value(value):
    """What a span holds decodes to what the plain reading has at the same place, keys included."""
    content = cbor2.dumps(value)

    located = cborbody.locate(content, reading(located=True))

    assert plain(located) == parsed(content)
    for path, spot in spots(located):
        assert parsed(content[spot.start : spot.end]) == spot.value, pointer(path)


@given(json_like, st.data())
def test_one_value_is_exchanged_and_all_others_stay(value, data):
    """A scalar is replaced by another of its type; the rest of the body reads as before."""
    content = cbor2.dumps([value, "last"])
    places = dict(leaves(cborbody.locate(content, reading(located=True))))
    path = data.draw(st.sampled_from(list(places)))
    spot = places[path]
    others = {bool: st.booleans(), int: st.integers(-(2**70), 2**70), float: st.floats(allow_nan=False)}
    texts = st.binary().map(lambda each: base64.b64encode(each).decode())
    new = as_instance(data.draw(others.get(type(spot.value), texts)))
    old = content[spot.start : spot.end]

    changed = content[: spot.start] + cborbody.respell(old, new) + content[spot.end :]

    assert parsed(changed) == put(parsed(content), path, new)


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("6161", "bc", "626263"),
        ("7f61616162ff", "c", "6163"),
        ("4101", "AgM=", "420203"),
        ("c100", 1.5, "c1fa3fc00000"),
        ("d80100", 24, "c11818"),
        ("fb3ff199999999999a", 2, "fa40000000"),
        ("f97e00", "Infinity", "fa7f800000"),
        ("00", -500, "3901f3"),
        ("f4", True, "f5"),
        ("c249010000000000000000", 5, "05"),
    ],
)
def test_a_value_is_respelt_in_the_type_it_had(old, new, expected):
    """Text stays text, bytes stay bytes, a timestamp keeps its tag, a float stays a float."""
    assert cborbody.respell(bytes.fromhex(old), new).hex() == expected


#: Heads of what cbor2 reads otherwise: undefined, timestamps (as a datetime), characters split between parts of a text.
_OTHERWISE = (0xF7, 0xC1, *range(0xD8, 0xDC), 0x7F)


@settings(max_examples=300)
@given(
    st.binary(max_size=60) | st.binary(max_size=12).map(lambda end: cbor2.dumps([{"a": [1.5, b"x"]}, "b"])[:9] + end)
)
def test_reading_anything_gives_what_cbor2_reads_or_our_error(content):
    """No input, however broken, raises anything else; what cbor2 refuses is never read."""
    try:
        found = parsed(content)
    except WireError:
        return
    text = json.dumps(found, allow_nan=False)
    if not any(each in content for each in _OTHERWISE):
        assert text == json.dumps(_words(as_instance(cbor2.loads(content))))


def _words(value):
    if isinstance(value, float) and math.isnan(value):
        return "NaN"
    if isinstance(value, dict):
        return {key: _words(each) for key, each in value.items()}
    return [_words(each) for each in value] if isinstance(value, list) else value


def test_writing_refuses_what_cbor_or_an_instance_cannot_hold():
    """Half a surrogate pair, a name that is no text, a foreign object, too many levels, an endless integer."""
    deep = current = []
    for _ in range(DEPTH):
        current.append([])
        current = current[0]

    for value, why in (
        ("\ud800", "surrogates not allowed"),
        ({1: 2}, "the name of a member is int, expected text"),
        (object(), "object is no value of an instance"),
        (deep, f"it nests deeper than {DEPTH} levels"),
        (2**8192, "an integer of 1025 bytes, expected at most 1024"),
    ):
        with pytest.raises(WireError, match=why):
            cborwrite.dump(value, reading())


def test_floats_take_32_bits_where_these_hold_them_and_never_16():
    """Smithy: the smallest representation, but not every client reads half precision."""
    assert [cborwrite.dump(each, reading()).hex() for each in (1.5, 1.1, 1e300, math.nan, -math.inf, 0.0)] == [
        "fa3fc00000",
        "fb3ff199999999999a",
        "fb7e37e43c8800759c",
        "fa7fc00000",
        "faff800000",
        "fa00000000",
    ]


def test_an_instance_comes_back_from_the_bytes_it_is_written_to():
    """Every type of a member, at every depth."""
    written = FORMAT.write(FULL, SAMPLE)

    assert FORMAT.read(written, SAMPLE, reading()) == FULL
    assert cbor2.loads(written)["Data"] == b"\x00\x01\x02"
    assert cbor2.loads(written)["Choice"] == {"B": b"\xff\x00\x01"}
    assert b"\xc1\xfb" + struct.pack(">d", 1700000000.123) in written


def test_shapes_decide_how_a_number_is_written():
    """A whole number of a double is a float on the wire, the words are floats, a timestamp has its tag."""
    instance = {"Mass": 2, "Small": "NaN", "Count": 2, "When": 2, "Name": "NaN"}

    assert FORMAT.write(instance, SAMPLE).hex() == (
        "a5644d617373fa4000000065536d616c6cfa7fc0000065436f756e7402645768656ec102644e616d65634e614e"
    )


def test_a_blob_that_is_no_base64_is_refused_with_its_place():
    """An error says where in the instance."""
    with pytest.raises(WireError) as caught:
        FORMAT.write({"Parts": [{"Data": "no base64"}]}, SAMPLE)

    assert str(caught.value) == (
        "cannot decode the instance at /Parts/0/Data: expected base64, as a blob is in an instance"
    )


def test_null_is_absent_in_responses_and_stays_in_lists_and_sparse_maps():
    """What was left out is told; undefined counts as null."""
    body = cbor2.dumps(
        {
            "Name": None,
            "Parts": [None, {"Name": cbor2.undefined, "__type": "x"}],
            "Tags": {"a": None, "b": "c"},
            "Holes": {"a": None},
            "Later": None,
            "__type": "lab#Sample",
        }
    )

    answer = reading()
    assert FORMAT.read(body, SAMPLE, answer) == {"Parts": [None, {}], "Tags": {"b": "c"}, "Holes": {"a": None}}
    assert answer.nulls == ["/Name", "/Parts/1/Name", "/Tags/a", "/Later"]
    kept = FORMAT.read(body, SAMPLE, reading(drops_nulls=False))
    assert (kept["Name"], kept["Parts"][1], kept["__type"]) == (None, {"Name": None, "__type": "x"}, "lab#Sample")


@pytest.mark.parametrize("body", [{"Name": cbor2.undefined, "Count": 1}, {"__type": "lab#Sample", "Count": 1}])
def test_nothing_is_overlooked_where_no_null_stands(body):
    """Undefined and a type alone are reason enough to walk a body."""
    assert FORMAT.read(cbor2.dumps(body), SAMPLE, reading()) == {"Count": 1}


def test_nulls_are_not_written_but_where_they_have_a_place():
    """Smithy: null values are omitted, but in lists and sparse maps they are entries."""
    written = FORMAT.write({"Name": None, "Tags": {"a": None}, "Parts": [None], "Holes": {"a": None}}, SAMPLE)

    assert cbor2.loads(written) == {"Tags": {}, "Parts": [None], "Holes": {"a": None}}


def test_unknown_members_are_kept_and_names_are_the_members_own():
    """``locationName`` means nothing in this protocol (Smithy: ``jsonName`` is not among its traits)."""
    body = cbor2.dumps({"name": "unknown", "Name": "known", "New": {"x": b"\x01"}})

    expected = {"name": "unknown", "Name": "known", "New": {"x": "AQ=="}}
    assert FORMAT.read(body, SAMPLE, reading()) == expected


def test_a_body_of_another_type_is_refused():
    """A structure is a map; no body at all is an empty structure."""
    with pytest.raises(WireError, match=r"the body: expected a map, found an array"):
        FORMAT.read(b"\x80", SAMPLE, reading())
    with pytest.raises(WireError, match=r"the body: expected a map, found a number"):
        FORMAT.read(b"\x01", SAMPLE, reading(located=True))
    assert FORMAT.read(b"", SAMPLE, reading()) == {}


def test_a_response_says_its_protocol_and_an_operation_without_output_has_no_body():
    """Smithy, responses: Smithy-Protocol always, Content-Type only with a body."""
    assert CBOR.write_response(MEASURE, {"Count": 1}) == Response(
        200,
        "OK",
        (("Content-Type", "application/cbor"), ("Content-Length", "8"), ("smithy-protocol", "rpc-v2-cbor")),
        bytes.fromhex("a165436f756e7401"),
    )
    assert CBOR.write_response(STOP, {}) == Response(
        200, "OK", (("Content-Length", "0"), ("smithy-protocol", "rpc-v2-cbor")), b""
    )


def test_an_error_has_its_absolute_name_and_for_former_query_services_the_former_code():
    """What is written reads back as the same error."""
    shape = SERVICE.shapes["TooMany"]
    error = ErrorAnswer("Throttled.Slow", 429, shape=shape, members={"Limit": 5, "message": "slow"})

    response = CBOR.write_error(MEASURE, error)

    assert response.status == 429
    assert header(response.headers, "x-amzn-query-error") == "Throttled.Slow;Sender"
    assert cbor2.loads(response.body) == {"__type": "com.amazonaws.biglab#TooMany", "Limit": 5.0, "message": "slow"}
    assert CBOR.read_error(MEASURE, response, reading()) == Decoded(
        {"Limit": 5.0, "message": "slow"}, "TooMany", "Throttled.Slow"
    )


@pytest.mark.parametrize(
    ("document", "headers", "expected"),
    [
        ({"__type": "a.b#NotFound", "Message": "m"}, (), Decoded({"Message": "m"}, "NotFound", "NotFound")),
        ({"__type": "a.b#NotFound", "message": "m"}, (), Decoded({"Message": "m"}, "NotFound", "NotFound")),
        ({"__type": "NotFound:http://x/"}, (("x-amzn-errortype", "Other"),), Decoded({}, "NotFound", "NotFound")),
        ({"code": "NotFound"}, (), Decoded({"code": "NotFound"}, None, None)),
        ({"__type": "a#New", "x": 1}, (), Decoded({"__type": "a#New", "x": 1}, None, "New")),
        ({"__type": "a#NotFound"}, (("X-Amzn-Query-Error", "Old;Sender"),), Decoded({}, "NotFound", "Old")),
        ({}, (), Decoded({}, None, None)),
    ],
)
def test_errors_are_told_by_type_alone(document, headers, expected):
    """Smithy: clients ignore x-amzn-errortype, and ``code`` is no error code."""
    response = Response(400, "", headers, cbor2.dumps(document))

    assert CBOR.read_error(MEASURE, response, reading()) == expected


def test_an_event_stream_over_cbor_has_its_initial_message_and_its_events():
    """RPC protocols put the other members into a first message; nulls are told with their event."""
    instance = {
        "Title": "t",
        "Events": [{"Seen": {"Number": 7, "Sample": {"Data": "AA=="}}}, {"Failed": {"Message": "gone"}}],
    }

    response = CBOR.write_response(WATCH, instance)

    assert header(response.headers, "Content-Type") == "application/vnd.amazon.eventstream"
    assert CBOR.read_response(WATCH, response, reading()) == instance
    located = CBOR.read_response(WATCH, response, reading(located=True))
    blob = located["Events"][0]["Seen"]["Sample"]["Data"]
    assert response.body[blob.start : blob.end] == b"\x41\x00"
    title = located["Title"]
    assert parsed(response.body[title.start : title.end]) == "t"
    nulls = frames.write(
        [frames.Header(":event-type", "string", "Seen")], cbor2.dumps({"Sample": {"Name": None, "Count": 1}})
    )
    answer = reading()
    assert CBOR.read_response(WATCH, Response(200, "", (), nulls), answer) == {
        "Events": [{"Seen": {"Sample": {"Count": 1}}}]
    }
    assert answer.nulls == ["/0/Seen/Sample/Name"]


def test_requests_are_read_with_and_without_an_input():
    """A null of a request is a null."""
    body = cbor2.dumps({"Name": None})

    assert CBOR.read_request(
        MEASURE, Request("POST", "https://lab.example/", (), body), reading(drops_nulls=False)
    ) == {"Name": None}
    assert CBOR.read_request(STOP, Request("POST", "https://lab.example/"), reading(drops_nulls=False)) == {}
    with pytest.raises(WireError, match="expected a map, found an array"):
        CBOR.read_request(STOP, Request("POST", "https://lab.example/", (), b"\x80"), reading(drops_nulls=False))


MODELLED = ServiceModel(MODEL, "lab")


def answered(response, body=None):
    content = response.body if body is None else body
    return {"status_code": response.status, "headers": dict(response.headers), "body": content, "context": {}}


def parser():
    """botocore's parser of the protocol."""
    return create_parser("smithy-rpc-v2-cbor")


@pytest.mark.newest_botocore
def test_botocore_parses_our_response():
    """All values, in botocore's types; its parser knows no sparse maps."""
    response = CBOR.write_response(MEASURE, FULL)

    found = parser().parse(answered(response), MODELLED.operation_model("Measure").output_shape)

    del found["ResponseMetadata"]
    assert found["When"].timestamp() == datetime.fromtimestamp(1700000000.123, UTC).timestamp()
    assert {**found, "When": FULL["When"]} == {
        **FULL,
        "Data": b"\x00\x01\x02",
        "Choice": {"B": b"\xff\x00\x01"},
        "Holes": {"y": "z"},
    }


@pytest.mark.newest_botocore
def test_we_read_what_botocore_sends():
    """The words for floats, a timestamp, a blob, a union."""
    parameters = {
        **{key: FULL[key] for key in ("Tags", "Count", "On")},
        "Mass": float("nan"),
        "Small": float("-inf"),
        "When": datetime(2020, 1, 1, tzinfo=UTC),
        "Data": b"\x00\x01\x02",
        "Choice": {"B": b"x"},
        "Parts": [{"Data": b""}],
    }

    sent = create_serializer("smithy-rpc-v2-cbor").serialize_to_request(parameters, MODELLED.operation_model("Measure"))

    assert sent["url_path"] == "/service/LabService/operation/Measure"
    assert sent["headers"]["smithy-protocol"] == "rpc-v2-cbor"
    request = Request("POST", f"https://lab.example{sent['url_path']}", (), sent["body"])
    assert CBOR.read_request(MEASURE, request, reading(drops_nulls=False)) == {
        **{key: FULL[key] for key in ("Tags", "Count", "On")},
        "Mass": "NaN",
        "Small": "-Infinity",
        "When": 1577836800,
        "Data": "AAEC",
        "Choice": {"B": "eA=="},
        "Parts": [{"Data": ""}],
    }


@pytest.mark.newest_botocore
def test_botocore_parses_our_error():
    """The former code, the message, the modeled members."""
    shape = SERVICE.shapes["TooMany"]
    error = ErrorAnswer("Throttled.Slow", 429, shape=shape, members={"Limit": 5, "message": "slow"})

    answer = answered(CBOR.write_error(MEASURE, error))

    found = parser().parse(answer, MODELLED.operation_model("Measure").output_shape)
    assert found["Error"] == {
        "Message": "slow",
        "Code": "Throttled.Slow",
        "QueryErrorCode": "TooMany",
        "Type": "Sender",
    }
    members = parser().parse(answer, MODELLED.shape_for("TooMany"))
    assert (members["Limit"], members["message"]) == (5.0, "slow")


@pytest.mark.newest_botocore
def test_botocore_parses_our_event_stream():
    """Initial response, event header, event payload."""
    instance = {"Title": "t", "Events": [{"Seen": {"Number": 7, "Sample": {"Data": "AA==", "Count": 3}}}]}
    response = CBOR.write_response(WATCH, instance)

    class Raw:
        def stream(self):
            yield response.body

    found = parser().parse(answered(response, Raw()), MODELLED.operation_model("Watch").output_shape)

    assert found["Title"] == "t"
    assert list(found["Events"]) == [{"Seen": {"Number": 7, "Sample": {"Data": b"\x00", "Count": 3}}}]


def test_the_events_module_names_the_media_type_of_streams():
    """Dialects name it in Content-Type."""
    assert events.MEDIA_TYPE == frames.MEDIA_TYPE == "application/vnd.amazon.eventstream"
