"""
The points of an API: what may be in one release and not in another.

A place is written as in findings, without the service: ``DescribeAutoMLJob.output.BestCandidate.CandidateSteps[]``,
where ``[]`` is a list's element, ``{}`` a map's value and ``{key}`` its key; below ``error`` stands the error's name.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from bototape.errors import UsageError
from bototape.shapes import Service, Shape, Side, reach

__all__ = [
    "Point",
    "around",
    "below",
    "canonical",
    "has",
    "is_below",
    "limited",
    "operation_of",
    "parent",
    "shape_at",
    "split",
]

#: So many names fit into a message.
_FEW = 20

_TARGET = re.compile(r"(?P<service>[a-z0-9][a-z0-9.-]*?)(?:\.(?P<place>[A-Z].*))?")
_STEP = re.compile(r"\.?([^.\[\]{}]+)|(\[\]|\{\}|\{key\})")
_ENDS = re.compile(r"(?:\[\]|\{\}|\{key\})+$")
_SIDES: tuple[Side, ...] = ("input", "output", "error")


@dataclass(frozen=True, slots=True, order=True)
class Point:
    """An operation, its input or output, a member, an error; with *value*, one of the values of an enumeration."""

    place: str
    value: str = ""


def split(target: str) -> tuple[str, str]:
    """
    Return service and place of *target*: ``sagemaker`` or ``sagemaker.DescribeAutoMLJob.output.BestCandidate``.

    Raises UsageError when it has another form.
    """
    match = _TARGET.fullmatch(target)
    if match is None:
        example = "sagemaker.DescribeAutoMLJob.output.BestCandidate"
        raise UsageError(f"cannot read {target!r} as service, operation and member", f"give it as {example}")
    return match["service"], match["place"] or ""


def operation_of(place: str) -> str:
    """Return the operation that *place* is in; empty for the whole service."""
    return place.partition(".")[0]


def parent(point: Point) -> Point | None:
    """Return what *point* stands in: a value's member, a member's structure, an operation's nothing."""
    if point.value:
        return Point(point.place)
    bare = _ENDS.sub("", point.place)
    above = bare if bare != point.place else point.place.rpartition(".")[0]
    return Point(above.removesuffix(".error") if above.count(".") == 1 else above) if above else None


def is_below(place: str, above: str) -> bool:
    """Tell whether *place* is *above* or in it; everything is in the whole service, ``''``."""
    return not above or place == above or (place.startswith(above) and place[len(above)] in ".[{")


def around(place: str) -> str:
    """Return what *place*, a member or an end, is a step of: ``Get.output.A[]`` for ``Get.output.A[].B``."""
    bare = re.sub(r"(?:\[\]|\{\}|\{key\})$", "", place)
    return bare if bare != place else place.rpartition(".")[0]


def limited(service: Service, place: str) -> Service:
    """Return *service* with the operation of *place* alone and what it reaches; the whole for ``''``."""
    name = operation_of(place)
    if not name:
        return service
    kept = [service.operations[name]] if name in service.operations else []
    roots = [root for each in kept for side in _SIDES for root in each.roots(side)]
    names = reach(service, roots)
    return Service({}, {each.name: each for each in kept}, {each: service.shapes[each] for each in names})


def canonical(service: Service, place: str, name: str, release: str) -> str:
    """
    Return *place* as `below` writes it: with the ``[]`` and ``{}`` that may be left out.

    Raises UsageError, with the nearest name there is, when *service*, which is *name* of *release*, has no such place.
    """
    operation, *steps = _steps(place)
    if operation not in service.operations:
        raise _nothing("operation", operation, service.operations, name, release)
    if not steps:
        return operation
    side, *steps = steps
    here = f"{name}.{operation}"
    if side not in _SIDES:
        raise _nothing("side", side, _SIDES, here, release)
    done, roots = f"{operation}.{side}", service.operations[operation].roots(_SIDES[_SIDES.index(side)])
    if side == "error":
        error, *steps = steps or [""]
        if error not in roots:
            raise _nothing("error", error, roots, here, release)
        done, roots = f"{done}.{error}", (error,)
    if not roots:
        raise _nothing("side", side, (), here, release)
    shape = roots[0]
    for step in steps:
        done, shape = _stepped(service, done, shape, step, (name, release))
    return done


