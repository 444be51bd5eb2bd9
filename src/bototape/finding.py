"""The one result type of every job: what was found, where, by which rule, and how bad it is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import IntEnum

__all__ = ["Finding", "Severity", "at_or_above", "worst"]


class Severity(IntEnum):
    """
    How bad a finding is; a higher number is worse.

    Changes between releases use ``NEUTRAL``, ``INFO``, ``DANGEROUS``, ``BREAKING``; checks and audits use
    ``INFO``, ``WARNING``, ``ERROR``. The ranks interleave, so one gate works for both.
    """

    NEUTRAL = 0
    INFO = 10
    WARNING = 20
    DANGEROUS = 21
    ERROR = 30
    BREAKING = 31

    @property
    def label(self) -> str:
        """The word used in reports and options, such as ``breaking``."""
        return self.name.lower()


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """
    One judged fact. Sorts by place, then rule, so that output is stable.

    *where* is the place a user can go to (``cassettes/a.yaml#2 response /Status`` or
    ``sagemaker.DescribeAutoMLJob.output.BestCandidate``); *evidence* are name/value pairs for machines
    (``pointer``, ``shape``, ``expected``, ``found``, ``code``, ``fixture`` …), in a fixed order per rule.
    """

    where: str
    rule: str
    severity: Severity
    message: str
    evidence: tuple[tuple[str, str], ...] = field(default=())

    def as_dict(self) -> dict[str, object]:
        """Return the finding as JSON-ready values, keys stable."""
        evidence: Mapping[str, str] = dict(self.evidence)
        return {
            "where": self.where,
            "rule": self.rule,
            "severity": self.severity.label,
            "message": self.message,
            "evidence": dict(evidence),
        }


def worst(findings: Iterable[Finding]) -> Severity | None:
    """Return the highest severity among *findings*, or None when there are none."""
    return max((each.severity for each in findings), default=None)


def at_or_above(findings: Iterable[Finding], gate: Severity) -> list[Finding]:
    """Return the findings that reach *gate*, in order."""
    return [each for each in findings if each.severity >= gate]
