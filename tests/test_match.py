"""Two calls are the same call when AWS would take them for the same."""

import gzip
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bototape.errors import UsageError
from bototape.interaction import Request
from bototape.match import (
    Difference,
    call_key,
    differences,
    group_key,
    ignoring,
    modelled,
    parameters,
    paths_of,
)
from bototape.shapes import parse
from bototape.wire.codec import Codec
from bototape.wire.route import Route, route, told_region
from tests.builders import request

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=10,
)
PARAMETERS = st.dictionaries(st.text(), JSON, max_size=4)


def found(body: bytes, without=()):
    sent = Request("POST", "https://example.com/", (("X-Amz-Target", "SageMaker.X"),), body)
    return parameters(sent, route(sent), without)


@given(PARAMETERS, st.randoms(use_true_random=False))
def test_order_and_white_space_do_not_count(wanted, random):
    """A body written in another order, or with blanks, is the same call."""
    names = list(wanted)
    random.shuffle(names)
    shuffled = {name: wanted[name] for name in names}

    assert call_key(found(json.dumps(wanted).encode())) == call_key(found(json.dumps(shuffled, indent=3).encode()))


@given(PARAMETERS, PARAMETERS)
def test_differences_are_empty_exactly_when_keys_agree(one, other):
    """What the key tells apart, the explanation can name."""
    one, other = found(json.dumps(one).encode()), found(json.dumps(other).encode())

    assert (call_key(one) == call_key(other)) == (not list(differences(one, other)))


@pytest.mark.parametrize(
    ("one", "other"),
    [(b'{"A":1}', b'{"A":1.0}'), (b'{"A":1E3}', b'{"A":1000}'), (b"", b"{}"), (b'{"A":"\\u0061"}', b'{"A":"a"}')],
    ids=["integral float", "exponent", "empty body", "escape"],
)
def test_spellings_of_a_value_are_one(one, other):
    """Numbers and strings count by value."""
    assert call_key(found(one)) == call_key(found(other))


@pytest.mark.parametrize(
    ("one", "other"),
    [(b'{"A":1}', b'{"A":"1"}'), (b'{"A":true}', b'{"A":1}'), (b'{"A":null}', b"{}"), (b'{"A":[1,2]}', b'{"A":[2,1]}')],
    ids=["type", "boolean", "null", "list order"],
)
def test_different_values_are_different_calls(one, other):
    """What AWS would read differently does not match."""
    assert call_key(found(one)) != call_key(found(other))


def test_idempotency_tokens_are_left_out():
    """The random token of a mutating call differs on every run and does not count."""
    assert found(b'{"Name":"x","ClientRequestToken":"abc"}', ("ClientRequestToken",)) == {"Name": "x"}


def test_a_body_that_is_not_json_counts_as_text():
    """A hand-edited cassette still has a key, and its miss can be explained."""
    assert found(b'{"A":') == {"body": '{"A":'}


def test_query_calls_compare_their_form():
    """The order of form fields does not count."""
    kind = (("Content-Type", "application/x-www-form-urlencoded; charset=utf-8"),)
    sent = Request("POST", "https://sts.amazonaws.com/", kind, b"Version=2011-06-15&Action=GetCallerIdentity")

    assert route(sent) == Route("Action=GetCallerIdentity&Version=2011-06-15", "GetCallerIdentity", "query")
    assert parameters(sent, route(sent)) == {"Action": "GetCallerIdentity", "Version": "2011-06-15"}


def test_presigning_does_not_count():
    """Two presigned URLs of one object are the same call."""
    sent = Request("GET", "https://b.s3.amazonaws.com/k?X-Amz-Signature=1&X-Amz-Date=2&versionId=3")

    assert group_key(sent, route(sent)) == "GET /k"
    assert parameters(sent, route(sent)) == {"query.versionId": "3"}


