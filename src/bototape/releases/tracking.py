"""Put the models of tracked operations into a timeline: of each row, what is new or different since the one before."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from bototape.releases.timeline import Row, Timeline
from bototape.shapes import cut

__all__ = ["track"]

_PARTS = ("metadata", "operations", "shapes")
_NOTHING: Mapping[str, Any] = {part: {} for part in _PARTS}


def track(
    timeline: Timeline, operations: Sequence[str], model_of: Callable[[Row], Mapping[str, Any]], known: Timeline
) -> Timeline:
    """
    Return *timeline* with the models of *operations* in its rows.

    *model_of* gives the whole model of a row that has the service. It is not asked for the rows of *known*, a timeline
    that holds these operations already.
    """
    told = known.models() if {*known.tracked} == {*operations} else {}
    same = {each.version: each.crc for each in known.rows}
    before: Mapping[str, Any] = _NOTHING
    rows = []
    for row in timeline.rows:
        if row.version in told and same[row.version] == row.crc:
            now: Mapping[str, Any] = told[row.version]
        else:
            now = _cut(model_of(row), operations) if row.crc else _NOTHING
        changed = {part: _difference(before[part], now[part]) for part in _PARTS}
        rows.append(replace(row, changed={part: each for part, each in changed.items() if each}))
        before = now
    return replace(timeline, rows=tuple(rows), tracked=tuple(operations))


def _cut(model: Mapping[str, Any], operations: Sequence[str]) -> dict[str, Any]:
    found = cut(model, operations)
    return {part: found[part] if found["operations"] else {} for part in _PARTS}


def _difference(old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, Any]:
    gone = dict.fromkeys(old.keys() - new.keys())
    return {name: each for name, each in sorted({**gone, **new}.items()) if old.get(name) != each}
