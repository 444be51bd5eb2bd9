"""
Members with their types and what the model asks of them, one a line, indented below what they are in.

Source of the layout: ``botocore/docs/params.py``; of the type names: ``botocore/docs/utils.py`` (botocore 1.44.5).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from bototape.reference.syntax import special
from bototape.shapes import Member, Service, Shape

__all__ = ["exceptions", "parameters", "response"]

_TYPES = {
    "blob": "bytes",
    "character": "string",
    "double": "float",
    "long": "integer",
    "map": "dict",
    "structure": "dict",
    "timestamp": "datetime",
}

_SPECIAL = {
    "document": "document",
    "json": "JSON serializable",
    "streaming input": "bytes or seekable file-like object",
    "streaming output": "StreamingBody",
    "event stream": "EventStream",
}

#: What the bounds of a type count.
_UNITS = {"string": "character", "blob": "byte", "list": "item", "map": "entry"}

_PLACES = {
    "header": "header",
    "headers": "headers",
    "querystring": "query string",
    "uri": "URI",
    "statusCode": "status",
}

_Side = Literal["input", "output"]


def parameters(service: Service, operation: str) -> str:
    """Return the parameters of *operation*, or an empty string."""
    root = service.operations[operation].input
    return _listed(service, root, "input") if root else ""


def response(service: Service, operation: str) -> str:
    """Return the structure of what *operation*, which has an output, returns."""
    root = str(service.operations[operation].output)
    inside = _listed(service, root, "output")
    return "(dict) --" + "".join(f"\n    {line}" for line in inside.splitlines())


def exceptions(service: Service, operation: str) -> str:
    """Return the modeled errors of *operation*, as code catches them, with their HTTP status and code."""
    return "\n".join(_exception(service.shapes[each]) for each in service.operations[operation].errors)


def _exception(shape: Shape) -> str:
    error = shape.traits.get("error") or {}
    status = error.get("httpStatusCode")
    code = error.get("code")
    told = [f"HTTP {status}"] if status else []
    told += [f"code {code}"] if code and code != shape.name else []
    return f"client.exceptions.{shape.name}" + (f" -- {', '.join(told)}" if told else "")


def _listed(service: Service, root: str, side: _Side) -> str:
    shape = service.shapes[root]
    lines = (line for each in shape.members.values() for line in _member(service, each, shape, side, (root,)))
    return "\n".join(lines)


def _member(
    service: Service, member: Member, root: Shape, side: _Side, path: tuple[str, ...], *, named: bool = True
) -> Iterator[str]:
    shape = service.shapes[member.shape]
    kind = special(member, shape, root, side)
    type_name = _SPECIAL.get(kind) or _TYPES.get(shape.type, shape.type)
    name = f"{member.name} " if named else ""
    told = "; ".join(_constraints(member, shape, side))
    required = "[REQUIRED] " if member.required and side == "input" else ""
    yield f"- {name}({type_name}) -- {required}{told}".rstrip()
    if shape.name in path:
        return
    inner = (*path, shape.name)
    for each in shape.members.values():
        yield from _indented(_member(service, each, root, side, inner))
    if shape.element:
        yield from _indented(_member(service, shape.element, root, side, inner, named=False))
    if shape.key and shape.value:
        yield from _indented(_member(service, shape.key, root, side, inner, named=False))
        yield from _indented(_indented(_member(service, shape.value, root, side, inner, named=False)))


def _indented(lines: Iterator[str]) -> Iterator[str]:
    return (f"    {line}" for line in lines)


def _constraints(member: Member, shape: Shape, side: _Side) -> Iterator[str]:
    traits = {**shape.traits, **member.traits}
    if member.required and side == "output":
        yield "required"
    if traits.get("deprecated"):
        message = traits.get("deprecatedMessage")
        yield f"deprecated: {message}" if message else "deprecated"
    if traits.get("idempotencyToken"):
        yield "made up if not provided"
    if traits.get("union"):
        yield "exactly one member" if side == "input" else "one member, or SDK_UNKNOWN_MEMBER"
    yield from _bounds(shape)
    if shape.pattern is not None:
        yield f"pattern {shape.pattern}"
    if shape.enum is not None and member.name == "key":
        yield f"one of {', '.join(shape.enum)}"
    if traits.get("location") in _PLACES:
        yield f"in the {_PLACES[str(traits['location'])]}: {member.wire_name}"
    if traits.get("sensitive"):
        yield "sensitive"


def _bounds(shape: Shape) -> Iterator[str]:
    low, high = (
        None if each is None else f"{each:g}" if each < _EXACT else str(int(each)) for each in (shape.min, shape.max)
    )
    unit = _UNITS.get(shape.type, "")
    if low is None and high is None:
        return
    if low == high:
        yield f"exactly {low}{_counted(unit, low)}"
    elif low is None:
        yield f"at most {high}{_counted(unit, high)}"
    elif high is None:
        yield f"at least {low}{_counted(unit, low)}"
    else:
        yield f"{low} to {high}{_counted(unit, high)}"


#: Up to here six digits show a number exactly.
_EXACT = 1e6


def _counted(unit: str, number: str | None) -> str:
    if not unit or number == "1":
        return f" {unit}" if unit else ""
    return " entries" if unit == "entry" else f" {unit}s"
