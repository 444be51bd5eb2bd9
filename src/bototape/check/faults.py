"""
What is wrong with an instance, in the model's words: rule, member, shape, expected, found.

One engine error becomes one or more faults; nothing the engine says is passed on as it is, since its sentences
repeat the data, and data may be sensitive.
"""

from __future__ import annotations

import difflib
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from bototape.jsontext import pointer
from bototape.schema.values import INTEGERS
from bototape.shapes import Member, Service, Shape

__all__ = ["Fault", "Path", "Place", "explain", "order", "place"]

#: Member names and indices from the root of an instance.
Path = tuple[str | int, ...]

#: Characters of a value, or of a list of choices, that are shown.
_SHOWN = 120

_Judge = Callable[["Place", Any, Any], "Fault"]

_HIDDEN = "(sensitive, not shown)"

_EXPECTED = {
    "structure": "an object",
    "map": "an object",
    "list": "an array",
    "string": "a string",
    "character": "a string of one character",
    "boolean": "a boolean",
    "integer": "a 32-bit integer",
    "long": "a 64-bit integer",
    "float": 'a number, "NaN", "Infinity" or "-Infinity"',
    "double": 'a number, "NaN", "Infinity" or "-Infinity"',
    "blob": "base64",
}


@dataclass(frozen=True, slots=True)
class Fault:
    """
    One thing wrong. *pointer* leads to it in the body; *member* is empty for the root.

    The message is *sentence*, then, if *blames_release*, what the release has to do with it, then *hint*.
    """

    rule: str
    path: Path = ()
    pointer: str = ""
    shape: str = ""
    member: str = ""
    expected: str = ""
    found: str = ""
    sentence: str = ""
    blames_release: bool = False
    hint: str = ""


def order(fault: Fault) -> tuple[object, ...]:
    """Return the sort key of *fault*: by place, indices as numbers; then rule and member."""
    steps = tuple((isinstance(each, str), each if isinstance(each, int) else 0, str(each)) for each in fault.path)
    return steps, fault.rule, fault.member


@dataclass(frozen=True, slots=True)
class Place:
    """Where a path leads: the *shape* there, the structure that owns it, the member of that, names on the wire."""

    path: Path
    wire: Path
    shape: Shape | None
    owner: str
    member: str
    sensitive: bool

    @property
    def subject(self) -> str:
        """``AutoMLCandidate.CandidateName``, or the name of the root's shape."""
        return f"{self.owner}.{self.member}" if self.member else self.owner


def place(service: Service, root: Shape | None, path: Sequence[str | int]) -> Place:
    """Return where *path* leads from *root*; below what the model does not know, the shape is None."""
    here = Place((), (), root, root.name if root else "", "", root is not None and _is_sensitive(root))
    for step in path:
        here = _step(service, here, step)
    return here


def _step(service: Service, here: Place, step: str | int) -> Place:
    shape = here.shape
    found: Member | None = None
    owner, member, wire = here.owner, here.member, step
    if shape and shape.type == "structure" and isinstance(step, str):
        found = shape.members.get(step)
        owner, member, wire = shape.name, step, found.wire_name if found else step
    elif shape:
        found = shape.element if isinstance(step, int) else shape.value
    inner = service.shapes[found.shape] if found else None
    sensitive = here.sensitive or (inner is not None and _is_sensitive(inner))
    return Place((*here.path, step), (*here.wire, wire), inner, owner, member, sensitive)


def _is_sensitive(shape: Shape) -> bool:
    return bool(shape.traits.get("sensitive"))


def explain(error: Any, service: Service, root: Shape | None) -> Iterator[Fault]:
    """Yield what the engine's *error* (a jsonschema-rs ``ValidationError``) means for the instance of shape *root*."""
    here = place(service, root, error.instance_path)
    keyword = error.kind.name
    if keyword == "propertyNames":
        yield _key_fault(service, here, error.kind.error)
    elif keyword == "additionalProperties":
        for name in error.kind.unexpected:
            yield _unknown_member(here, name, error.instance[name])
    elif keyword == "oneOf":
        yield from _arity(here, error.instance)
    elif keyword == "required":
        yield _missing(here, error.kind.property)
    else:
        yield _value_fault(here, keyword, error.instance, error.kind)


def _key_fault(service: Service, here: Place, inner: Any) -> Fault:
    key = inner.instance
    member = here.shape.key if here.shape else None
    shape = service.shapes[member.shape] if member else None
    there = Place((*here.path, key), (*here.wire, key), shape, here.owner, here.member, here.sensitive)
    return _value_fault(there, inner.kind.name, key, inner.kind)


def _fault(here: Place, rule: str, expected: str, found: str, sentence: str = "") -> Fault:
    shape = here.shape.name if here.shape else ""
    text = sentence or f"{here.subject}: expected {expected}, found {found}"
    return Fault(rule, here.path, pointer(here.wire), shape, here.member, expected, found, text)


def _unknown_member(here: Place, name: str, value: object) -> Fault:
    owner = here.shape.name if here.shape else here.owner
    known = list(here.shape.members) if here.shape else []
    there = Place((*here.path, name), (*here.wire, name), None, owner, name, sensitive=True)
    return Fault(
        "member-unknown",
        there.path,
        pointer(there.wire),
        owner,
        name,
        f"a member of {owner}",
        _kind(value),
        f"{name} of {owner}",
        blames_release=True,
        hint=_did_you_mean(name, known),
    )


