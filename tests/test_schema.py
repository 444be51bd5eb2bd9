import copy
import json
import random
import re
from pathlib import Path

import jsonschema
import jsonschema_rs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bototape import shapes
from bototape.check.engine import Engine
from bototape.releases.pins import schemas
from bototape.schema import NOT_CHECKED, compile_schema
from bototape.schema.patterns import matches_all, translate
from tests.modelled import put
from tests.wire.botocore_side import both, protocols, services
from tests.wire.instances import Instances

ROOT = Path(__file__).parent.parent
META = jsonschema.Draft202012Validator(jsonschema.Draft202012Validator.META_SCHEMA)
SNAPSHOTS = sorted((ROOT / "schemas" / "sagemaker").glob("*/*"))

MODEL = {
    "metadata": {"protocol": "json", "serviceId": "Lab", "serviceFullName": "Laboratory"},
    "operations": {
        "Measure": {
            "name": "Measure",
            "input": {"shape": "Sample"},
            "output": {"shape": "Sample"},
            "errors": [{"shape": "NotFound"}, {"shape": "TooMany"}],
        },
        "Stop": {"name": "Stop"},
    },
    "shapes": {
        "Sample": {
            "type": "structure",
            "required": ["Name", "Id"],
            "members": {
                "Name": {"shape": "Name", "locationName": "name"},
                "Id": {"shape": "Name"},
                "Parts": {"shape": "Samples"},
                "Tags": {"shape": "Tags"},
                "Choice": {"shape": "Choice"},
                "Free": {"shape": "Free"},
                "Taken": {"shape": "Time"},
                "Sold": {"shape": "Time", "timestampFormat": "iso8601"},
                "Picture": {"shape": "Picture"},
                "Mass": {"shape": "Mass"},
                "Count": {"shape": "Count"},
                "Big": {"shape": "Long"},
                "On": {"shape": "Flag"},
            },
        },
        "Name": {"type": "string", "min": 1, "max": 9, "pattern": "^[a-z]+$"},
        "Samples": {"type": "list", "member": {"shape": "Sample"}, "min": 0, "max": 5},
        "Tags": {"type": "map", "key": {"shape": "Color"}, "value": {"shape": "Odd"}, "max": 2, "sparse": True},
        "Color": {"type": "string", "enum": ["red", "blue"]},
        "Odd": {"type": "string", "pattern": "[\\p{Print}&&[^|:/]]+"},
        "Choice": {"type": "structure", "union": True, "members": {"B": {"shape": "Flag"}, "A": {"shape": "Flag"}}},
        "Free": {"type": "structure", "document": True, "members": {}},
        "Time": {"type": "timestamp"},
        "Picture": {"type": "blob", "min": 1, "max": 4},
        "Mass": {"type": "double", "min": 0.5, "max": 9.0},
        "Count": {"type": "integer", "min": 1},
        "Long": {"type": "long"},
        "Flag": {"type": "boolean"},
        "NotFound": {"type": "structure", "exception": True, "members": {"Message": {"shape": "Name"}}},
        "TooMany": {"type": "structure", "exception": True, "error": {"code": "Slow.Down"}, "members": {}},
    },
}
SERVICE = shapes.parse(MODEL)
MEASURE = SERVICE.operations["Measure"]


def text(schema):
    return json.dumps(schema, indent=2) + "\n"


@pytest.mark.parametrize("side", ["input", "output", "error"])
def test_every_kind_of_shape_compiles_to_this(side):
    """One schema with every type, trait and limit, stored whole; it passes the meta-schema."""
    schema = compile_schema(SERVICE, MEASURE, side)

    META.validate(schema)
    assert text(schema) == (ROOT / "tests" / "data" / "schema" / f"Measure.{side}.schema.json").read_text()


def test_an_operation_without_output_answers_an_empty_object():
    """Anything in it would be new."""
    assert compile_schema(SERVICE, SERVICE.operations["Stop"], "output") == {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Lab Stop output",
        "type": "object",
        "properties": {},
        "additionalProperties": False,
    }


