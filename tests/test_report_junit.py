"""Findings as JUnit XML."""

from xml.etree import ElementTree as ET

import pytest

from bototape.finding import Severity
from bototape.report import Context, junit, render
from tests.reports import SAMPLES, change, fault, leak

COUNTS = ("tests", "failures", "errors", "skipped")


def suites(findings, gate, **context):
    return ET.fromstring(render(findings, "junit", gate, context=Context(**context)))  # noqa: S314 - our own


def cases(root):
    """Suite, case, and what the case says: ``failure`` or ``passed``."""
    return [
        (suite.get("name"), case.get("name"), "failure" if case.find("failure") is not None else "passed")
        for suite in root
        for case in suite.iter("testcase")
    ]


def test_the_whole_report():
    """A suite for the service, a case for the operation: failed by what reaches the gate, the rest in its output."""
    findings = [
        change(severity=Severity.INFO, message="enum value 'Y' added"),
        change("toy.Act.input.B", "member-removed", Severity.BREAKING, "member removed <&>"),
        change("toy.Act.output.C", "pattern-respelled", Severity.NEUTRAL, "written differently"),
    ]

    assert render(findings, "junit", Severity.BREAKING, context=Context(title="toy 1 → 2")) == (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<testsuites name="toy 1 → 2" tests="1" failures="1" errors="0" skipped="0">\n'
        '  <testsuite name="toy" tests="1" failures="1" errors="0" skipped="0">\n'
        '    <testcase classname="toy" name="Act">\n'
        '      <failure type="breaking" message="1 finding, the worst breaking: member removed &lt;&amp;&gt;">'
        "breaking  toy.Act.input.B: member removed &lt;&amp;&gt; [member-removed]\n</failure>\n"
        "      <system-out>info  toy.Act.output.A: enum value 'Y' added [enum-value-added]\n"
        "neutral  toy.Act.output.C: written differently [pattern-respelled]\n</system-out>\n"
        "    </testcase>\n"
        "    <system-out>toy 1 → 2\n"
        "3 findings: 1 breaking, 1 info, 1 neutral; gate breaking: 1 at or above\n</system-out>\n"
        "  </testsuite>\n"
        "</testsuites>\n"
    )


@pytest.mark.parametrize(
    ("gate", "failed"),
    [
        (Severity.BREAKING, ["toy Act"]),
        (Severity.ERROR, ["my cassettes/b #7.yaml interaction 12", "notes.log line 14", "toy Act"]),
        (None, []),
    ],
    ids=["breaking", "error", "never"],
)
def test_only_what_reaches_the_gate_fails(gate, failed):
    """A dashboard is red exactly when the command's exit code is 1."""
    root = suites(SAMPLES, gate)

    assert sorted(f"{suite} {case}" for suite, case, state in cases(root) if state == "failure") == failed


def test_every_job_has_its_suites_and_cases():
    """Services have operations, recordings interactions, texts lines; the worst first."""
    assert [each[:2] for each in cases(suites(SAMPLES, None))] == [
        ("toy", "Act"),
        ("toy", "New"),
        ("toy", "toy as a whole"),
        ("my cassettes/b #7.yaml", "interaction 12"),
        ("notes.log", "line 14"),
        ("cassettes/a.yaml", "interaction 1"),
        ("cassettes/old.yaml", "cassettes/old.yaml as a whole"),
        ("src/notes.md", "src/notes.md as a whole"),
    ]


def test_counts_add_up():
    """Each suite counts its own, the root counts all."""
    root = suites([change(), fault(), leak()], Severity.ERROR)

    assert [[each.get(key) for key in COUNTS] for each in (root, *root)] == [
        ["3", "1", "0", "0"],
        ["1", "1", "0", "0"],
        ["1", "0", "0", "0"],
        ["1", "0", "0", "0"],
    ]


def test_a_clean_run_has_a_case_that_passes():
    """A dashboard takes a report without cases for a failure to report."""
    root = suites([], Severity.BREAKING, title="nothing changed")

    assert cases(root) == [("bototape", "bototape as a whole", "passed")]
    assert [root.get(key) for key in COUNTS] == ["1", "0", "0", "0"]
    assert root.findtext("testsuite/system-out") == "nothing changed\n0 findings; gate breaking: 0 at or above\n"


def test_a_case_says_how_much_it_leaves_out(monkeypatch):
    """The list of one operation ends somewhere, and says so."""
    monkeypatch.setattr(junit, "_MOST", 2)
    root = suites([change(f"toy.Act.output.M{n}") for n in range(5)], None)

    assert root.findtext(".//testcase/system-out").splitlines()[2:] == ["… and 3 more"]
