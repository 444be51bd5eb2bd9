"""Event-stream messages and the events in them, against the specification, botocore's reader and its test vectors."""

import base64
import json
import struct
import zlib

import pytest
from botocore.eventstream import EventStream, EventStreamBuffer
from botocore.exceptions import EventStreamError
from botocore.loaders import Loader
from botocore.model import ServiceModel
from botocore.parsers import EventStreamJSONParser, EventStreamXMLParser
from botocore.session import Session
from hypothesis import given, settings
from hypothesis import strategies as st

from bototape import shapes
from bototape.errors import WireError
from bototape.wire import events, frames
from bototape.wire.frames import Header
from bototape.wire.instance import Reading, Spot
from bototape.wire.jsonformat import JsonFormat
from bototape.wire.xmlformat import XmlFormat
from tests.modelled import put

MODEL = {
    "metadata": {"protocol": "json", "jsonVersion": "1.1"},
    "operations": {},
    "shapes": {
        "Events": {
            "type": "structure",
            "eventstream": True,
            "members": {
                "Told": {"shape": "Told"},
                "Chunk": {"shape": "Chunk"},
                "Line": {"shape": "Line"},
                "Wrapped": {"shape": "Wrapped"},
                "Beat": {"shape": "Beat"},
                "Failed": {"shape": "Failed"},
            },
        },
        "Told": {
            "type": "structure",
            "event": True,
            "members": {
                "Text": {"shape": "Text", "locationName": "text"},
                "Tags": {"shape": "Tags"},
                "Data": {"shape": "Blob"},
                "Sequence": {"shape": "Long", "eventheader": True},
            },
        },
        "Chunk": {
            "type": "structure",
            "event": True,
            "members": {
                "Payload": {"shape": "Blob", "eventpayload": True},
                "Kind": {"shape": "Text", "eventheader": True},
                "When": {"shape": "Timestamp", "eventheader": True},
                "Last": {"shape": "Boolean", "eventheader": True},
                "Part": {"shape": "Integer", "eventheader": True},
                "Mark": {"shape": "Blob", "eventheader": True},
            },
        },
        "Line": {"type": "structure", "event": True, "members": {"Line": {"shape": "Text", "eventpayload": True}}},
        "Wrapped": {"type": "structure", "event": True, "members": {"Told": {"shape": "Told", "eventpayload": True}}},
        "Beat": {"type": "structure", "event": True, "members": {"Number": {"shape": "Integer", "eventheader": True}}},
        "Failed": {"type": "structure", "exception": True, "members": {"message": {"shape": "Text"}}},
        "Initial": {"type": "structure", "members": {"Session": {"shape": "Text"}, "Events": {"shape": "Events"}}},
        "Tags": {"type": "map", "key": {"shape": "Text"}, "value": {"shape": "Text"}},
        "Text": {"type": "string"},
        "Blob": {"type": "blob"},
        "Integer": {"type": "integer"},
        "Long": {"type": "long"},
        "Boolean": {"type": "boolean"},
        "Timestamp": {"type": "timestamp"},
    },
}
SHAPES = shapes.parse(MODEL).shapes
JSON = JsonFormat(SHAPES, rest=False, media_type="application/x-amz-json-1.1")

#: An event of each kind.
EVENTS = [
    {"Told": {"Text": "é", "Tags": {"a": "b"}, "Data": "AAE=", "Sequence": -(2**63)}},
    {
        "Chunk": {
            "Payload": "AP8=",
            "Kind": "x",
            "When": 1700000000.123,
            "Last": True,
            "Part": -(2**31),
            "Mark": "/w==",
        }
    },
    {"Chunk": {"Payload": "", "Last": False, "When": 0}},
    {"Line": {"Line": "ü\n"}},
    {"Wrapped": {"Told": {"Text": "t"}}},
    {"Beat": {}},
    {"Beat": {"Number": 3}},
    {"Failed": {"message": "m"}},
    {":error": {":error-code": "InternalError", ":error-message": "no luck"}},
    {"New": {":content-type": "text/x", "one": 1, "yes": True, ":payload": "AAE="}},
    {"Novel": {":message-type": "exception"}},
]


def reading(*, located=False):
    return Reading("the body", drops_nulls=True, located=located)


def read(content, *, located=False, root=None):
    return events.read_events(content, SHAPES["Events"], SHAPES, JSON, reading(located=located), root)


