"""Whatever arrives: a value or a WireError, in time and memory that grow with its size and no faster."""

import base64
import functools
import gzip
import struct
import time
import tracemalloc
import zlib
from urllib.parse import quote

import pytest
from botocore.model import ServiceModel
from hypothesis import assume, given
from hypothesis import strategies as st

from bototape.errors import WireError
from bototape.interaction import Request, Response, header
from bototape.releases.directory import index
from bototape.wire.instance import DEPTH
from tests.wire.botocore_side import Python, sent
from tests.wire.instances import Instances
from tests.wire.laboratory import PROTOCOLS, laboratory, model

pytestmark = pytest.mark.newest_botocore  # which writes the requests that are damaged here

LEVELS = 10_000
CBOR = "smithy-rpc-v2-cbor"
WITH_STREAMS = ("json", "rest-json", CBOR, "rest-xml")
XML = ("query", "ec2", "rest-xml")
EACH = pytest.mark.parametrize("protocol", PROTOCOLS)


def settled(decode):
    """What *decode* returns, or the sentence of its WireError; anything else that is raised is a failure."""
    try:
        return decode()
    except WireError as error:
        return str(error)


def media_type(protocol):
    """The Content-Type of an ordinary answer."""
    codec, operation = codec_of(protocol)
    return header(codec.encode_response(operation, {}).headers, "Content-Type")


def answer(protocol, body, status=200):
    """A response with *body*."""
    return Response(status, "", (("Content-Type", media_type(protocol)),), body)


def request(protocol, body=b"", *, uri=None, headers=()):
    """A request of the protocol's form with *body*."""
    kinds = {
        "json": (("X-Amz-Target", "Laboratory.Measure"), ("Content-Type", "application/x-amz-json-1.1")),
        "rest-json": (("Content-Type", "application/json"),),
        CBOR: (("smithy-protocol", "rpc-v2-cbor"), ("Content-Type", "application/cbor")),
        "rest-xml": (("Content-Type", "application/xml"),),
    }
    form = (("Content-Type", "application/x-www-form-urlencoded; charset=utf-8"),)
    paths = {CBOR: "/service/Laboratory/operation/Measure", "rest-json": "/things/a/at/b", "rest-xml": "/things/a/at/b"}
    where = uri or f"https://laboratory.example.com{paths.get(protocol, '/')}"
    return Request("POST", where, (*kinds.get(protocol, form), *headers), body)


def form(body):
    """*body* as the rest of a form whose Action is there."""
    return b"Action=Measure&Version=2020-01-01&" + body


codec_of = functools.cache(laboratory)


@functools.cache
def valid_answer(protocol):
    """An answer with all members."""
    codec, operation = codec_of(protocol)
    instance = Instances(codec.service, protocol, "output", 1).root("Result", operation)
    return codec.encode_response(operation, instance)


@functools.cache
def valid_request(protocol):
    """A request with all members, as botocore sends it."""
    codec, operation = codec_of(protocol)
    instance = Instances(codec.service, protocol, "input", 1).root("Sample", operation)
    parameters = Python(codec.service.shapes, protocol).parameters(instance, "Sample")
    return sent(protocol, parameters, ServiceModel(model(protocol), "laboratory").operation_model("Measure"))


def decoded(protocol, message, *, located=False):
    """What the codec makes of *message*, or its refusal."""
    codec, operation = codec_of(protocol)
    if located:
        return settled(lambda: list(codec.places(operation, message, protocol)))
    if isinstance(message, Request):
        return settled(lambda: codec.decode_request(operation, message, protocol))
    return settled(lambda: codec.decode_response(operation, message, protocol))


@st.composite
def damaged(draw, content):
    """*content* cut, spliced, repeated or with bytes put in."""
    content = bytearray(content)
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(content)))
        stop = draw(st.integers(start, min(len(content), start + 20)))
        content[start:stop] = draw(st.one_of(st.binary(max_size=8), st.sampled_from([b"", b"<", b"&", b'"', b"\xff"])))
    return bytes(content[: draw(st.integers(0, len(content)))] if draw(st.booleans()) else content)


TEXT = st.text(st.characters(codec="latin-1", exclude_characters="\r\n"), max_size=30)


