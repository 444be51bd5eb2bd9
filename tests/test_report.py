"""Findings as text and as JSON."""

import json
import re

import pytest

from bototape.finding import Finding, Severity
from bototape.report import Context, gate_of, render


def finding(severity, where="toy.Act", rule="some-rule", message="something happened", **evidence):
    return Finding(where, rule, severity, message, tuple(evidence.items()))


def added(value, severity=Severity.DANGEROUS, where="toy.Act.output.A", **more):
    return finding(severity, where, "enum-value-added", f"enum value {value!r} added", old="", new=value, **more)


def test_text_has_a_line_each_and_the_counts():
    """One line per finding, worst first, then one line of counts that names the gate."""
    findings = [
        finding(Severity.INFO, "toy.Act.input.B", "member-added", "member added"),
        finding(Severity.NEUTRAL),
        finding(Severity.BREAKING, "toy.Act.input.A", "member-removed", "member removed"),
    ]

    assert render(findings, "text", Severity.BREAKING) == (
        "breaking   toy.Act.input.A: member removed [member-removed]\n"
        "info       toy.Act.input.B: member added [member-added]\n"
        "3 findings: 1 breaking, 1 info, 1 neutral (not listed); gate breaking: 1 at or above\n"
    )


@pytest.mark.parametrize(
    ("findings", "gate", "line"),
    [
        ([], Severity.BREAKING, "0 findings; gate breaking: 0 at or above\n"),
        ([finding(Severity.NEUTRAL)], None, "1 finding: 1 neutral (not listed); gate never\n"),
    ],
    ids=["clean", "never"],
)
def test_counts_of_little(findings, gate, line):
    """A clean run says so, and a gate that never closes is named."""
    assert render(findings, "text", gate) == line


def test_values_of_one_enum_share_a_line():
    """Sixty new instance types are one line; another place, severity or message starts a new one."""
    findings = [
        added("A"),
        added("B"),
        added("C"),
        added("D", where="toy.Act.output.B"),
        added("D", severity=Severity.INFO, where="toy.Act.output.B"),
    ]

    assert render(findings, "text", None) == (
        "dangerous  toy.Act.output.A: enum value 'A' added; likewise 'B', 'C' [enum-value-added]\n"
        "dangerous  toy.Act.output.B: enum value 'D' added [enum-value-added]\n"
        "info       toy.Act.output.B: enum value 'D' added [enum-value-added]\n"
        "5 findings: 4 dangerous, 1 info; gate never\n"
    )


def test_folded_text_says_once_what_several_places_have():
    """A member that is unknown in forty recordings is one line; the counts and JSON still have all forty."""
    findings = [
        finding(Severity.INFO, "a#1 /X", "member-unknown", "X is not in 1.28.0"),
        finding(Severity.INFO, "a#1 /Y", "member-unknown", "Y is not in 1.28.0"),
        finding(Severity.INFO, "a#2 /X", "member-unknown", "X is not in 1.28.0"),
        finding(Severity.WARNING, "a#2 /X", "member-unknown", "X is not in 1.28.0"),
        finding(Severity.INFO, "b#1 /X", "member-unknown", "X is not in 1.28.0"),
    ]

    assert render(findings, "text", Severity.ERROR, fold=True) == (
        "warning    a#2 /X: X is not in 1.28.0 [member-unknown]\n"
        "info       a#1 /X (and 2 more places): X is not in 1.28.0 [member-unknown]\n"
        "info       a#1 /Y: Y is not in 1.28.0 [member-unknown]\n"
        "5 findings: 1 warning, 4 info; gate error: 0 at or above\n"
    )
    assert len(json.loads(render(findings, "json", None, fold=True))["findings"]) == 5


def test_findings_without_values_keep_their_own_line():
    """Two findings at one place that differ in more than a value are two lines."""
    findings = [
        finding(Severity.ERROR, message="expected a number, found 'a'"),
        finding(Severity.ERROR, message="expected a number, found 'b'"),
        finding(Severity.ERROR, message="from 1 to 2", old="1", new="2"),
        finding(Severity.ERROR, message="from 1 to 2", old="1", new="2", more="x"),
    ]

    assert render(findings, "text", None).count("\n") == len(findings) + 1


def test_a_finding_never_takes_two_lines():
    """A line break in a message is written as an escape."""
    assert render([finding(Severity.ERROR, message="a\r\nb")], "text", Severity.ERROR) == (
        "error      toy.Act: a\\r\\nb [some-rule]\n1 finding: 1 error; gate error: 1 at or above\n"
    )


def test_json_has_everything_under_stable_keys():
    """JSON is the same data with nothing folded or left out."""
    findings = [added("é", fingerprint="0123456789ab"), finding(Severity.NEUTRAL)]
    context = Context(title="toy 1 → 2", ignored=((finding(Severity.INFO, "a.yaml#1"), "not ours"),))

    assert json.loads(render(findings, "json", Severity.DANGEROUS, context=context)) == {
        "version": 1,
        "title": "toy 1 → 2",
        "findings": [
            {
                "where": "toy.Act.output.A",
                "rule": "enum-value-added",
                "severity": "dangerous",
                "message": "enum value 'é' added",
                "evidence": {"old": "", "new": "é", "fingerprint": "0123456789ab"},
                "fingerprint": "0123456789ab",
            },
            {
                "where": "toy.Act",
                "rule": "some-rule",
                "severity": "neutral",
                "message": "something happened",
                "evidence": {},
                "fingerprint": "fc7a192df28f",
            },
        ],
        "ignored": [
            {
                "where": "a.yaml#1",
                "rule": "some-rule",
                "severity": "info",
                "message": "something happened",
                "evidence": {},
                "fingerprint": "09771efacf19",
                "reason": "not ours",
            },
        ],
        "counts": {"breaking": 0, "error": 0, "dangerous": 1, "warning": 0, "info": 0, "neutral": 1},
        "gate": "dangerous",
    }


def test_json_of_nothing():
    """A clean run is a report, too; it ends in a newline and names the gate."""
    text = render([], "json", None)

    assert (json.loads(text)["findings"], json.loads(text)["gate"], text[-2:]) == ([], "never", "}\n")


def test_gate_of_a_word():
    """Options name gates by the severity's word, or never."""
    assert [gate_of(each) for each in ("breaking", "info", "never")] == [Severity.BREAKING, Severity.INFO, None]


def test_a_storm_counts_as_many():
    """A finding that stands for forty counts as forty, so that text and JSON tell the same; it is listed once."""
    storm = finding(Severity.NEUTRAL, "toy", "member-reordered", "member reordered, 40 times", count="40")

    assert render([storm, finding(Severity.NEUTRAL)], "text", Severity.NEUTRAL) == (
        "neutral    toy: member reordered, 40 times [member-reordered]\n"
        "41 findings: 41 neutral (1 not listed); gate neutral: 41 at or above\n"
    )


def test_colour_marks_severity_and_rule_only():
    """On a terminal the worst stands out; the text is the same without it."""
    findings = [finding(each) for each in Severity]
    coloured = render(findings, "text", None, colour=True)

    assert coloured.startswith("\x1b[1;31mbreaking \x1b[0m  toy.Act: something happened \x1b[2m[some-rule]\x1b[0m\n")
    assert re.sub(r"\x1b\[[0-9;]*m", "", coloured) == render(findings, "text", None)
