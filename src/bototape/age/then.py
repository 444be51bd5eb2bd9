"""What is known of a service as a release has it, and how a place in it is named."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from bototape.shapes import Member, Service, Shape

__all__ = ["Pair", "Point", "Then", "Way", "steps"]


@dataclass(frozen=True, slots=True)
class Then:
    """
    A *service* as a release has it. *absent* names operations it lacks.

    None says that *service* is the whole model; else it is cut to some operations, and others may exist as well.
    """

    service: Service
    absent: tuple[str, ...] | None = None


class Point(NamedTuple):
    """A place, written as `bototape.history` does; with *value*, one of the values of an enumeration."""

    place: str
    value: str = ""


class Way(NamedTuple):
    """How a place is reached: *place* from the operation on, *path* from the root as messages name it."""

    place: str
    path: str = ""

    def to(self, step: str) -> Way:
        """Return the way to a member, an element (``[]``) or an entry (``{}``)."""
        dotted = step if step[0] in "[{" else f".{step}"
        return Way(self.place + dotted, (self.path + dotted).removeprefix("."))


class Pair(NamedTuple):
    """One shape in two releases: *then*, None where the release does not know it, and *now*, None likewise."""

    then: Shape | None
    now: Shape | None


def steps(
    pair: Pair, value: object, then: Mapping[str, Shape], now: Mapping[str, Shape]
) -> Iterator[tuple[str | int, str, Pair, object]]:
    """Yield what stands in *value*: its key or index, the step to it, its shape in both releases, and itself."""
    if isinstance(value, Mapping):
        is_map = any(each and each.type == "map" for each in pair)
        for key, each in value.items():
            yield key, "{}" if is_map else str(key), _below(pair, key, then, now), each
    elif isinstance(value, list):
        for index, each in enumerate(value):
            yield index, "[]", _below(pair, index, then, now), each


def _below(pair: Pair, key: object, then: Mapping[str, Shape], now: Mapping[str, Shape]) -> Pair:
    return Pair(_child(pair.then, key, then), _child(pair.now, key, now))


def _child(shape: Shape | None, key: object, shapes: Mapping[str, Shape]) -> Shape | None:
    member = _member(shape, key) if shape else None
    return shapes[member.shape] if member else None


def _member(shape: Shape, key: object) -> Member | None:
    if shape.element or shape.value:
        return shape.element or shape.value
    found = shape.members.get(str(key))
    return found or next((each for each in shape.members.values() if each.wire_name == key), None)
