"""The cassette dialect: one spelling for each tree, two readers that agree, and no text that can hurt."""

import re

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from bototape import yamltext
from bototape.yamltext import NotYaml, fast, reference

#: What breaks lines, vanishes, is refused, or means something somewhere in YAML.
AWKWARD = [
    *"\n\n\n\t\r\0\x07\x1b\x7f\x80\x85\x9f\xa0\xad\u061c\u200b\u200e\u2028\u2029\u202e\u2066\ufdd0\ufeff\ufffe\uffff",
    *"\U0001f600\U0001fffe\U0010ffff",
    *" \"'\\:#-?[]{},&*!|>%@`~=<aZ09._é",
    "- ",
    ": ",
    " #",
    "  ",
    "---",
    "...",
    "%YAML 1.1",
    "012",
    "1.5E9",
    "yes",
]
TEXT = st.lists(st.sampled_from(AWKWARD), max_size=12).map("".join)
KEY = st.one_of(TEXT, st.sampled_from(["y", "On", "null", "true", "x-amz-id-2", "1", "<<", "=", ""]))
LEAF = st.one_of(TEXT, st.binary(min_size=1, max_size=200), st.integers(-(10**17), 10**17), st.booleans(), st.none())
TREE = st.dictionaries(
    KEY,
    st.recursive(
        LEAF,
        lambda inner: st.one_of(
            st.dictionaries(KEY, inner, max_size=3),
            st.lists(
                st.one_of(TEXT, st.binary(max_size=20), st.dictionaries(KEY, inner, min_size=1, max_size=2)), max_size=3
            ),
        ),
        max_leaves=8,
    ),
    max_size=3,
)

LOADERS = [yaml.SafeLoader, *([yaml.CSafeLoader] if hasattr(yaml, "CSafeLoader") else [])]