def test_one_error_compiles_to_its_own_shape():
    """The members of its shape, and what the protocol puts beside them."""
    word = {"type": "string"}

    assert compile_schema(SERVICE, MEASURE, "error", "TooMany")["$defs"] == {
        "TooMany": {
            "type": "object",
            "properties": {"__type": word, "code": word, "message": word, "Message": word},
            "additionalProperties": False,
        }
    }


@pytest.mark.parametrize(
    ("body", "valid"),
    [
        ({"__type": "NotFound", "Message": "a"}, True),
        ({"__type": "com.amazon.lab#NotFound:http://x/", "Message": 7}, False),
        ({"__type": "Slow.Down"}, True),
        ({"__type": "SlowXDown", "Message": 7}, True),
        ({"__type": "TooMany", "New": 1}, False),
        ({"message": 7}, True),
        ([], False),
    ],
)
def test_the_schema_of_all_errors_chooses_by_type(body, valid):
    """One file holds every modeled error of an operation."""
    assert jsonschema.Draft202012Validator(compile_schema(SERVICE, MEASURE, "error")).is_valid(body) == valid


def test_the_order_of_a_model_does_not_matter():
    """Re-ordering members and shapes, which happens in every tenth release, changes no schema."""
    shuffled = shapes.parse(_shuffled(MODEL, random.Random(7)))  # noqa: S311 - an order, not a secret

    for side in ("input", "output", "error"):
        assert text(compile_schema(shuffled, shuffled.operations["Measure"], side)) == text(
            compile_schema(SERVICE, MEASURE, side)
        )


def _shuffled(value, dice):
    if not isinstance(value, dict):
        return copy.copy(value)
    items = list(value.items())
    dice.shuffle(items)
    return {key: _shuffled(each, dice) for key, each in items}


def test_what_no_engine_reads_is_listed():
    """A pattern left out is named with its shape, never dropped."""
    schema = compile_schema(SERVICE, MEASURE, "input")

    assert schema[NOT_CHECKED] == [{"shape": "Odd", "pattern": "[\\p{Print}&&[^|:/]]+"}]
    assert schema["$defs"]["Odd"] == {"type": "string"}


def test_an_unknown_type_is_listed():
    """A type that a later model may bring is named, never passed."""
    model = {
        **MODEL,
        "operations": {"Watch": {"name": "Watch", "output": {"shape": "Feed"}}},
        "shapes": {
            "Feed": {"type": "structure", "members": {"Q": {"shape": "Quark"}}},
            "Quark": {"type": "bigDecimal"},
        },
    }
    service = shapes.parse(model)

    assert compile_schema(service, service.operations["Watch"], "output")[NOT_CHECKED] == [
        {"shape": "Quark", "type": "bigDecimal"},
    ]


def test_an_event_stream_is_a_list_of_events():
    """One event in each element, of those the model names, or an error it lacks."""
    model = {
        **MODEL,
        "operations": {"Watch": {"name": "Watch", "output": {"shape": "Feed"}}},
        "shapes": {
            "Feed": {"type": "structure", "members": {"Events": {"shape": "Events"}}},
            "Events": {"type": "structure", "eventstream": True, "members": {"Tick": {"shape": "Tick"}}},
            "Tick": {"type": "structure", "event": True, "members": {"At": {"shape": "Count"}}},
            "Count": {"type": "integer"},
        },
    }
    service = shapes.parse(model)
    engine = Engine(compile_schema(service, service.operations["Watch"], "output"))

    for good in ([], [{"Tick": {"At": 1}}, {"Tick": {}}], [{":error": {":error-code": "Broken"}}]):
        assert list(engine.errors({"Events": good})) == []
    for bad in ({"Tick": {}}, [{}], [{"Tock": {}}], [{"Tick": {"At": "x"}}], [{"Tick": {}, ":error": {}}]):
        assert list(engine.errors({"Events": bad})) != []


