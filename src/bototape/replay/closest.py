"""Why no recording answers a call: what there is, what comes closest, and what differed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from bototape.match import Difference, differences
from bototape.replay.groups import Group, Groups
from bototape.replay.slot import Slot

__all__ = ["explain"]

_CLOSEST = 3
_MOST_DIFFERENCES = 6


def explain(
    groups: Groups, played: Counter[int], region: str, sent: dict[str, Any], group: Group, slot: Slot | None
) -> Iterator[str]:
    """Yield the lines that explain a call with the parameters *sent*, whose recordings are *group* and *slot*."""
    if slot is not None:
        times = "once" if slot.size == 1 else f"{slot.size} times"
        yield f"recorded {times} and played {times}; the last recording does not say repeat"
    elif group.recorded:
        yield from _closest(groups, played, region, sent, group.recorded)
    else:
        operations = Counter(map(groups.name, range(len(groups.interactions))))
        listed = ", ".join(f"{name} ({count})" for name, count in sorted(operations.items())) or "nothing"
        yield f"recorded operations: {listed}"


def _closest(
    groups: Groups, played: Counter[int], region: str, sent: dict[str, Any], recorded: Mapping[int, dict[str, Any]]
) -> Iterator[str]:
    """Name the recordings that differ least; those that differ alike share a line."""
    scored = [(tuple(differences(found, sent)), position) for position, found in recorded.items()]
    scored.sort(key=lambda each: (len(each[0]), each[1]))
    alike: dict[str, list[int]] = {}
    for found, position in scored:
        alike.setdefault(_listed(found, groups.region(position), region), []).append(position)
    for text, positions in list(alike.items())[:_CLOSEST]:
        verb = "differs" if len(positions) == 1 else "differ"
        yield f"closest: {_numbers(played, positions)} {verb} in {text}"
    if any(_is_pseudonym(each.recorded) and not _is_pseudonym(each.sent) for each in scored[0][0]):
        yield "hint: the recording holds pseudonyms; a real identifier was sent, not its recorded form"


def _numbers(played: Counter[int], positions: Sequence[int]) -> str:
    count = sum(position in played for position in positions)
    state = "played" if count == len(positions) else f"{count} of {len(positions)} played" if count else "not played"
    more = len(positions) - _CLOSEST
    shown = ", ".join(f"#{position + 1}" for position in positions[:_CLOSEST])
    return f"{shown}{f' and {more} more' if more > 0 else ''} ({state})"


def _listed(found: Sequence[Difference], recorded_region: str, region: str) -> str:
    if not found:
        return f"region: {recorded_region!r} recorded, {region!r} sent"
    more = len(found) - _MOST_DIFFERENCES
    tail = f"; and {more} more" if more > 0 else ""
    return "; ".join(str(each) for each in found[:_MOST_DIFFERENCES]) + tail


def _is_pseudonym(shown: str | None) -> bool:
    marks = ("123456789012", "111122223333", "EXAMPLE", "example-role-", "example-user-", "amzn-s3-demo-bucket")
    return shown is not None and any(mark in shown for mark in marks)
