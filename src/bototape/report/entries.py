"""Findings as a reader takes them in: worst first, and what is said alike said once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from bototape.finding import Finding, Severity

__all__ = ["Entry", "entries", "is_storm", "worst_first"]


@dataclass(frozen=True, slots=True)
class Entry:
    """
    One line of a report: *first* and the findings it stands for.

    *likewise* are the values of others that follow it and differ in nothing else, *elsewhere* how many others say the
    same of another place.
    """

    first: Finding
    likewise: tuple[str, ...] = ()
    elsewhere: int = 0

    @property
    def message(self) -> str:
        """What is said, of all values at once."""
        more = f"; likewise {', '.join(map(repr, self.likewise))}" if self.likewise else ""
        return f"{self.first.message}{more}"

    @property
    def places(self) -> str:
        """How many places beside the first there are, empty for none."""
        return f"and {self.elsewhere} more place{'' if self.elsewhere == 1 else 's'}" if self.elsewhere else ""

    @property
    def count(self) -> int:
        """How many findings the entry stands for."""
        return 1 + len(self.likewise) + self.elsewhere


def worst_first(findings: Sequence[Finding]) -> list[Finding]:
    """Return *findings* with the worst first, otherwise in the order given."""
    return sorted(findings, key=lambda each: -each.severity)


def is_storm(finding: Finding) -> bool:
    """Tell whether *finding* stands for many that were folded (`bototape.diff.collapse`)."""
    return any(name == "count" for name, _ in finding.evidence)


def entries(
    findings: Sequence[Finding], *, fold: bool = False, neutral: bool = False, storms: bool = False
) -> list[Entry]:
    """
    Return the lines for *findings*, worst first; neutral ones only with *neutral*, or with *storms* those of many.

    Findings that follow each other and differ in one value only, such as the new values of one enum, share a line.
    With *fold*, so do those that say the same of several places.
    """

    def is_listed(each: Finding) -> bool:
        return each.severity > Severity.NEUTRAL or neutral or (storms and is_storm(each))

    listed = [each for each in worst_first(findings) if is_listed(each)]
    if fold:
        return _folded(listed)
    alike = (list(same) for _, same in groupby(listed, _alike))
    return [Entry(same[0], tuple(_value(each) for each in same[1:])) for same in alike]


def _folded(findings: Sequence[Finding]) -> list[Entry]:
    places: dict[tuple[object, ...], list[Finding]] = {}
    for each in findings:
        places.setdefault((each.severity, each.rule, _fact(each)), []).append(each)
    return [Entry(same[0], elsewhere=len(same) - 1) for same in places.values()]


def _fact(finding: Finding) -> str:
    """Return what *finding* says whatever the place and value: which part of a schema is broken, else its message."""
    schema = dict(finding.evidence).get("schema", "")
    return schema if schema and finding.rule != "enum-value-unknown" else finding.message


def _alike(finding: Finding) -> tuple[object, ...]:
    value = _value(finding)
    message = finding.message.replace(repr(value), "") if value else finding
    return finding.severity, finding.where, finding.rule, message


def _value(finding: Finding) -> str:
    """Return the one value that came or went, or an empty string when there is none or there are two."""
    evidence = dict(finding.evidence)
    old, new = evidence.get("old", ""), evidence.get("new", "")
    return "" if old and new else old or new