@EACH
@given(data=st.data())
def test_a_damaged_answer_is_read_or_refused(protocol, data):
    """Wherever an answer is damaged, with whatever status, nothing but our own error comes out."""
    body = data.draw(damaged(valid_answer(protocol).body))
    status = data.draw(st.sampled_from([200, 202, 304, 400, 404, 500, 503]))
    found = [(name, data.draw(st.one_of(st.just(value), TEXT))) for name, value in valid_answer(protocol).headers]
    message = Response(status, "", tuple(each for each in found if each[0] != "Content-Length"), body)

    decoded(protocol, message)
    decoded(protocol, message, located=True)


@EACH
@given(data=st.data())
def test_a_damaged_request_is_read_or_refused(protocol, data):
    """So with requests: body, headers, path and query."""
    whole = valid_request(protocol)
    body = data.draw(damaged(whole.body))
    uri = data.draw(damaged(whole.uri[8:].encode())).decode("latin-1")
    headers = tuple((name, data.draw(st.one_of(st.just(value), TEXT))) for name, value in whole.headers)
    message = Request("POST", f"https://{uri}", headers, body)

    decoded(protocol, message)
    decoded(protocol, message, located=True)
    settled(lambda: codec_of(protocol)[0].protocol(message))


directory = functools.cache(index)

HOSTS = ("s3.us-east-1.amazonaws.com", "amzn-s3-demo-bucket.s3.amazonaws.com", "lambda.us-east-1.amazonaws.com")


@given(data=st.data(), host=st.sampled_from(HOSTS), protocol=st.sampled_from(PROTOCOLS))
def test_a_damaged_request_is_of_some_service_or_of_none(data, host, protocol):
    """Whatever the address, the headers and the form look like: a call, several it may be, or none."""
    whole = valid_request(protocol)
    uri = whole.uri.replace("service.us-east-1.amazonaws.com", host)
    uri = data.draw(damaged(uri.encode())).decode("latin-1")
    scope = "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20261120/us-east-1/s3/aws4_request, SignedHeaders=host"
    headers = (*whole.headers, ("Authorization", data.draw(damaged(scope.encode())).decode("latin-1")))
    body = data.draw(damaged(whole.body))

    found = directory().resolve(Request("POST", uri, headers, body))

    assert found is None or found.candidates


@EACH
@given(data=st.data())
def test_a_damaged_upload_in_pieces_is_read_or_refused(protocol, data):
    """Bodies in aws-chunked, whose sizes and trailers are anything."""
    body = valid_request(protocol).body or b"abc"
    pieces = b"%x;chunk-signature=%s\r\n%s\r\n0\r\nx-amz-checksum-crc32:AAAAAA==\r\n\r\n" % (len(body), b"0" * 64, body)
    headers = (*valid_request(protocol).headers, ("Content-Encoding", "aws-chunked"))
    message = Request("POST", valid_request(protocol).uri, headers, data.draw(damaged(pieces)))

    decoded(protocol, message)
    decoded(protocol, message, located=True)


@EACH
@given(body=st.binary(max_size=200), status=st.sampled_from([200, 400, 500]))
def test_noise_is_read_or_refused(protocol, body, status):
    """Bytes of no meaning."""
    decoded(protocol, answer(protocol, body, status))
    decoded(protocol, request(protocol, body))
    decoded(protocol, answer(protocol, body, status), located=True)


@EACH
def test_every_place_of_an_ordinary_message_is_told(protocol):
    """The fuzzing above is of messages that mean something: these have places, one for each scalar."""
    assert len(decoded(protocol, valid_answer(protocol), located=True)) > 15
    assert len(decoded(protocol, valid_request(protocol), located=True)) > 15


def deep_bodies(protocol, levels=LEVELS):
    """Bodies that nest *levels* deep, each in another way."""
    if protocol in ("json", "rest-json"):
        return {
            "arrays": b"[" * levels + b"]" * levels,
            "objects": b'{"Tree":' * levels + b"1" + b"}" * levels,
            "tree": b'{"Tree":' + b'{"Branches":[' * levels + b"]}" * levels + b"}",
            "open": b'{"a":[' * levels,
            "unknown": b'{"x":' + b"[" * levels + b"]" * levels + b"}",
        }
    if protocol == CBOR:
        return {
            "arrays": b"\x81" * levels + b"\x00",
            "maps": b"\xa1\x64Tree" * levels + b"\x00",
            "indefinite": b"\x9f" * levels + b"\xff" * levels,
            "tags": b"\xc1" * levels + b"\x00",
            "open": b"\xbf\x61a" * levels,
        }
    tree = b"<Tree><Branches><member>" * levels + b"</member></Branches></Tree>" * levels
    return {
        "elements": b"<a>" * levels + b"</a>" * levels,
        "tree": b"<MeasureResponse><MeasureResult>" + tree + b"</MeasureResult></MeasureResponse>",
        "bare tree": b"<Result>" + tree + b"</Result>",
        "open": b"<Tree>" * levels,
        "error": b"<ErrorResponse><Error>" * levels + b"</Error></ErrorResponse>" * levels,
    }