class TestDump:
    def test_a_cassette_reads_like_source(self):
        """Block style, a key a line, strings quoted or literal, nothing folded."""
        tree = {
            "bototape": {"format": 1, "none": None, "repeat": True, "empty": {}, "nothing": []},
            "interactions": [
                {
                    "request": {"body": '{"a": "b"}', "headers": {"Content-Type": ["text/plain"], "y": ["1", "2"]}},
                    "response": {"body": {"string": '{\n  "a": 1.581375932441E9\n}'}},
                },
                {"binary": b"\xff\x00\x01", "long": b"\xff" * 60},
            ],
        }

        assert yamltext.dump(tree) == (
            "bototape:\n"
            "  format: 1\n"
            "  none: null\n"
            "  repeat: true\n"
            "  empty: {}\n"
            "  nothing: []\n"
            "interactions:\n"
            "- request:\n"
            '    body: "{\\"a\\": \\"b\\"}"\n'
            "    headers:\n"
            "      Content-Type:\n"
            '      - "text/plain"\n'
            '      "y":\n'
            '      - "1"\n'
            '      - "2"\n'
            "  response:\n"
            "    body:\n"
            "      string: |-\n"
            "        {\n"
            '          "a": 1.581375932441E9\n'
            "        }\n"
            "- binary: !!binary |\n"
            "    /wAB\n"
            "  long: !!binary |\n"
            "    /////////////////////////////////////////////////////////////////////////////\n"
            "    ////\n".replace("/" * 77, "/" * 76)
        )

    @pytest.mark.parametrize(
        ("text", "spelling"),
        [
            ("", ' ""'),
            ("012345678910", ' "012345678910"'),
            ("one line", ' "one line"'),
            ('a "quoted" \\ one', r' "a \"quoted\" \\ one"'),
            ("a\nb", " |-\n  a\n  b"),
            ("a\nb\n", " |\n  a\n  b"),
            ("a\nb\n\n\n", " |+\n  a\n  b\n\n"),
            ("\n\na\n\nb", " |-\n\n\n  a\n\n  b"),
            ("  a\nb", " |2-\n    a\n  b"),
            ("\n  a\nb\n", " |2\n\n    a\n  b"),
            ("é\U0001f600\n", " |\n  é\U0001f600"),
            ("\n", r' "\n"'),
            ("a \nb", r' "a \nb"'),
            ("a\tb\nc", r' "a\tb\nc"'),
            ("a\r\nb", r' "a\r\nb"'),
            ("a\x85b\nc", r' "a\x85b\nc"'),
            ("a\u2028b\u2029", r' "a\u2028b\u2029"'),
            ("\ufeffa\ufffe\ufdd0", r' "\ufeffa\ufffe\ufdd0"'),
            ("\0\x1b\x7f\x9f", r' "\x00\x1b\x7f\x9f"'),
            ("\U0001ffff\U0010fffe", r' "\U0001ffff\U0010fffe"'),
            ("admin\u202e\u2066", r' "admin\u202e\u2066"'),
        ],
        ids=ascii,
    )
    def test_each_text_has_one_spelling(self, text, spelling):
        """A literal block holds what it can to the byte, also in an editor that trims; the rest is escaped."""
        assert yamltext.dump({"k": text}) == f"k:{spelling}\n"
        yamltext.prove(f"k:{spelling}\n", {"k": text})

    @pytest.mark.parametrize(
        ("key", "spelling"),
        [
            ("Content-Type", "Content-Type"),
            ("_x9", "_x9"),
            ("yonder", "yonder"),
            *((each, f'"{each}"') for each in ("y", "N", "Yes", "no", "ON", "off", "True", "false", "NULL", "~", "")),
            *((each, f'"{each}"') for each in ("9x", "-x", "<<", "=", "a b", "a:", "a.b", "é", "1.5E9")),
        ],
        ids=ascii,
    )
    def test_a_key_is_plain_only_where_no_reader_takes_it_for_something_else(self, key, spelling):
        """Booleans, nulls, numbers and merge keys of YAML 1.1 and 1.2 are quoted."""
        assert yamltext.dump({key: 1}) == f"{spelling}: 1\n"
        yamltext.prove(f"{spelling}: 1\n", {key: 1})

    @pytest.mark.parametrize(
        ("tree", "kind", "message"),
        [
            ({"a": {"b": ["x", "\ud800"]}}, ValueError, "a.b[1]: a lone surrogate has no spelling in YAML"),
            ({"a": {"\udfff": 1}}, ValueError, "a key of a: a lone surrogate has no spelling in YAML"),
            ({"a": {"k" * 999: 1}}, None, ""),
            (
                {"a": {"k " * 500: 1}},
                ValueError,
                "a: a key of 1000 characters is longer than YAML readers find",
            ),
            ({"a": [{"b": 1e999}]}, TypeError, "a[0].b: cannot write a value of type float"),
            ({"a": [b"x", b""]}, None, ""),
            ({"a": [[{1}]]}, TypeError, "a[0][0]: cannot write a value of type set"),
        ],
        ids=["surrogate", "surrogate-key", "longest-key", "longer-key", "infinite", "bytes-in-list", "set"],
    )
    def test_what_yaml_cannot_hold_is_named(self, tree, kind, message):
        """The message names the path, never the value."""
        if kind is None:
            yamltext.prove(yamltext.dump(tree), tree)
            return
        with pytest.raises(kind) as caught:
            yamltext.dump(tree)

        assert str(caught.value) == message

    @pytest.mark.slow
    @given(tree=TREE)
    @settings(max_examples=200, deadline=None)
    def test_every_reader_reads_back_every_tree(self, tree):
        """yaml12, PyYAML with and without libyaml, and ours."""
        text = yamltext.dump(tree)

        assert text == "" or text.endswith("\n")
        if tree:
            yamltext.prove(text, tree)
            assert [tree] * 3 == [yamltext.load(text), *(reference.read(text, each) for each in LOADERS)]

    @given(tree=TREE)
    @settings(max_examples=100, deadline=None)
    def test_no_line_ends_in_a_space_and_no_character_is_hidden(self, tree):
        """So that an editor, a hook that trims line ends, or a diff view shows and keeps what is there."""
        text = yamltext.dump(tree)

        assert re.search(r"[^\n -~\xa0-\U0010ffff]| $|[\u2028\u2029\ufeff\u202e]", text, re.MULTILINE) is None


