"""Scalars and lists in headers, labels and query strings."""

import base64
import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bototape.errors import WireError
from bototape.shapes import Member, Shape
from bototape.wire import httpvalues
from bototape.wire.instance import Reading, Spot

READING = Reading("the response body", drops_nulls=True)
LOCATED = Reading("the response body", drops_nulls=True, located=True)


def shape(kind, *, element=None, **traits):
    inner = Member("member", element, required=False, traits={}) if element else None
    return Shape(kind, kind, {}, inner, None, None, None, None, None, None, traits)


def member(**traits):
    return Member("M", "S", required=False, traits=traits)


SHAPES = {each: shape(each) for each in ("string", "integer", "boolean", "timestamp", "blob", "double")}


def written(value, kind, **traits):
    return httpvalues.write(value, SHAPES[kind], member(**traits), SHAPES)


def read(text, kind, location="header", **traits):
    return httpvalues.read(text, SHAPES[kind], member(**traits), location)


@pytest.mark.parametrize(
    ("text", "kind", "location", "traits", "value"),
    [
        ("a b", "string", "header", {}, "a b"),
        ("1", "string", "uri", {}, "1"),
        ("-7", "integer", "querystring", {}, -7),
        ("7.5", "integer", "header", {}, "7.5"),
        ("true", "boolean", "querystring", {}, True),
        ("True", "boolean", "querystring", {}, "True"),
        ("1e3", "double", "header", {}, 1000.0),
        ("NaN", "double", "header", {}, "NaN"),
        ("YQ==", "blob", "header", {}, "YQ=="),
        ("Fri, 05 Nov 2021 12:34:56 GMT", "timestamp", "header", {}, "Fri, 05 Nov 2021 12:34:56 GMT"),
        ("2021-11-05T12:34:56Z", "timestamp", "querystring", {}, "2021-11-05T12:34:56Z"),
        ("1636115696", "timestamp", "querystring", {"timestampFormat": "unixTimestamp"}, 1636115696),
        ("1636115696.5", "timestamp", "header", {"timestampFormat": "unixTimestamp"}, 1636115696.5),
        ("soon", "timestamp", "header", {"timestampFormat": "unixTimestamp"}, "soon"),
        (base64.b64encode(b'{"a":[1,null]}').decode(), "string", "header", {"jsonvalue": True}, {"a": [1, None]}),
        ("no base64", "string", "header", {"jsonvalue": True}, "no base64"),
        (base64.b64encode(b"\xff").decode(), "string", "header", {"jsonvalue": True}, "/w=="),
        (base64.b64encode(b"NaN").decode(), "string", "header", {"jsonvalue": True}, ...),
        (base64.b64encode(b"[" * 200 + b"]" * 200).decode(), "string", "header", {"jsonvalue": True}, ...),
        (base64.b64encode(b"[" * 100_000).decode(), "string", "header", {"jsonvalue": True}, ...),
        ("eyJhIjoxfQ==", "string", "querystring", {"jsonvalue": True}, "eyJhIjoxfQ=="),
    ],
)
def test_text_is_read_as_its_place_and_shape_say(text, kind, location, traits, value):
    """Timestamps stay what the wire has; what is not of its type stays text."""
    assert read(text, kind, location, **traits) == (text if value is ... else value)


@pytest.mark.parametrize(
    ("value", "kind", "traits", "text"),
    [
        ("a, b", "string", {}, "a, b"),
        (-7, "integer", {}, "-7"),
        (False, "boolean", {}, "false"),
        (1636115696, "timestamp", {}, "Fri, 05 Nov 2021 12:34:56 GMT"),
        (1636115696, "timestamp", {"timestampFormat": "iso8601"}, "2021-11-05T12:34:56Z"),
        (1636115696.5, "timestamp", {"timestampFormat": "unixTimestamp"}, "1636115696.5"),
        ("any text", "timestamp", {}, "any text"),
        ({"a": [1, None]}, "string", {"jsonvalue": True}, base64.b64encode(b'{"a":[1,null]}').decode()),
        ("text", "string", {"jsonvalue": True}, base64.b64encode(b'"text"').decode()),
    ],
)
def test_a_value_is_written_as_its_place_and_shape_say(value, kind, traits, text):
    """As botocore's parser and every SDK read it."""
    assert written(value, kind, **traits) == text


@pytest.mark.parametrize("value", ["a\r\nX-Other: b", "nul\0", "漢", {"a": 1}, [1], None])
def test_what_no_header_can_hold_is_refused(value):
    """A value must not start another header."""
    with pytest.raises(WireError, match="the header of M"):
        written(value, "string")