@pytest.mark.parametrize(
    ("protocols", "traits", "location", "good", "bad"),
    [
        (["json"], {}, None, 1.5, "2024-01-01T00:00:00Z"),
        (["rest-json"], {}, None, 1.5, "2024-01-01T00:00:00Z"),
        (["rest-xml"], {}, None, "2024-01-01T00:00:00Z", 1.5),
        (["query"], {}, None, "2024-01-01T00:00:00Z", 1.5),
        (["ec2"], {"timestampFormat": "unixTimestamp"}, None, 1.5, "2024-01-01T00:00:00Z"),
        (["smithy-rpc-v2-cbor"], {"timestampFormat": "iso8601"}, None, 1.5, "2024-01-01T00:00:00Z"),
        (["smithy-rpc-v2-cbor", "query"], {}, None, "2024-01-01T00:00:00Z", "Mon, 01 Jan 2024 00:00:00 GMT"),
        (["smithy-rpc-v2-cbor", "query"], {}, None, 1.5, True),
        (["rest-json"], {}, "header", "Mon, 01 Jan 2024 00:00:00 GMT", "2024-01-01T00:00:00Z"),
        (["rest-json"], {}, "querystring", "2024-01-01T00:00:00Z", 1.5),
        (["rest-json"], {"timestampFormat": "unixTimestamp"}, "uri", 1.5, "2024-01-01T00:00:00Z"),
        (["json"], {}, "header", 1.5, "Mon, 01 Jan 2024 00:00:00 GMT"),
    ],
)
def test_a_timestamp_in_a_request_is_as_its_protocol_and_place_have_it(protocols, traits, location, good, bad):
    """A service of several protocols takes what any of them writes; RPC protocols know no places."""
    member = {"shape": "Time", **({"location": location, "locationName": "at"} if location else {})}
    model = {
        "metadata": {"protocol": protocols[0], "protocols": protocols},
        "operations": {"Ask": {"name": "Ask", "input": {"shape": "Input"}}},
        "shapes": {
            "Input": {"type": "structure", "members": {"At": member}},
            "Time": {"type": "timestamp", **traits},
        },
    }
    service = shapes.parse(model)
    engine = Engine(compile_schema(service, service.operations["Ask"], "input"))

    assert list(engine.errors({"At": good})) == []
    assert list(engine.errors({"At": bad})) != []


def test_json_in_a_header_is_any_value_and_an_enum_on_a_member_counts():
    """Traits that stand at the member, not at its shape."""
    model = {
        "metadata": {"protocol": "rest-json"},
        "operations": {"Ask": {"name": "Ask", "input": {"shape": "Input"}}},
        "shapes": {
            "Input": {
                "type": "structure",
                "members": {
                    "Json": {"shape": "Text", "jsonvalue": True, "location": "header", "locationName": "x-json"},
                    "Colour": {"shape": "Text", "enum": ["red"]},
                },
            },
            "Text": {"type": "string"},
        },
    }
    service = shapes.parse(model)
    engine = Engine(compile_schema(service, service.operations["Ask"], "input"))

    assert list(engine.errors({"Json": {"a": [1]}, "Colour": "red"})) == []
    assert list(engine.errors({"Colour": "blue"})) != []


@pytest.mark.parametrize(
    ("member", "good", "bad"),
    [
        ("Count", [1, 2**31 - 1, 3.0], [0, 2**31, 1.5, True, "1", None]),
        ("Big", [-(2**63), 2**63 - 1], [2**63, 0.5]),
        ("Mass", [0.5, 9, "NaN", "Infinity", "-Infinity"], [0.4, 9.1, "nan", "1.5", "", "NaN\n", False]),
        ("On", [True, False], [0, "true"]),
        ("Picture", ["AA==", "AAA=", "AAAAAA=="], ["", "A", "AA", "AAA", "AA=A", "A A=", "AA==AA==A", "AAAAAAAAAAAA"]),
        ("Free", [{"a": [1, None]}, [], 7, "x"], []),
        ("Choice", [{"A": True}, {"B": True, "__type": "x"}], [{}, {"A": True, "B": True}, {"C": 1}, None]),
        ("Tags", [{}, {"red": "x"}, {"red": None}], [{"green": "x"}, {"red": 1}, []]),
        ("Parts", [[], [{"Name": "a", "Id": "a"}]], [[{}], [None], {}, [{"Name": "a", "Id": "a"}] * 6]),
        ("Id", ["a", "abcabcabc"], ["", "abcabcabca", "a\n", "A", "a b"]),
    ],
)  # fmt: skip
def test_limits_of_every_type(member, good, bad):
    """The two engines agree on what is valid."""
    schema = compile_schema(SERVICE, MEASURE, "output")
    engines = (
        lambda document: not list(Engine(schema).errors(document)),
        jsonschema.Draft202012Validator(schema).is_valid,
    )

    for valid in engines:
        for value in good:
            assert valid({"Name": "a", "Id": "a", member: value}), value
    for value in bad:
        assert not engines[0]({"Name": "a", "Id": "a", member: value}), value
        if not str(value).endswith("\n"):  # in Python's matcher, $ matches before a final line feed
            assert not engines[1]({"Name": "a", "Id": "a", member: value}), value


