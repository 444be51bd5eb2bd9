"""The report for a terminal: one line per finding, then one line of counts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import groupby

from bototape.finding import Finding, Severity, at_or_above

__all__ = ["render"]

#: Width of the longest severity word, so that places stand below each other.
_WIDTH = max(len(each.label) for each in Severity)


def render(findings: Sequence[Finding], gate: Severity | None, *, fold: bool = False) -> str:
    """
    Return one line per finding (severity, place, message, rule in brackets), then the counts and the gate.

    Findings that follow each other and differ in one value only, such as the new values of one enum, share a
    line. With *fold*, so do findings that say the same of several places: the first place stands, the others are
    counted. Neutral findings are counted and not listed.
    """
    listed = [each for each in findings if each.severity > Severity.NEUTRAL]
    lines = _folded(listed) if fold else [_line(list(alike)) for _, alike in groupby(listed, _alike)]
    return "".join(f"{each}\n" for each in [*lines, _summary(findings, gate)])


def _folded(findings: Sequence[Finding]) -> list[str]:
    places: dict[tuple[object, ...], list[Finding]] = {}
    for each in findings:
        places.setdefault((each.severity, each.rule, each.message), []).append(each)
    return [_line(same[:1], len(same) - 1) for same in places.values()]


def _alike(finding: Finding) -> tuple[object, ...]:
    value = _value(finding)
    return finding.severity, finding.where, finding.rule, finding.message.replace(repr(value), "") if value else finding


def _value(finding: Finding) -> str:
    """Return the one value that came or went, or an empty string when there is none or there are two."""
    evidence = dict(finding.evidence)
    old, new = evidence.get("old", ""), evidence.get("new", "")
    return "" if old and new else old or new


def _line(alike: Sequence[Finding], elsewhere: int = 0) -> str:
    first = alike[0]
    places = f" (and {elsewhere} more place{'' if elsewhere == 1 else 's'})" if elsewhere else ""
    more = f"; likewise {', '.join(repr(_value(each)) for each in alike[1:])}" if len(alike) > 1 else ""
    message = f"{first.message}{more}".replace("\r", "\\r").replace("\n", "\\n")
    return f"{first.severity.label:<{_WIDTH}}  {first.where}{places}: {message} [{first.rule}]"


def _summary(findings: Sequence[Finding], gate: Severity | None) -> str:
    counts = Counter(each.severity for each in findings)
    total = f"{len(findings)} finding{'' if len(findings) == 1 else 's'}"
    parts = ", ".join(f"{counts[each]} {_counted(each)}" for each in sorted(counts, reverse=True))
    reached = "never" if gate is None else f"{gate.label}: {len(at_or_above(findings, gate))} at or above"
    return f"{total}{': ' if parts else ''}{parts}; gate {reached}"


def _counted(severity: Severity) -> str:
    return f"{severity.label}{' (not listed)' if severity is Severity.NEUTRAL else ''}"
