"""
The report for code scanning: SARIF 2.1.0.

Without the time or any other thing that differs from run to run, so that two reports of the same findings are equal.
Source: OASIS, "Static Analysis Results Interchange Format (SARIF) Version 2.1.0"; GitHub, "SARIF support for code
scanning", for the limits and for what is shown of a result.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from importlib import metadata
from pathlib import PurePath
from urllib.parse import quote

from bototape.finding import Finding, Severity
from bototape.report.catalogue import about, documentation
from bototape.report.context import Context
from bototape.report.entries import worst_first
from bototape.report.machine import dumps
from bototape.report.place import Place, fingerprint, place_of
from bototape.report.plain import clipped, counted, one_line

__all__ = ["LIMIT", "render"]

#: Results that GitHub takes in one run; it shows the top 5,000 of them by severity.
LIMIT = 25_000

#: Characters of a message; what follows is in the JSON report.
_LONGEST = 1_000

_LEVELS = {
    Severity.BREAKING: "error",
    Severity.ERROR: "error",
    Severity.DANGEROUS: "warning",
    Severity.WARNING: "warning",
    Severity.INFO: "note",
}

_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"

_LINK = re.compile(r"\[([^\[\]]*)\]\(")
_PLACEHOLDER = re.compile(r"\{\d+\}")

_Json = dict[str, object]


def render(findings: Sequence[Finding], context: Context) -> str:
    """
    Return a log of one run with a result for each finding that is not neutral, worst first, then the ignored ones.

    Past `LIMIT` results the least severe are left out, and a notification says how many.
    """
    told = [each for each in worst_first(findings) if each.severity > Severity.NEUTRAL]
    hidden = [(each, why) for each, why in context.ignored if each.severity > Severity.NEUTRAL]
    results = [(each, None) for each in told[:LIMIT]] + [*hidden][: max(0, LIMIT - len(told))]
    left = len(told) + len(hidden) - len(results)
    rules = {rule: index for index, rule in enumerate(sorted({each.rule for each, _ in results}))}
    run: _Json = {
        "tool": {"driver": _driver(rules, context.docs or documentation())},
        "columnKind": "unicodeCodePoints",
        "invocations": [_invocation(left)],
        "results": [_result(each, rules, context.at, why) for each, why in results],
    }
    return dumps({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]})


def _driver(rules: Mapping[str, int], docs: str) -> _Json:
    driver: _Json = {
        "name": "bototape",
        "semanticVersion": metadata.version("bototape"),
        "rules": [_rule(each, docs) for each in rules],
    }
    return driver | ({"informationUri": docs} if docs else {})


def _rule(rule: str, docs: str) -> _Json:
    known = about(rule)
    found: _Json = {"id": one_line(rule), "shortDescription": {"text": one_line(known.summary)}}
    if known.advice:
        found |= {"fullDescription": {"text": known.advice}, "help": {"text": known.advice}}
    # The specification asks for an absolute URI (3.49.12), so that there is none where the place is not known.
    return found | ({"helpUri": f"{docs}{known.page}"} if docs and known.page else {})


def _invocation(left: int) -> _Json:
    found: _Json = {"executionSuccessful": True}
    if left:
        text = f"{counted(left, 'finding')} left out: code scanning takes {LIMIT} in one run"
        found["toolExecutionNotifications"] = [{"level": "warning", "message": {"text": text}}]
    return found


def _result(finding: Finding, rules: Mapping[str, int], anchor: tuple[str, int], why: str | None) -> _Json:
    mark = fingerprint(finding)
    place = place_of(finding)
    result: _Json = {
        "ruleId": one_line(finding.rule),
        "ruleIndex": rules[finding.rule],
        "level": _LEVELS[finding.severity],
        "message": {"text": _escaped(clipped(f"{one_line(finding.where)}: {one_line(finding.message)}", _LONGEST))},
        "locations": [_location(finding, place, anchor)],
        # GitHub tells alerts apart by the first only; without it changes that stand at one line would be one alert.
        "partialFingerprints": {"primaryLocationLineHash": mark, "bototape/v1": mark},
    }
    if why is not None:
        result["suppressions"] = [{"kind": "external", "status": "accepted", "justification": one_line(why)}]
    return result


def _escaped(text: str) -> str:
    """
    Return *text* with what would be read as a link or as a placeholder escaped (3.11.6, 3.11.5).

    All other brackets and braces stay: the places of lists and maps are full of them, and viewers show an escape as is.
    """
    return _PLACEHOLDER.sub(r"{\g<0>}", _LINK.sub(r"\\[\1\\](", text))


def _location(finding: Finding, place: Place, anchor: tuple[str, int]) -> _Json:
    path, line = (place.path, place.line) if place.path else anchor
    physical: _Json = {"artifactLocation": _artifact(path)} if path else {}
    if path:
        physical["region"] = {"startLine": line or 1}
    # What a finding is about has a name, also where it has a file: the member, or the place in the recording.
    logical: _Json = {"fullyQualifiedName": one_line(finding.where)}
    return ({"physicalLocation": physical} if physical else {}) | {"logicalLocations": [logical]}


def _artifact(path: str) -> _Json:
    """Return the location of a file: relative ones are below the source's root, which only the reader knows."""
    pure = PurePath(path)
    uri = quote(pure.as_posix(), safe="/~!$&'()*+,;=@", errors="surrogatepass")
    if pure.is_absolute():
        return {"uri": f"file:///{uri.lstrip('/')}"}
    return {"uri": uri, "uriBaseId": "%SRCROOT%"}
