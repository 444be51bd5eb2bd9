"""Findings as SARIF 2.1.0, held against the standard's schema."""

import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from bototape.finding import Severity
from bototape.report import Context, render, sarif
from tests.reports import SAMPLES, change, fault, leak, many

SCHEMA = json.loads((Path(__file__).parent / "data" / "sarif" / "sarif-schema-2.1.0.json").read_text(encoding="utf-8"))
VALIDATOR = Draft202012Validator(SCHEMA, format_checker=Draft202012Validator.FORMAT_CHECKER)
DOCS = "https://example.com/docs/"


def log(findings, **context):
    """The log of *findings*, after holding it against the schema."""
    found = json.loads(render(findings, "sarif", None, context=Context(**context)))
    VALIDATOR.validate(found)
    assert len(found["runs"]) == 1
    return found["runs"][0]


def test_a_change_stands_where_botocore_is_pinned():
    """A change has no file: it is put at the anchor, named by its place, and known by its own fingerprint."""
    run = log([change()], anchor="requirements/dev.txt:7", docs=DOCS)

    assert run["results"] == [
        {
            "ruleId": "enum-value-added",
            "ruleIndex": 0,
            "level": "warning",
            "message": {"text": "toy.Act.output.A: enum value 'X' added"},
            "locations": [
                {
                    "physicalLocation": {
                        "artifactLocation": {"uri": "requirements/dev.txt", "uriBaseId": "%SRCROOT%"},
                        "region": {"startLine": 7},
                    },
                    "logicalLocations": [{"fullyQualifiedName": "toy.Act.output.A"}],
                }
            ],
            "partialFingerprints": {"primaryLocationLineHash": "0123456789ab", "bototape/v1": "0123456789ab"},
        }
    ]


def test_rules_say_why_what_to_do_and_where_to_read_on():
    """Each rule named is described once, with its entry in the documentation."""
    driver = log([change(), change("toy.Act.output.B"), leak(), fault()], docs=DOCS)["tool"]["driver"]

    advice = {
        "text": "Answers may hold a value that code and mocks have no branch for; botocore passes it on. "
        "Fix: give the branching a default."
    }
    assert (driver["name"], driver["informationUri"], driver["rules"]) == (
        "bototape",
        DOCS,
        [
            {
                "id": "account-id",
                "shortDescription": {"text": "A file holds an account id."},
                "helpUri": "https://example.com/docs/auditing.md",
            },
            {
                "id": "enum-value-added",
                "shortDescription": {"text": "Enum value added."},
                "fullDescription": advice,
                "help": advice,
                "helpUri": "https://example.com/docs/rules.md#enum-value-added",
            },
            {"id": "enum-value-unknown", "shortDescription": {"text": "Enum value unknown."}},
        ],
    )


@pytest.mark.parametrize(
    ("finding", "location"),
    [
        (fault("my cassettes/ä#1:%.yaml", 2), ("my%20cassettes/%C3%A4%231%3A%25.yaml", 1)),
        (leak("notes.log:14"), ("notes.log", 14)),
    ],
    ids=["recording", "text"],
)
def test_a_fault_stands_in_its_file(finding, location):
    """A file is a URI relative to the source's root; a text has lines, a recording starts at its first."""
    [result] = log([finding], anchor="requirements.txt:3")["results"]

    physical = result["locations"][0]["physicalLocation"]
    assert physical["artifactLocation"]["uriBaseId"] == "%SRCROOT%"
    assert (physical["artifactLocation"]["uri"], physical["region"]["startLine"]) == location


def test_a_file_elsewhere_has_an_absolute_address():
    """A path from the root of the file system is a file URI without a base."""
    [result] = log([leak("/srv/a b.log:2")])["results"]

    assert result["locations"][0]["physicalLocation"]["artifactLocation"] == {"uri": "file:///srv/a%20b.log"}


def test_without_an_anchor_a_change_has_a_name_only():
    """No file is made up."""
    [result] = log([change()])["results"]

    assert result["locations"] == [{"logicalLocations": [{"fullyQualifiedName": "toy.Act.output.A"}]}]


def test_levels_follow_severities_and_neutral_is_left_out():
    """Breaking and error are errors, dangerous and warning are warnings, info is a note; the worst come first."""
    run = log([change(severity=each) for each in Severity])

    assert [each["level"] for each in run["results"]] == ["error", "error", "warning", "warning", "note"]


def test_ignored_findings_are_suppressed_not_dropped():
    """A dashboard closes an alert that it sees suppressed; one that is missing counts as fixed."""
    run = log([fault()], ignored=((change(), "we never read it"),))

    assert [each.get("suppressions") for each in run["results"]] == [
        None,
        [{"kind": "external", "status": "accepted", "justification": "we never read it"}],
    ]


def test_what_a_viewer_would_read_as_a_link_or_placeholder_is_escaped():
    """Places keep their brackets and braces; a link and a placeholder are shown as they are written."""
    [result] = log([change("toy.Act.output.A[].B{}", message="see [this](1) and {0}")])["results"]

    assert result["message"]["text"] == "toy.Act.output.A[].B{}: see \\[this\\](1) and {{0}}"


def test_a_run_has_no_more_results_than_code_scanning_takes(monkeypatch):
    """The least severe are left out, and the log says how many."""
    monkeypatch.setattr(sarif, "LIMIT", 3)
    findings = [change(severity=Severity.INFO), change(), change(), change()]

    run = log(findings, ignored=((change(), "known"),))

    assert [each["level"] for each in run["results"]] == ["warning", "warning", "warning"]
    text = "2 findings left out: code scanning takes 3 in one run"
    assert run["invocations"] == [
        {"executionSuccessful": True, "toolExecutionNotifications": [{"level": "warning", "message": {"text": text}}]}
    ]


@pytest.mark.slow
def test_a_huge_report_is_cut_to_the_limit():
    """Fifty thousand findings are 25,000 results in one valid log."""
    found = json.loads(render(many(50_000), "sarif", None))

    assert len(found["runs"][0]["results"]) == 25_000
    assert {each["level"] for each in found["runs"][0]["results"]} == {"error", "warning"}


def test_the_same_findings_are_the_same_log():
    """Nothing in a log tells when it was written."""
    assert render(SAMPLES, "sarif", None) == render(SAMPLES, "sarif", Severity.INFO)


def test_a_clean_run_is_a_log():
    """No finding is no result and no rule: alerts of earlier runs are closed by it."""
    run = log([])

    assert (run["results"], run["tool"]["driver"]["rules"]) == ([], [])
