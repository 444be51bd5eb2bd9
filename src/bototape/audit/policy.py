"""
The policy of an audit: how severe each tier and kind is, and what may stay, why, and until when.

Values only: the text of the file and the day are given. A live credential or a capability (T0, T1) is always an error,
and may stay at one place only, never all over a directory.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from bototape.audit.kinds import KINDS
from bototape.errors import UsageError
from bototape.finding import Finding, Severity

__all__ = ["Allowance", "Judged", "Policy", "parse"]

_SEVERITIES = {"error": Severity.ERROR, "warning": Severity.WARNING, "info": Severity.INFO}
_OFF = "off"
_HARD = ("T0", "T1")
_TIERS = ("T0", "T1", "T2", "T3", "T4")
_ENTRY = 'an entry is [[allow]], then fingerprint, or kind and place, or kind and value; reason; until = "2027-03-01"'
_KEYS = ("fingerprint", "kind", "place", "value", "reason", "until")
_FINGERPRINT = re.compile(r"[0-9a-f]{12}")


@dataclass(frozen=True, slots=True)
class Allowance:
    """
    One entry: what may stay.

    Either *fingerprint*, one finding as reports show it; or *kind* with *place*, a glob of places in which ``*`` stands
    for any characters, or with *value*, which may stand anywhere. *until* is the last day it holds for.
    """

    reason: str
    until: dt.date
    fingerprint: str = ""
    kind: str = ""
    place: str = ""
    value: str = ""

    def __str__(self) -> str:
        # A value is not said: it may turn out not to be public after all.
        return self.fingerprint or f"{self.kind} {'at ' + self.place if self.place else 'of one value'}"

    def meets(self, finding: Finding, fingerprint: str) -> bool:
        """Tell whether the entry is about *finding*."""
        if self.fingerprint:
            return self.fingerprint == fingerprint
        return bool(self.place) and self.kind == finding.rule and _glob(self.place).fullmatch(finding.where) is not None


@dataclass(frozen=True, slots=True)
class Judged:
    """The findings *shown*; those *hidden*, each with the reason; and the entries *unused*, but for those by value."""

    shown: tuple[Finding, ...]
    hidden: tuple[tuple[Finding, str], ...]
    unused: tuple[Allowance, ...]


@dataclass(frozen=True, slots=True)
class Policy:
    """*severities* by tier (``T3``) or kind, None for what is not told at all; *allowances* as the file has them."""

    severities: Mapping[str, Severity | None]
    allowances: tuple[Allowance, ...] = ()

    def public(self, today: dt.date) -> frozenset[tuple[str, str]]:
        """Return kind and value, in lower case, of what may stand anywhere on that day."""
        holding = (each for each in self.allowances if each.value and each.until >= today)
        return frozenset((each.kind, each.value.lower()) for each in holding)

    def judge(self, findings: Sequence[tuple[Finding, str]], today: dt.date) -> Judged:
        """Return what becomes of *findings*, each given with its fingerprint; an entry that has ended says so."""
        shown, hidden = [], []
        used: set[Allowance] = set()
        for found, fingerprint in findings:
            severity = self._severity(found)
            if severity is None:
                continue
            each = replace(found, severity=severity)
            met = [one for one in self.allowances if one.meets(each, fingerprint)]
            used.update(met)
            holding = [one for one in met if one.until >= today]
            if holding:
                hidden.append((each, holding[0].reason))
            else:
                shown.append(_back(each, met[0]) if met else each)
        unused = (one for one in self.allowances if one not in used and not one.value)
        return Judged(tuple(shown), tuple(hidden), tuple(unused))

    def _severity(self, finding: Finding) -> Severity | None:
        if finding.rule in self.severities:
            return self.severities[finding.rule]
        tier = KINDS[finding.rule].tier if finding.rule in KINDS else ""
        return self.severities.get(tier, finding.severity)


def _back(finding: Finding, one: Allowance) -> Finding:
    return replace(finding, message=f"{finding.message}; was allowed until {one.until} ({one.reason})")


@cache
def _glob(text: str) -> re.Pattern[str]:
    # Not fnmatch: the brackets of a place stand for themselves.
    return re.compile(".*".join(map(re.escape, text.split("*"))), re.DOTALL)


def parse(text: str, path: str) -> Policy:
    """Return the policy that *text* holds, the content of *path*; raises UsageError, which names the entry."""
    try:
        found = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise UsageError(f"cannot use {path}: it is not TOML: {error}", "correct it") from None
    for key in found.keys() - {"policy", "allow"}:
        raise UsageError(f"cannot use {path}: unknown key {key!r}", "the keys are [policy] and [[allow]]")
    severities, entries = found.get("policy", {}), found.get("allow", [])
    if not isinstance(severities, dict) or not isinstance(entries, list):
        raise UsageError(f"cannot use {path}: expected a table [policy] and tables [[allow]]", _ENTRY)
    told = {key: _meant(key, value, path) for key, value in severities.items()}
    return Policy(
        told, tuple(_allowance(each, f"{path}: [[allow]] {number}") for number, each in enumerate(entries, 1))
    )


def _meant(key: str, value: object, path: str) -> Severity | None:
    if key not in KINDS and key not in _TIERS:
        raise UsageError(f"cannot use {path}: [policy] has no key {key!r}", "a key is a tier (T3) or a kind (iam-name)")
    if not isinstance(value, str) or value not in (*_SEVERITIES, _OFF):
        raise UsageError(f"cannot use {path}: {key}: found {value!r}", "expected error, warning, info or off")
    if value != "error" and (key in _HARD or (key in KINDS and KINDS[key].tier in _HARD)):
        reason = f"cannot use {path}: {key} is always an error: it is a credential or a capability"
        raise UsageError(reason, "allow one finding by its fingerprint")
    return _SEVERITIES.get(value)


def _allowance(entry: Any, where: str) -> Allowance:
    """Return one entry, named *where* in errors."""
    if not isinstance(entry, dict):
        raise UsageError(f"cannot use {where}: expected a table", _ENTRY)
    for key, value in entry.items():
        if key not in _KEYS:
            raise UsageError(f"cannot use {where}: unknown key {key!r}", f"the keys are {', '.join(_KEYS)}")
        if key != "until" and not (isinstance(value, str) and value.strip()):
            raise UsageError(f"cannot use {where}: {key}: expected text", _ENTRY)
    texts = {key: str(entry.get(key, "")) for key in ("fingerprint", "kind", "place", "value", "reason")}
    if not texts["reason"]:
        raise UsageError(f"cannot use {where}: expected a reason, found none", 'reason = "why it may stay"')
    one = Allowance(until=_day(entry.get("until"), where), **texts)
    _refuse(one, where)
    return one


def _day(until: object, where: str) -> dt.date:
    if type(until) is dt.date:
        return until
    with contextlib.suppress(ValueError):
        if isinstance(until, str):
            return dt.date.fromisoformat(until)
    reason = f"cannot use {where}: until: expected the last day it holds for, found {until!r}"
    raise UsageError(reason, 'until = "2027-03-01"')


def _refuse(one: Allowance, where: str) -> None:
    """Raise UsageError for an entry that says too little, too much, or too widely what may stay."""
    named = [key for key in ("fingerprint", "place", "value") if getattr(one, key)]
    if len(named) != 1 or bool(one.kind) is bool(one.fingerprint):
        raise UsageError(f"cannot use {where}: expected a fingerprint, or kind and place, or kind and value", _ENTRY)
    if one.fingerprint and not _FINGERPRINT.fullmatch(one.fingerprint):
        raise UsageError(f"cannot use {where}: fingerprint: expected 12 hex digits", "--format json shows them")
    if one.kind and one.kind not in KINDS:
        raise UsageError(f"cannot use {where}: there is no kind {one.kind!r}", f"the kinds are {', '.join(KINDS)}")
    if one.kind and KINDS[one.kind].tier in _HARD:
        reason = f"cannot use {where}: {one.kind} is a credential or a capability, and may stay at one place only"
        raise UsageError(reason, "allow one finding by its fingerprint")