@EACH
@pytest.mark.parametrize("status", [200, 400])
def test_no_depth_is_too_much(protocol, status):
    """Ten thousand levels are refused with a word about it, not with a RecursionError; in places as well."""
    for name, body in deep_bodies(protocol).items():
        for located in (False, True):
            found = decoded(protocol, answer(protocol, body, status), located=located)

            assert isinstance(found, str), (name, located)


@pytest.mark.parametrize("protocol", ["query", "ec2"])
@pytest.mark.parametrize(
    "key", ["Tree" + ".Branches.member.1" * LEVELS, ".".join("1" * LEVELS), "Map.entry.1" * LEVELS]
)
def test_no_depth_of_a_form_is_too_much(protocol, key):
    """A form nests in its names."""
    for located in (False, True):
        found = decoded(protocol, request(protocol, form(f"{key}=1".encode())), located=located)

        assert isinstance(found, str | dict | list)


@EACH
@pytest.mark.parametrize("located", [False, True], ids=["read", "located"])
def test_a_hundred_levels_are_the_most(protocol, located):
    """The limit is one of ours, below that of any parser's stack."""
    name = {"json": "objects", "rest-json": "objects", CBOR: "maps"}.get(protocol, "elements")
    allowed, refused = (answer(protocol, deep_bodies(protocol, levels)[name]) for levels in (DEPTH - 5, DEPTH + 5))

    assert not isinstance(decoded(protocol, allowed, located=located), str)
    assert f"nests deeper than {DEPTH} levels" in decoded(protocol, refused, located=located)


