"""What a release would have refused of a request: unknown parameters, missing ones, values no enumeration has."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any, NamedTuple

from bototape.age.then import Pair, Point, Way, steps
from bototape.match import Typed, shown
from bototape.shapes import Member, Service, Shape

__all__ = ["Refused", "refused"]

_FEW = 6


class Refused(NamedTuple):
    """One reason; *sentence* has a place for the release. *point* is what a later release may know, if there is one."""

    sentence: str
    point: Point | None = None


class _Sides(NamedTuple):
    then: Mapping[str, Shape]
    now: Mapping[str, Shape]
    made_up: Collection[str]


def refused(
    then: Service, now: Service, operation: str, instance: Mapping[str, Any], made_up: Collection[str]
) -> Iterator[Refused]:
    """
    Yield what *then* would refuse of *instance*, an input of *operation* with the names of *now*.

    *made_up* are top-level members that botocore fills in of its own accord: the code under test did not send them.
    """
    old, new = then.operations[operation].input, now.operations[operation].input
    given = {name: value for name, value in instance.items() if name not in made_up}
    if old is None:
        if given:
            yield Refused(f"your code sends parameters, and {operation} of {{release}} takes none")
        return
    pair = Pair(then.shapes[old], now.shapes[new] if new else None)
    yield from _structure(pair, given, Way(f"{operation}.input"), _Sides(then.shapes, now.shapes, made_up))


def _structure(pair: Pair, value: Mapping[str, Any], way: Way, sides: _Sides) -> Iterator[Refused]:
    shape = pair.then
    if shape is not None and shape.type == "structure":
        for name in (each.name for each in shape.members.values() if _is_asked_for(each, sides.then)):
            if name not in value and not (way.path == "" and name in sides.made_up):
                yield Refused(f"your code sends no {way.to(name).path}, which {{release}} requires")
    yield from _below(pair, value, way, sides)


def _below(pair: Pair, value: object, way: Way, sides: _Sides) -> Iterator[Refused]:
    for _, step, below, each in steps(pair, value, sides.then, sides.now):
        there = way.to(step)
        if below.then is None and pair.then is not None and pair.then.type == "structure":
            if not pair.then.traits.get("document"):
                yield Refused(f"your code sends {there.path}, which {{release}} does not know", Point(there.place))
        elif isinstance(each, Mapping):
            yield from _structure(below, each, there, sides)
        elif isinstance(each, list):
            yield from _below(below, each, there, sides)
        else:
            yield from _scalar(below, each, there, sides)


def _scalar(pair: Pair, value: object, way: Way, sides: _Sides) -> Iterator[Refused]:
    shape = pair.then
    if shape is None or shape.enum is None or value in shape.enum or not isinstance(value, str):
        return
    name = way.path.rpartition(".")[2]
    listed = ", ".join(shape.enum[:_FEW]) + (", …" if len(shape.enum) > _FEW else "")
    told = shown(name, value, Typed(shape, sides.then))
    yield Refused(f"your code sends {told} as {way.path}; {{release}} knows {listed}", Point(way.place, value))


def _is_asked_for(member: Member, shapes: Mapping[str, Shape]) -> bool:
    """Tell whether a caller must give *member*: tokens are filled in, and so are checksums in headers."""
    filled = member.traits.get("idempotencyToken") or shapes[member.shape].traits.get("idempotencyToken")
    return member.required and not filled and member.traits.get("location") not in ("header", "headers")
