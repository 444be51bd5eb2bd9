"""
What is wrong with an instance, in the model's words: rule, member, shape, expected, found.

One engine error becomes one or more faults; nothing the engine says is passed on as it is, since its sentences
repeat the data, and data may be sensitive.
"""

from __future__ import annotations

import difflib
import json
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from typing import Any, NamedTuple

from bototape.check.places import Path, Place, Places
from bototape.jsontext import pointer
from bototape.schema.values import INTEGERS
from bototape.shapes import Shape

__all__ = ["Fault", "explain", "order"]

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


class Fault(NamedTuple):
    """
    One thing wrong. *pointer* leads to it in the message; *member* is empty for the root.

    *way* is its place in the API (``output.BestCandidate``), *schema* the place in the JSON Schema that forbids it. The
    message is *sentence*, then, if *blames_release*, what the release has to do with it, then *hint*. *value* is what
    an enumeration lacks.
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
    way: str = ""
    schema: str = ""
    value: str = ""


def order(fault: Fault) -> tuple[object, ...]:
    """Return the sort key of *fault*: by place, indices as numbers; then rule and member."""
    steps = tuple((isinstance(each, str), each if isinstance(each, int) else 0, str(each)) for each in fault.path)
    return steps, fault.rule, fault.member


def explain(errors: Iterable[Any], instance: object, places: Places, root: Place) -> Iterator[Fault]:
    """Yield what *errors* (the engine's ``ValidationError``, each) mean for *instance*, which is at *root*."""
    known: dict[Path, Place] = {(): root}
    for each in errors:
        path = tuple(each.instance_path)
        yield from _explained(each, _value(instance, path), places, places.at(known, path))


def _value(instance: Any, path: Path) -> Any:
    # The engine would make a copy of what it speaks of, which may be large.
    for step in path:
        instance = instance[step]
    return instance


@lru_cache(4096)
def _schema(path: Path) -> str:
    return pointer(path)


def _explained(error: Any, value: Any, places: Places, here: Place) -> Iterator[Fault]:
    kind = error.kind
    keyword = kind.name
    schema = _schema(tuple(error.schema_path))
    if keyword == "propertyNames":
        inner = kind.error
        there = places.key(here, inner.instance)
        found = _value_fault(there, inner.kind.name, inner.instance, inner.kind)
        yield found._replace(schema=schema)
    elif keyword == "additionalProperties":
        for name in kind.unexpected:
            yield _unknown_member(here, name, value[name])._replace(schema=f"{schema}{pointer((name,))}")
    elif keyword == "oneOf":
        yield from (each._replace(schema=schema) for each in _arity(here, value))
    elif keyword == "required":
        name = kind.property
        yield _missing(here, name)._replace(schema=f"{schema}{pointer((name,))}")
    else:
        yield _value_fault(here, keyword, value, kind)._replace(schema=schema)


def _fault(here: Place, rule: str, expected: str, found: str, sentence: str = "") -> Fault:
    shape = here.shape.name if here.shape else ""
    text = sentence or f"{here.subject}: expected {expected}, found {found}"
    return Fault(rule, here.path, here.pointer, shape, here.member, expected, found, text, way=here.way)


def _unknown_member(here: Place, name: str, value: object) -> Fault:
    there = here.unknown(name)
    known = tuple(here.shape.members) if here.shape else ()
    return Fault(
        "member-unknown",
        there.path,
        there.pointer,
        there.owner,
        name,
        f"a member of {there.owner}",
        _kind(value),
        f"{name} of {there.owner}",
        blames_release=True,
        hint=_did_you_mean(name, known),
        way=there.way,
    )


def _missing(here: Place, name: str) -> Fault:
    owner = here.shape.name if here.shape else here.owner
    sentence = f"{owner} lacks the required member {name}"
    way = f"{here.way}.{name}"
    return Fault("member-missing", here.path, here.pointer, owner, name, f"member {name}", "none", sentence, way=way)


def _arity(here: Place, instance: object) -> Iterator[Fault]:
    if not isinstance(instance, dict):
        return  # its type is a fault of its own; the choice looks at any value
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


def _enum(here: Place, value: object, kind: Any) -> Fault:
    known = tuple(map(str, kind.options))
    expected = f"one of {_shorten(', '.join(known))}"
    found = _shown(here, value)
    near = "" if here.sensitive else _did_you_mean(str(value), known)
    fault = _fault(here, "enum-value-unknown", expected, found, f"{here.subject}: {found}")
    return fault._replace(blames_release=True, hint=near, value=str(value))


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
        form = str(here.form or shape.traits.get("timestampFormat", "")).lower()
        is_http = form == "rfc822" or (not form and here.part.startswith("header"))
        return "seconds since 1970 or an HTTP date" if is_http else "seconds since 1970 or an ISO 8601 time"
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


@lru_cache(1024)
def _did_you_mean(name: str, known: tuple[str, ...]) -> str:
    near = difflib.get_close_matches(name, known, 1, 0.8)
    return f"; did you mean {near[0]}?" if near else ""
