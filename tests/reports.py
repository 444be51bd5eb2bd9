"""Findings of every job, and some that hold what a report must not let through."""

import json
from pathlib import Path

from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from bototape.finding import Finding, Severity
from bototape.report import schema

VALIDATOR = Draft202012Validator(schema())

#: What somebody could put into a recording to have a report say, load or run something.
HOSTILE = (
    "\n::error title=gotcha::said by the data",
    "\r\n::stop-commands::x",
    "##[add-matcher]x",
    "%0A::warning::x",
    "<script>alert(1)</script>",
    "</script><script>alert(1)</script>",
    "<!-- -->",
    "]]>",
    "&lt;&#10;",
    "[link](https://example.com)",
    "![image](https://example.com/x.png)",
    "https://example.com www.example.com mailto:a@example.com",
    "@octocat #1 GH-1",
    "``` `` `",
    "# heading\n\n- item\n> quote\n| a | b |",
    "\x1b[31mred\x1b]8;;https://example.com\x07",
    "\x00\x08\x0b\x7f\x85\u2028\u2029\ufeff\ufffe",
    "\ud800 \udfff",
    "\u202eevil\u2066",
    "a, b: c% d",
    "'it' \"is\" it's",
    "{0} [1](2)",
    "C:\\path\\*_~",
    "",
)

words = st.one_of(
    st.sampled_from(HOSTILE),
    st.text(max_size=40),
    st.text(st.characters(codec=None), max_size=10),
    st.lists(st.sampled_from(HOSTILE), min_size=2, max_size=4).map("".join),
)
severities = st.sampled_from(Severity)


def change(
    where="toy.Act.output.A",
    rule="enum-value-added",
    severity=Severity.DANGEROUS,
    message="enum value 'X' added",
    *,
    operations=None,
    directions="output",
    old="",
    new="X",
    fingerprint="0123456789ab",
):
    """A finding as `bototape diff` makes them."""
    way = where.partition(".")[2]
    evidence = {
        "kind": rule,
        "code": severity.label,
        "fixture": "neutral",
        "directions": directions,
        "operations": way if operations is None else operations,
        "old": old,
        "new": new,
        "fingerprint": fingerprint,
    }
    return Finding(where, rule, severity, message, tuple(evidence.items()))


def fault(path="cassettes/a.yaml", number=1, pointer="/Status", rule="enum-value-unknown", severity=Severity.WARNING):
    """A finding as `bototape check` makes them."""
    evidence = {
        "interaction": str(number),
        "side": "response",
        "operation": "Act",
        "shape": "Status",
        "member": "",
        "pointer": pointer,
        "expected": "one of 'A'",
        "found": "'B'",
        "release": "1.44.5",
    }
    where = f"{path}#{number} response {pointer}".rstrip()
    return Finding(where, rule, severity, "expected one of 'A', found 'B'", tuple(evidence.items()))


def leak(where="notes.log:14", rule="account-id", severity=Severity.ERROR):
    """A finding as `bototape audit` makes them in a text."""
    evidence = {"kind": rule, "tier": "T2", "interaction": "0", "part": "", "pointer": "", "layers": ""}
    return Finding(where, rule, severity, "holds an account id (12 characters)", tuple(evidence.items()))


#: Findings of every job, with anything wherever a job puts what it read.
anything = st.one_of(
    st.builds(change, words, words, severities, words, operations=words, old=words, new=words),
    st.builds(fault, words, st.integers(0, 3), words, words, severities),
    st.builds(leak, words, words, severities),
    st.builds(Finding, words, words, severities, words),
)

#: One of each job and severity.
SAMPLES = (
    change("toy.Act.input.Name", "minimum-raised", Severity.BREAKING, "minimum raised from 1 to 3", old="1", new="3"),
    change(operations="Act.output.A, Do.output.B.A"),
    change("toy.New", "operation-added", Severity.INFO, "operation added", directions="", operations="New", new="New"),
    change("toy.metadata", "annotation-changed", Severity.NEUTRAL, "annotation changed", directions="", operations=""),
    fault(),
    fault("my cassettes/b #7.yaml", 12, "/A/0", severity=Severity.ERROR),
    leak(),
    leak("src/notes.md", "opaque-layer", Severity.INFO),
    Finding("cassettes/old.yaml", "cassette-old", Severity.WARNING, "recorded 400 days ago"),
)


def many(number):
    """As many findings as *number*, of all severities and 97 services."""
    ranks = sorted(Severity)
    return [
        change(
            f"service{n % 97}.Act{n % 1009}.output.M{n}", "member-added", ranks[n % len(ranks)], "member added", new=""
        )
        for n in range(number)
    ]


def valid(text):
    """Return a JSON report as a value, after holding it against the schema."""
    report = json.loads(text)
    VALIDATOR.validate(report)
    return report


def stored(name):
    """The text of a stored expectation."""
    return (Path(__file__).parent / "data" / "reports" / name).read_text(encoding="utf-8")