def write(instances, initial=None):
    return events.write_events(instances, SHAPES["Events"], SHAPES, JSON, initial)


def told(content):
    """Headers and payload of every message, as botocore reads them."""
    buffer = EventStreamBuffer()
    buffer.add_data(content)
    return [(message.headers, message.payload) for message in buffer]


def message(headers, payload=b""):
    return frames.write([Header(name, "string", value) for name, value in headers.items()], payload)


def refusal(content):
    with pytest.raises(WireError) as caught:
        frames.parse(content, reading())
    return str(caught.value).removeprefix("cannot decode the body")


def leaves(value, path=()):
    """Every scalar of a located value with its path."""
    if isinstance(value, Spot):
        yield path, value
    for key, each in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        yield from leaves(each, (*path, key))


# From botocore's tests (tests/unit/test_eventstream.py, Apache-2.0), values as an instance has them.
VECTORS = {
    b"\x00\x00\x00\x10\x00\x00\x00\x00\x05\xc2H\xeb}\x98\xc8\xff": ([], b""),
    b"\x00\x00\x00\x17\x00\x00\x00\x07)\x86\x01X\x04byte\x02\xff\xc2\xf8i\xdc": ([Header("byte", "byte", -1)], b""),
    b"\x00\x00\x00\x19\x00\x00\x00\tq\x0e\x92>\x05short\x03\xff\xff\xb2|\xb6\xcc": (
        [Header("short", "short", -1)],
        b"",
    ),
    b"\x00\x00\x00\x1d\x00\x00\x00\x00\xfdR\x8cZ{'foo':'bar'}\xc3e96": ([], b"{'foo':'bar'}"),
    b"\x00\x00\x00=\x00\x00\x00 \x07\xfd\x83\x96\x0ccontent-type\x07\x00\x10application/json{'foo':'bar'}"
    b"\x8d\x9c\x08\xb1": ([Header("content-type", "string", "application/json")], b"{'foo':'bar'}"),
    b"\x00\x00\x00\x62\x00\x00\x00\x52\x03\xb5\xcb\x9c\x010\x00\x011\x01\x012\x02\x02\x013\x03\x00\x03"
    b"\x014\x04\x00\x00\x00\x04\x015\x05\x00\x00\x00\x00\x00\x00\x00\x05\x016\x06\x00\x05bytes\x017\x07\x00\x04utf8"
    b"\x018\x08\x00\x00\x00\x00\x00\x00\x00\x08\x019\x090123456789abcdef\x63\x35\x36\x71": (
        [
            Header("0", "boolean", value=True),
            Header("1", "boolean", value=False),
            Header("2", "byte", 2),
            Header("3", "short", 3),
            Header("4", "integer", 4),
            Header("5", "long", 5),
            Header("6", "blob", "Ynl0ZXM="),
            Header("7", "string", "utf8"),
            Header("8", "timestamp", 0.008),
            Header("9", "uuid", "30313233-3435-3637-3839-616263646566"),
        ],
        b"",
    ),
}


@pytest.mark.parametrize("content", VECTORS, ids=lambda each: f"{len(each)} bytes")
def test_messages_are_read_and_written_as_botocores_tests_have_them(content):
    """Every type of header, to the byte."""
    headers, payload = VECTORS[content]

    (frame,) = frames.parse(content, reading())

    assert {name: spot.value for name, spot in frame.headers.items()} == {each.name: each.value for each in headers}
    assert (frame.payload, content[frame.start : -4]) == (payload, payload)
    assert frames.write(headers, payload) == content


def checked(total, size, rest):
    """A message that says of itself what is given, with checksums that are right."""
    prelude = struct.pack(">II", total, size)
    head = prelude + struct.pack(">I", zlib.crc32(prelude)) + rest
    return head + struct.pack(">I", zlib.crc32(head))


