"""
The report as one HTML page, for a browser without a network.

Style, script and data are in the file, and its content security policy forbids everything else: a page that quotes a
recording cannot load or run what the recording says. Source of the policy's terms: W3C, "Content Security Policy
Level 3".
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections import Counter
from collections.abc import Sequence
from functools import cache
from hashlib import sha256
from html import escape
from importlib import resources

from bototape.finding import Finding, Severity
from bototape.report.catalogue import about
from bototape.report.context import Context
from bototape.report.entries import worst_first
from bototape.report.machine import dumps
from bototape.report.place import fingerprint, place_of
from bototape.report.plain import one_line, summary, title_of

__all__ = ["render"]

_SLOT = re.compile(r"@(\w+)@")

_Row = tuple[Finding, str | None]


def render(findings: Sequence[Finding], gate: Severity | None, context: Context) -> str:
    """
    Return the page: every finding and every ignored one, with filters by severity, service or file, and text.

    The service with the worst finding stands first, in it the operation with the worst.
    """
    style, script = _asset("page.css"), _asset("page.js")
    title = _html(title_of(context.title))
    slots = {
        "policy": f"default-src 'none'; script-src {_hash(script)}; style-src {_hash(style)}; img-src data:",
        "title": title,
        "summary": _html(summary(findings, gate, len(context.ignored), 0)),
        "style": style,
        "script": script,
        "picture": _picture(context.picture, context.alt),
        "data": dumps(_data(findings, context), indent=None).replace("<", "\\u003c").rstrip("\n"),
    }
    return _SLOT.sub(lambda match: slots[match[1]], _asset("page.html"))


@cache
def _asset(name: str) -> str:
    return resources.files("bototape.report").joinpath(name).read_text(encoding="utf-8")


def _hash(text: str) -> str:
    return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode('ascii')}'"


def _html(text: str) -> str:
    return escape(text).replace("##[", "#&#35;[")


def _picture(svg: str, alt: str) -> str:
    """Return the picture as an image: the browser runs and loads nothing that stands in one."""
    if not svg:
        return ""
    data = b64encode(svg.encode("utf-8", "replace")).decode("ascii")
    return f'<figure><img alt="{_html(one_line(alt))}" src="data:image/svg+xml;base64,{data}"></figure>'


def _data(findings: Sequence[Finding], context: Context) -> dict[str, object]:
    rows: list[_Row] = [(each, None) for each in worst_first(findings)]
    rows += [*context.ignored]
    groups: dict[str, dict[str, list[_Row]]] = {}
    for row in rows:
        place = place_of(row[0])
        groups.setdefault(place.group, {}).setdefault(place.label, []).append(row)
    counts = Counter(each.severity for each, _ in rows)
    return {
        "groups": [one_line(each) for each in groups],
        "severities": [[each.label, counts[each]] for each in sorted(counts, reverse=True)],
        "advice": {one_line(rule): about(rule).advice for rule in sorted({each.rule for each, _ in rows})},
        "findings": [
            _row(row, number, label)
            for number, items in enumerate(groups.values())
            for label, held in items.items()
            for row in held
        ],
    }


def _row(row: _Row, group: int, label: str) -> dict[str, object]:
    finding, reason = row
    found: dict[str, object] = {
        "group": group,
        "item": one_line(label),
        "where": one_line(finding.where),
        "rule": one_line(finding.rule),
        "severity": finding.severity.label,
        "message": one_line(finding.message),
        "evidence": {one_line(key): one_line(value) for key, value in finding.evidence},
        "fingerprint": fingerprint(finding),
    }
    return found if reason is None else found | {"reason": one_line(reason)}