TIMES = [
    ("2024-02-29T00:00:00Z", True),
    ("2023-02-29T00:00:00Z", False),
    ("2000-02-29T23:59:60.123456789+14:00", True),
    ("1900-02-29T00:00:00Z", False),
    ("2024-04-30T00:00:00-00:30", True),
    ("2024-04-31T00:00:00Z", False),
    ("2024-13-01T00:00:00Z", False),
    ("2024-01-01T24:00:00Z", False),
    ("2024-01-01T00:00:00", False),
    ("2024-01-01", False),
    ("2024-01-01T00:00:00Z ", False),
    (0, True),
    (1.581375932441e9, True),
    (-62135596800, True),
    (1581375932441, False),
    (True, False),
    (None, False),
]


@pytest.mark.parametrize(("value", "valid"), TIMES)
def test_a_timestamp_in_a_response_is_seconds_or_iso_8601(value, valid):
    """Real dates only; milliseconds are a mistake."""
    engine = Engine(compile_schema(SERVICE, MEASURE, "output"))

    for member in ("Taken", "Sold"):
        assert (not list(engine.errors({"Name": "a", "Id": "a", member: value}))) == valid


@pytest.mark.parametrize(("value", "valid"), TIMES)
def test_a_timestamp_in_a_request_has_the_format_of_its_member(value, valid):
    """Seconds unless the model names another format."""
    engine = Engine(compile_schema(SERVICE, MEASURE, "input"))
    found = {member: not list(engine.errors({"Name": "a", "Id": "a", member: value})) for member in ("Taken", "Sold")}

    assert found == {"Taken": valid and not isinstance(value, str), "Sold": valid and isinstance(value, str)}


def test_http_dates_are_timestamps_where_the_model_says_so():
    """rfc822 in a model means the HTTP date."""
    model = copy.deepcopy(MODEL)
    model["shapes"]["Time"]["timestampFormat"] = "rfc822"
    service = shapes.parse(model)
    document = {"Name": "a", "Id": "a", "Taken": "Thu, 01 Jan 1970 00:00:00 GMT"}

    for side in ("input", "output"):
        assert list(Engine(compile_schema(service, service.operations["Measure"], side)).errors(document)) == []
    assert list(Engine(compile_schema(SERVICE, MEASURE, "output")).errors(document)) != []