GOOD = message({"a": "b"}, b"payload")
MALFORMED = {
    "flipped length": (bytes([1]) + GOOD[1:], " at byte 0: the checksum of a message's first bytes is wrong"),
    "flipped header": (GOOD[:14] + b"c" + GOOD[15:], " at byte 0: the checksum of a message is wrong"),
    "flipped payload": (GOOD[:-5] + b"D" + GOOD[-4:], " at byte 0: the checksum of a message is wrong"),
    "cut in the second message": (
        GOOD + GOOD[:20],
        f" at byte {len(GOOD)}: it is cut short: a message has {len(GOOD)} bytes, 20 are left",
    ),
    "cut in the prelude": (GOOD + b"\0\0\0", f" at byte {len(GOOD)}: it is cut short: 3 bytes are no message"),
    "more headers than message": (
        checked(20, 5, b"\1a\0\0"),
        " at byte 0: a message of 20 bytes says that 5 of them are headers",
    ),
    "shorter than a message": (
        checked(15, 0, b""),
        " at byte 0: a message of 15 bytes says that 0 of them are headers",
    ),
    "a payload above the limit": (checked(2**25, 0, b""), " at byte 0: a message is larger than the format allows"),
    "headers above the limit": (checked(2**20, 2**18, b""), " at byte 0: a message is larger than the format allows"),
    "a nameless header": (checked(18, 2, b"\0\0"), " at byte 12: the headers of a message are malformed"),
    "a name without value": (checked(18, 2, b"\1a"), " at byte 12: the headers of a message are malformed"),
    "an unknown type": (checked(19, 3, b"\1a\x0a"), " at byte 14: the header 'a' of a message is malformed"),
    "a value beyond the headers": (
        checked(25, 5, b"\1a\7\0\4text"),
        " at byte 14: the header 'a' of a message is malformed",
    ),
    "a header twice": (checked(22, 6, b"\1a\0\1a\1"), " at byte 15: a message has the header 'a' twice"),
    "a name that is no text": (checked(19, 3, b"\1\xff\0"), " at byte 12: a header of a message is not UTF-8"),
    "a value that is no text": (checked(22, 6, b"\1a\7\0\1\xff"), " at byte 14: a header of a message is not UTF-8"),
}


@pytest.mark.parametrize("case", MALFORMED)
def test_malformed_messages_are_refused_with_their_place(case):
    """A stream with a wrong byte is not read in part."""
    content, expected = MALFORMED[case]

    assert refusal(content) == expected


@settings(max_examples=200)
@given(st.data())
def test_a_changed_byte_is_an_error_and_nothing_but_ours(data):
    """CRC-32 sees every burst of eight bits."""
    content = write(EVENTS)
    at = data.draw(st.integers(0, len(content) - 1))
    byte = data.draw(st.integers(0, 255).filter(lambda each: each != content[at]))

    with pytest.raises(WireError):
        frames.parse(content[:at] + bytes([byte]) + content[at + 1 :], reading())


@settings(max_examples=200)
@given(st.binary(max_size=40), st.integers(0, 50))
def test_reading_headers_that_could_be_anything_raises_nothing_but_ours(rest, size):
    """With right checksums, so that what stands inside is read."""
    try:
        found = read(checked(16 + len(rest), size, rest))
    except WireError:
        return
    json.dumps(found)


@pytest.mark.parametrize(
    ("header", "why"),
    [
        (Header("a", "integer", 2**31), "the header cannot be written as integer"),
        (Header("a", "integer", 1.5), "expected an integer"),
        (Header("a", "integer", value=True), "expected a number"),
        (Header("a", "boolean", 1), "expected true or false"),
        (Header("a", "string", 1), "expected text"),
        (Header("a", "string", "x" * 2**15), "32768 bytes, expected at most 32767"),
        (Header("a", "string", "\ud800"), "surrogates not allowed"),
        (Header("a", "blob", "no base64"), "the header cannot be written as blob"),
        (Header("a", "timestamp", float("nan")), "the header cannot be written as timestamp"),
        (Header("a", "timestamp", 1e300), "the header cannot be written as timestamp"),
        (Header("a", "uuid", "x"), "the header cannot be written as uuid"),
        (Header("a", "structure", {}), "the header cannot be written as structure"),
        (Header("", "string", "x"), "the header name has 0 bytes, expected 1 to 255"),
        (Header("é" * 128, "string", "x"), "the header name has 256 bytes"),
        (Header("\ud800", "string", "x"), "half of a surrogate pair"),
    ],
)
def test_headers_that_cannot_be_written_are_refused(header, why):
    """Whatever the type, the error is ours."""
    with pytest.raises(WireError, match=why):
        frames.write([header], b"")