def _stepped(service: Service, done: str, name: str, step: str, label: tuple[str, str]) -> tuple[str, str]:
    shape = service.shapes[name]
    while step not in _ends(shape):
        inner = shape.element or shape.value
        if inner is None or step in ("[]", "{}", "{key}"):
            raise _nothing("member", step, _ends(shape), f"{label[0]}.{done}", label[1])
        done += "[]" if shape.element else "{}"
        shape = service.shapes[inner.shape]
    return _joined(done, step), _ends(shape)[step]


def _nothing(kind: str, name: str, known: Iterable[str], where: str, release: str) -> UsageError:
    names = sorted(known)
    near = difflib.get_close_matches(name, names, 1)
    few = f"it has {', '.join(names)}" if 0 < len(names) < _FEW else "name another, or another release with --release"
    reason = f"cannot find {kind} {name!r}: {where} of release {release} has no such"
    return UsageError(reason, f"did you mean {near[0]}?" if near else few)


def _steps(place: str) -> list[str]:
    found = [name or end for name, end in _STEP.findall(place)]
    if "".join(_STEP.sub("", place)) or not found:
        raise UsageError(f"cannot read the place {place!r}", "give it as DescribeAutoMLJob.output.BestCandidate")
    return found


def _ends(shape: Shape) -> dict[str, str]:
    """Return the steps that may be taken from *shape*, and the names of the shapes they lead to."""
    ends = (("[]", shape.element), ("{key}", shape.key), ("{}", shape.value))
    found = {name: member.shape for name, member in shape.members.items()}
    return found | {step: member.shape for step, member in ends if member}


def shape_at(service: Service, place: str) -> str | None:
    """Return the name of the shape at *place*, a side or something in it; None when *service* has no such place."""
    name, side, *steps = _steps(place)
    operation = service.operations.get(name)
    if operation is None:
        return None
    if side == "error":
        shape = steps.pop(0) if steps and steps[0] in operation.errors else None
    else:
        shape = operation.input if side == "input" else operation.output
    for step in steps:
        shape = _ends(service.shapes[shape]).get(step) if shape else None
    return shape


def has(service: Service, point: Point) -> bool:
    """Tell whether *service* has *point*."""
    if "." not in point.place:
        return point.place in service.operations
    shape = shape_at(service, point.place)
    return shape is not None and (not point.value or point.value in (service.shapes[shape].enum or ()))


def below(service: Service, place: str) -> list[Point]:
    """
    Return *place*, which *service* has, and every point in it, in the order of the model.

    Elements of lists and entries of maps are no points of their own: what is in them is. A shape that stands in several
    places is opened at the shortest of them alone. Of the whole service, ``''``, the operations are returned.
    """
    if not place:
        return [Point(name) for name in service.operations]
    if "." in place:
        return _opened(service, {place: str(shape_at(service, place))})
    operation = service.operations[place]
    found = [Point(place)]
    for side in ("input", "output"):
        for root in operation.roots(side):
            found += _opened(service, {f"{place}.{side}": root})
    return found + _opened(service, {f"{place}.error.{each}": each for each in operation.errors})


def _opened(service: Service, roots: dict[str, str]) -> list[Point]:
    homes = _homes(service, roots)
    found = [point for place, shape in roots.items() for point in _listed(service, place, shape, homes)]
    return [each for each in found if each.value or each.place in roots or not _ENDS.search(each.place)]


def _homes(service: Service, roots: dict[str, str]) -> dict[str, str]:
    """Return the place where each shape is opened."""
    homes: dict[str, str] = {}
    level = list(roots.items())
    while level:
        deeper = []
        for place, name in level:
            if name not in homes:
                homes[name] = place
                deeper += [(_joined(place, step), shape) for step, shape in _ends(service.shapes[name]).items()]
        level = deeper
    return homes


def _joined(place: str, step: str) -> str:
    return f"{place}{step}" if step[0] in "[{" else f"{place}.{step}"


def _listed(service: Service, place: str, name: str, homes: dict[str, str]) -> Iterator[Point]:
    yield Point(place)
    if homes[name] == place:
        shape = service.shapes[name]
        yield from (Point(place, value) for value in shape.enum or ())
        for step, child in _ends(shape).items():
            yield from _listed(service, _joined(place, step), child, homes)
