"""
What differs between two metadata, operations, shapes or members, taken alone.

Every comparison is symmetric: swapped arguments give the mirrored facts (added and removed change places).
Source of the keys: ``service-2.json`` as botocore reads it (``botocore/model.py``).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Literal, NamedTuple

from bototape.shapes import Member, Operation, Shape

__all__ = ["Fact", "of_members", "of_metadata", "of_operations", "of_shapes", "required_members"]


class Fact(NamedTuple):
    """
    One difference. *at* is added to the place of what was compared (``.Member``, or empty).

    *old* and *new* are the values as text, empty where there is none.
    """

    kind: str
    old: str = ""
    new: str = ""
    at: str = ""


#: Types that hold the same values in Python, narrow to wide.
_WIDENED = {("integer", "long"), ("float", "double")}

#: Types whose min and max count characters, bytes or entries, so that no minimum is a minimum of 0.
_SIZED = frozenset({"string", "blob", "list", "map"})

_TOKEN = "idempotencyToken"

#: Traits that are on or off, and the subject of the kinds ``…-added`` and ``…-removed``.
_SWITCHES = {
    "deprecated": "deprecation",
    "sensitive": "sensitivity",
    _TOKEN: "idempotency-token",
    "union": "union",
}

#: Other traits of shapes and members, and the kind their change is.
_SHAPE_TRAITS = {
    **dict.fromkeys(("streaming", "requiresLength", "eventstream", "event", "eventpayload"), "streaming-changed"),
    **dict.fromkeys(
        ("flattened", "xmlAttribute", "xmlNamespace", "xmlOrder", "timestampFormat", "payload", "wrapper"),
        "wire-format-changed",
    ),
    **dict.fromkeys(("contextParam", "queryName"), "endpoint-parameter-changed"),
    **dict.fromkeys(
        ("box", "synthetic", "exception", "fault", "deprecatedMessage", "deprecatedSince"), "annotation-changed"
    ),
    "retryable": "retry-hint-changed",
}

#: Traits of operations and the kind their change is.
_OPERATION_TRAITS = {
    **dict.fromkeys(("idempotent", "readonly"), "retry-hint-changed"),
    **dict.fromkeys(
        ("httpChecksum", "httpChecksumRequired", "requestcompression", "unsignedPayload"), "request-encoding-changed"
    ),
    **dict.fromkeys(("staticContextParams", "operationContextParams"), "endpoint-parameter-changed"),
    **dict.fromkeys(("auth", "documentationUrl", "deprecatedMessage", "deprecatedSince"), "annotation-changed"),
    "authtype": "authtype-changed",
    "endpoint": "host-prefix-changed",
}

#: Metadata and the kind its change is.
_METADATA = {
    **dict.fromkeys(("jsonVersion", "targetPrefix", "xmlNamespace"), "wire-metadata-changed"),
    **dict.fromkeys(("auth", "serviceFullName", "serviceAbbreviation", "uid", "ripServiceName"), "annotation-changed"),
    "protocols": "protocols-changed",
    "signatureVersion": "signature-version-changed",
}


def of_metadata(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Fact]:
    """Compare the ``metadata`` of two models."""
    if old.get("protocol") != new.get("protocol"):
        yield Fact("protocol-changed", _text(old.get("protocol")), _text(new.get("protocol")))
    yield from _traits(old, new, _METADATA, done=("protocol",))


def of_operations(old: Operation, new: Operation) -> Iterator[Fact]:
    """Compare two operations of one name: everything except their input, output and errors."""
    yield from _http(old.http, new.http)
    yield from _switches(old.traits, new.traits)
    yield from _traits(old.traits, new.traits, _OPERATION_TRAITS)


def _http(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Fact]:
    if old.get("method") != new.get("method"):
        yield Fact("http-method-changed", _text(old.get("method")), _text(new.get("method")))
    yield from _uri(_text(old.get("requestUri")), _text(new.get("requestUri")))
    status = _text(old.get("responseCode", 200)), _text(new.get("responseCode", 200))
    if status[0] != status[1]:
        yield Fact("response-status-changed", *status)
    elif old.get("responseCode") != new.get("responseCode"):
        yield Fact("annotation-changed", _pair("responseCode", old), _pair("responseCode", new))


def _uri(old: str, new: str) -> Iterator[Fact]:
    if old == new:
        return
    nameless = re.sub(r"\{[^}+]*", "{", old), re.sub(r"\{[^}+]*", "{", new)
    if nameless[0] == nameless[1]:
        yield Fact("uri-label-renamed", old, new)
    elif nameless[0].rstrip("/") == nameless[1].rstrip("/"):
        yield Fact("uri-slash-changed", old, new)
    else:
        yield Fact("uri-changed", old, new)


def required_members(shape: Shape, action: Literal["added", "removed"]) -> Iterator[Fact]:
    """Yield the required members that an input or output brings when it comes or takes when it goes."""
    for each in shape.members.values():
        if _needed(each):
            yield _existence(each, "required-member", action)


def of_shapes(old: Shape, new: Shape) -> Iterator[Fact]:
    """Compare two shapes that stand at one place; their members are compared by `of_members`."""
    if old.type != new.type:
        yield Fact(_type_kind(old.type, new.type), old.type, new.type)
        return
    if old == new:
        return
    if old.type == "structure":
        yield from _membership(old, new)
    yield from _enum(old.enum, new.enum)
    yield from _bounds(old, new)
    yield from _pattern(old.pattern, new.pattern)
    yield from _switches(old.traits, new.traits)
    yield from _error(old.traits.get("error") or {}, new.traits.get("error") or {})
    yield from _named(old.traits, new.traits)
    yield from _traits(old.traits, new.traits, _SHAPE_TRAITS, done=("error", "location", "locationName"))


def _type_kind(old: str, new: str) -> str:
    if (old, new) in _WIDENED:
        return "number-widened"
    return "number-narrowed" if (new, old) in _WIDENED else "type-changed"


def _membership(old: Shape, new: Shape) -> Iterator[Fact]:
    union = bool(old.traits.get("union") and new.traits.get("union"))
    for mine, theirs, action in ((new, old, "added"), (old, new, "removed")):
        for each in mine.members.values():
            if each.name not in theirs.members:
                subject = "union-member" if union else "required-member" if _needed(each) else "member"
                yield _existence(each, subject, action)
                if each.traits.get(_TOKEN):
                    yield _existence(each, "idempotency-token", action)


def _existence(member: Member, subject: str, action: str) -> Fact:
    texts = ("", member.name) if action == "added" else (member.name, "")
    return Fact(f"{subject}-{action}", *texts, at=f".{member.name}")


def _needed(member: Member) -> bool:
    # botocore fills a token that the caller leaves out, so that requiring it asks nothing of anyone.
    return member.required and not member.traits.get(_TOKEN)


def of_members(old: Member, new: Member) -> Iterator[Fact]:
    """Compare two members of one name; the shapes they name are compared by `of_shapes`."""
    if old.required != new.required:
        if old.traits.get(_TOKEN) and new.traits.get(_TOKEN):
            kind = "annotation-changed"
        else:
            kind = "member-became-required" if new.required else "member-became-optional"
        yield Fact(kind, _necessity(old), _necessity(new))
    if old.traits != new.traits:
        yield from _switches(old.traits, new.traits)
        yield from _named(old.traits, new.traits)
        yield from _traits(old.traits, new.traits, _SHAPE_TRAITS, done=("location", "locationName"))


def _necessity(member: Member) -> str:
    return "required" if member.required else "optional"


def _enum(old: tuple[str, ...] | None, new: tuple[str, ...] | None) -> Iterator[Fact]:
    if old is None or new is None:
        if old != new:
            kind = "enum-introduced" if old is None else "enum-dropped"
            yield Fact(kind, " | ".join(sorted(old or ())), " | ".join(sorted(new or ())))
        return
    before, after = set(old), set(new)
    for value in new:
        if value not in before:
            yield Fact("enum-value-added", new=value)
    for value in old:
        if value not in after:
            yield Fact("enum-value-removed", old=value)


def _bounds(old: Shape, new: Shape) -> Iterator[Fact]:
    if old.min != new.min:
        floor = 0.0 if old.type in _SIZED else float("-inf")
        before, after = (floor if each is None else each for each in (old.min, new.min))
        kind = "respelled" if before == after else "raised" if before < after else "lowered"
        yield Fact(f"minimum-{kind}", _text(old.min), _text(new.min))
    if old.max != new.max:
        before, after = (float("inf") if each is None else each for each in (old.max, new.max))
        yield Fact(f"maximum-{'raised' if before < after else 'lowered'}", _text(old.max), _text(new.max))


def _pattern(old: str | None, new: str | None) -> Iterator[Fact]:
    if old == new:
        return
    if old is None or new is None:
        yield Fact("pattern-introduced" if old is None else "pattern-dropped", old or "", new or "")
    elif _unanchored(old) == _unanchored(new):
        yield Fact("pattern-respelled", old, new)
    else:
        yield Fact("pattern-changed", old, new)


def _unanchored(pattern: str) -> str:
    """Strip the outer anchors, which say nothing: a model's pattern means the full text either way."""
    body = pattern.removeprefix("^")
    escapes = len(body) - len(body.removesuffix("$").rstrip("\\")) - 1
    return body[:-1] if body.endswith("$") and escapes % 2 == 0 else body


