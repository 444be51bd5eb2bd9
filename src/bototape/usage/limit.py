"""
Changes cut down to what is used.

Places are compared by the structure and member they lead to, so that a change is met whichever of several ways to it a
recording takes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from bototape.diff.changes import Change
from bototape.finding import Finding
from bototape.shapes import Operation, Service, Shape, Side, reach
from bototape.usage.places import Usage

__all__ = ["ABSENCE", "limit", "seated", "unknown"]

#: Kinds of change of a member that meet whoever uses the structure around it, because he lacks the member.
ABSENCE = frozenset(
    {
        "idempotency-token-added",
        "member-added",
        "member-became-required",
        "required-member-added",
        "union-member-added",
    }
)

_SIDES: tuple[Side, ...] = ("input", "output", "error")
_STEP = re.compile(r"\.[^.\[\]{}]+|\[\]|\{\}|\{key\}")
#: What a place leads to: operation and side, the name of the structure, list or map, and the step taken from it
#: (empty: the root of the side itself).
_Spot = tuple[str, str, str, str]


def unknown(usage: Usage, service: str, models: Sequence[Service]) -> list[str]:
    """Return the places a list names that none of *models* has, sorted."""
    named = (place for name, place in usage.lines if name == service)
    return sorted(each for each in named if not any(_is_known(model, each) for model in models))


def _is_known(model: Service, place: str) -> bool:
    operation, side, _ = _parts(place)
    if operation not in model.operations:
        return False
    return not side or place.count(".") == 1 or _resolved(model, place, strict=True) is not None


def limit(changes: Iterable[Change], usage: Usage, service: str, old: Service, new: Service) -> list[Change]:
    """
    Return the *changes* from *old* to *new* that meet something used of *service*, cut to the ways that are used.

    A change keeps its place, and so its fingerprint; its operations and directions are the used ones.
    """
    if service not in usage.services:
        return []
    scopes = [_Scope(usage, service, each) for each in (old, new)]
    cut = (_cut(each, scopes) for each in changes)
    return [each for each in cut if each is not None]


def seated(findings: Iterable[Finding]) -> list[Finding]:
    """Return *findings* of limited changes at the first place that is used; their fingerprints stay the changes'."""
    return [_seated(each) for each in findings]


def _seated(finding: Finding) -> Finding:
    evidence = dict(finding.evidence)
    ways = evidence.get("operations", "").split(", ")
    service = evidence.get("service") or finding.where.partition(".")[0]
    place = finding.where.removeprefix(f"{service}.")
    if place in ways or not ways[0] or _parts(place)[1] not in _SIDES:
        return finding
    return replace(finding, where=f"{service}.{ways[0]}")


def _cut(change: Change, scopes: Sequence[_Scope]) -> Change | None:
    if not change.operations:
        return None if change.directions else change  # an error class that no operation names; else the service itself
    around = change.kind in ABSENCE
    ways = tuple(each for each in change.operations if any(scope.has(each, around=around) for scope in scopes))
    if not ways:
        return None
    sides = {_parts(each)[1] for each in ways}
    return replace(change, operations=ways, directions=tuple(each for each in change.directions if each in sides))


class _Scope:
    """The used places as one model sees them."""

    def __init__(self, usage: Usage, service: str, model: Service) -> None:
        self.model = model
        self.operations = usage.operations(service)
        self.spots: set[_Spot] = set()
        self.met: set[tuple[str, str, str]] = set()
        for place in usage.places.get(service, ()):
            self._take(place)
        for place in usage.whole.get(service, ()):
            self._take_whole(place)
        for each in self.operations:
            self._take(f"{each}.input")  # whoever calls the operation sends at least an empty input

    def has(self, way: str, *, around: bool) -> bool:
        """Tell whether *way* is used, or with *around* the structure that its last step is taken from."""
        operation, side, steps = _parts(way)
        if operation not in self.operations:
            return False
        if side not in _SIDES or (side == "error" and len(steps) == 1) or not steps:
            return True
        spot = _resolved(self.model, way)
        return spot is not None and (spot[:3] in self.met if around else spot in self.spots)

    def _take(self, place: str) -> None:
        """Take up *place* and the shape it leads to; what leads to it has places of its own."""
        spot = _resolved(self.model, place, strict=True)
        if spot is not None:
            self.spots.add(spot)
            self._enter(spot[0], spot[1], _target(self.model, spot))

    def _enter(self, operation: str, side: str, shape: str) -> None:
        self.met.add((operation, side, shape))

    def _take_whole(self, place: str) -> None:
        """Take up everything below *place*, an operation, a side or a member, and the way to a member."""
        operation, side, steps = _parts(place)
        modeled = self.model.operations.get(operation)
        if modeled is None:
            return
        if steps and not (side == "error" and len(steps) == 1):
            spot = _resolved(self.model, place, strict=True)
            roots = {side: [_target(self.model, spot)]} if spot else {}
            self._take_way(place, steps)
        else:
            roots = {each: _roots(modeled, each, steps) for each in ([side] if side else _SIDES)}
        for each, names in roots.items():
            for name in reach(self.model, names):
                self._enter(operation, each, name)
                self.spots |= {(operation, each, name, step) for step in _labels(self.model.shapes[name])}

    def _take_way(self, place: str, steps: Sequence[str]) -> None:
        """
        Take up each step to *place*.

        Whoever sends it fills the structures on the way, and may lack a member there; who reads it lacks nothing.
        """
        operation, side, _ = _parts(place)
        for end in range(1, len(steps) + 1):
            spot = _resolved(self.model, f"{operation}.{side}{''.join(steps[:end])}", strict=True)
            if spot is not None:
                self.spots.add(spot)
                if side == "input":
                    self._enter(operation, side, spot[2])


def _roots(operation: Operation, side: str, steps: Sequence[str]) -> list[str]:
    if side not in _SIDES:
        return []
    found = operation.roots(side)
    return [each for each in found if not steps or steps[0] == f".{each}"]


def _labels(shape: Shape) -> Iterator[str]:
    yield ""
    yield from (f".{each}" for each in shape.members)
    yield from (label for label, end in (("[]", shape.element), ("{}", shape.value), ("{key}", shape.key)) if end)


def _parts(place: str) -> tuple[str, str, list[str]]:
    """Return operation, side (or what stands there, or nothing) and the steps below it."""
    operation, _, rest = place.partition(".")
    side = re.split(r"[.\[{]", rest, maxsplit=1)[0]
    return operation, side, _STEP.findall(rest[len(side) :])


def _resolved(model: Service, place: str, *, strict: bool = False) -> _Spot | None:
    """
    Return what *place* leads to in *model*, or None.

    Its last step may be missing there (the member is new, or gone) unless *strict*.
    """
    operation, side, steps = _parts(place)
    modeled = model.operations.get(operation)
    roots = _roots(modeled, side, steps if side == "error" else ()) if modeled else []
    if not roots or (side == "error" and not steps):
        return None
    shape, label = roots[0], ""
    for step in steps[1:] if side == "error" else steps:
        if label:
            below = _below(model.shapes[shape], label)
            if below is None:
                return None
            shape = below
        label = step
    if strict and label and _below(model.shapes[shape], label) is None:
        return None
    return operation, side, shape, label


def _below(shape: Shape, step: str) -> str | None:
    ends = {"[]": shape.element, "{}": shape.value, "{key}": shape.key}
    member = ends[step] if step in ends else shape.members.get(step[1:])
    return member.shape if member else None


def _target(model: Service, spot: _Spot) -> str:
    _, _, shape, label = spot
    return (_below(model.shapes[shape], label) if label else None) or shape
