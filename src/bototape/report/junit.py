"""
The report for test runners' dashboards: JUnit XML.

Source: there is no standard; elements and attributes are those that Jenkins, GitLab and GitHub's reporters all read.
What XML 1.0 cannot hold, not even escaped (section 2.2), does not print either: `one_line` has shown it otherwise.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from xml.etree import ElementTree as ET

from bototape.finding import Finding, Severity
from bototape.report.context import Context
from bototape.report.entries import worst_first
from bototape.report.place import place_of
from bototape.report.plain import counted, one_line, summary, title_of

__all__ = ["render"]

#: Lines of a testcase; the others are counted. A report that lists every value of every enum is one that nobody opens.
_MOST = 200

_Cases = dict[str, list[Finding]]


def render(findings: Sequence[Finding], gate: Severity | None, context: Context) -> str:
    """
    Return a testsuite for each service or file, and in it a testcase for each operation, interaction or line.

    A testcase fails if a finding in it is at or above *gate*; what is below stands in its output. Without findings
    there is one testcase, which passes.
    """
    suites: dict[str, _Cases] = {}
    for each in worst_first(findings):
        place = place_of(each)
        suites.setdefault(place.group, {}).setdefault(place.label, []).append(each)
    title = title_of(context.title)
    root = ET.Element("testsuites", name=title)
    for group, cases in (suites or {"bototape": {"": []}}).items():
        _suite(root, group, cases, gate)
    for key in ("tests", "failures", "errors", "skipped"):
        root.set(key, str(sum(int(suite.get(key, "0")) for suite in root)))
    last = ET.SubElement(root[-1], "system-out")
    last.text = f"{title}\n{summary(findings, gate, len(context.ignored), 0)}\n"
    ET.indent(root)
    xml = ET.tostring(root, encoding="unicode").replace("##[", "#&#35;[")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{xml}\n'


def _suite(root: ET.Element, group: str, cases: _Cases, gate: Severity | None) -> None:
    suite = ET.SubElement(root, "testsuite", name=one_line(group))
    failed = 0
    for label, findings in cases.items():
        case = ET.SubElement(
            suite, "testcase", classname=one_line(group), name=one_line(label or f"{group} as a whole")
        )
        failing = [each for each in findings if gate is not None and each.severity >= gate]
        if failing:
            failed += 1
            worst = failing[0].severity.label
            message = f"{counted(len(failing), 'finding')}, the worst {worst}: {one_line(failing[0].message)}"
            ET.SubElement(case, "failure", type=worst, message=message).text = _lines(failing)
        if len(findings) > len(failing):
            ET.SubElement(case, "system-out").text = _lines(findings[len(failing) :])
    for key, value in (("tests", len(cases)), ("failures", failed), ("errors", 0), ("skipped", 0)):
        suite.set(key, str(value))


def _lines(findings: Sequence[Finding]) -> str:
    lines: Iterable[str] = (
        f"{each.severity.label}  {each.where}: {each.message} [{each.rule}]" for each in findings[:_MOST]
    )
    left = [f"… and {len(findings) - _MOST} more"] if len(findings) > _MOST else []
    return "".join(f"{one_line(each)}\n" for each in (*lines, *left))
