"""Two calls are the same call when AWS would take them for the same."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bototape.interaction import Request
from bototape.match import Difference, call_key, differences, group_key, parameters
from bototape.wire.route import Route, route
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

    assert route(sent) == Route("Action=GetCallerIdentity&Version=2011-06-15", "GetCallerIdentity", "", "query")
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
    assert route(request(uri=uri, headers=headers)).region == region


def test_differences_name_the_place_and_hide_secrets():
    """A miss says which member differs; a secret is only counted."""
    recorded = {"Tags": [{"Key": "a"}], "Password": "hunter2", "Old": 1}
    sent = {"Tags": [{"Key": "b"}], "Password": "hunter22", "New": "n" * 100}

    assert list(differences(recorded, sent)) == [
        Difference("Tags[0].Key", "'a'", "'b'"),
        Difference("Password", "<7 characters>", "<8 characters>"),
        Difference("Old", "1", None),
        Difference("New", None, "'" + "n" * 78 + "…"),
    ]
    assert [str(each) for each in differences(recorded, sent)][1:3] == [
        "Password: <7 characters> recorded, <8 characters> sent",
        "Old: 1 recorded, nothing sent",
    ]