def test_a_message_larger_than_the_format_allows_is_not_written():
    """botocore would not read it."""
    with pytest.raises(WireError, match="25165825 of payload, expected at most 131072 and 25165824"):
        frames.write([], bytes(24 * 2**20 + 1))
    with pytest.raises(WireError, match="bytes of headers"):
        frames.write([Header(f"{at:03}", "string", "x" * 2**14) for at in range(9)], b"")


def test_events_come_back_from_the_frames_they_are_written_to():
    """Events, exceptions, an unmodeled error, and what the model lacks; botocore's reader takes every message."""
    content = write(EVENTS)

    assert read(content) == (EVENTS, {})
    assert len(told(content)) == len(EVENTS)


def test_messages_have_the_headers_of_the_specification():
    """Smithy, "Amazon Event Stream Specification", semantics; the payload's media type follows its shape."""
    content = write(EVENTS[:8], b'{"Session":"s"}')

    assert [(headers, payload) for headers, payload in told(content)] == [
        (
            {":message-type": "event", ":event-type": "initial-response", ":content-type": "application/json"},
            b'{"Session":"s"}',
        ),
        (
            {
                ":message-type": "event",
                ":event-type": "Told",
                ":content-type": "application/json",
                "Sequence": -(2**63),
            },
            '{"text":"é","Tags":{"a":"b"},"Data":"AAE="}'.encode(),
        ),
        (
            {
                ":message-type": "event",
                ":event-type": "Chunk",
                ":content-type": "application/octet-stream",
                "Kind": "x",
                "When": 1700000000123,
                "Last": True,
                "Part": -(2**31),
                "Mark": b"\xff",
            },
            b"\x00\xff",
        ),
        (
            {
                ":message-type": "event",
                ":event-type": "Chunk",
                ":content-type": "application/octet-stream",
                "Last": False,
                "When": 0,
            },
            b"",
        ),
        ({":message-type": "event", ":event-type": "Line", ":content-type": "text/plain"}, "ü\n".encode()),
        ({":message-type": "event", ":event-type": "Wrapped", ":content-type": "application/json"}, b'{"text":"t"}'),
        ({":message-type": "event", ":event-type": "Beat"}, b""),
        ({":message-type": "event", ":event-type": "Beat", "Number": 3}, b""),
        (
            {":message-type": "exception", ":exception-type": "Failed", ":content-type": "application/json"},
            b'{"message":"m"}',
        ),
    ]


def test_the_initial_message_is_read_apart():
    """It is the other members of an RPC protocol's output, and no event."""
    content = write([{"Beat": {}}], b'{"Session":"s"}')

    assert read(content, root=SHAPES["Initial"]) == ([{"Beat": {}}], {"Session": "s"})
    assert read(content) == ([{"Beat": {}}], {})
    request = message({":event-type": "initial-request"}, b'{"Session":"r"}')
    assert read(request, root=SHAPES["Initial"]) == ([], {"Session": "r"})


def test_headers_that_a_known_event_lacks_are_kept():
    """Unknown members are never dropped, and are written where they can stand."""
    content = message({":event-type": "Chunk", "new": "n"}, b"x") + message({":event-type": "Beat", "new": "n"})

    expected = [{"Chunk": {"new": "n", "Payload": "eA=="}}, {"Beat": {"new": "n"}}]
    assert read(content) == (expected, {})
    assert read(write(expected)) == (expected, {})


def test_nulls_are_told_with_their_event():
    """The index and the name lead to the payload."""
    content = write([{"Beat": {}}]) + message({":event-type": "Told"}, b'{"text":null,"Tags":{"a":null}}')
    answer = reading()

    found, _ = events.read_events(content, SHAPES["Events"], SHAPES, JSON, answer)

    assert (found, answer.nulls) == ([{"Beat": {}}, {"Told": {"Tags": {}}}], ["/1/Told/text", "/1/Told/Tags/a"])


NO_EVENTS = {
    "no type": (message({"a": "b"}), " at byte 18: a message has no header :event-type"),
    "no type of exception": (message({":message-type": "exception"}), "a message has no header :exception-type"),
    "another type": (message({":message-type": "x"}), "a message is of type 'x', expected event, exception or error"),
    "no text": (write([{"Beat": {}}]) + message({":event-type": "Line"}, b"a\xff"), ", event 1 (Line) at byte 89"),
    "no JSON": (message({":event-type": "Told"}, b"["), "the body, event 0 (Told): it is not JSON"),
    "no object": (message({":event-type": "Told"}, b"[]"), "the body, event 0 (Told): expected a JSON object, found"),
}


