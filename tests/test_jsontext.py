"""JSON is changed as text: places are exact, tokens are kept."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bototape.jsontext import Leaf, is_document, leaves, reindent, texts

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)
DOCUMENTS = st.dictionaries(st.text(), JSON, max_size=5) | st.lists(JSON, max_size=5)


def walked(value, pointer=""):
    """The leaves of a parsed value, as the scanner should find them: (pointer, value, whether it is a name)."""
    if isinstance(value, dict):
        for name, each in value.items():
            below = f"{pointer}/{name.replace('~', '~0').replace('/', '~1')}"
            yield below, name, True
            yield from walked(each, below)
    elif isinstance(value, list):
        for index, each in enumerate(value):
            yield from walked(each, f"{pointer}/{index}")
    else:
        yield pointer, value, False


@given(DOCUMENTS, st.sampled_from([None, 1, 4]), st.booleans())
def test_leaves_are_those_of_a_parser(value, indent, ascii_only):
    """Every name and scalar is found at its pointer, and its span is its token."""
    text = json.dumps(value, indent=indent, ensure_ascii=ascii_only)

    found = [(each.pointer, json.loads(each.raw(text)), each.is_name) for each in leaves(text)]
    assert found == list(walked(value))


@given(DOCUMENTS, st.sampled_from([None, 1, 4]))
def test_indenting_keeps_every_token_and_is_done_once(value, indent):
    """Whatever the white space was, the same tokens stand in the same order, and a second time changes nothing."""
    text = json.dumps(value, indent=indent)
    done = reindent(text)

    assert [each.raw(done) for each in leaves(done)] == [each.raw(text) for each in leaves(text)]
    assert json.loads(done) == value
    assert reindent(done) == done
    assert done == json.dumps(value, indent=2)


def test_tokens_are_not_rewritten():
    """Number forms, escapes and duplicate names stay as they were written."""
    text = '{"n":1.581375932441E9,"n":-0.0,"s":"\\/\\u003d\\ud83d","l":[]}'

    assert reindent(text) == '{\n  "n": 1.581375932441E9,\n  "n": -0.0,\n  "s": "\\/\\u003d\\ud83d",\n  "l": []\n}'
    assert list(leaves('{"a/b": [true]}')) == [Leaf("/a~1b", 1, 6, is_name=True), Leaf("/a~1b/0", 9, 13, is_name=False)]


def test_depth_is_no_limit():
    """A hundred thousand levels are scanned without recursion."""
    text = "[" * 100_000 + "1" + "]" * 100_000

    assert [each.raw(text) for each in leaves(text)] == ["1"]


@pytest.mark.parametrize("text", ["", "1", '"a"', "{", "{]", "nonsense", "[1,]", "[" * 100_000])
def test_what_is_no_document_is_told(text):
    """Scalars, garbage and what the standard library cannot read are not re-indented."""
    assert not is_document(text)


def test_texts_are_values_and_never_names():
    """In order, at any depth; other scalars are none."""
    assert list(texts({"a": ["b", {"c": "d"}, 1, None, True], "e": "f"})) == ["b", "d", "f"]
