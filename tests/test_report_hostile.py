"""Findings quote models and recordings, which may hold anything: no format lets that be more than text."""

import json
import re
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bototape.finding import Severity
from bototape.report import Context, render
from tests.reports import HOSTILE, anything, change, fault, leak, many, valid, words
from tests.test_report_github import commands
from tests.test_report_markdown import shape
from tests.test_report_sarif import VALIDATOR

FORMATS = ("text", "json", "markdown", "sarif", "junit", "github", "html")
JSON_DATA = re.compile(r'<script id="data" type="application/json">(.*)</script>')

contexts = st.builds(
    Context,
    title=words,
    anchor=words,
    ignored=st.lists(st.tuples(anything, words), max_size=2).map(tuple),
    picture=words,
    alt=words,
)
gates = st.sampled_from([None, *Severity])
findings_of_any_kind = st.lists(anything, max_size=5)
fewer = settings(max_examples=40)


@pytest.mark.parametrize("fmt", FORMATS)
@fewer
@given(findings=findings_of_any_kind, gate=gates, context=contexts)
def test_every_report_can_be_printed_and_starts_no_command(fmt, findings, gate, context):
    """It is UTF-8, ends in a newline, holds no escape sequence, and no line of it is a command of GitHub's runner."""
    report = render(findings, fmt, gate, context=context)

    assert report.endswith("\n")
    assert report.encode("utf-8").decode("utf-8") == report
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]", report)
    assert "##[" not in report
    if fmt != "github":
        assert [each for each in report.split("\n") if each.lstrip().startswith("::")] == []


@fewer
@given(findings=findings_of_any_kind, gate=gates, context=contexts)
def test_text_has_as_many_lines_as_there_are_findings(findings, gate, context):
    """A finding takes one line or shares one, and the counts are the last."""
    lines = render(findings, "text", gate, context=context).splitlines()

    listed = [each for each in findings if each.severity]
    assert min(len(listed), 1) <= len(lines) - 1 <= len(listed)
    assert re.fullmatch(r"\d+ findings?(: .*)?; gate .*", lines[-1])
    assert all(re.match(f"({'|'.join(each.label for each in Severity)}) +", each) for each in lines[:-1])


@fewer
@given(findings=findings_of_any_kind, gate=gates, context=contexts)
def test_json_gives_back_what_was_found(findings, gate, context):
    """The schema holds, and every text is the one that was found, to the character."""
    report = valid(render(findings, "json", gate, context=context))

    assert [{**each, "fingerprint": None} for each in report["findings"]] == [
        {**each.as_dict(), "fingerprint": None} for each in findings
    ]
    assert [each["reason"] for each in report["ignored"]] == [why for _, why in context.ignored]


@fewer
@given(findings=findings_of_any_kind, context=contexts)
def test_sarif_is_valid(findings, context):
    """The standard's schema holds, with a result for each finding that is not neutral."""
    log = json.loads(render(findings, "sarif", None, context=context))

    VALIDATOR.validate(log)
    told = [each for each in [*findings, *(each for each, _ in context.ignored)] if each.severity]
    assert len(log["runs"][0]["results"]) == len(told)


@fewer
@given(findings=findings_of_any_kind, gate=gates, context=contexts)
def test_junit_is_xml_with_the_right_verdict(findings, gate, context):
    """A parser takes it, and there is a failure if and only if a finding reaches the gate."""
    root = ET.fromstring(render(findings, "junit", gate, context=context))  # noqa: S314 - our own

    failures = root.findall(".//failure")
    assert bool(failures) is (gate is not None and any(each.severity >= gate for each in findings))
    assert {each.tag for each in root.iter()} <= {"testsuites", "testsuite", "testcase", "failure", "system-out"}
    assert int(root.get("failures")) == len(failures)
    assert int(root.get("tests")) == len(root.findall(".//testcase"))


@fewer
@given(findings=findings_of_any_kind, gate=gates, context=contexts)
def test_annotations_are_only_ours(findings, gate, context):
    """Every command is an error or a warning of ours, twenty at most; nothing else looks like one."""
    found, rest = commands(render(findings, "github", gate, context=context))

    assert len(rest) == 1
    assert len(found) <= 20
    assert {key for _, properties, _ in found for key in properties} <= {"file", "line", "title"}


@fewer
@given(findings=findings_of_any_kind, gate=gates, context=contexts)
def test_markdown_has_no_markup_but_ours(findings, gate, context):
    """Headings, lists, code and folds, of which only ours: no link, image, mention, table or HTML out of the data."""
    report = render(findings, "markdown", gate, context=context)

    read = shape(report)
    assert len([tag for tag, _ in read if tag == "li"]) == len(re.findall("(?m)^- ", report))
    assert len([tag for tag, _ in read if tag == "h1"]) == 1
    prose = re.sub(r"(`+)[^`].*?\1(?!`)", "", report)
    assert not re.search(r"@\w|(?<!&)#\d|GH-\d", prose)


@fewer
@given(findings=findings_of_any_kind, gate=gates, context=contexts)
def test_html_has_no_markup_but_ours(findings, gate, context):
    """Two scripts, one style, one image at most; the data is one JSON value without a tag in it."""
    page = render(findings, "html", gate, context=context)

    assert [len(re.findall(each, page)) for each in ("(?i)<script", "(?i)</script", "(?i)<style")] == [2, 2, 1]
    assert page.count("<img") == page.count("data:image/svg+xml;base64,") == int(bool(context.picture))
    data = JSON_DATA.search(page)[1]
    assert "<" not in data
    assert len(json.loads(data)["findings"]) == len(findings) + len(context.ignored)


@pytest.mark.parametrize("fmt", FORMATS)
@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_each_known_trick_is_harmless_alone(fmt, text):
    """Each trick, wherever a finding can carry it, makes the report that some harmless text makes, in as many lines."""

    def report(word):
        findings = [
            change(f"toy.Act.output.A{word}", message=f"{word} came", new=word),
            fault(f"a{word}.yaml", pointer=f"/{word}"),
            leak(f"b{word}.log:3"),
        ]
        return render(findings, fmt, Severity.ERROR, context=Context(title=f"t{word}", anchor=f"c{word}:3"))

    assert report(text).count("\n") == report("x").count("\n")


@pytest.mark.slow
@pytest.mark.parametrize("fmt", FORMATS)
def test_fifty_thousand_findings_are_one_report(fmt):
    """No format fails, and those with a limit keep it."""
    report = render(many(50_000), fmt, Severity.BREAKING)

    assert report.endswith("\n")
    if fmt in ("markdown", "github"):
        assert len(report.encode()) <= 64_000