@pytest.mark.parametrize("case", NO_EVENTS)
def test_messages_that_are_no_events_are_refused(case):
    """The error names the event and, where it can, the byte."""
    content, expected = NO_EVENTS[case]

    with pytest.raises(WireError) as caught:
        read(content)

    assert expected in str(caught.value)


@pytest.mark.parametrize(
    ("instances", "why"),
    [
        ({}, "expected an array of events, found an object"),
        ([{}], "event 0 of the stream: expected an object of one member"),
        ([{"Beat": {}}, {"Beat": 1}], "event 1 of the stream at Beat: expected an object, found a number"),
        ([{"Chunk": {"Payload": "no base64"}}], "event 0 of the stream at Payload: expected base64"),
        ([{"Line": {"Line": 1}}], "event 0 of the stream at Line: expected a string, found a number"),
        ([{"Line": {"Line": "\ud800"}}], "half of a surrogate pair"),
        ([{"Beat": {"Number": "x"}}], "event 0 of the stream at Number: the header cannot be written as integer"),
        ([{"New": {"x": []}}], "event 0 of the stream at x: expected a scalar, as headers hold, found an array"),
    ],
)
def test_what_is_no_event_is_not_written(instances, why):
    """The error names the event and the member."""
    with pytest.raises(WireError, match=why):
        write(instances)


def test_signed_messages_are_opened():
    """A request's messages stand inside others that have a date and a signature only; an empty one ends the stream."""
    inner = write(EVENTS[:2])

    def signed(payload):
        headers = [Header(":date", "timestamp", 1700000000), Header(":chunk-signature", "blob", "AAAA")]
        return frames.write(headers, payload)

    content = signed(inner) + signed(write(EVENTS[2:3])) + signed(b"")

    assert read(content) == (EVENTS[:3], {})
    (path, spot), *_ = leaves(read(content, located=True)[0])
    assert (path, content[spot.start : spot.end].decode()) == ((0, "Told", "Text"), '"é"')
    changed = frames.splice(content, [(spot.start, spot.end, b'"changed"')])
    assert read(changed) == (put(EVENTS[:3], path, "changed"), {})


def spelt(content, spot):
    """The value that the bytes of a span mean, by the style of the span."""
    old = content[spot.start : spot.end]
    if spot.style == "json":
        return json.loads(old)
    if spot.style == "raw":
        return base64.b64encode(old).decode()
    if spot.style == "text":
        return old.decode()
    (frame,) = frames.parse(checked(16 + 2 + len(old), 2 + len(old), b"\1a" + old), reading())
    return frame.headers["a"].value


def test_every_span_holds_its_value():
    """Header values, payloads and what stands inside payloads, counted from the start of the body."""
    content = write(EVENTS, b'{"Session":"s"}')

    located, initial = read(content, located=True, root=SHAPES["Initial"])

    found = {(*path,): spelt(content, spot) for path, spot in leaves(located)}
    assert found == {path: spot.value for path, spot in leaves(located)}
    plain = EVENTS
    for path, value in found.items():
        assert put(plain, path, value) == plain
    assert spelt(content, initial["Session"]) == "s"
    key = next(iter(located[0]["Told"]["Tags"]))
    assert content[key.spot.start : key.spot.end] == b'"a"'


@given(st.data())
def test_one_value_is_exchanged_and_all_others_stay(data):
    """Whatever the style; lengths and checksums are right again, as botocore's reader confirms."""
    content = write(EVENTS, b'{"Session":"s"}')
    located, _ = read(content, located=True)
    # What kind of message one is makes it what it is, and is no value of it.
    places = [(path, spot) for path, spot in leaves(located) if path[-1] != ":message-type"]
    path, spot = data.draw(st.sampled_from(places))
    values = {bool: st.booleans(), int: st.integers(-(2**31), 2**31 - 1), float: st.integers(0, 2**40)}
    blobs = st.binary(max_size=99).map(lambda each: base64.b64encode(each).decode())
    new = data.draw(values.get(type(spot.value), blobs))
    old = content[spot.start : spot.end]
    spellers = {
        "json": lambda: json.dumps(new).encode(),
        "raw": lambda: base64.b64decode(new),
        "text": lambda: str(new).encode(),
        "event": lambda: frames.respell(old, new),
    }

    changed = frames.splice(content, [(spot.start, spot.end, spellers[spot.style]())])

    unnamed = path[1] == "New" and path[2] == ":payload" and not new
    expected = put(EVENTS, path, new)
    if unnamed:
        del expected[path[0]]["New"][":payload"]
    assert read(changed) == (expected, {})
    assert len(told(changed)) == len(EVENTS) + 1


