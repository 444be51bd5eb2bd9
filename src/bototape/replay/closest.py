"""
Which recordings come closest to a call that none answers.

Found among many by a cheap score, so that only few are compared member by member; equal calls are scored once.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence
from heapq import nsmallest
from typing import Any, NamedTuple

from bototape.match import Place, places

__all__ = ["MOST", "Equal", "Near", "nearest"]

#: How many groups of recordings that differ alike are named.
MOST = 3

#: How many different calls are compared member by member, and how much of their text is looked at to choose them.
_COMPARED = 48
_LOOKED_AT = 200


class Equal(NamedTuple):
    """Recordings of equal calls, by position; *region* is theirs if it is not the one of the call."""

    positions: Sequence[int]
    region: str | None


class Near(NamedTuple):
    """The recordings at *positions*, the *places* where each differs from the call, alike, and *region* as above."""

    positions: tuple[int, ...]
    places: tuple[Place, ...]
    region: str | None


def nearest(
    sent: Mapping[str, Any],
    recorded: Mapping[int, dict[str, Any]],
    equals: Iterable[Equal],
    played: Container[int] = (),
) -> list[Near]:
    """
    Return the recordings that differ least from the parameters *sent*, the nearest first, `MOST` groups of them.

    *recorded* are the parameters by position. Those are nearest that differ in the fewest places; of as many, those not
    all *played*, then those whose values are most like, then the first ones.
    """
    compared = []
    for each in _promising(sent, recorded, equals):
        first = each.positions[0]
        found = tuple(places(recorded[first], sent))
        is_used = all(position in played for position in each.positions)
        score = (len(found) + (each.region is not None), is_used, -_likeness(found), first)
        compared.append((score, found, each))
    compared.sort(key=lambda each: each[0])
    alike: dict[str, list[int]] = {}
    near: dict[str, Near] = {}
    for _, found, each in compared:
        text = repr((each.region, [(place.steps, place.recorded) for place in found]))
        alike.setdefault(text, []).extend(each.positions)
        near.setdefault(text, Near((), found, each.region))
    return [each._replace(positions=tuple(alike[text])) for text, each in list(near.items())[:MOST]]


def _promising(sent: Mapping[str, Any], recorded: Mapping[int, dict[str, Any]], equals: Iterable[Equal]) -> list[Equal]:
    """Return the calls that share most members with the one sent; of as many, those whose text is most like."""
    groups = list(equals)
    if len(groups) <= _COMPARED:
        return groups
    scored = [(_unequal(sent, recorded[each.positions[0]]) + (each.region is not None), each) for each in groups]
    worst = nsmallest(_COMPARED, (score for score, _ in scored))[-1]
    best = [each for score, each in scored if score < worst]
    tied = [(recorded[each.positions[0]], each) for score, each in scored if score == worst]
    text = _text(sent)
    ranked = nsmallest(
        _COMPARED - len(best), tied, key=lambda each: (-_shared(_text(each[0]), text), each[1].positions[0])
    )
    return [*best, *(each for _, each in ranked)]


def _unequal(one: Mapping[str, Any], other: Mapping[str, Any]) -> int:
    """Return how many top-level members two calls do not share."""
    shared = len([name for name, value in one.items() if name in other and other[name] == value])
    return len(one) + len(other) - 2 * shared


def _text(parameters: Mapping[str, Any]) -> str:
    return repr([parameters[name] for name in sorted(parameters)])


def _likeness(found: Sequence[Place]) -> int:
    """Return how many characters the values of *found* have in common."""
    return sum(_shared(repr(each.recorded), repr(each.sent)) for each in found)


def _shared(one: str, other: str) -> int:
    """Return how many characters two texts begin and end with alike."""
    one, other = one[:_LOOKED_AT], other[:_LOOKED_AT]
    head = _alike(one, other)
    return head + _alike(one[head:][::-1], other[head:][::-1])


def _alike(one: str, other: str) -> int:
    count = 0
    for left, right in zip(one, other, strict=False):
        if left != right:
            break
        count += 1
    return count
