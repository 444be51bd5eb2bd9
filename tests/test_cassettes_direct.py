"""The direct reader says what the YAML readers say, or nothing."""

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bototape import cassettes, yamltext
from bototape.cassettes import direct
from bototape.cassettes.parse import Malformed, parse
from bototape.interaction import Call, Cassette, Provenance
from tests.small import SMALL, SMALL_TEXT
from tests.test_cassettes import CASSETTE

SHIPPED = sorted((Path(__file__).parent.parent / "cassettes").glob("*.yaml"))

#: A cassette in the usual layout, with each of its optional parts.
USUAL = Cassette(
    (
        SMALL.interactions[0],
        replace(SMALL.interactions[0], call=Call("s", "Op", "", "json", attempt=3, repeat=True)),
        *(replace(SMALL.interactions[0], call=Call("s", "Op", repeat=each)) for each in (2, 40, 999_999)),
        replace(
            SMALL.interactions[0],
            request=replace(SMALL.interactions[0].request, headers=(), body=b""),
            response=replace(SMALL.interactions[0].response, body=b'a "line"\\ of text'),
            call=None,
        ),
    ),
    Provenance("aws", seed=7, variables={"job": 'churn-"1"', "bucket": ""}),
)
USUAL_TEXT = cassettes.to_text(USUAL)


def by_yaml(text):
    """What the YAML readers make of *text*: a cassette, or None where it is refused."""
    try:
        return parse(yamltext.load(text))
    except (Malformed, yamltext.NotYaml):
        return None


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.name)
def test_shipped_cassettes_are_read_directly(path):
    """What the recorder writes is what the fast way is for."""
    text = path.read_text(encoding="utf-8")

    assert direct.read(text) == by_yaml(text) != None  # noqa: E711 - one chain: both, and something


def test_each_part_of_the_usual_layout_is_read():
    """A seed, variables, attempt, repeat, no call, no fields, no body, an empty date, quotes and backslashes."""
    assert direct.read(USUAL_TEXT) == USUAL


def test_a_variable_told_twice_is_left_to_yaml():
    """Which of the two is meant nobody knows; the YAML readers refuse it."""
    assert direct.read(USUAL_TEXT.replace('    bucket: ""\n', '    bucket: ""\n    bucket: "x"\n')) is None


@given(CASSETTE)
def test_what_we_write_is_read_alike(cassette):
    """Whatever the bodies and fields are: the same cassette, or it is left to YAML."""
    try:
        text = cassettes.to_text(cassette)
    except ValueError:
        return

    assert direct.read(text) in (None, by_yaml(text))


PIECES = [
    '"',
    "\\",
    "\n",
    " ",
    "  ",
    "        ",
    "- ",
    ":",
    "#",
    "|",
    "|-",
    "{}",
    "null",
    "\\u0041",
    "\\x41",
    "'",
    "\t",
]


@settings(max_examples=400)
@given(
    st.sampled_from([USUAL_TEXT, SMALL_TEXT]),
    st.lists(
        st.tuples(st.floats(0, 1), st.integers(0, 12), st.sampled_from(PIECES) | st.characters() | st.just("")),
        min_size=1,
        max_size=2,
    ),
)
def test_a_character_out_of_place_is_never_read_otherwise(text, edits):
    """Text that was edited by hand is read as YAML reads it, or left to YAML."""
    for place, length, piece in edits:
        at = int(place * len(text))
        text = text[:at] + piece + text[at + length :]
    found = direct.read(text)

    assert found is None or found == by_yaml(text)


@settings(max_examples=200)
@given(st.sampled_from([USUAL_TEXT, SMALL_TEXT]), st.data())
def test_a_line_out_of_place_is_never_read_otherwise(text, data):
    """Lines dropped, doubled or moved, as merges do it."""
    lines = text.splitlines(keepends=True)
    line = data.draw(st.integers(0, len(lines) - 1))
    taken = lines.pop(line) if data.draw(st.booleans()) else lines[line]
    if data.draw(st.booleans()):
        lines.insert(data.draw(st.integers(0, len(lines))), taken)
    changed = "".join(lines)
    found = direct.read(changed)

    assert found is None or found == by_yaml(changed)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("      Content-Type:\n", "      X-Amz-Target:\n"),
        ('          "Value": 1.581375932441E9\n', '          "Value": 1.581375932441E9 \n'),
        ("        }\n", "        }\n\n"),
        ('"https://api', '"\\x68ttps://api'),
        ("  format: 1\n", "  format: 2\n"),
        ("version: 1\n", ""),
        ("version: 1\n", "version: 1\nmore: 1\n"),
        ('  date: ""\n', '  date: "soon"\n'),
        ("code: 200", "code: 99"),
        ("line", "l\u2028ne"),
    ],
    ids=[
        *("one field twice", "a blank at a line's end", "a blank last line", "another escape", "another format"),
        *("no end", "more after the end", "no day", "no status", "a hazard"),
    ],
)  # fmt: skip
def test_what_is_unusual_is_left_to_yaml(old, new):
    """A reader with messages decides what to make of it."""
    assert old in USUAL_TEXT

    assert direct.read(USUAL_TEXT.replace(old, new, 1)) is None
