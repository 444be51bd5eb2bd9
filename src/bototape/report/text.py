"""The report for a terminal: one line per finding, then one line of counts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from bototape.finding import Finding, Severity, at_or_above

__all__ = ["render"]

#: Width of the longest severity word, so that places stand below each other.
_WIDTH = max(len(each.label) for each in Severity)


def render(findings: Sequence[Finding], gate: Severity | None) -> str:
    """
    Return one line per finding (severity, place, message, rule in brackets), then the counts and the gate.

    Neutral findings are counted and not listed.
    """
    lines = [_line(each) for each in findings if each.severity > Severity.NEUTRAL]
    return "".join(f"{each}\n" for each in [*lines, _summary(findings, gate)])


def _line(finding: Finding) -> str:
    message = finding.message.replace("\r", "\\r").replace("\n", "\\n")
    return f"{finding.severity.label:<{_WIDTH}}  {finding.where}: {message} [{finding.rule}]"


def _summary(findings: Sequence[Finding], gate: Severity | None) -> str:
    counts = Counter(each.severity for each in findings)
    parts = [f"{counts[each]} {each.label}" for each in sorted(counts, reverse=True) if each > Severity.NEUTRAL]
    if counts[Severity.NEUTRAL]:
        parts.append(f"{counts[Severity.NEUTRAL]} neutral, not listed")
    total = f"{len(findings)} finding{'' if len(findings) == 1 else 's'}"
    reached = "never" if gate is None else f"{gate.label}: {len(at_or_above(findings, gate))} at or above"

    listed = f" ({', '.join(parts)})" if parts else ""
    return f"{total}{listed}; gate {reached}"