BOMB = b"".join(
    (
        b'<!DOCTYPE r [<!ENTITY a0 "ha">',
        *(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">'.encode() for n in range(1, 10)),
        b"]><r><Text>&a9;</Text></r>",
    )
)


@pytest.mark.parametrize("protocol", XML)
@pytest.mark.parametrize(
    "body",
    [
        BOMB,
        b'<!DOCTYPE r SYSTEM "file:///etc/hostname"><r/>',
        b'<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/hostname">]><r><Text>&x;</Text></r>',
        b'<!DOCTYPE r [<!ENTITY % x SYSTEM "http://127.0.0.1/">%x;]><r/>',
        b"<!DOCTYPE r><r/>",
        b"<r><Text>&undeclared;</Text></r>",
        "<r>é</r>".encode("utf-16"),
        b'<?xml version="1.0" encoding="latin-1"?><r>\xe9</r>',
        b"<r>\xff\xfe</r>",
        b"<r>&#xD800;</r>",
        b"<r>&#0;</r>",
        b"<r>\x00</r>",
        b"<r/><r/>",
        b"<r",
        b"text",
    ],
    ids=[
        *("bomb", "external", "external entity", "parameter entity", "doctype", "undeclared", "utf-16"),
        *("latin-1", "not utf-8", "surrogate", "null reference", "null", "two roots", "open", "text"),
    ],
)
def test_xml_is_refused_that_a_service_does_not_send(protocol, body):
    """No declaration of a type, no entity but the five, no character that XML has not."""
    for status in (200, 400):
        for located in (False, True):
            found = decoded(protocol, answer(protocol, body, status), located=located)

            assert isinstance(found, str), (status, located, found)


@pytest.mark.parametrize("protocol", XML)
@pytest.mark.parametrize("coding", ["utf-8", "UTF-16", "latin-1", "none-such"])
def test_xml_is_utf_8_whatever_it_says(protocol, coding):
    """As it is to botocore."""
    body = f'<?xml version="1.0" encoding="{coding}"?>\n'.encode() + valid_answer(protocol).body.rpartition(b"?>")[2]

    assert decoded(protocol, answer(protocol, body)) == decoded(protocol, answer(protocol, valid_answer(protocol).body))


@pytest.mark.parametrize("protocol", ["json", "rest-json"])
@pytest.mark.parametrize(
    "body",
    [
        b'{"Real":NaN}',
        b'{"Real":-Infinity}',
        b'{"Real":1e999}',
        b'{"Text":"\\ud800"}',
        b'{"\\udfff":1}',
        b'{"Text":"\xff"}',
        b'{"Text":"\xed\xa0\x80"}',
        '{"Text":"é"}'.encode("utf-16"),
        b'\xef\xbb\xbf{"Text":"a"}',
        b'{"Whole":' + b"9" * 100_000 + b"}",
        b'{"Text":"a',
        b'{"Text":"a"} {}',
        b"[]",
        b'"text"',
    ],
    ids=[
        *("nan", "infinity", "out of range", "lone surrogate", "lone surrogate in a name", "not utf-8"),
        *("surrogate in utf-8", "utf-16", "mark", "digits", "cut short", "two values", "array", "string"),
    ],
)
def test_json_is_refused_that_a_service_does_not_send(protocol, body):
    """Words that are no numbers, numbers that are none either, halves of characters, and other encodings."""
    for located in (False, True):
        assert isinstance(decoded(protocol, answer(protocol, body), located=located), str)


@pytest.mark.parametrize("protocol", ["json", "rest-json", CBOR])
def test_of_two_members_of_one_name_the_last_counts(protocol):
    """As it does in botocore."""
    bodies = {CBOR: b"\xa2\x64Text\x61a\x64Text\x61b"}

    found = decoded(protocol, answer(protocol, bodies.get(protocol, b'{"Text":"a","Text":"b"}')))

    assert found.instance["Text"] == "b"


@pytest.mark.parametrize("protocol", [CBOR])
@pytest.mark.parametrize(
    "body",
    [
        b"\x9b" + b"\xff" * 8,
        b"\xbb" + b"\xff" * 8,
        b"\x5b" + b"\xff" * 8,
        b"\x7b\x00\x00\x00\x00\xff\xff\xff\xff",
        b"\xa1\x64Text\x62\xed\xa0",
        b"\xa1\x64Text\x63\xed\xa0\x80",
        b"\xa1\x64Text\xff",
        b"\xa1\x64Text",
        b"\xa1\x00\x00",
        b"\xff",
        b"\x1c",
        b"\xf8\x00",
        b"\x5f\x61a\xff",
        b"\x7f\x7f\xff\xff",
        b"\xa0\xa0",
        b"\xc2\x5a\x00\xff\xff\xff",
        b"\x80",
    ],
    ids=lambda each: each.hex(),
)
def test_cbor_is_refused_that_is_cut_short_or_promises_too_much(protocol, body):
    """A length is not believed before that much is there."""
    for located in (False, True):
        assert isinstance(decoded(protocol, answer(protocol, body), located=located), str)


@EACH
def test_an_answer_may_break_off_anywhere(protocol):
    """Every beginning of an answer is read or refused; none of a format that has an end is taken for the whole."""
    whole = valid_answer(protocol)
    for stop in range(1, len(whole.body)):
        found = decoded(protocol, Response(200, "", whole.headers, whole.body[:stop]))

        assert isinstance(found, str), stop


def stream(protocol):
    """An event stream of each kind of event."""
    codec, _ = codec_of(protocol)
    events = [
        {"Part": {"Data": base64.b64encode(b"\x00\xff").decode()}},
        {"Tick": {"Count": 3, "Tree": {"Leaf": "é"}}},
        {"Broken": {"message": "it broke"}},
    ]
    return codec.encode_response(codec.service.operations["Watch"], {"Events": events}), events


@pytest.mark.parametrize("protocol", WITH_STREAMS)
def test_an_event_stream_may_break_off_anywhere(protocol):
    """What is whole of a stream is its events; a frame that is cut short or flipped anywhere is refused."""
    codec, _ = codec_of(protocol)
    watch = codec.service.operations["Watch"]
    whole, events = stream(protocol)
    assert codec.decode_response(watch, whole, protocol).instance == {"Events": events}

    for at in range(len(whole.body)):
        short = Response(200, "", whole.headers, whole.body[:at])
        found = settled(lambda short=short: codec.decode_response(watch, short, protocol).instance)
        assert isinstance(found, str) or len(found.get("Events", ())) < len(events)
        flipped = bytes((*whole.body[:at], whole.body[at] ^ 0x10, *whole.body[at + 1 :]))
        wrong = Response(200, "", whole.headers, flipped)
        assert isinstance(settled(lambda wrong=wrong: codec.decode_response(watch, wrong, protocol)), str)


@pytest.mark.parametrize("protocol", WITH_STREAMS)
@given(data=st.data())
def test_frames_of_any_content_are_read_or_refused(protocol, data):
    """Frames whose checksums are right and whose headers and payloads mean nothing."""
    codec, _ = codec_of(protocol)
    names = st.sampled_from([b":event-type", b":message-type", b":content-type", b":exception-type", b"Count", b"x"])
    texts = st.one_of(
        st.sampled_from([b"event", b"exception", b"error", b"Part", b"Tick", b"Broken"]), st.binary(max_size=9)
    )
    kinds = data.draw(st.lists(st.tuples(names, st.integers(0, 10), texts), max_size=4))
    headers = b"".join(bytes([len(n)]) + n + bytes([k]) + struct.pack(">H", len(t)) + t for n, k, t in kinds)
    payload = data.draw(st.binary(max_size=30))
    start = struct.pack(">II", len(headers) + len(payload) + 16, len(headers))
    body = start + struct.pack(">I", zlib.crc32(start)) + headers + payload
    body += struct.pack(">I", zlib.crc32(body))
    message = Response(200, "", (("Content-Type", "application/vnd.amazon.eventstream"),), body)

    settled(lambda: codec.decode_response(codec.service.operations["Watch"], message, protocol))
    settled(lambda: list(codec.places(codec.service.operations["Watch"], message, protocol)))


@given(
    st.text(), st.sampled_from(["Text", "List.member.1", "Map.entry.1.key", "Tree.Branches.member.2.Leaf", "Flat.1"])
)
def test_a_form_holds_any_text(text, key):
    """What is percent-encoded there is read as it was; half a surrogate pair cannot be."""
    assume(not any(0xD800 <= ord(each) < 0xE000 for each in text))

    found = decoded("query", request("query", form(f"Text={quote(text, safe='')}&{key}=x".encode())))

    assert isinstance(found, dict)
    assert found["Text"] in (text, "x")


@pytest.mark.parametrize("protocol", ["query", "ec2"])
@pytest.mark.parametrize(
    "body",
    [
        b"Text=%ED%A0%80",
        b"Text=%FF",
        b"Text=\xff",
        b"Te%FFxt=a",
        b"List.member.99999999999=a",
        b"List.member." + b"9" * 5000 + b"=a",
    ],
)
def test_a_form_of_no_text_is_read_or_refused(protocol, body):
    """Bytes that are not UTF-8, and an index that would need more memory than there is."""
    tracemalloc.start()
    try:
        decoded(protocol, request(protocol, form(body)))
        decoded(protocol, request(protocol, form(body)), located=True)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 10_000_000


@pytest.mark.slow
def test_compressed_nothing_does_not_fill_the_memory():
    """A gigabyte of zeros in a megabyte is refused."""
    made = zlib.compressobj(wbits=zlib.MAX_WBITS | 16)
    body = b"".join([*(made.compress(b"\0" * 2**24) for _ in range(20)), made.flush()])
    message = request("json", body, headers=(("Content-Encoding", "gzip"),))

    assert "larger than" in decoded("json", message)
    assert "gzip" in decoded(
        "json", request("json", gzip.compress(b"{}")[:-4], headers=(("Content-Encoding", "gzip"),))
    )


def long_bodies(protocol, count):
    """Answers of about *count* values, each growing in another way."""
    if protocol in ("json", "rest-json"):
        return {
            "list": b'{"List":[' + b",".join([b'"abc"'] * count) + b"]}",
            "members": b"{" + b",".join(b'"x%d":1' % each for each in range(count)) + b"}",
            "string": b'{"Text":"' + b'\\"a\\\\' * count + b'"}',
            "nulls": b'{"Map":{' + b",".join(b'"x%d":null' % each for each in range(count)) + b"}}",
            "brackets": b'{"Text":"' + b"[{" * count + b'"}',
            "trees": b'{"Tree":{"Branches":[' + b",".join([b'{"Leaf":"a"}'] * count) + b"]}}",
            "digits": b'{"Real":0.' + b"1" * count + b"}",
            "spaces": b'{"Text":' + b" " * count + b'"a"}',
            "quotes": b'{"Text":"' + b'\\"' * count,
        }
    if protocol == CBOR:
        return {
            "list": b"\xa1\x64List\x9f" + b"\x63abc" * count + b"\xff",
            "string": b"\xa1\x64Text\x7f" + b"\x61a" * count + b"\xff",
            "members": b"\xbf" + b"".join(b"\x67%07d\x01" % each for each in range(count)) + b"\xff",
            "trees": b"\xa1\x64Tree\xa1\x68Branches\x9f" + b"\xa1\x64Leaf\x61a" * count + b"\xff",
            "blobs": b"\xa1\x65Bytes\x5f" + b"\x41a" * count + b"\xff",
        }
    before, after = {
        "query": (b"<MeasureResponse><MeasureResult>", b"</MeasureResult></MeasureResponse>"),
    }.get(protocol, (b"<MeasureResponse>", b"</MeasureResponse>"))
    bodies = {
        "list": b"<List>" + b"<member>a</member>" * count + b"</List>",
        "flat": b"<Flat>a</Flat>" * count,
        "unknown": b"<x>a</x>" * count,
        "members": b"".join(b"<x%d/>" % each for each in range(count)),
        "text": b"<Text>" + b"&amp;a" * count + b"</Text>",
        "pieces": b"<Text>" + b"a<!-- -->" * count + b"</Text>",
        "attributes": b"<Text " + b" ".join(b'a%d=""' % each for each in range(count)) + b"/>",
        "map": b"<Map>" + b"<entry><key>a</key><value>b</value></entry>" * count + b"</Map>",
        "trees": b"<Tree><Branches>" + b"<member><Leaf>a</Leaf></member>" * count + b"</Branches></Tree>",
        "lines": b"<Text>" + b"\n" * count + b"</Text>",
        "sections": b"<Text>" + b"<![CDATA[a]]>" * count + b"</Text>",
    }
    return {name: before + each + after for name, each in bodies.items()}


def long_requests(protocol, count):
    """Requests of about *count* values."""
    if protocol in ("query", "ec2"):
        return {
            "list": form(b"&".join(b"List.member.%d=a" % each for each in range(1, count))),
            "bare list": form(b"&".join(b"List.%d=a" % each for each in range(1, count))),
            "unknown": form(b"&".join(b"x%d=a" % each for each in range(count))),
            "same": form(b"&".join([b"Text=a"] * count)),
            "dots": form(b"Text" + b".1" * count + b"=a"),
            "map": form(b"&".join(b"Map.entry.%d.key=k%d&Map.entry.%d.value=v" % (n, n, n) for n in range(1, count))),
            "text": form(b"Text=" + b"%41+" * count),
        }
    return {}


def seconds(function):
    """CPU seconds of one call."""
    start = time.process_time()
    function()
    return time.process_time() - start


GROWTH = 16


@pytest.mark.slow
@EACH
@pytest.mark.parametrize("located", [False, True], ids=["read", "located"])
def test_time_grows_with_size_and_no_faster(protocol, located):
    """Sixteen times the size takes sixteen times as long, where quadratic time would take 256 times as long."""
    for maker, wrap in ((long_bodies, answer), (long_requests, request)):
        small, large = (maker(protocol, count) for count in (1_500, 1_500 * GROWTH))
        for name in small:
            short, long = (
                functools.partial(decoded, protocol, wrap(protocol, each[name]), located=located)
                for each in (small, large)
            )
            grown = (seconds(long) / max(seconds(short), 1e-3) for _ in range(3))  # a busy machine has a second try

            assert any(each < GROWTH * 5 for each in grown), name


@pytest.mark.slow
@EACH
def test_fifty_megabytes_are_read(protocol):
    """A body of 50 MB is an answer like any other: its last value is there, in memory of a few times its size."""
    count = 50_000_000 // 5_000
    text = b"a" * 4_990
    bodies = {
        "json": b'{"List":[' + b",".join([b'"%s"' % text] * count) + b"]}",
        CBOR: b"\xa1\x64List\x9f" + (b"\x79" + struct.pack(">H", len(text)) + text) * count + b"\xff",
        "query": b"<R><MeasureResult><List>" + b"<member>%s</member>" % text * count + b"</List></MeasureResult></R>",
    }
    kind = "json" if protocol == "rest-json" else "query" if protocol in XML else protocol
    body = (
        bodies[kind] if protocol not in ("ec2", "rest-xml") else bodies["query"].replace(b"MeasureResult>", b"Tree2>")
    )
    if protocol in ("ec2", "rest-xml"):
        body = body.replace(b"<Tree2>", b"").replace(b"</Tree2>", b"")
    assert len(body) > 49_000_000

    found = decoded(protocol, answer(protocol, body))

    assert [len(found.instance["List"]), found.instance["List"][-1]] == [count, text.decode()]
