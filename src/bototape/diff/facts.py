"""
What differs between two metadata, operations, shapes or members, taken alone.

Every comparison is symmetric: swapped arguments give the mirrored facts (added and removed change places).
Source of the keys: ``service-2.json`` as botocore reads it (``botocore/model.py``).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Literal

from bototape.diff import traits
from bototape.diff.traits import Fact
from bototape.shapes import Member, Operation, Shape

__all__ = ["of_members", "of_metadata", "of_operations", "of_shapes", "required_members"]


#: Types that hold the same values in Python, narrow to wide.
_WIDENED = {("integer", "long"), ("float", "double")}

#: Types whose min and max count characters, bytes or entries, so that no minimum is a minimum of 0.
_SIZED = frozenset({"string", "blob", "list", "map"})


def of_metadata(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Fact]:
    """Compare the ``metadata`` of two models."""
    if old.get("protocol") != new.get("protocol"):
        yield Fact("protocol-changed", traits.text(old.get("protocol")), traits.text(new.get("protocol")))
    yield from traits.others(old, new, traits.METADATA, done=("protocol",))


def of_operations(old: Operation, new: Operation) -> Iterator[Fact]:
    """Compare two operations of one name: everything except their input, output and errors."""
    yield from _http(old.http, new.http)
    yield from traits.switches(old.traits, new.traits)
    yield from traits.others(old.traits, new.traits, traits.OPERATION)


def _http(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Fact]:
    if old.get("method") != new.get("method"):
        yield Fact("http-method-changed", traits.text(old.get("method")), traits.text(new.get("method")))
    yield from _uri(traits.text(old.get("requestUri")), traits.text(new.get("requestUri")))
    status = traits.text(old.get("responseCode", 200)), traits.text(new.get("responseCode", 200))
    if status[0] != status[1]:
        yield Fact("response-status-changed", *status)
    elif old.get("responseCode") != new.get("responseCode"):
        yield Fact("annotation-changed", traits.pair("responseCode", old), traits.pair("responseCode", new))


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
    yield from traits.switches(old.traits, new.traits)
    yield from _error(old, new)
    yield from traits.bindings(old.traits, new.traits)
    yield from traits.others(old.traits, new.traits, traits.SHAPE, done=("error", "location", "locationName"))


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
                if each.traits.get(traits.TOKEN):
                    yield _existence(each, "idempotency-token", action)


def _existence(member: Member, subject: str, action: str) -> Fact:
    texts = ("", member.name) if action == "added" else (member.name, "")
    return Fact(f"{subject}-{action}", *texts, at=f".{member.name}")


def _needed(member: Member) -> bool:
    # botocore fills a token that the caller leaves out, so that requiring it asks nothing of anyone.
    return member.required and not member.traits.get(traits.TOKEN)


def of_members(old: Member, new: Member) -> Iterator[Fact]:
    """Compare two members of one name; the shapes they name are compared by `of_shapes`."""
    if old.required != new.required:
        if old.traits.get(traits.TOKEN) and new.traits.get(traits.TOKEN):
            kind = "annotation-changed"
        else:
            kind = "member-became-required" if new.required else "member-became-optional"
        yield Fact(kind, _necessity(old), _necessity(new))
    if old.traits != new.traits:
        yield from traits.switches(old.traits, new.traits)
        yield from _enum(_values(old), _values(new))
        yield from _pattern(old.traits.get("pattern"), new.traits.get("pattern"))
        yield from traits.bindings(old.traits, new.traits)
        yield from traits.others(
            old.traits, new.traits, traits.SHAPE, done=("location", "locationName", "enum", "pattern")
        )


def _values(member: Member) -> tuple[str, ...] | None:
    return tuple(member.traits["enum"]) if "enum" in member.traits else None


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
        yield Fact(f"minimum-{kind}", traits.text(old.min), traits.text(new.min))
    if old.max != new.max:
        before, after = (float("inf") if each is None else each for each in (old.max, new.max))
        yield Fact(f"maximum-{'raised' if before < after else 'lowered'}", traits.text(old.max), traits.text(new.max))


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


def _error(old: Shape, new: Shape) -> Iterator[Fact]:
    before, after = old.traits.get("error") or {}, new.traits.get("error") or {}
    if before == after:
        return
    statuses = before.get("httpStatusCode"), after.get("httpStatusCode")
    codes = before.get("code", old.name), after.get("code", new.name)
    quiet = {"senderFault"}
    if statuses[0] != statuses[1]:
        if None in statuses:
            # A model that leaves the status out does not say that the service answers with another one.
            quiet.add("httpStatusCode")
        else:
            yield Fact("error-status-changed", traits.text(statuses[0]), traits.text(statuses[1]))
    if codes[0] != codes[1]:
        yield Fact("error-code-changed", *codes)
    elif before.get("code") != after.get("code"):
        quiet.add("code")
    for trait in sorted(quiet):
        if before.get(trait) != after.get(trait):
            yield Fact("annotation-changed", traits.pair(trait, before), traits.pair(trait, after))