def test_many_values_are_exchanged_at_once():
    """Cuts in one message and in several."""
    content = write(EVENTS)
    located = read(content, located=True)[0]
    spots = {path: spot for path, spot in leaves(located) if spot.value in ("x", "é", "m", True) and path[1] != "New"}
    new = {(0, "Told", "Text"): "long text", (1, "Chunk", "Kind"): "", (7, "Failed", "message"): "?"}

    def spelling(path, spot):
        value = new.get(path, False)
        is_json = spot.style == "json"
        return json.dumps(value).encode() if is_json else frames.respell(content[spot.start : spot.end], value)

    cuts = [(spot.start, spot.end, spelling(path, spot)) for path, spot in spots.items()]

    expected = EVENTS
    for path in spots:
        expected = put(expected, path, new.get(path, False))
    assert set(new) < set(spots)
    assert read(frames.splice(content, reversed(cuts))) == (expected, {})
    assert frames.splice(content, []) == content


def test_a_header_is_respelt_in_the_type_it_has():
    """A boolean is its own type."""
    assert [
        frames.respell(bytes([0]), value=False),
        frames.respell(bytes([1]), value=True),
        frames.respell(b"\x02\x01", -1),
        frames.respell(b"\x08" + bytes(8), 1.5),
        frames.respell(b"\x07\x00\x00", "é"),
        frames.respell(b"\x06\x00\x00", "AA=="),
    ] == [
        b"\x01",
        b"\x00",
        b"\x02\xff",
        b"\x08" + struct.pack(">q", 1500),
        b"\x07\x00\x02\xc3\xa9",
        b"\x06\x00\x01\x00",
    ]
    with pytest.raises(ValueError, match="byte format"):
        frames.respell(b"\x02\x01", 300)


def test_s3_select_is_read_as_amazon_documents_it_and_written_for_botocore():
    """XML and raw payloads (Amazon S3 API reference, "Appendix: SelectObjectContent response")."""
    model = Session().get_service_model("s3")
    stream = model.operation_model("SelectObjectContent").output_shape.members["Payload"]
    known = shapes.parse(Loader().load_service_model("s3", "service-2")).shapes
    xml = XmlFormat(known, namespace="http://s3.amazonaws.com/doc/2006-03-01/", rest=True)
    stats = b'<?xml version="1.0" encoding="UTF-8"?><Stats xmlns=""><BytesScanned>512</BytesScanned></Stats>'
    kinds = {":message-type": "event"}
    content = (
        message({**kinds, ":content-type": "application/octet-stream", ":event-type": "Records"}, b"a,b\n")
        + message({**kinds, ":event-type": "Cont"})
        + message({**kinds, ":content-type": "text/xml", ":event-type": "Stats"}, stats)
        + message({**kinds, ":event-type": "End"})
    )

    found, _ = events.read_events(content, known[stream.name], known, xml, reading())

    assert found == [
        {"Records": {"Payload": "YSxiCg=="}},
        {"Cont": {}},
        {"Stats": {"Details": {"BytesScanned": 512}}},
        {"End": {}},
    ]
    written = events.write_events(found, known[stream.name], known, xml)

    class Raw:
        def stream(self):
            yield written

    assert list(EventStream(Raw(), stream, EventStreamXMLParser(), "SelectObjectContent")) == [
        {"Records": {"Payload": b"a,b\n"}},
        {"Cont": {}},
        {"Stats": {"Details": {"BytesScanned": 512}}},
        {"End": {}},
    ]


def test_an_unmodeled_error_is_one_to_botocore():
    """What is written after recording is what a client raises."""
    stream = ServiceModel(MODEL, "lab").shape_for("Events")

    class Raw:
        def stream(self):
            yield write(EVENTS[8:9])

    with pytest.raises(EventStreamError, match=r"\(InternalError\).*: no luck"):
        list(EventStream(Raw(), stream, EventStreamJSONParser(), "Watch"))