@pytest.mark.parametrize(
    ("text", "kind", "elements"),
    [
        ("", "string", []),
        ("a", "string", ["a"]),
        ("a, b ,c", "string", ["a", "b", "c"]),
        ("a,,b,", "string", ["a", "b"]),
        ('"a,b", c', "string", ["a,b", "c"]),
        (r'"say \"hi\"","back\\slash"', "string", ['say "hi"', "back\\slash"]),
        ('" spaced "', "string", [" spaced "]),
        ('""', "string", [""]),
        ('a "quote" inside', "string", ['a "quote" inside']),
        ('"never ends, a', "string", ['"never ends', "a"]),
        ('"over" and out, b', "string", ['"over" and out', "b"]),
        ("1,2,x", "integer", [1, 2, "x"]),
        ("true,false", "boolean", [True, False]),
        (
            "Mon, 16 Dec 2019 23:48:18 GMT, Tue, 17 Dec 2019 23:48:18 GMT",
            "timestamp",
            ["Mon, 16 Dec 2019 23:48:18 GMT", "Tue, 17 Dec 2019 23:48:18 GMT"],
        ),
    ],
)
def test_a_list_is_read_from_one_header(text, kind, elements):
    """Commas part elements, but not in quotes and not in dates."""
    assert httpvalues.read_list(text, SHAPES[kind], None, "x-list", READING) == elements


@pytest.mark.parametrize("text", ['a, "b,c" ,d', "1,,2", '"never ends, a'])
def test_each_element_of_a_list_knows_where_it_stands(text):
    """A span holds what the element is, without quotes and blanks around it."""
    found = httpvalues.read_list(text, SHAPES["string"], None, "x-list", LOCATED)
    plain = httpvalues.read_list(text, SHAPES["string"], None, "x-list", READING)

    assert [(each.part, each.name, each.style) for each in found] == [("header", "x-list", "text")] * len(plain)
    assert [text[each.start : each.end] for each in found] == plain == [each.value for each in found]


def test_dates_of_a_list_are_parted_by_every_other_comma():
    """Whatever format the element asks for."""
    dates = shape("timestamp", timestampFormat="iso8601")

    assert httpvalues.read_list("2019-12-16T23:48:18Z,2019-12-17T23:48:18Z", dates, None, "x", READING) == [
        "2019-12-16T23:48:18Z",
        "2019-12-17T23:48:18Z",
    ]
    assert httpvalues.read_list("Mon, 16 Dec 2019 23:48:18 GMT", SHAPES["timestamp"], None, "x", LOCATED) == [
        Spot("header", 0, 29, "text", "Mon, 16 Dec 2019 23:48:18 GMT", "x")
    ]


def test_dates_of_a_list_are_written_without_quotes():
    """Smithy, "httpHeader trait": ``http-date`` in a list is as it is alone."""
    dates = shape("list", element="timestamp")

    assert httpvalues.write([0, 86400], dates, member(), SHAPES) == (
        "Thu, 01 Jan 1970 00:00:00 GMT,Fri, 02 Jan 1970 00:00:00 GMT"
    )


PRINTABLE = st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), min_size=1, max_size=12)


@given(st.lists(PRINTABLE.map(str.strip).filter(lambda each: each), max_size=5))
def test_what_is_written_as_a_list_is_read_as_it(elements):
    """Commas and quotes in an element survive."""
    text = httpvalues.write(elements, shape("list", element="string"), member(), SHAPES)

    assert httpvalues.read_list(text, SHAPES["string"], None, "x", READING) == elements


@given(st.text(max_size=40))
def test_reading_a_list_never_raises(text):
    """Whatever a header holds, it is a list of something, found where it is said to stand."""
    found = httpvalues.read_list(text, SHAPES["string"], None, "x", LOCATED)

    assert all(0 <= each.start <= each.end <= len(text) for each in found)
    assert [each.value for each in found] == httpvalues.read_list(text, SHAPES["string"], None, "x", READING)


@given(st.datetimes(datetime(1970, 1, 2), datetime(9999, 12, 30)), st.sampled_from(["iso8601", "rfc822"]))  # noqa: DTZ001 - hypothesis takes naive bounds
def test_a_moment_is_written_as_a_client_reads_it(moment, form):
    """Each format gives the second it was made from."""
    seconds = int(moment.replace(tzinfo=UTC).timestamp())
    pattern = "%Y-%m-%dT%H:%M:%SZ" if form == "iso8601" else "%a, %d %b %Y %H:%M:%S GMT"

    text = written(seconds, "timestamp", timestampFormat=form)

    assert datetime.strptime(text, pattern).replace(tzinfo=UTC).timestamp() == seconds


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(), lambda x: st.lists(x) | st.dictionaries(st.text(), x)
)


@given(JSON)
def test_json_in_a_header_survives(value):
    """Any JSON value, in the alphabet of base64."""
    text = written(value, "string", jsonvalue=True)

    assert json.dumps(read(text, "string", jsonvalue=True)) == json.dumps(value)
