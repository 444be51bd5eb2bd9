import gzip
import json

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bototape import shapes
from bototape.errors import WireError
from bototape.interaction import Request, Response
from bototape.wire import jsonbody
from bototape.wire.codec import Codec, is_error
from bototape.wire.instance import DEPTH, Decoded

SERVICE = shapes.parse(
    {
        "metadata": {"protocol": "json", "jsonVersion": "1.1", "targetPrefix": "Lab"},
        "operations": {
            "Measure": {
                "name": "Measure",
                "input": {"shape": "Sample"},
                "output": {"shape": "Sample"},
                "errors": [{"shape": "NotFound"}, {"shape": "TooMany"}],
            },
            "Stop": {"name": "Stop"},
            "Choose": {"name": "Choose", "output": {"shape": "Choice"}},
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
                    "Free": {"shape": "Free"},
                    "Mass": {"shape": "Double"},
                },
            },
            "Samples": {"type": "list", "member": {"shape": "Sample"}},
            "Tags": {"type": "map", "key": {"shape": "Text"}, "value": {"shape": "Sample"}},
            "Holes": {"type": "map", "key": {"shape": "Text"}, "value": {"shape": "Text"}, "sparse": True},
            "Choice": {"type": "structure", "union": True, "members": {"A": {"shape": "Text"}}},
            "Free": {"type": "structure", "document": True, "members": {}},
            "Text": {"type": "string"},
            "Double": {"type": "double"},
            "NotFound": {"type": "structure", "exception": True, "members": {"Message": {"shape": "Text"}}},
            "TooMany": {
                "type": "structure",
                "exception": True,
                "error": {"code": "Throttled.Slow", "httpStatusCode": 429},
                "members": {"Limit": {"shape": "Double"}},
            },
        },
    }
)
CODEC = Codec(SERVICE)
MEASURE, STOP = SERVICE.operations["Measure"], SERVICE.operations["Stop"]


def request(body: bytes | str, **headers: str) -> Request:
    content = body.encode() if isinstance(body, str) else body
    return Request("POST", "https://lab.example/", tuple(headers.items()), content)


def response(body: bytes | str, status: int = 200, headers: tuple[tuple[str, str], ...] = ()) -> Response:
    return Response(status, "", headers, body.encode() if isinstance(body, str) else body)


def read(body: bytes | str, status: int = 200, headers: tuple[tuple[str, str], ...] = ()) -> Decoded:
    return CODEC.decode_response(MEASURE, response(body, status, headers))


def test_wire_names_become_member_names_at_every_depth():
    """Findings and schemas speak of members, not of their spelling on the wire."""
    body = '{"name":"a","Parts":[{"name":"b"}],"Tags":{"t":{"name":"c"}}}'

    expected = {"Name": "a", "Parts": [{"Name": "b"}], "Tags": {"t": {"Name": "c"}}}
    assert expected == CODEC.decode_request(MEASURE, request(body))
    assert Decoded(expected) == read(body)


def test_a_member_sent_under_its_model_name_is_refused():
    """'Name' is not what the service reads as name, so it cannot pass for it."""
    with pytest.raises(WireError) as caught:
        read('{"Parts":[{"Name":"a"}]}')

    assert str(caught.value) == "cannot decode the response body at /Parts/0/Name: 'Name' must be spelt 'name'"


def test_unknown_members_are_kept():
    """A member newer than the model must reach the checker."""
    assert Decoded({"New": {"name": None, "x": [1]}}) == read('{"New":{"name":null,"x":[1]}}')


def test_null_is_absence_in_responses_but_stays_in_lists_documents_and_sparse_maps():
    """SDKs drop null members; what they keep stays."""
    body = '{"name":null,"Parts":[null,{"Mass":null}],"Tags":{"t":null},"Holes":{"h":null},"Free":{"f":null}}'

    expected = {"Parts": [None, {}], "Tags": {}, "Holes": {"h": None}, "Free": {"f": None}}
    assert Decoded(expected, nulls=("/name", "/Parts/1/Mass", "/Tags/t")) == read(body)