class TestProve:
    @pytest.mark.parametrize(
        ("text", "tree", "message"),
        [
            ("a:\n- b: 0o17\n", {"a": [{"b": 15}]}, "PyYAML reads another value at a[0].b"),
            ("a:\n- b: 017\n", {"a": [{"b": 15}]}, "yaml12 reads another value at a[0].b"),
            ("a: true\n", {"a": 1}, "yaml12 reads another value at a"),
            ("a: 1\n", {"a": True}, "yaml12 reads another value at a"),
            ('a: "x"\n', {"a": b"x"}, "yaml12 reads another value at a"),
            ("a: 1\nb: 2\n", {"b": 2, "a": 1}, "yaml12 reads another value at the top"),
            ("a: 1\n", {"a": 1, "b": 2}, "yaml12 reads another value at the top"),
            ("a:\n- 1\n", {"a": [1, 2]}, "yaml12 reads another value at a"),
            ("a: |\n  x\n", {"a": "x"}, "yaml12 reads another value at a"),
            ('a: "x\n', {"a": "x"}, "yaml12 cannot read the text written"),
            ("a: |\n  \tx\n", {"a": "\tx\n"}, "PyYAML cannot read the text written"),
            ("a: !!binary |\n  aGk=\n", {"a": b"ho"}, "yaml12 reads another value at a"),
        ],
    )
    def test_the_first_difference_is_named(self, text, tree, message):
        """Types and order count, as they do for whoever reads the file."""
        with pytest.raises(ValueError, match=r"^(yaml12|PyYAML) ") as caught:
            yamltext.prove(text, tree)

        assert str(caught.value) == message


#: Lines of our dialect and their near misses; put together at random they make text that both readers must agree on.
_NAMES = ["a", "b", '"q k"', '""', "x-y", "on", "_", '"é"']
_VALUES = ['"x"', "1", "null", "true", "{}", "[]", '""', '"a: #"', '"- x"', "", '"\\t"', "yes", "012", "1.5", "~", "*a"]
_HEADS = ["|", "|", "|-", "|+", "|2", "|2-", "|2+", "!!binary |", "|4", ">"]
_LINES = [
    "aGk=",
    "{",
    '"k": "v",',
    "}",
    "# c",
    "- x",
    "",
    "  ",
    "key: 1",
    "---",
    "...",
    "x  ",
    "é\xa0",
    "*x",
    "'",
    "a:",
    "!",
]


@st.composite
def dialect(draw):
    """Text that begins with our mark and mostly keeps to our dialect."""
    lines = [fast.MARK.rstrip()]
    indent = draw(st.sampled_from([0, 2, 2]))
    for _ in range(draw(st.integers(1, 5))):
        indent = draw(st.sampled_from([indent, indent, indent, indent + 2, max(0, indent - 2), 0, 3])) % 10
        dash = draw(st.sampled_from(["", "", "- "]))
        start = f"{' ' * indent}{dash}{draw(st.sampled_from(_NAMES))}:"
        margin = indent + 2 + len(dash)
        if draw(st.booleans()):
            lines.append(f"{start} {draw(st.sampled_from(_HEADS))}")
            for _ in range(draw(st.integers(0, 3))):
                extra = draw(st.sampled_from([0, 0, 0, 0, 1, 2]))
                lines.append(draw(st.sampled_from(["", " " * (margin + extra) + draw(st.sampled_from(_LINES))])))
        else:
            lines.append(f"{start} {draw(st.sampled_from(_VALUES))}".rstrip())
        indent += len(dash)
    return "\n".join(lines) + "\n"


def _reading(read, text):
    """What *read* makes of *text*, types included, or None where it finds no YAML."""
    try:
        return _typed(read(text))
    except (ValueError, yaml.YAMLError, NotYaml):
        return None


def _typed(value):
    if isinstance(value, dict):
        return sorted((repr(key), _typed(each)) for key, each in value.items())
    return [_typed(each) for each in value] if isinstance(value, list) else repr(value)


