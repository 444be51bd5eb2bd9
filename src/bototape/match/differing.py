"""What two calls differ in, member by member; a secret is never shown."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from bototape.errors import Difference
from bototape.match.showing import UNTYPED, Typed, shown, step

__all__ = ["ABSENT", "Difference", "Place", "differences", "places", "told"]


class _Absent:
    """Nothing is there; None is a value."""

    def __repr__(self) -> str:
        return "nothing"


ABSENT = _Absent()


class Place(NamedTuple):
    """
    One place where two calls differ, with the values themselves: not for messages, see `differences`.

    *path* is how `bototape.match.ignored` names it; *steps* are the names and indices that lead there. A value is
    `ABSENT` where there is none.
    """

    steps: tuple[str | int, ...]
    recorded: object
    sent: object

    @property
    def path(self) -> str:
        """``Tags[0].Value``."""
        return _joined(self.steps)


def places(recorded: object, sent: object, steps: tuple[str | int, ...] = ()) -> Iterator[Place]:
    """Yield where two decoded values differ, member by member, in the order of the recorded one."""
    if isinstance(recorded, dict) and isinstance(sent, dict):
        for name in [*recorded, *(each for each in sent if each not in recorded)]:
            below = (*steps, name)
            if name in recorded and name in sent:
                yield from places(recorded[name], sent[name], below)
            else:
                yield Place(below, recorded.get(name, ABSENT), sent.get(name, ABSENT))
    elif isinstance(recorded, list) and isinstance(sent, list) and len(recorded) == len(sent):
        for index, (old, new) in enumerate(zip(recorded, sent, strict=True)):
            yield from places(old, new, (*steps, index))
    elif recorded != sent or isinstance(recorded, bool) != isinstance(sent, bool):
        yield Place(steps, recorded, sent)


def differences(recorded: object, sent: object, typed: Typed = UNTYPED) -> Iterator[Difference]:
    """Yield the same for messages: values as text, of secrets kind and length; *typed* is what the values are."""
    for each in places(recorded, sent):
        yield told(each, typed)


def told(place: Place, typed: Typed = UNTYPED) -> Difference:
    """Return *place* for messages."""
    steps: list[str | int] = []
    for each in place.steps:
        is_made_up = typed.shape is None or typed.shape.type == "map"
        steps.append(step(each) if isinstance(each, str) and is_made_up else each)
        typed = typed.below(each)
    name = next((each for each in reversed(place.steps) if isinstance(each, str)), "")
    old, new = (None if each is ABSENT else shown(name, each, typed) for each in (place.recorded, place.sent))
    return Difference(_joined(tuple(steps)), old, new)


def _joined(steps: tuple[str | int, ...]) -> str:
    text = "".join(f"[{each}]" if isinstance(each, int) else f".{each}" for each in steps)
    return text.removeprefix(".")
