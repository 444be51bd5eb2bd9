"""The findings of drift: used changes, and how a cassette stands between the two releases of each service."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from hashlib import sha256
from typing import Literal

from bototape import usage
from bototape.check import Checker
from bototape.diff import rules
from bototape.drift.pair import Pair
from bototape.finding import Finding, Severity, at_or_above
from bototape.recordings import Recorded, Recording
from bototape.releases import natural
from bototape.usage import Usage

__all__ = ["RULES", "STATES", "State", "changed", "standing"]

#: How a cassette stands, the worst first.
State = Literal["orphaned", "invalid", "stale", "unchecked", "fresh"]

STATES: Mapping[State, str] = {
    "orphaned": "it calls what is gone",
    "invalid": "a request or answer in it breaks the newer model",
    "stale": "still valid, but something it uses changed in a way that endangers recordings",
    "unchecked": "nothing in it could be checked",
    "fresh": "valid, and nothing it uses changed so",
}

#: The ids of the findings about cassettes and operations; those about changes are `bototape.diff.rules`.
RULES = (*(f"cassette-{each}" for each in STATES), "cassette-old", "answer-newer-than-pin", "operation-not-pinned")

#: What a response has that the model lacks.
_NEWER = frozenset({"member-unknown", "enum-value-unknown", "operation-unknown"})


def changed(pair: Pair, using: Usage | None, axis: rules.Axis) -> list[Finding]:
    """Return what changed in one service, limited to *using* if given, and which used operations are not pinned."""
    if using is None:
        return rules.judge(pair.changes, axis)
    met = usage.limit(pair.changes, using, pair.name, pair.services[0], pair.services[-1])
    return [*usage.seated(rules.judge(met, axis)), *_not_pinned(pair, using)]


def _not_pinned(pair: Pair, using: Usage) -> Iterator[Finding]:
    for each in sorted(using.operations(pair.name) - (pair.scope or using.operations(pair.name))):
        message = f"used, but not in the snapshot of {pair.pinned.release}: its changes are not known"
        evidence = (("directions", ""), ("operations", each), ("service", pair.name))
        yield _found(f"{pair.name}.{each}", "operation-not-pinned", Severity.INFO, message, evidence)


def standing(
    recording: Recording, pairs: Mapping[str, Pair], today: dt.date, max_age: int | None = None
) -> list[Finding]:
    """
    Return how *recording* stands, the first finding its state; then whether it is old, or newer than the pin.

    *pairs* are by service; calls of a service that has none are not checked. *max_age* is in days, None for any.
    """
    calls = [each for each in recording.calls if each.service in pairs]
    gone = sorted({f"{each.service}.{each.operation}" for each in calls if _is_gone(each, pairs)})
    verdicts = [_Verdict(each, str(recording.path), pairs[each.service]) for each in calls if not _is_gone(each, pairs)]
    state = _state(recording, pairs, gone, verdicts)
    return [state, *_old(recording, today, max_age), *_newer(recording, pairs, verdicts)]


def _is_gone(each: Recorded, pairs: Mapping[str, Pair]) -> bool:
    return bool(each.operation) and pairs[each.service].is_gone(each.operation)


class _Verdict:
    """What a check of one call says under the newer model."""

    def __init__(self, call: Recorded, where: str, pair: Pair) -> None:
        self.call = call
        self.where = where
        self.pair = pair
        self.now = self._under(pair.now) if pair.now else []

    def _under(self, checker: Checker) -> list[Finding]:
        return checker.interaction(self.call.interaction, self.call.number, self.where, self.call.operation)

    @property
    def errors(self) -> list[Finding]:
        return [each for each in self.now if each.severity >= Severity.ERROR]

    @property
    def unchecked(self) -> list[Finding]:
        return [each for each in self.now if each.rule == "not-checked"]

    def unknown_to_the_pin(self) -> list[Finding]:
        """Return what the answer has that the pinned model lacks and the newer one may have."""
        same = self.pair.was is self.pair.now
        found = self.now if same else self._under(self.pair.was)
        return [each for each in found if each.rule in _NEWER]


def _state(
    recording: Recording, pairs: Mapping[str, Pair], gone: Sequence[str], verdicts: Sequence[_Verdict]
) -> Finding:
    errors = [each for verdict in verdicts for each in verdict.errors]
    if gone:
        message = f"orphaned: {_some(gone)} is gone in {_releases(recording, pairs)}"
        return _stands(recording, "orphaned", Severity.BREAKING, message, gone)
    if errors:
        more = f"{_counted(len(errors), 'error')}, the first: " if len(errors) > 1 else ""
        first = f"{errors[0].where.removeprefix(str(recording.path))}: {errors[0].message} [{errors[0].rule}]"
        message = f"invalid in {_releases(recording, pairs)}: {more}{first}"
        return _stands(
            recording, "invalid", Severity.BREAKING, message, [f"{each.rule} {each.where}" for each in errors]
        )
    met = [found for name in recording.services if name in pairs for found in _met(recording, pairs[name])]
    if met:
        # Dangerous at most, as it still is valid: a change that breaks recordings is a finding of its own.
        message = f"stale but valid in {_releases(recording, pairs)}: {_some([_change(each) for each in met])}"
        args = [dict(each.evidence)["fingerprint"] for each in met]
        return _stands(recording, "stale", Severity.DANGEROUS, message, args)
    reason = _why_unchecked(recording, verdicts)
    if reason:
        return _stands(recording, "unchecked", Severity.INFO, f"not checked: {reason}", [])
    message = f"fresh: valid in {_releases(recording, pairs)}{_partly(recording, verdicts)}"
    return _stands(recording, "fresh", Severity.NEUTRAL, message, [])


def _met(recording: Recording, pair: Pair) -> list[Finding]:
    """Return the changes since the recording that endanger it, as far as the pinned release tells."""
    if pair.newer is None or _is_as_new(recording, pair.newer.release.version):
        return []
    using = recording.usage(pair.name, pair.codecs)
    met = usage.limit(pair.changes, using, pair.name, pair.services[0], pair.services[-1])
    return at_or_above(usage.seated(rules.judge(met, "fixture")), Severity.DANGEROUS)


def _is_as_new(recording: Recording, version: str) -> bool:
    told = recording.cassette.provenance.release if recording.cassette.provenance else ""
    return bool(told) and version[:1].isdigit() and natural(told) >= natural(version)


def _why_unchecked(recording: Recording, verdicts: Sequence[_Verdict]) -> str:
    """Return why none of its calls could be checked, or nothing."""
    if not recording.calls:
        return "it holds no call of AWS"
    if not verdicts:
        return "there is no model of what it calls"
    told = [each.unchecked[0].message.removeprefix("not checked: ") for each in verdicts if each.unchecked]
    return told[0] if len(told) == len(verdicts) else ""


def _partly(recording: Recording, verdicts: Sequence[_Verdict]) -> str:
    missed = len(recording.calls) - sum(not each.unchecked for each in verdicts)
    return f"; not wholly checked: {missed} of {_counted(len(recording.calls), 'call')}" if missed else ""


def _old(recording: Recording, today: dt.date, max_age: int | None) -> Iterator[Finding]:
    if max_age is None:
        return
    date = recording.cassette.provenance.date if recording.cassette.provenance else ""
    if not date:
        message = f"it does not say when it was recorded; expected at most {max_age} days ago"
        yield _about(recording, "cassette-old", Severity.INFO, message, ())
        return
    age = (today - dt.date.fromisoformat(date)).days
    if age > max_age:
        message = f"recorded {date}, {age} days ago; expected at most {max_age}"
        yield _about(recording, "cassette-old", Severity.INFO, message, ())


def _newer(recording: Recording, pairs: Mapping[str, Pair], verdicts: Iterable[_Verdict]) -> Iterator[Finding]:
    found: list[Finding] = []
    still: set[tuple[str, str]] = set()
    for each in verdicts:
        unknown = each.unknown_to_the_pin()
        found += unknown
        still |= {(one.where, one.rule) for one in each.now} if unknown else set()
    if not found:
        return
    doubt = sum((each.where, each.rule) in still for each in found)
    either = f"; {doubt} of them the newer release does not know either" if doubt else ""
    first = f"{found[0].where.removeprefix(str(recording.path))} [{found[0].rule}]"
    pins = ", ".join(f"{name} {pairs[name].pinned.release}" for name in recording.services if name in pairs)
    count = _counted(len(found), "place")
    message = f"newer than the pinned {pins} in {count}, the first: {first}{either}"
    args = [f"{each.rule} {each.where}" for each in found]
    yield _about(recording, "answer-newer-than-pin", Severity.INFO, message, args)


def _change(finding: Finding) -> str:
    return f"{finding.where} ({finding.rule})"


def _releases(recording: Recording, pairs: Mapping[str, Pair]) -> str:
    return ", ".join(f"{name} {pairs[name].release}" for name in recording.services if name in pairs)


def _some(names: Sequence[str]) -> str:
    shown = ", ".join(names[:3])
    return f"{shown} and {len(names) - 3} more" if len(names) > 3 else shown  # noqa: PLR2004 - as many as fit a line


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _stands(recording: Recording, state: State, severity: Severity, message: str, args: Collection[str]) -> Finding:
    return _about(recording, f"cassette-{state}", severity, message, args, (("state", state),))


def _about(
    recording: Recording,
    rule: str,
    severity: Severity,
    message: str,
    args: Collection[str],
    more: tuple[tuple[str, str], ...] = (),
) -> Finding:
    date = recording.cassette.provenance.date if recording.cassette.provenance else ""
    evidence = (*more, ("service", ", ".join(recording.services)), ("recorded", date))
    return _found(str(recording.path), rule, severity, message, evidence, args)


def _found(
    where: str,
    rule: str,
    severity: Severity,
    message: str,
    evidence: tuple[tuple[str, str], ...],
    args: Collection[str] = (),
) -> Finding:
    text = ":".join((rule, where, *sorted(set(args))))
    return Finding(where, rule, severity, message, (*evidence, ("fingerprint", sha256(text.encode()).hexdigest()[:12])))