def _missing(here: Place, name: str) -> Fault:
    owner = here.shape.name if here.shape else here.owner
    sentence = f"{owner} lacks the required member {name}"
    return Fault("member-missing", here.path, pointer(here.wire), owner, name, f"member {name}", "none", sentence)


def _arity(here: Place, instance: dict[str, object]) -> Iterator[Fault]:
    names = [each for each in instance if each != "__type"]
    if len(names) != 1:  # one that is unknown is a fault of its own, not of the number
        found = _shorten(", ".join(names)) or "none"
        yield _fault(here, "union-arity", "exactly one member", found)


def _value_fault(here: Place, keyword: str, value: object, kind: Any) -> Fault:
    judge: _Judge = _JUDGES.get(keyword, _other)
    return judge(here, value, kind)


def _type(here: Place, value: object, _: object) -> Fault:
    if value is None and here.path and isinstance(here.path[-1], str):
        sentence = f"{here.subject} is null: a member without a value is left out"
        return _fault(here, "member-null", _expected(here), "null", sentence)
    return _fault(here, "type-mismatch", _expected(here), _shown(here, value))


def _pattern(here: Place, value: object, kind: Any) -> Fault:
    if not hasattr(kind, "pattern"):
        sentence = f"{here.subject}: its pattern takes too long on this value"
        return _fault(here, "not-checked", "an answer within the engine's limit", "none", sentence)
    rules = {"timestamp": "timestamp-invalid", "blob": "blob-invalid", "float": "type-mismatch"}
    rule = rules.get(here.shape.type.replace("double", "float") if here.shape else "")
    if rule:
        return _fault(here, rule, _expected(here), _shown(here, value))
    wanted = here.shape.pattern if here.shape else None
    return _fault(here, "pattern-mismatch", f"a match of {_shorten(wanted or kind.pattern)}", _shown(here, value))


def _enum(here: Place, value: object, _: object) -> Fault:
    known = here.shape.enum if here.shape else None
    expected = f"one of {_shorten(', '.join(known or ()))}"
    found = _shown(here, value)
    near = "" if here.sensitive else _did_you_mean(str(value), list(known or ()))
    fault = _fault(here, "enum-value-unknown", expected, found, f"{here.subject}: {found}")
    return replace(fault, blames_release=True, hint=near)


def _length(here: Place, value: Any, _: object) -> Fault:
    shape = here.shape
    unit = {"list": "elements", "map": "entries", "blob": "bytes"}.get(shape.type if shape else "", "characters")
    size = len(value) if unit != "bytes" else len(value.rstrip("=")) * 3 // 4
    return _fault(here, "length-out-of-range", f"{_range(shape)} {unit}", str(size))


def _amount(here: Place, value: Any, kind: Any) -> Fault:
    shape = here.shape
    if shape and shape.type == "timestamp":
        hint = " (milliseconds?)" if abs(value) > 1e11 else ""  # noqa: PLR2004 - the year 5138
        return _fault(here, "timestamp-invalid", _expected(here), f"{_shown(here, value)}{hint}")
    if shape and kind.limit in INTEGERS.get(shape.type, ()):
        return _fault(here, "type-mismatch", _expected(here), _shown(here, value))
    return _fault(here, "value-out-of-range", _range(shape), _shown(here, value))


def _other(here: Place, value: object, kind: Any) -> Fault:
    return _fault(here, "type-mismatch", f"a value that passes {kind.name}", _shown(here, value))


_JUDGES: dict[str, _Judge] = {
    "type": _type,
    "anyOf": _type,
    "pattern": _pattern,
    "enum": _enum,
    "minLength": _length,
    "maxLength": _length,
    "minItems": _length,
    "maxItems": _length,
    "minProperties": _length,
    "maxProperties": _length,
    "minimum": _amount,
    "maximum": _amount,
}


def _expected(here: Place) -> str:
    shape = here.shape
    if shape and shape.type == "timestamp":
        form = shape.traits.get("timestampFormat", "unixTimestamp")
        return "seconds since 1970 or an ISO 8601 time" if form != "rfc822" else "seconds since 1970 or an HTTP date"
    return _EXPECTED.get(shape.type, shape.type) if shape else "nothing"


def _range(shape: Shape | None) -> str:
    low, high = (shape.min, shape.max) if shape else (None, None)
    if low is not None and high is not None:
        return f"{low:g} to {high:g}" if low != high else f"{low:g}"
    return f"at least {low:g}" if low is not None else f"at most {high:g}" if high is not None else "another number of"


def _kind(value: object) -> str:
    kinds = {dict: "object", list: "array", str: "string", bool: "boolean", type(None): "null"}
    return kinds.get(type(value), "number")


def _shown(here: Place, value: object) -> str:
    kind = _kind(value)
    if kind in ("object", "array", "null"):
        return kind
    return _HIDDEN if here.sensitive else f"{kind} {_shorten(json.dumps(value, ensure_ascii=False))}"


def _shorten(text: str) -> str:
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 1]}…"


def _did_you_mean(name: str, known: Sequence[str]) -> str:
    near = difflib.get_close_matches(name, known, 1, 0.8)
    return f"; did you mean {near[0]}?" if near else ""