class TestFastPath:
    @given(text=dialect())
    @settings(max_examples=500, deadline=None)
    def test_text_called_safe_reads_the_same_with_both(self, text):
        """A false "safe" would replay other bytes than were recorded."""
        if fast.is_plain_dialect(text) and (quick := _reading(fast.read, text)) is not None:
            assert quick == _reading(lambda each: yaml.load(each, Loader=reference.LOADER), text)  # noqa: S506  # a safe loader

    @given(body=LEAF, header=TEXT, name=KEY)
    @settings(max_examples=100, deadline=None)
    def test_what_we_write_is_called_safe(self, body, header, name):
        """The speed is for every file of ours, bodies of all kinds included."""
        request = {"body": body, "headers": {name: [header, header]}}
        tree = {
            "bototape": {"format": 1},
            "interactions": [{"request": request, "response": {"body": {"string": body}}}],
        }

        assert fast.is_plain_dialect(yamltext.dump(tree)) is True

    def test_safe_text_is_not_parsed_by_pyyaml(self, monkeypatch):
        """Otherwise the fast path would be there in name only."""
        monkeypatch.delattr(reference, "read")

        assert yamltext.load('bototape:\n  format: 1\na: |-\n  x\n  y\nb: !!binary |\n  aGk=\n"on": "yes"\n') == {
            "bototape": {"format": 1},
            "a": "x\ny",
            "b": b"hi",
            "on": "yes",
        }

    @pytest.mark.parametrize(
        "rest",
        [
            "a: plain\n",
            "a: 012345678910\n",
            "a: 1.5E9\n",
            "a: 1234567890123456789\n",
            "a: yes\n",
            "a: ~\n",
            "on: 1\n",
            "<<: {}\n",
            "a: 'single'\n",
            'a: "two\n  lines"\n',
            'a: "x" # comment\n',
            "# comment\n",
            "a: &x 1\n",
            "a: *x\n",
            'a: !!str "x"\n',
            "a: !!binary |\n  aGk\n",
            "a: [1]\n",
            '{"a": 1}\n',
            "a: |2\n",
            "a: |2\n\n",
            "a: |\n    deeper\n  than: 1\n",
            "a: >\n  folded\n",
            "a:\t1\n",
            'a: "\t"\n',
            'a: "x"\r\n',
            'a: "\x85"\n',
            'a: "\u2028"\n',
            "a: |\n  \ufeff\n",
            "a: |\n  \x7f\n",
            "---\na: 1\n",
            "a: 1\n...\n",
            "- - 1\n",
            "? a\n: 1\n",
            "a: 1",
        ],
        ids=ascii,
    )
    def test_other_spellings_are_left_to_pyyaml(self, rest):
        """Each of these two readers take differently, or might."""
        assert fast.is_plain_dialect("bototape: {}\n" + rest) is False
        assert fast.is_plain_dialect("bototape:\n" + rest) is False

    def test_a_foreign_file_is_left_to_pyyaml(self):
        """Only files with our mark on their first line are read fast."""
        assert fast.is_plain_dialect('a: "x"\nbototape:\n') is False
        assert fast.is_plain_dialect('bototape:\na: "x"\n') is True

    def test_what_yaml12_refuses_is_explained_by_the_reference(self):
        """The message is one and the same whichever reader came first."""
        text = 'bototape:\n  a: "x"\n b: "y"\n'
        assert fast.is_plain_dialect(text)

        with pytest.raises(NotYaml) as caught:
            yamltext.load(text)

        assert str(caught.value) == "line 3: while parsing a block mapping, did not find expected key"


