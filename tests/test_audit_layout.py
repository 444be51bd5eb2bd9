"""The audit's two short cuts, our own layout and the pairs of JSON documents, find what the long way finds."""

import json
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bototape import cassettes
from bototape.audit import audit, layout
from bototape.audit.documents import Documents
from bototape.audit.layers import document
from bototape.audit.survey import Means, Survey
from bototape.interaction import Call, Cassette, Interaction, Provenance, Request, Response

ACCOUNT = "604913827755"
LEAKS = (
    *("arn:aws:iam::604913827755:role/zorvane", "dana@zorvane-labs.io", "10.42.17.203", "hunter2-and-more"),
    *("7" * 64, "https://h/?token=abcdefghijklmnop0", '{"Password": "hunter2-and-more"}', '["hunter2-and-more"]'),
    *("a # dana@zorvane-labs.io", "two\nlines", "", "job-1", '"', "\\", "é", "\t", "[", "{", " {}"),
)
NAMES = ("Name", "Value", "Key", "value", "AccountId", "DB_PASSWORD", "Items", "", "IpAddress", "ID", "NextToken")

texts = st.sampled_from(LEAKS)
names = st.sampled_from(NAMES)
values = st.recursive(
    texts | st.sampled_from([None, True, 0, 1.5, int(ACCOUNT), float(ACCOUNT)]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=3),
    max_leaves=8,
)
bodies = st.one_of(
    st.builds(lambda value, indent: json.dumps(value, indent=indent).encode(), values, st.sampled_from([None, 2])),
    texts.map(str.encode),
)


def crc(body: bytes, *, true: bool) -> tuple[str, str]:
    return "x-amz-crc32", str(zlib.crc32(body if true else body + b"!"))


@st.composite
def messages(draw):
    body = draw(bodies)
    headers = draw(st.dictionaries(st.sampled_from(["Cookie", "X-Note", "x-amzn-RequestId"]), texts, max_size=2))
    digest = draw(st.sampled_from([(), (crc(body, true=True),), (crc(body, true=False),)]))
    return body, (*headers.items(), *digest)


@st.composite
def written(draw):
    """Return the text of a cassette of ours."""
    made = []
    for _ in range(draw(st.integers(1, 3))):
        (sent, asked), (got, answered) = draw(messages()), draw(messages())
        call = Call("sagemaker", "ListTags", "us-east-1", repeat=draw(st.booleans()))
        uri = draw(st.sampled_from(["https://h/", f"https://h/{ACCOUNT}/q", "https://h/?token=abcdefghijklmnop0"]))
        response = Response(draw(st.sampled_from([200, 206])), "OK", answered, got)
        made.append(Interaction(Request("POST", uri, asked, sent), response, draw(st.none() | st.just(call))))
    return cassettes.to_text(Cassette(tuple(made), Provenance("custom", "2026-11-20", "1.44.5")))