def test_null_is_absence_where_nothing_else_is_to_do():
    """An output without renamed members takes a shorter way, not another meaning."""
    choose = SERVICE.operations["Choose"]

    assert CODEC.decode_response(choose, response('{"A":"null"}')) == Decoded({"A": "null"})
    assert CODEC.decode_response(choose, response('{"A":null,"B":1}')) == Decoded({"B": 1}, nulls=("/A",))
    assert CODEC.decode_response(choose, response('{"__type":"x","B":1}')) == Decoded({"B": 1})


def test_null_stays_in_requests():
    """A service refuses a null it did not ask for, so the checker must see it."""
    assert CODEC.decode_request(MEASURE, request('{"name":null}')) == {"Name": None}


def test_the_type_marker_is_no_member():
    """`__type` belongs to the protocol, in unions and elsewhere."""
    assert Decoded({"Choice": {"A": "x"}}) == read('{"__type":"Sample","Choice":{"__type":"Choice","A":"x"}}')


def test_numbers_keep_their_value_and_kind():
    """1.5E9 is a float, 3 an integer, a word for a float stays a word."""
    found = read('{"Mass":1.581375932441E9,"Parts":[{"Mass":3},{"Mass":"NaN"}]}').instance

    assert found == {"Mass": 1581375932.441, "Parts": [{"Mass": 3}, {"Mass": "NaN"}]}
    assert isinstance(found, dict)
    assert [type(found["Mass"]), type(found["Parts"][0]["Mass"])] == [float, int]


@pytest.mark.parametrize("body", ["", "{}"])
def test_an_empty_body_is_an_empty_structure(body):
    """Operations without output answer nothing, or an empty object."""
    assert Decoded({}) == CODEC.decode_response(STOP, response(body))
    assert CODEC.decode_request(STOP, request(body)) == {}


@pytest.mark.parametrize(
    ("headers", "body", "code", "error"),
    [
        ((), '{"__type":"NotFound"}', "NotFound", "NotFound"),
        ((), '{"__type":"com.amazon.lab#NotFound"}', "NotFound", "NotFound"),
        ((), '{"__type":"NotFound:http://internal.example/x"}', "NotFound", "NotFound"),
        ((), '{"__type":"a.b#NotFound:http://internal.example/x#y"}', "NotFound", "NotFound"),
        ((), '{"code":"NotFound"}', "NotFound", "NotFound"),
        ((("x-amzn-errortype", "NotFound:"),), '{"__type":"Other"}', "NotFound", "NotFound"),
        ((("X-Amzn-ErrorType", "a#NotFound"),), "", "NotFound", "NotFound"),
        ((), '{"__type":"Throttled.Slow"}', "Throttled.Slow", "TooMany"),
        ((), '{"__type":"TooMany"}', "TooMany", "TooMany"),
        ((), '{"__type":"ThrottlingException"}', "ThrottlingException", None),
        ((), '{"__type":7}', None, None),
        ((), "", None, None),
    ],
)
def test_the_error_code_is_found_wherever_services_put_it(headers, body, code, error):
    """Header before body, namespace and address cut off; the shape is found by name and by its code."""
    found = read(body, 400, headers)

    assert (code, error) == (found.code, found.error)


def test_an_error_of_another_operation_is_known():
    """Clients look for it in the whole service, by name and by code."""
    named = CODEC.decode_response(STOP, response('{"__type":"NotFound"}', 400))
    coded = CODEC.decode_response(STOP, response('{"__type":"Throttled.Slow"}', 400))

    assert [(each.error, each.code) for each in (named, coded)] == [
        ("NotFound", "NotFound"),
        ("TooMany", "Throttled.Slow"),
    ]


