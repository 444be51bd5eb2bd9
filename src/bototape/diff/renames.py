"""
What looks renamed: a member or operation that went, and one that came and is the same but for its name.

Nothing in a model says so, so a pair is taken only where neither has a second candidate. Every comparison is symmetric.
A renamed member is one fact instead of two. Operations stay two, each with a note: whether there is a second candidate
depends on which operations are compared, and what is found must not.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Iterable, Mapping
from difflib import SequenceMatcher
from typing import TypeVar

from bototape.diff import traits
from bototape.shapes import Member, Operation, Service, Shape

__all__ = ["members", "operations"]

#: How alike two names must be where nothing else but the kind of value tells that they are one.
_ALIKE = 0.6

_T = TypeVar("_T")


def members(old: Shape, new: Shape) -> dict[str, str]:
    """Return the members of the structure *old* that have another name in *new*, and that name."""
    places = [{name: index for index, name in enumerate(each.members)} for each in (old, new)]

    def same(one: Member, other: Member) -> bool:
        if (one.shape, one.required, _unbound(one)) != (other.shape, other.required, _unbound(other)):
            return False
        if "locationName" in one.traits and one.traits["locationName"] == other.traits.get("locationName"):
            return True  # it is even the same on the wire
        return places[0][one.name] == places[1][other.name] and _similar(one.name, other.name)

    gone = [each for each in old.members.values() if each.name not in new.members]
    came = [each for each in new.members.values() if each.name not in old.members]
    return {one.name: other.name for one, other in _matched(gone, came, same)}


def _unbound(member: Member) -> dict[str, object]:
    return {key: value for key, value in member.traits.items() if key != "locationName"}


def operations(old: Service, new: Service) -> dict[str, str]:
    """Return the operations of *old* that have another name in *new*, and that name."""

    def same(one: Operation, other: Operation) -> bool:
        paths = [_nameless(each) for each in (one, other)]
        if paths[0] != paths[1] or set(one.errors) != set(other.errors):
            return False
        if paths[0][1].strip("/") == "" and not _similar(one.name, other.name):
            return False
        return one.traits.keys() == other.traits.keys() and _same_sides(old, new, one, other)

    gone = [each for name, each in old.operations.items() if name not in new.operations]
    came = [each for name, each in new.operations.items() if name not in old.operations]
    return {one.name: other.name for one, other in _matched(gone, came, same)}


def _nameless(operation: Operation) -> tuple[str, str]:
    uri = traits.text(operation.http.get("requestUri"))
    return traits.text(operation.http.get("method")), re.sub(r"\{[^}+]*", "{", uri)


def _similar(one: str, other: str) -> bool:
    first, second = sorted((one.lower(), other.lower()))  # the ratio depends on the order
    return SequenceMatcher(None, first, second).ratio() >= _ALIKE


def _matched(gone: Iterable[_T], came: Iterable[_T], same: Callable[[_T, _T], bool]) -> list[tuple[_T, _T]]:
    """Return the pairs that are the *same*, each side of which has no other such partner."""
    after = [*came]
    if not after:
        return []
    pairs = [(one, other) for one in gone for other in after if same(one, other)]
    firsts, seconds = ([id(pair[side]) for pair in pairs] for side in (0, 1))
    return [pair for pair in pairs if firsts.count(id(pair[0])) == 1 and seconds.count(id(pair[1])) == 1]


def _same_sides(old: Service, new: Service, one: Operation, other: Operation) -> bool:
    sides = ((one.input, other.input), (one.output, other.output))
    if any((before is None) != (after is None) for before, after in sides):
        return False
    roots = [(before, after) for before, after in sides if before and after]
    return bool(roots) and _same_structure(old.shapes, new.shapes, roots)


def _same_structure(old: Mapping[str, Shape], new: Mapping[str, Shape], roots: Iterable[tuple[str, str]]) -> bool:
    """Tell whether the shapes below *roots* are the same but for their names."""
    seen: set[tuple[str, str]] = set()
    todo = [*roots]
    while todo:
        pair = todo.pop()
        if pair in seen:
            continue
        seen.add(pair)
        before, after = old[pair[0]], new[pair[1]]
        if _outline(before) != _outline(after):
            return False
        todo += [(mine.shape, theirs.shape) for mine, theirs in zip(before.children(), after.children(), strict=True)]
    return True


def _outline(shape: Shape) -> Hashable:
    children = tuple((each.name, each.required, traits.text(each.traits)) for each in shape.children())
    return shape.type, children, shape.enum, shape.min, shape.max, shape.pattern, traits.text(shape.traits)
