"""
A service model as values: operations, shapes, members, and what reaches what.

Source of the format: ``service-2.json`` as shipped in botocore (``botocore/model.py`` reads the same keys).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

from bototape.wellformed import refuse_malformed

__all__ = ["Member", "Operation", "Service", "Shape", "Side", "cut", "parse", "reach"]

#: A direction data travels in: a request, a response, a modeled error.
Side = Literal["input", "output", "error"]

_DOCUMENTATION = "documentation"


class Member(NamedTuple):
    """
    A structure's member, a list's element, or a map's key or value: the name of a shape, and traits.

    A model has ten thousand of them; a tuple is made and compared in half the time of a dataclass.
    """

    name: str
    shape: str
    required: bool
    traits: Mapping[str, Any]

    @property
    def wire_name(self) -> str:
        """The name on the wire: ``locationName`` if there is one, else the member's."""
        return str(self.traits.get("locationName", self.name))


@dataclass(frozen=True, slots=True)
class Shape:
    """
    One named shape.

    *type* is botocore's (``structure list map string integer long float double boolean timestamp blob
    character``). *members* are in model order, empty unless a structure; *element* is a list's, *key* and
    *value* a map's; *enum* is None where any string goes. *traits* is everything else, documentation left out.
    """

    name: str
    type: str
    members: Mapping[str, Member]
    element: Member | None
    key: Member | None
    value: Member | None
    enum: tuple[str, ...] | None
    min: float | None
    max: float | None
    pattern: str | None
    traits: Mapping[str, Any]

    def children(self) -> tuple[Member, ...]:
        """Return the members, or the element, or key and value."""
        return (*self.members.values(), *(each for each in (self.element, self.key, self.value) if each))


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation. *input*, *output* and *errors* are shape names; *http* and *traits* as in the model."""

    name: str
    input: str | None
    output: str | None
    errors: tuple[str, ...]
    http: Mapping[str, Any]
    traits: Mapping[str, Any]

    def roots(self, side: Side) -> tuple[str, ...]:
        """Return the names of the shapes that *side* starts from."""
        if side == "error":
            return self.errors
        root = self.input if side == "input" else self.output
        return (root,) if root else ()


@dataclass(frozen=True, slots=True)
class Service:
    """A whole model, or one cut down to some operations. Shapes are looked up by name."""

    metadata: Mapping[str, Any]
    operations: Mapping[str, Operation]
    shapes: Mapping[str, Shape]

    @property
    def full_name(self) -> str:
        """``Amazon SageMaker Service``: ``metadata.serviceFullName``."""
        return str(self.metadata.get("serviceFullName", ""))


def parse(model: Mapping[str, Any]) -> Service:
    """
    Return *model* (the JSON of ``service-2.json``) as a `Service`.

    Raises ValueError, naming the place, when *model* lacks what every model has or names a shape it lacks.
    """
    refuse_malformed(model)
    shapes = {name: _shape(name, raw) for name, raw in model["shapes"].items()}
    operations = {name: _operation(name, raw) for name, raw in model["operations"].items()}
    service = Service(model["metadata"], operations, shapes)
    _refuse_dangling(service)
    return service


def _refuse_dangling(service: Service) -> None:
    known = service.shapes.keys()
    for operation in service.operations.values():
        for side in ("input", "output", "error"):
            for name in operation.roots(side):
                if name not in known:
                    raise ValueError(f"operation {operation.name!r}: {side} names the unknown shape {name!r}")
    for shape in service.shapes.values():
        if shape.members or shape.element or shape.key or shape.value:
            for child in shape.children():
                if child.shape not in known:
                    raise ValueError(f"shape {shape.name!r}: {child.name!r} names the unknown shape {child.shape!r}")


_SHAPE_KEYS = frozenset(
    {"type", "members", "member", "key", "value", "enum", "min", "max", "pattern", "required", _DOCUMENTATION}
)
_OPERATION_KEYS = frozenset({"name", "input", "output", "errors", "http", _DOCUMENTATION})
_MEMBER_KEYS = frozenset({"shape", _DOCUMENTATION})


def _traits(raw: Mapping[str, Any], without: frozenset[str]) -> dict[str, Any]:
    return {key: value for key, value in raw.items() if key not in without}


def _member(name: str, raw: Mapping[str, Any], required: bool = False) -> Member:  # noqa: FBT001, FBT002 - positional for speed: 10,000 per model
    if len(raw) == 1 or (len(raw) == len(_MEMBER_KEYS) and _DOCUMENTATION in raw):
        return Member(name, raw["shape"], required, {})
    return Member(name, raw["shape"], required, _traits(raw, _MEMBER_KEYS))


def _shape(name: str, raw: Mapping[str, Any]) -> Shape:
    required = frozenset(raw.get("required", ()))
    members = raw.get("members") or {}
    enum = raw.get("enum")
    return Shape(
        name,
        raw["type"],
        {each: _member(each, value, each in required) for each, value in members.items()} if members else {},
        _member("member", raw["member"]) if "member" in raw else None,
        _member("key", raw["key"]) if "key" in raw else None,
        _member("value", raw["value"]) if "value" in raw else None,
        None if enum is None else tuple(enum),
        raw.get("min"),
        raw.get("max"),
        raw.get("pattern"),
        _traits(raw, _SHAPE_KEYS),
    )


def _operation(name: str, raw: Mapping[str, Any]) -> Operation:
    return Operation(
        name,
        raw["input"]["shape"] if "input" in raw else None,
        raw["output"]["shape"] if "output" in raw else None,
        tuple(each["shape"] for each in raw.get("errors", ())),
        raw.get("http", {}),
        _traits(raw, _OPERATION_KEYS),
    )


def reach(service: Service, roots: Iterable[str]) -> frozenset[str]:
    """Return the names of all shapes that can be met below *roots*, these included."""
    seen: set[str] = set()
    todo = list(roots)
    while todo:
        name = todo.pop()
        if name not in seen:
            seen.add(name)
            todo.extend(child.shape for child in service.shapes[name].children())
    return frozenset(seen)


def cut(model: Mapping[str, Any], operations: Iterable[str]) -> dict[str, Any]:
    """
    Return *model* with only *operations* and the shapes they reach, documentation stripped, order kept.

    Operations that the model lacks are passed over: a release may be older than an operation.
    """
    service = parse(model)
    kept = [service.operations[name] for name in operations if name in service.operations]
    roots = [root for each in kept for side in ("input", "output", "error") for root in each.roots(side)]
    shapes = reach(service, roots)
    names = {each.name for each in kept}
    return {
        **{key: model[key] for key in ("version", "metadata") if key in model},
        "operations": {k: _undocumented(v) for k, v in model["operations"].items() if k in names},
        "shapes": {k: _undocumented_shape(v) for k, v in model["shapes"].items() if k in shapes},
    }


def _undocumented(raw: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in raw.items() if key != _DOCUMENTATION}


def _undocumented_shape(raw: Mapping[str, Any]) -> dict[str, Any]:
    slim = _undocumented(raw)
    for key in ("member", "key", "value"):
        if isinstance(slim.get(key), Mapping):
            slim[key] = _undocumented(slim[key])
    if "members" in slim:
        slim["members"] = {name: _undocumented(value) for name, value in slim["members"].items()}
    return slim