@pytest.mark.parametrize("spelling", ["message", "Message"])
def test_the_message_of_an_error_is_read_in_both_spellings(spelling):
    """Services write 'message' where the model says 'Message'; every SDK reads both."""
    body = json.dumps({"__type": "NotFound", spelling: "no such sample"})

    assert Decoded({"Message": "no such sample"}, "NotFound", "NotFound") == read(body, 400)


def test_an_unmodeled_error_keeps_its_body():
    """Nothing is known about it, so nothing is taken away."""
    body = {"__type": "ThrottlingException", "message": "Rate exceeded"}

    assert Decoded(body, None, "ThrottlingException") == read(json.dumps(body), 400)


@pytest.mark.parametrize(("status", "expected"), [(200, False), (204, False), (300, True), (400, True), (503, True)])
def test_any_status_but_2xx_is_an_error(status, expected):
    """The status decides, not the body."""
    assert expected == is_error(response("", status))


@pytest.mark.parametrize("code", ["NotFound", "TooMany", "ThrottlingException"])
def test_what_is_encoded_is_decoded(code):
    """An error made for a test reads as the service's own."""
    made = CODEC.encode_error(MEASURE, code, "slow down", status=429)
    found = CODEC.decode_response(MEASURE, made)

    assert (code, 429, "Too Many Requests") == (found.code, made.status, made.reason)
    assert ("Content-Length", str(len(made.body))) in made.headers


def test_gzip_is_undone():
    """Other recorders keep a compressed body as it came."""
    body = gzip.compress(b'{"Mass":1}', mtime=0)

    assert Decoded({"Mass": 1}) == read(body, headers=(("Content-Encoding", "gzip"),))


@pytest.mark.parametrize(
    ("body", "headers", "reason"),
    [
        (b"<html>", (), "it is not JSON: Expecting value: line 1 column 1 (char 0)"),
        (b'{"a":1', (), "it is not JSON: Expecting ',' delimiter: line 1 column 7 (char 6)"),
        (b'{"a":1}x', (), "it is not JSON: Extra data: line 1 column 8 (char 7)"),
        (b"[]", (), "expected a JSON object, found an array"),
        (b"null", (), "expected a JSON object, found null"),
        (b"7", (), "expected a JSON object, found a number"),
        (b'{"a":"\xff"}', (), "it is not UTF-8: byte 6 is 0xff"),
        (b'{"a":NaN}', (), "it is not JSON: the bare word NaN: it must stand in quotes"),
        (b'{"a":-Infinity}', (), "it is not JSON: the bare word -Infinity: it must stand in quotes"),
        (b'{"a":1e400}', (), "it is not JSON: the number 1e400 is out of range"),
        (b'{"a":1E+0400}', (), "it is not JSON: the number 1E+0400 is out of range"),
        (b'{"a":' + b"9" * 400 + b".5}", (), f"it is not JSON: the number {'9' * 40} is out of range"),
        (b'{"a":"\\ud800"}', (), "it holds half of a surrogate pair, which is no character"),
        (b'{"a":' + b"[" * 10_000 + b"]" * 10_000 + b"}", (), f"it nests deeper than {DEPTH} levels"),
        (b'{"]":' + b"[" * 10_000, (), f"it nests deeper than {DEPTH} levels"),
        (b'{"a":' * 10_000 + b"1" + b"}" * 10_000, (), f"it nests deeper than {DEPTH} levels"),
        (b"x", (("Content-Encoding", "br"),), "its content encoding is 'br', expected gzip or none"),
        (
            b"{}        {}",
            (("Content-Encoding", "gzip"),),
            "it is not gzip: Error -3 while decompressing data: incorrect header check",
        ),
        (
            gzip.compress(b"{}", mtime=0)[:-9],
            (("Content-Encoding", "gzip"),),
            "its gzip is cut short, or larger than 268435456 bytes",
        ),
    ],
)
def test_garbage_is_named(body, headers, reason):
    """A body that is not AWS JSON gives one error that says what is wrong with it."""
    with pytest.raises(WireError) as caught:
        read(body, headers=headers)

    assert f"cannot decode the response body: {reason}" == str(caught.value)


