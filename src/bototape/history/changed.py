"""What changed in a part of an API, release by release."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from bototape.diff import changes, rules
from bototape.diff.changes import Change
from bototape.finding import Finding
from bototape.history.axis import Axis, Step
from bototape.history.points import around, is_below, shape_at
from bototape.releases import Release
from bototape.shapes import Service, Side

__all__ = ["Event", "events", "span"]


@dataclass(frozen=True, slots=True)
class Event:
    """A change, judged: *release* has it, *after* lacks it; no release lies between the two if *exact*."""

    release: Release
    after: str
    exact: bool
    finding: Finding


def events(
    axis: Axis, place: str, steps: Sequence[Step], *, heard: Callable[[Step], None] = lambda _: None
) -> tuple[Event, ...]:
    """
    Return what changed in *place* along *steps* (as `span` returns them), oldest first, then worst first.

    *heard* is told of each release whose model is looked at.
    """
    found: list[Event] = []
    for before, step, old, new in _pairs(axis, steps, heard):
        judged = rules.judge(_changes(old, new, axis.service, place))
        exact = bool(judged) and axis.is_exact(step, before)
        found += [Event(axis.release(step), axis.end(before), exact, each) for each in judged]
    return tuple(found)


def span(axis: Axis, since: str = "", release: str = "") -> list[Step]:
    """
    Return the releases whose models can be had: from the one that has the model of *since* on, up to *release*.

    Empty: from the first, to the newest. Raises ModelUnavailable when there is no such release.
    """
    steps = [each for each in (axis.until(release) if release else axis.steps) if axis.is_known(each)]
    if not since:
        return steps
    older = {each.version for each in axis.until(since)[:-1]}
    return [each for each in steps if each.version not in older]


def _pairs(
    axis: Axis, steps: Sequence[Step], heard: Callable[[Step], None]
) -> Iterator[tuple[Step, Step, Service, Service]]:
    """Yield each step with the one before it, and both models."""
    old: Service | None = None
    for at, step in enumerate(steps):
        heard(step)
        new = axis.model(step)
        if old is not None and new is not old:
            yield steps[at - 1], step, old, new
        old = new


def _changes(old: Service, new: Service, service: str, place: str) -> list[Change]:
    """
    Return the changes of *place* and in it, by whatever way it is reached.

    The ways of a change are not all there are: of those that differ above a shape, the shortest stands for the others.
    So what lies in *place* is compared by itself, and *place* as a member of what is around it.
    """
    if not _is_inside(place):
        found = changes.detect(old, new, service)
        return [each for each in found if any(is_below(way, place) for way in (each.place, *each.operations))]
    own = [each for each in _below(old, new, service, around(place)) if each.place == place]
    return list(
        {
            (each.place, each.kind, each.old, each.new): each for each in (*own, *_below(old, new, service, place))
        }.values()
    )


def _is_inside(place: str) -> bool:
    """Tell whether *place* lies in an input, output or error, and is not one."""
    _, side, *inside = [*re.split(r"[.\[{]", place), ""]
    return len([each for each in inside if each]) > (side == "error")


def _below(old: Service, new: Service, service: str, place: str) -> Iterator[Change]:
    """Compare what *place* leads to as if it were a whole output: with all ways that begin there."""
    roots = shape_at(old, place), shape_at(new, place)
    if not all(roots):
        return
    name, side, *_ = place.split(".")
    direction: Side = "input" if side == "input" else "output" if side == "output" else "error"
    above = f"{name}.output"
    before, after = (_returning(model, name, root) for model, root in zip((old, new), roots, strict=True))
    for each in changes.detect(before, after, service):
        if is_below(each.place, above):
            ways = tuple(way.replace(above, place, 1) for way in each.operations)
            yield replace(each, place=ways[0], operations=ways, directions=(direction,))


def _returning(model: Service, operation: str, shape: str | None) -> Service:
    alone = replace(model.operations[operation], input=None, output=shape, errors=())
    return replace(model, operations={operation: alone})