@pytest.mark.parametrize(
    ("uri", "headers", "region"),
    [
        ("https://api.sagemaker.eu-west-1.amazonaws.com/", (), "eu-west-1"),
        ("https://s3.us-gov-west-1.amazonaws.com/", (), "us-gov-west-1"),
        ("https://sts.amazonaws.com/", (), ""),
        (
            "http://127.0.0.1:1/",
            (("Authorization", "AWS4-HMAC-SHA256 Credential=K/20260101/ap-south-1/sts/aws4_request, Signature=0"),),
            "ap-south-1",
        ),
    ],
    ids=["host", "gov", "global", "credential scope"],
)
def test_region_is_read_off_the_wire(uri, headers, region):
    """The signing scope tells the region; without a signature the host does, if it can."""
    assert told_region(request(uri=uri, headers=headers)) == region


def test_differences_name_the_place_and_hide_secrets():
    """A miss says which member differs; a secret is only counted."""
    recorded = {"Tags": [{"Key": "a"}], "Password": "hunter2", "Old": 1}
    sent = {"Tags": [{"Key": "b"}], "Password": "hunter22", "New": "n" * 100}

    assert list(differences(recorded, sent)) == [
        Difference("Tags[0].Key", "'a'", "'b'"),
        Difference("Password", "<secret-value, 7 characters>", "<secret-value, 8 characters>"),
        Difference("Old", "1", None),
        Difference("New", None, "'" + "n" * 78 + "…"),
    ]
    assert [str(each) for each in differences(recorded, sent)][1:3] == [
        "Password: <secret-value, 7 characters> recorded, <secret-value, 8 characters> sent",
        "Old: 1 recorded, nothing sent",
    ]


def http(body=b"", *, method="PUT", query="", headers=()):
    sent = Request(method, f"https://example.com/a{query}", headers, body)
    return parameters(sent, route(sent))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (b'{"a":1,"b":[1.0]}', b'{ "b": [1], "a": 1 }'),
        (b'<A xmlns="urn:x"><B>1</B><C d="2"/></A>', b"<?xml version='1.0'?>\n<A><C d='2'></C><B>1</B></A>"),
    ],
    ids=["JSON", "XML"],
)
def test_a_body_counts_by_what_it_says(one, other):
    """Without a model, too, a document's spelling is no part of a call."""
    assert call_key(http(one)) == call_key(http(other))


def test_xml_without_a_model_is_a_tree():
    """Repeated elements are a list, in their order; attributes bear an at sign."""
    assert http(b'<A><B>1</B><B x="y">2</B><C/></A>') == {
        "body": {"A": {"B": ["1", {"@x": "y", "#text": "2"}], "C": ""}}
    }


def test_framing_and_compression_are_no_part_of_a_body():
    """The same payload comes plain, in signed chunks over HTTP, or compressed."""
    payload = b'{"a":1}'
    chunks = b"7\r\n" + payload + b"\r\n0\r\nx-amz-checksum-crc32:AAAAAA==\r\n\r\n"

    assert http(chunks, headers=(("Content-Encoding", "aws-chunked"),)) == http(payload)
    assert http(gzip.compress(payload), headers=(("Content-Encoding", "gzip"),)) == http(payload)
    assert http(payload, headers=(("Content-Encoding", "gzip"),)) == http(payload)


def test_old_signatures_in_a_query_do_not_count():
    """S3's first presigned URLs; without a signature Expires is a parameter like others."""
    assert http(query="?AWSAccessKeyId=k&Signature=s&Expires=1&a=2&a=3") == {"query.a": ["2", "3"]}
    assert http(query="?Expires=1") == {"query.Expires": "1"}


@given(st.binary(max_size=80), st.sampled_from(["application/cbor", "application/xml", "application/json", ""]))
def test_no_body_is_refused(body, kind):
    """Whatever was sent has parameters and a key."""
    assert call_key(http(body, headers=(("Content-Type", kind), ("Content-Encoding", "gzip,aws-chunked"))))


MODEL = {
    "metadata": {"protocol": "rest-json"},
    "operations": {
        "PutThing": {
            "name": "PutThing",
            "http": {"method": "PUT", "requestUri": "/things/{Name}"},
            "input": {"shape": "In"},
        }
    },
    "shapes": {
        "In": {
            "type": "structure",
            "members": {
                "Name": {"shape": "S", "location": "uri", "locationName": "Name"},
                "Token": {"shape": "S", "location": "header", "locationName": "x-amz-client-token"},
                "Marked": {"shape": "S", "idempotencyToken": True},
                "Checksum": {"shape": "S", "location": "header", "locationName": "x-amz-checksum-crc32"},
                "Size": {"shape": "D", "locationName": "size"},
                "Tags": {"shape": "L"},
            },
        },
        "L": {"type": "list", "member": {"shape": "S"}},
        "S": {"type": "string"},
        "D": {"type": "double"},
    },
}