def test_brackets_in_strings_do_not_count_as_nesting():
    """A long message full of brackets is a flat body."""
    text = "[{" * 5_000

    assert Decoded({"name!": text}) == read(json.dumps({"name!": text}))


def test_a_surrogate_pair_is_a_character():
    """Only half a pair is refused."""
    assert Decoded({"x": "\U0001d4b3"}) == read('{"x":"\\ud835\\udcb3"}')


@settings(max_examples=150)
@given(st.binary(max_size=60) | st.text(alphabet='{}[]",:\\unall0123e.-NaIfity ', max_size=60).map(str.encode))
def test_no_bytes_raise_anything_but_a_wire_error(body):
    """Whatever a cassette holds, a user sees a sentence and never a traceback."""
    for status in (200, 400):
        try:
            found = read(body, status)
        except WireError:
            continue
        assert isinstance(found.instance, dict)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["Parts", "Tags", "Free", "Choice", "x", "__type", "code"]), inner, max_size=4
        )
    ),
    max_leaves=12,
)


@settings(max_examples=150)
@given(st.dictionaries(st.sampled_from(["Parts", "Tags", "Choice", "Mass", "message", "__type"]), JSON, max_size=4))
def test_any_json_object_decodes(value):
    """Wrong types are the checker's to judge; decoding gets through them."""
    body = json.dumps(value)

    assert isinstance(read(body).instance, dict)
    assert isinstance(read(body, 400).instance, dict)
    assert CODEC.decode_request(MEASURE, request(body)) == value


def spoken(body, at_least):
    """What is said of *body* where orjson is asked from *at_least* bytes on; numbers by their kind, too."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(jsonbody, "_LONG_BODY", at_least)
        try:
            return repr(read(body))
        except WireError as error:
            return str(error)


TOKENS = st.sampled_from(
    [*'{}[]",:', "18446744073709551616", "-9223372036854775809", "1e999", "-0", "NaN", "\\ud800", "1.5"]
)
NUMBERS = [b"18446744073709551615", b"18446744073709551616", b"-9223372036854775809", b"-0", b"-0.0", b"1e400", b"NaN"]
TEXTS = [
    b'"\xff"',
    b'"\\ud800"',
    b'"\\ud835\\udcb3"',
    b'"\x01"',
    b'"\x7f"',
    b"1\x00",
    b"[" * 200 + b"]" * 200,
    b'1,"a":2',
]


@settings(max_examples=150)
@given(st.binary(max_size=40) | st.lists(TOKENS, max_size=12).map(lambda found: '{"a":' + "".join(found) + "}"))
@example(b"\xef\xbb\xbf{}")
def test_a_faster_parser_says_the_same_of_anything(body):
    """A long body has the same values and the same errors as a short one."""
    content = body if isinstance(body, bytes) else body.encode()

    assert spoken(content, 10**9) == spoken(content, 0)


@pytest.mark.parametrize("value", [*NUMBERS, *TEXTS])
def test_a_faster_parser_says_the_same_of_what_it_reads_otherwise(value):
    """Integers beyond 64 bits stay integers; what is refused is refused in the same words."""
    body = b'{"a":%b}' % value

    assert spoken(body, 10**9) == spoken(body, 0)


def test_a_long_body_is_given_to_the_faster_parser(monkeypatch):
    """A short one is not: what must hold before would take longer than is saved."""
    monkeypatch.setattr(jsonbody, "quick", lambda content: {"bytes": len(content)})
    short, long = (json.dumps({"a": "x" * size}) for size in (10_000, 30_000))

    assert [read(each).instance for each in (short, long)] == [json.loads(short), {"bytes": len(long)}]
