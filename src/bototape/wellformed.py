"""
What must hold of the JSON of a service model before it is read, and the place where it does not.

Source of the keys: ``service-2.json`` as shipped in botocore. Keys that are not known may hold anything.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

__all__ = ["refuse_malformed"]

_NAMES = {dict: "an object", float: "a number", list: "a list", str: "text"}

#: What a shape's, a member's and an operation's keys hold, where they are there.
_SHAPE = (
    ("members", dict),
    ("required", list),
    ("enum", list),
    ("min", float),
    ("max", float),
    ("pattern", str),
    ("error", dict),
)
_MEMBER = (("enum", list), ("pattern", str))
_OPERATION = (("http", dict), ("errors", list))

#: Lists of these hold text.
_TEXTS = ("enum", "required")

#: Keys of a shape that need no look, keys of a member that do, and how many keys most members have.
_FREE = {"type", "documentation", "exception", "box"}
_LIMITS = {"enum", "pattern"}
_PLAIN = 2

#: Where more than the type itself will do: integers are limits of floats, botocore's loader gives ordered dicts.
_WIDER: Mapping[type, Any] = {float: int | float, dict: dict}

#: What a list and a map refer to.
_REFERENCES = {"list": ("member",), "map": ("key", "value")}


def refuse_malformed(model: Mapping[str, Any]) -> None:
    """Raise ValueError, naming the place, what is there and what should be, when *model* is not a service model."""
    for key in ("metadata", "operations", "shapes"):
        if not isinstance(model.get(key), dict):
            raise _refusal(f"no object {key!r} at the top")
    for name, raw in model["shapes"].items():
        _shape(name, raw)
    for name, raw in model["operations"].items():
        _operation(name, raw)


def _refusal(reason: str) -> ValueError:
    return ValueError(f"not a service model: {reason}")


def _shape(name: str, raw: Any) -> None:
    # Words are made only for a refusal: a model has thousands of shapes, and they are read at each start.
    if not isinstance(raw, dict) or type(raw.get("type")) is not str:
        raise _untyped(name, raw)
    if not raw.keys() <= _FREE:
        _holds("shape", name, raw, _SHAPE)
    members = raw.get("members")
    if members:
        for key, member in members.items():
            if not isinstance(member, dict) or type(member.get("shape")) is not str:
                raise _refusal(f"shape {name!r}: member {key!r} names no shape")
            if len(member) > _PLAIN and not member.keys().isdisjoint(_LIMITS):
                _holds(f"shape {name!r}: member", key, member, _MEMBER)
    for key in _REFERENCES.get(raw["type"], ()):
        if key not in raw:
            raise _refusal(f"shape {name!r}: a {raw['type']} without {key!r}")
    for key in ("member", "key", "value"):
        if key in raw and not _refers(raw[key]):
            raise _refusal(f"shape {name!r}: {key!r} names no shape")


def _untyped(name: str, raw: Any) -> ValueError:
    if not isinstance(raw, dict):
        return _refusal(f"shape {name!r} is {type(raw).__name__}, not an object")
    return _refusal(f"shape {name!r}: 'type' is {type(raw.get('type')).__name__}, not text")


def _refers(raw: Any) -> bool:
    return isinstance(raw, dict) and type(raw.get("shape")) is str


def _operation(name: str, raw: Any) -> None:
    if not isinstance(raw, dict):
        raise _refusal(f"operation {name!r} is {type(raw).__name__}, not an object")
    _holds("operation", name, raw, _OPERATION)
    for key in ("input", "output"):
        if key in raw and not _refers(raw[key]):
            raise _refusal(f"operation {name!r}: {key!r} names no shape")
    for each in raw.get("errors", ()):
        if not _refers(each):
            raise _refusal(f"operation {name!r}: an error names no shape")


def _holds(what: str, name: str, raw: Mapping[str, Any], kinds: tuple[tuple[str, type], ...]) -> None:
    for key, kind in kinds:
        if key in raw:
            value = raw[key]
            if not (isinstance(value, _WIDER[kind]) if kind in _WIDER else type(value) is kind):
                raise _refusal(f"{what} {name!r}: {key!r} is {type(value).__name__}, not {_NAMES[kind]}")
            if kind is list and key in _TEXTS:
                for each in value:
                    if type(each) is not str:
                        raise _refusal(f"{what} {name!r}: {key!r} holds {type(each).__name__}, not text")