# Patterns


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("[a-z]+", "^(?:[a-z]+)$"),
        ("^[a-z]+$", "^(?:[a-z]+)$"),
        ("^a|b$", "^(?:^a|b$)$"),
        ("^(a|b)$", "^(?:(a|b))$"),
        (r"a\$", r"^(?:a\$)$"),
        (r"a\\$", r"^(?:a\\)$"),
        (r"\Aa\z", "^(?:a)$"),
        (r"\d{12}", "^(?:[0-9]{12})$"),
        (r"\D\W\S", r"^(?:[^0-9][^A-Za-z0-9_][^\t\n\v\f\r ])$"),
        (r"[\d\-\w]", r"^(?:[0-9\-A-Za-z0-9_])$"),
        (r"[\w-_]", r"^(?:[A-Za-z0-9_\-_])$"),
        (r"[a-z-]", r"^(?:[a-z\-])$"),
        (r"[\s\S]{1,3}", r"^(?:[\s\S]{1,3})$"),
        (r"[^\S]", "^(?:[^\\x00-\\x08\\x0E-\\x1F!-\U0010ffff])$"),
        (r"\_\@\/\-", "^(?:_@/-)$"),
        ("[[a]", r"^(?:[\[a])$"),
        ("a{b}]", r"^(?:a\{b\}\])$"),
        ("(?s).+", r"^(?:[\s\S]+)$"),
        ("(?i)yes|no", "^(?:[yY][eE][sS]|[nN][oO])$"),
        ("(?!(?i)aws)x", "^(?:(?![aA][wW][sS])x)$"),
        ("a(?i)b|c", "^(?:a[bB]|[cC])$"),
        (r"(?i)[a-cX9_].\d\.\x41", r"^(?:[a-cA-CXx9_].[0-9]\.[Aa])$"),
        ("(?i)[^M-p]é", "^(?:[^M-pm-zA-P]é)$"),
        (r"(?i)[\w.]\p{L}", r"^(?:[A-Za-z0-9_.][\p{L}])$"),
        ("(?P<n>a)", "^(?:(?<n>a))$"),
        ("a++b?+c{2}+", "^(?:a+b?c{2})$"),
        ("a{11}{0,10}", "^(?:(?:a{11}){0,10})$"),
        ("(ab){2}{3}", "^(?:(?:(ab){2}){3})$"),
        ("a${1,128}", "^(?:a)$"),
        (r"(/(?!\.)+a)", r"^(?:(/(?!\.)a))$"),
        (r"\p{L}\P{N}[\p{Zs}]", r"^(?:[\p{L}][^\p{N}][\p{Zs}])$"),
        (r"\p{Alnum}[\p{Blank}]", r"^(?:[A-Za-z0-9][ \t])$"),
        (r"[\u0009\u0020-\uD7FF]", r"^(?:[\x09 -\uD7FF])$"),
        (r"[a\uD800\uDC00-\uDBFF\uDFFF]", "^(?:[a\U00010000-\U0010ffff])$"),
        (r"[a\uD800\uDBFF-\uDC00\uDFFF]", "^(?:[a\U00010000-\U0010ffff])$"),
        (r"\x{60}\000", r"^(?:`\x00)$"),
        (r"[!-&&a]", r"^(?:[!-&\x26a])$"),
        ("[a&~~]", r"^(?:[a&~\x7E])$"),
        (r"[\b]", r"^(?:[\x08])$"),
        (r"(.)\1", r"^(?:(.)\1)$"),
        ("", "^(?:)$"),
    ],
)  # fmt: skip
def test_patterns_are_rewritten_to_what_engines_share(pattern, expected):
    """The rewrite table, row by row."""
    assert translate(pattern) == expected


@pytest.mark.parametrize(
    "pattern",
    [
        r"[\p{Print}&&[^|:/]]",
        "*a",
        "a|*",
        "(a",
        "a)",
        "[a",
        "[b-a]",
        r"\q",
        r"\p{Klingon}",
        r"\uD800",
        "(?>a)",
        "a\\",
        "$*",
        r"(?i)\p{Lu}",
        r"(?i)[\p{Lower}]",
        r"(a)(?i)\1",
    ],
)
def test_a_pattern_without_a_faithful_rewriting_has_none(pattern):
    """What is not understood is not guessed."""
    assert translate(pattern) is None


@pytest.mark.parametrize(("pattern", "expected"), [(".*", True), ("^.*$", True), (r"[\S\s]*", True), (".+", False)])
def test_patterns_that_match_anything_need_no_check(pattern, expected):
    """They would only cost time, and refuse line ends that services send."""
    assert matches_all(pattern) == expected


PIECES = st.lists(
    st.sampled_from([r"\d", r"\w", "[a-c]", "[^a]", "a", r"\.", "(?:ab|c)", "(a)", "[-_]", r"[\w.-]", "b"]), max_size=4
)
REPEATS = st.sampled_from(["", "", "?", "*", "+", "{1,2}"])


@settings(max_examples=80, deadline=None)
@given(
    st.sampled_from(["", "(?i)"]),
    st.lists(st.tuples(PIECES.filter(bool).map("".join), REPEATS), max_size=3),
    st.text("abcABC1-._\n", max_size=5),
)
def test_a_rewritten_pattern_matches_the_same_whole_values(flag, pieces, value):
    """Against Python's own matcher in ASCII mode, on the original."""
    pattern = flag + "".join(each + repeat for each, repeat in pieces)
    rewritten = translate(pattern)

    assert rewritten is not None
    assert (not list(Engine({"pattern": rewritten}).errors(value))) == bool(re.fullmatch(pattern, value, re.ASCII))