@pytest.mark.parametrize("loader", LOADERS, ids=lambda each: each.__name__)
class TestReference:
    @pytest.mark.parametrize(
        "text",
        [
            "",
            "# only a comment\n",
            "--- \n...\n",
            "a: 012\nb: 0o17\nc: 0x1F\nd: 1_000\ne: 1:30\nf: 1.5E9\ng: .inf\nh: 1.5e+9\n",
            "a: yes\nb: NO\nc: ~\nd: null\ne:\nf: 'no'\ng: \"yes\"\n",
            "a: 2020-01-01\nb: 2020-01-01T00:00:00Z\n",
            "a: ! 1\nb: ! x\nc: ! '1'\nd: !!str 1\ne: !!int '1'\nf: !!float 1\ng: !!seq [1]\nh: !!map {a: 1}\n",
            "a: &x [1, {b: 2}]\nc: *x\nd: &y text\ne: *y\n&k key: 1\nf: *k\n",
            "a: &a {x: 1, y: 2}\nb: {<<: *a, y: 3}\nc: {y: 4, <<: [*a, {y: 5, z: 6}]}\nd: {<<: {q: 1}, <<: {r: 2}}\n",
            "? [1, 2]\n: 1\n".replace("[1, 2]", "!!python/tuple [1, 2]"),
            "a: |\n  x\n\n  y\nb: >-\n  folded\n  text\nc: 'two\n\n  lines'\nd: \"a\\\n  b\"\n",
            "\ufeffa: 1\n",
            "a: |\r\n  x\r\n  y\r\nb: 1\r\n",
            '{"interactions": [{"a": [1, 2.5, null, true]}], "version": 1}',
            "? !!binary aGk=\n: !!binary |\n  aG\n  k=\n",
            "=: 1\n",
            "a: !\nb: ! ''\n",
        ],
        ids=ascii,
    )
    def test_foreign_text_means_what_pyyaml_says(self, text, loader):
        """Stock vcrpy and we see the same values."""

        class Stock(loader):
            """The safe loader with vcrpy's tuple."""

        Stock.add_constructor("tag:yaml.org,2002:python/tuple", lambda each, node: tuple(each.construct_sequence(node)))

        stock = yaml.load(text, Loader=Stock)  # noqa: S506  # a safe loader
        assert _typed(reference.read(text, loader)) == _typed(stock)

    @given(tree=TREE, shared=st.booleans())
    @settings(max_examples=60, deadline=None)
    def test_what_pyyaml_writes_is_read(self, tree, shared, loader):
        """Aliases that stock dumpers make for one object in two places included."""
        document = {"a": tree, "b": tree if shared else 1}

        assert reference.read(yaml.safe_dump(document), loader) == document

    def test_the_tags_of_vcrpy_are_read(self, loader):
        """A body that was a file or an iterator, and text of Python 2."""
        text = (
            "a: !!python/unicode 'x'\n"
            'b: !!python/str "012"\n'
            "c: !!python/tuple [1, 2]\n"
            "d: !!python/object/new:_io.BytesIO\n"
            "  state: !!python/tuple\n"
            "  - !!binary |\n"
            "    ZmlsZQ==\n"
            "  - 0\n"
            "  - null\n"
            "e: !!python/object/new:_io.BytesIO\n"
            "  state: !!python/tuple [text, 0, null]\n"
            "f: !!python/object/new:_io.BytesIO {}\n"
            "g: !!python/object/apply:builtins.iter\n"
            "  args:\n"
            "  - [a, b]\n"
        )

        assert reference.read(text, loader) == {
            "a": "x",
            "b": "012",
            "c": (1, 2),
            "d": b"file",
            "e": "text",
            "f": b"",
            "g": ["a", "b"],
        }

    @pytest.mark.parametrize(
        ("text", "message"),
        [
            (
                "a: 1\nb: !!python/object/apply:x.y ['id']\n",
                "line 2: the tag !!python/object/apply:x.y is not read",
            ),
            ("a: !!python/name:os.system x\n", "line 1: the tag !!python/name:os.system is not read"),
            (
                "a: !!python/object:vcr.Request {}\n",
                "line 1: the tag !!python/object:vcr.Request is not read",
            ),
            ("a: !mine x\n", "line 1: the tag !mine is not read"),
            ("a: !mine [x]\n", "line 1: the tag !mine is not read"),
            (
                "%TAG !e! tag:example.com:\n---\na: !e!x 1\n",
                "line 3: the tag !<tag:example.com:x> is not read",
            ),
            ("a: !!set {x}\n", "line 1: the tag !!set is not read"),
            ("a: !!binary [x]\n", "line 1: the tag !!binary is not read"),
            ("a: !!bool maybe\n", "line 1: not a valid !!bool"),
            ("a: !!int x\n", "line 1: not a valid !!int"),
            ("a: !!float ''\n", "line 1: not a valid !!float"),
            ("a: !!timestamp x\n", "line 1: not a valid !!timestamp"),
            ("a: 2020-13-45\n", "line 1: not a valid !!timestamp"),
            ("a: !!binary é\n", "line 1: not a valid !!binary"),
            ("a: !!binary a\n", "line 1: not a valid !!binary"),
            (f"a: {'9' * 5000}\n", "line 1: not a valid !!int"),
            ("a: !!python/object/new:_io.BytesIO {state: 1}\n", "line 1: not what vcrpy writes under this tag"),
            ("a: !!python/object/apply:builtins.iter {args: x}\n", "line 1: not what vcrpy writes under this tag"),
            ("a: &x [*x]\n", "line 1: an alias to nothing before it, or to what it is part of"),
            ("a: &x {b: {c: *x}}\n", "line 1: an alias to nothing before it, or to what it is part of"),
            ("a: &x 1\nb: &x [*x]\n", "line 2: an alias to nothing before it, or to what it is part of"),
            ("a: *nothing\n", "line 1: an alias to nothing before it, or to what it is part of"),
            ("? {a: 1}\n: 1\n", "line 1: a mapping or a list stands as a key"),
            ("? [a]\n: 1\n", "line 1: a mapping or a list stands as a key"),
            ("a: {<<: x}\n", "line 1: only mappings can be merged with <<"),
            ("a: {<<: [{b: 1}, 2]}\n", "line 1: only mappings can be merged with <<"),
            ("a: <<\n", "line 1: << stands where only a key can"),
            ("- <<\n", "line 1: << stands where only a key can"),
            ("<<\n", "line 1: << stands where only a key can"),
            ("a: 1\n---\nb: 2\n", "line 2: a second document starts; one is expected"),
            ("a: 1\nb: \x07\n", "line 2: a character that YAML does not allow"),
            ("a: 1\nb: \ud800\n", "line 2: a character that YAML does not allow"),
            ("[" * 101 + "]" * 101, "line 1: nested deeper than 100 levels"),
            ("- " * 100_000 + "x\n", "line 1: nested deeper than 100 levels"),
            ("[" * 100_000, "line 1: nested deeper than 100 levels"),
        ],
        ids=lambda each: ascii(each[:40]),
    )
    def test_what_is_not_read_is_refused_with_the_reason(self, text, message, loader):
        """No tag runs code, no alias or bracket exhausts memory or stack, and nothing but `NotYaml` comes out."""
        with pytest.raises(NotYaml) as caught:
            reference.read(text, loader)

        assert str(caught.value) == message

    @pytest.mark.parametrize("text", ["a: [1\n", "a: b: c\n", '"a\n', "\ta: 1\n", "a: 1\n b: 2\n", "<<<<<<< a\na: 1\n"])
    def test_a_syntax_error_has_its_line(self, text, loader):
        """The words are PyYAML's, without the text it stumbled over."""
        with pytest.raises(NotYaml) as caught:
            reference.read(text, loader)

        assert caught.value.line >= 1
        assert "\n" not in caught.value.reason

    @pytest.mark.parametrize("style", ["sequences", "mappings", "merges"])
    def test_alias_bombs_are_refused(self, style, loader):
        """A file of 1 kB would fill the memory."""
        first, each, more = {
            "sequences": ("&a0 [x]", "&a{} [" + ", ".join(["*a{}"] * 10) + "]", 10),
            "mappings": ("&a0 {x: 1}", "&a{} {{" + ", ".join(f"k{i}: *a{{}}" for i in range(10)) + "}}", 10),
            "merges": ("&a0 {x: 1}", "&a{} {{<<: [" + ", ".join(["*a{}"] * 10) + "]}}", 10),
        }[style]
        lines = [f"k0: {first}", *(f"k{n}: {each.format(n, *[n - 1] * more)}" for n in range(1, 20))]

        with pytest.raises(NotYaml) as caught:
            reference.read("\n".join(lines), loader)

        room = 10 * len("\n".join(lines)) + 10_000_000
        assert str(caught.value) == f"line 8: aliases expand this file beyond {room:,} characters"

    def test_aliases_of_a_usual_cassette_are_read(self, loader):
        """Forty equal polls written with one alias each are no bomb."""
        body = "x" * 20_000
        text = f"a: &body {body}\nb: [{', '.join(['*body'] * 40)}]\n"

        assert reference.read(text, loader) == {"a": body, "b": [body] * 40}


class TestLineOf:
    TEXT = "a: 1\nb:\n  c:\n  - x\n  - d: 2\n    e: 3\n"

    @pytest.mark.parametrize(
        ("path", "line"),
        [
            ((), 1),
            (("a",), 1),
            (("b", "c", 0), 4),
            (("b", "c", 1, "e"), 6),
            (("b", "c", 1, "missing"), 5),
            (("b", "c", 9), 4),
            (("b", "missing", "c"), 3),
        ],
    )
    def test_the_line_of_a_field(self, path, line):
        """Or of what should hold it."""
        assert yamltext.line_of(self.TEXT, path) == line

    def test_no_line_where_there_is_no_document(self):
        """Zero stands for unknown."""
        assert yamltext.line_of("", ("a",)) == 0
        assert yamltext.line_of("a: &x 1\nb: &x 2\nc: [", ("a",)) == 0