def test_a_model_gives_parameters_their_names():
    """Label, header and body are one input; tokens and checksums are no part of it."""
    reader = modelled(Codec(parse(MODEL)), "PutThing", ["x-amz-client-token"])
    headers = (("x-amz-client-token", "1"), ("X-Amz-Checksum-CRC32", "AAAAAA=="), ("Content-Length", "50"))
    sent = Request("PUT", "https://example.com/things/a%20b", headers, b'{"size":2.0,"Tags":["x"],"Marked":"2"}')

    assert reader.parameters(sent) == {"Name": "a b", "Size": 2, "Tags": ["x"]}
    assert isinstance(reader.parameters(sent)["Size"], int)


def test_a_model_may_lack_an_operation():
    """Then the wire alone tells the parameters."""
    assert modelled(Codec(parse(MODEL)), "Other", []) is None


@pytest.mark.parametrize(
    ("path", "left"),
    [
        ("A", {"B": [{"C": 1, "D": 2}, {"C": 3}], "x.y": {"z": 4}}),
        ("B", {"A": {"C": 0}, "x.y": {"z": 4}}),
        ("A.C", {"A": {}, "B": [{"C": 1, "D": 2}, {"C": 3}], "x.y": {"z": 4}}),
        ("B[0].C", {"A": {"C": 0}, "B": [{"D": 2}, {"C": 3}], "x.y": {"z": 4}}),
        ("B[].C", {"A": {"C": 0}, "B": [{"D": 2}, {}], "x.y": {"z": 4}}),
        ("B.C", {"A": {"C": 0}, "B": [{"D": 2}, {}], "x.y": {"z": 4}}),
        ("B[1]", {"A": {"C": 0}, "B": [{"C": 1, "D": 2}], "x.y": {"z": 4}}),
        ("x.y.z", {"A": {"C": 0}, "B": [{"C": 1, "D": 2}, {"C": 3}], "x.y": {}}),
        ("A.C.Z", {"A": {"C": 0}, "B": [{"C": 1, "D": 2}, {"C": 3}], "x.y": {"z": 4}}),
        ("Parameters.A.C", {"A": {}, "B": [{"C": 1, "D": 2}, {"C": 3}], "x.y": {"z": 4}}),
        ("B[7].C", {"A": {"C": 0}, "B": [{"C": 1, "D": 2}, {"C": 3}], "x.y": {"z": 4}}),
    ],
)
def test_ignored_parameters_are_left_out(path, left):
    """Members, elements of lists one or all, and names with dots in them; nothing else is touched."""
    found = {"A": {"C": 0}, "B": [{"C": 1, "D": 2}, {"C": 3}], "x.y": {"z": 4}}

    assert ignoring(found, [path]) == left
    assert found == {"A": {"C": 0}, "B": [{"C": 1, "D": 2}, {"C": 3}], "x.y": {"z": 4}}


def test_a_parameter_named_parameters_is_ignored_by_its_name():
    """The prefix of a path may be a member: ``SendCommand`` of Systems Manager has one of that name."""
    found = {"Parameters": {"commands": ["date"], "other": ["x"]}, "DocumentName": "d"}

    assert ignoring(found, ["Parameters.commands"]) == {"Parameters": {"other": ["x"]}, "DocumentName": "d"}
    assert ignoring(found, ["Parameters.Parameters.commands"]) == ignoring(found, ["Parameters.commands"])
    assert ignoring(found, ["Parameters.DocumentName"]) == {"Parameters": found["Parameters"]}


@pytest.mark.parametrize("paths", ["A", [""], ["A..B"], ["[0]"], ["A[x]"], [3]], ids=str)
def test_what_cannot_be_ignored(paths):
    """A text instead of a list, and what is no path, are told at once."""
    with pytest.raises(UsageError, match="cannot ignore"):
        paths_of(paths)