def long_way(text: str) -> list[object]:
    """Audit *text* by YAML's tree."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(layout, "read", lambda _: None)
        return audit(text, where="x")


@pytest.mark.slow
@settings(max_examples=60, deadline=None)
@given(written())
def test_our_layout_tells_what_yaml_tells(text):
    """The findings of a cassette are the same whichever way it is read."""
    assert audit(text, where="x") == long_way(text)


@settings(max_examples=60, deadline=None)
@given(written(), st.data())
def test_a_character_out_of_place_is_judged_by_yaml(text, data):
    """A cassette that somebody edited is read as YAML reads it, or told to be none."""
    at = data.draw(st.integers(0, len(text) - 1))
    edited = (
        text[:at]
        + data.draw(st.sampled_from(["", " ", "\n", '"', "#", "- ", ": ", "|", "dana@zorvane-labs.io"]))
        + text[at + 1 :]
    )

    assert audit(edited, where="x") == long_way(edited)


def test_our_layout_is_recognised():
    """What a recording writes, answers in blocks included, needs no YAML reader when it is clean."""
    block = Interaction(
        Request("POST", "https://h/", (("A", "b"), ("A", "c"))), Response(200, "OK", (), b'{\n  "a": 1\n}')
    )
    line = Interaction(Request("GET", "https://h/", (), b"{}"), Response(200, "OK", (), b""), Call("s", "O", "r"))
    text = cassettes.to_text(Cassette((block, line), Provenance("aws", "2026-11-20", "1.44.5")))

    laid = layout.read(text)

    assert laid is not None
    assert set(map(repr, laid.texts)) >= {"('string', '{\\n  \"a\": 1\\n}')", "('body', '{}')", "('A', ['b', 'c'])"}


#: What is no layout of ours, made of a text that is.
UNUSUAL = {
    "a blank line behind a block": ("        }\n", "        }\n\n"),
    "a blank at the end of a line": ("        {\n", "        { \n"),
    "a name twice": ("      A:\n", '      A:\n      - "x"\n      A:\n'),
    "a tab": ('"https://h/"', '"https://h/\t"'),
    "a next line": ('"https://h/"', '"https://h/\x85"'),
    "an escape of YAML alone": ('"https://h/"', '"https://h/\\x41"'),
    "a comment": ("version: 1\n", "version: 1 # more\n"),
    "a plain text": ('"POST"', "POST"),
    "something behind it": ("version: 1\n", "version: 1\nmore: 1\n"),
}


@pytest.mark.parametrize("change", UNUSUAL.values(), ids=UNUSUAL)
def test_what_is_unusual_is_left_to_yaml(change):
    """The short cut takes nothing that it was not made for."""
    answer = Response(200, "OK", (("A", "b"),), b'{\n  "a": 1\n}')
    made = Interaction(Request("POST", "https://h/"), answer)
    text = cassettes.to_text(Cassette((made,), Provenance("aws", "2026-11-20", "1.44.5")))

    assert layout.read(text) is not None
    assert text.count(change[0]) == 1
    assert layout.read(text.replace(*change)) is None


def found(tree: object) -> tuple[set[object], set[object]]:
    survey = Survey(tree, Means(), 1000)
    hits = {(text, hit) for text, every in survey.hits.items() for hit in every}
    return hits, {(hit, text) for (_, text), every in survey.told.items() for hit in every}


@settings(max_examples=80, deadline=None)
@given(st.lists(values, min_size=1, max_size=3), st.sampled_from(["X-Note", "Password", "AccountId"]))
def test_pairs_tell_what_a_tree_tells(documents, name):
    """A JSON document, of which only pairs of name and value are kept, leaks what its whole tree leaks."""
    whole = [json.dumps([each]) for each in documents]

    assert found(((name, whole),)) == found(((name, [document(each).tree for each in whole]),))


@pytest.mark.parametrize(
    "document",
    [
        {"Key": "DB_PASSWORD", "Value": "hunter2-and-more"},
        {"Value": ["hunter2-and-more"], "Name": "DB_PASSWORD"},
        {"": "hunter2-and-more"},
        [["hunter2-and-more"], {"": {"": "hunter2-and-more"}}],
        "hunter2-and-more",
        {"AccountId": int(ACCOUNT)},
        {"AccountIds": [[float(ACCOUNT)]]},
    ],
    ids=json.dumps,
)
def test_what_a_name_tells_of_a_document(document):
    """A name tells of the value beside it, of all in a list, and of what has no name in a document under it."""
    told = found((("Password", json.dumps(document)), ("a", "")))[1]

    assert {hit.rule for hit, _ in told} == {"account-id" if "Account" in str(document) else "secret-value"}


def test_a_broken_document_leaves_no_pairs():
    """What was read of a text before it turned out to be no JSON does not count as its members."""
    documents = Documents()

    assert [documents.take(each) for each in ('{"a": "b"} and more', '{"c": ["d", ["e"], {"f": 1}]}', "plain")] == [
        False,
        True,
        False,
    ]
    assert documents.fresh() == (
        ['{"c": ["d", ["e"], {"f": 1}]}'],
        (("f", 1), ("c", "d"), ("c", "e"), ("c", None)),
    )


def test_a_token_ends_with_its_text():
    """A token in one value hides nothing that the next value holds."""
    first, second = (f"https://{each}/?token={each}bcdefghijklmnopq" for each in "ac")

    assert [each.where for each in audit(json.dumps([first, second]), where="x")] == ["x /0", "x /1"]


def test_a_token_is_as_long_as_it_is():
    """A short token, which is none, does not become one by the value that follows."""
    assert audit(json.dumps(["https://a/?token=short", "a-word-that-follows"]), where="x") == []