def _switches(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Fact]:
    for trait, subject in _SWITCHES.items():
        if bool(old.get(trait)) != bool(new.get(trait)):
            kind = f"{subject}-added" if new.get(trait) else f"{subject}-removed"
            yield Fact(kind, _pair(trait, old) if old.get(trait) else "", _pair(trait, new) if new.get(trait) else "")


def _error(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Fact]:
    if old.get("httpStatusCode") != new.get("httpStatusCode"):
        yield Fact("error-status-changed", _text(old.get("httpStatusCode")), _text(new.get("httpStatusCode")))
    if old.get("code") != new.get("code"):
        yield Fact("error-code-changed", _text(old.get("code")), _text(new.get("code")))
    if old.get("senderFault") != new.get("senderFault"):
        yield Fact("annotation-changed", _pair("senderFault", old), _pair("senderFault", new))


def _named(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Fact]:
    """Compare where a value travels: part of the message, and name in it (a URI label's name is never sent)."""
    if old.get("location") == new.get("location") and old.get("locationName") == new.get("locationName"):
        return
    label = old.get("location") == new.get("location") == "uri"
    yield Fact("uri-label-renamed" if label else "binding-changed", _binding(old), _binding(new))


def _binding(traits: Mapping[str, Any]) -> str:
    return " ".join(str(traits[key]) for key in ("location", "locationName") if key in traits)


def _traits(
    old: Mapping[str, Any], new: Mapping[str, Any], kinds: Mapping[str, str], done: tuple[str, ...] = ()
) -> Iterator[Fact]:
    if old == new:
        return
    for trait in sorted((old.keys() | new.keys()) - _SWITCHES.keys() - set(done)):
        before, after = old.get(trait), new.get(trait)
        if before != after and not (before in (None, False) and after in (None, False)):
            yield Fact(kinds.get(trait, "trait-changed"), _pair(trait, old), _pair(trait, new))


def _pair(trait: str, traits: Mapping[str, Any]) -> str:
    return f"{trait}={_text(traits[trait])}" if trait in traits else ""


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key}={_text(value[key])}" for key in sorted(value)) + "}"
    return ", ".join(map(_text, value)) if isinstance(value, list) else str(value)
