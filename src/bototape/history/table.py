"""A history for a terminal: one line for each thing that came, then one for each change."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from bototape.finding import Severity
from bototape.history.changed import Event
from bototape.history.lines import Line, folded, unfolded
from bototape.history.trace import History
from bototape.releases import Release
from bototape.report.plain import counted, one_line

__all__ = ["render", "with_text"]

_SEVERITY = max(len(each.label) for each in Severity)
_DATE = len("2022-10-24")


def render(history: History, changes: Sequence[Event] | None, since: str, *, expand: bool) -> str:
    """
    Return the table: release, date and place; then what changed after *since*, if *changes* is not None.

    With *expand* what came together with the thing it is in has a line of its own. Neutral changes are counted.
    """
    lines = (unfolded if expand else folded)(history.appearances)
    releases = [_release(each.release, each.after, exact=each.exact) for each in lines]
    listed = [each for each in changes or () if each.finding.severity > Severity.NEUTRAL]
    when = [_release(each.release, each.after, exact=each.exact) for each in listed]
    width = max(map(len, [*releases, *when]), default=0)
    text = [
        f"{name:<{width}}  {each.release.date:<{_DATE}}  {said(each)}"
        for name, each in zip(releases, lines, strict=True)
    ]
    text.append(_summary(history, [*lines, *listed]))
    if changes is not None:
        text += ["", f"changes {f'after {since}' if since else 'since the first release known'}:"]
        for (name, date, _, _, _, _), same in groupby(
            zip(when, listed, strict=True), lambda each: (each[0], *_alike(each[1]))
        ):
            text.append(f"{name:<{width}}  {date:<{_DATE}}  {_change([event for _, event in same])}")
        text.append(_counts(changes, len(changes) - len(listed)))
    return "".join(f"{one_line(each)}\n" for each in text)


def said(line: Line) -> str:
    """Return what came: the place, or the values there, and how much came with it."""
    if line.values:
        return f"{line.place} = {' | '.join(map(repr, line.values))}"
    return f"{line.place}{with_text(line)}"


def with_text(line: Line) -> str:
    """Return how much came with *line*, or nothing."""
    parts = [counted(count, noun) for count, noun in ((line.members, "member"), (line.inner, "value")) if count]
    return f" (with {' and '.join(parts)})" if parts else ""


def _release(release: Release, after: str, *, exact: bool) -> str:
    if exact:
        return release.version
    return f"({after}, {release.version}]" if after else f"≤ {release.version}"


def _alike(event: Event) -> tuple[str, Severity, str, str, str]:
    finding = event.finding
    message = finding.message.replace(repr(_value(event)), "…") if _value(event) else finding.message
    return event.release.date, finding.severity, finding.where, finding.rule, message


def _value(event: Event) -> str:
    evidence = dict(event.finding.evidence)
    old, new = evidence.get("old", ""), evidence.get("new", "")
    return "" if old and new else old or new


def _change(same: Sequence[Event]) -> str:
    finding = same[0].finding
    place = finding.where.partition(".")[2]
    more = "".join(f", {_value(each)!r}" for each in same[1:])
    value = repr(_value(same[0]))
    message = finding.message.replace(value, value + more, 1) if more else finding.message
    return f"{finding.severity.label:<{_SEVERITY}}  {place}: {message} [{finding.rule}]"


def _summary(history: History, shown: Sequence[Line | Event]) -> str:
    values = sum(bool(each.point.value) for each in history.appearances)
    members = len(history.appearances) - values
    came = len({each.release.version for each in history.appearances})
    parts = [counted(number, noun) for number, noun in ((members, "member"), (values, "value")) if number]
    found = f"{history.name} as of {history.release}: {' and '.join(parts)}"
    vague = [each for each in shown if not each.exact]
    note = "; (a, b]: after a, by b: what lies between is not at hand" if any(each.after for each in vague) else ""
    oldest = "; ≤ a: in the oldest release at hand" if any(not each.after for each in vague) else ""
    return f"{found} in {counted(came, 'release')}{note}{oldest}"


def _counts(changes: Sequence[Event], neutral: int) -> str:
    releases = len({each.release.version for each in changes})
    hidden = f", {neutral} of them neutral (not listed)" if neutral else ""
    return f"{counted(len(changes), 'change')} in {counted(releases, 'release')}{hidden}"