@settings(max_examples=150)
@given(st.text("a^$|()[]{}?*+\\-.,0&pdwsDWSxu:!=<>PiQ", max_size=12))
def test_any_text_is_rewritten_or_refused(pattern):
    """What comes out is a pattern that the engine reads."""
    rewritten = translate(pattern)

    if rewritten is not None:
        assert not any("pattern" in each for each in Engine({"pattern": rewritten}).not_checked)


# The committed files


@pytest.mark.parametrize("directory", SNAPSHOTS, ids=lambda each: each.name)
def test_committed_schemas_are_what_their_models_compile_to(directory):
    """Byte for byte, no file more and none less; all pass the meta-schema."""
    wanted = schemas(shapes.parse(json.loads((directory / "service-2.json").read_text())))
    found = {each.name: each.read_text() for each in directory.glob("*.schema.json")}

    assert found == wanted
    for each in found.values():
        META.validate(json.loads(each))
        assert NOT_CHECKED not in json.loads(each)


# The two engines


ODD = (7, -1, 2**31, 2**63, 2.5, "", "\u00e9", "a" * 3000, None, True, [], {}, [None], {"a": 1}, "2023-02-29T00:00:00Z")


def corpus(service, operation, dice):
    """Instances of an operation's output: a valid one, and ones with an odd value at each of some places."""
    whole = Instances(service, protocols(service)[0], "output").root(operation.output, operation)
    yield whole
    places = list(walked(whole))
    for path in dice.sample(places, min(6, len(places))):
        yield put(whole, path, dice.choice(ODD))


def walked(value, path=()):
    """The paths of all values below *value*, itself included."""
    yield path
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, each in inner:
        yield from walked(each, (*path, key))


def without_unread(schema):
    """*schema* without the patterns that Python's matcher does not read, and how many those are."""
    unread = 0

    def kept(value):
        nonlocal unread
        if isinstance(value, list):
            return [kept(each) for each in value]
        if not isinstance(value, dict):
            return value
        found = {}
        for key, each in value.items():
            if key == "pattern" and isinstance(each, str):
                try:
                    re.compile(each)
                except re.error:
                    unread += 1
                    continue
            found[key] = kept(each)
        return found

    return kept(schema), unread


@pytest.mark.newest_botocore
@pytest.mark.parametrize("name", ["kinesis", "lambda", "route53", "iam", "cloudwatch"])
def test_both_engines_give_the_same_verdict(name):
    """Every fifth operation of services of all protocols, with valid and odd values at places taken at random."""
    service, _ = both(name)
    dice = random.Random(name)  # noqa: S311 - the same corpus each time
    verdicts = []
    for operation in list(service.operations.values())[::5]:
        if operation.output is None:
            continue
        schema, _ = without_unread(compile_schema(service, operation, "output"))
        fast, slow = Engine(schema), jsonschema.Draft202012Validator(schema)
        verdicts += [
            (not list(fast.errors(each)), slow.is_valid(each), operation.name, each)
            for each in corpus(service, operation, dice)
        ]

    assert [each for each in verdicts if each[0] != each[1]] == []
    assert {each[0] for each in verdicts} == {True, False}


# All services

#: What no engine checks in botocore's models: patterns without a faithful rewriting.
LEFT_OUT = {
    "autoscaling-plans": {r"[\p{Print}&&[^|:/]]+"},
}


@pytest.mark.slow
@pytest.mark.newest_botocore
@pytest.mark.parametrize("name", services())
def test_every_operation_compiles(name):
    """Schemas of every operation, side and error pass the meta-schema and the engine reads them; the rest is listed."""
    service, _ = both(name)
    left_out = set()
    for operation in service.operations.values():
        for side in ("input", "output", "error"):
            schema = compile_schema(service, operation, side)
            jsonschema_rs.meta.validate(schema)
            left_out |= {each.get("pattern") or each["type"] for each in Engine(schema).not_checked}

    assert left_out == LEFT_OUT.get(name, set())
