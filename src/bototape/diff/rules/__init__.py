"""The judgement: one rule per kind of change, and the finding each change becomes."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping
from typing import Literal

from bototape.diff.changes import Change
from bototape.diff.rules import errors, members, service, sidecars, values, wire
from bototape.diff.rules.record import Rule, Verdict, everywhere
from bototape.finding import Finding, Severity
from bototape.shapes import Side

__all__ = ["ALL", "BY_ID", "UNCLASSIFIED", "UNKNOWN", "Axis", "Rule", "Verdict", "judge", "worst_first"]

#: Whose severity counts: that of calling code, that of recordings, or the worse of the two.
Axis = Literal["code", "fixture", "both"]

ALL: tuple[Rule, ...] = (
    *service.RULES,
    *members.RULES,
    *values.RULES,
    *errors.RULES,
    *wire.RULES,
    *sidecars.RULES,
)

BY_ID: Mapping[str, Rule] = {each.id: each for each in ALL}

#: The id of the finding that a change without a rule becomes.
UNCLASSIFIED = "unclassified"

#: What is said of such a change, as if it had a rule: it is not known to be harmless.
UNKNOWN = Rule(
    UNCLASSIFIED,
    UNCLASSIFIED,
    everywhere(Severity.DANGEROUS, Severity.DANGEROUS),
    "{old}; now {new}: no rule covers it",
    "botocore has something new that nobody has judged yet.",
    "look at it, and report it to bototape",
)


def judge(changes: Iterable[Change], axis: Axis = "both") -> list[Finding]:
    """
    Return one finding per change, worst first, then by place.

    The severity is the worst over the change's directions on *axis*. Evidence, in this order: ``kind``, ``code``,
    ``fixture``, ``directions``, ``operations`` (both joined by ``", "``), ``old``, ``new``, ``fingerprint``,
    ``service``, ``owner``, and ``note`` if there is one. A change that no rule covers becomes ``unclassified`` and is
    never dropped.
    """
    return sorted((_judged(each, axis) for each in changes), key=worst_first)


def worst_first(finding: Finding) -> tuple[int, str, str, str, tuple[tuple[str, str], ...]]:
    """Return the key that sorts findings by severity, then by place."""
    return -finding.severity, finding.where, finding.rule, finding.message, finding.evidence


def _judged(change: Change, axis: Axis) -> Finding:
    rule = BY_ID.get(change.kind)
    verdict = _verdict(change.kind, change.directions)
    if rule is None or verdict is None:
        message = f"{change.kind} ({change.old or 'none'}; now {change.new or 'none'}): no rule covers it"
        return _finding(change, UNCLASSIFIED, UNKNOWN.severities["whole"], axis, message)
    message = rule.message.format(old=change.old or "none", new=change.new or "none")
    note = f" ({change.note})" if change.note else ""
    places = f", in {len(change.operations)} places" if len(change.operations) > 1 else ""
    return _finding(change, rule.id, verdict, axis, f"{message}{note}{places}")


@functools.cache
def _verdict(kind: str, directions: tuple[Side, ...]) -> Verdict | None:
    severities = BY_ID[kind].severities if kind in BY_ID else {}
    met = [severities.get(each) for each in directions or ("whole",)]
    known = [each for each in met if each]
    if len(known) < len(met):
        return None
    return Verdict(max(each.code for each in known), max(each.fixture for each in known))


def _finding(change: Change, rule: str, verdict: Verdict, axis: Axis, message: str) -> Finding:
    evidence = (
        ("kind", change.kind),
        ("code", verdict.code.label),
        ("fixture", verdict.fixture.label),
        ("directions", ", ".join(change.directions)),
        ("operations", ", ".join(change.operations)),
        ("old", change.old),
        ("new", change.new),
        ("fingerprint", change.fingerprint),
        ("service", change.service),
        ("owner", change.owner or change.place),
        *((("note", change.note),) if change.note else ()),
    )
    severity = max(verdict) if axis == "both" else getattr(verdict, axis)
    return Finding(f"{change.service}.{change.place}", rule, severity, message, evidence)
