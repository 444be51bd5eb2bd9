"""
What differs between two metadata, operations, shapes or members, taken alone.

Every comparison is symmetric: swapped arguments give the mirrored facts (added and removed change places).
Source of the keys: ``service-2.json`` as botocore reads it (``botocore/model.py``).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Literal

from bototape.diff import auth, renames, traits, values
from bototape.diff.traits import Fact
from bototape.shapes import Member, Operation, Shape

__all__ = ["of_members", "of_metadata", "of_operations", "of_shapes", "required_members"]


#: Types that hold the same values in Python, narrow to wide.
_WIDENED = {("integer", "long"), ("float", "double")}


def of_metadata(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Fact]:
    """Compare the ``metadata`` of two models."""
    if old.get("protocol") != new.get("protocol"):
        yield Fact("protocol-changed", traits.text(old.get("protocol")), traits.text(new.get("protocol")))
    yield from auth.of_service(old, new)
    yield from traits.others(old, new, traits.METADATA, done=("protocol", "auth"))


def of_operations(
    old: Operation, new: Operation, metadata: tuple[Mapping[str, Any], Mapping[str, Any]]
) -> Iterator[Fact]:
    """Compare two operations of one name, *metadata* that of both services: all but their input, output and errors."""
    yield from _http(old.http, new.http)
    yield from traits.switches(old.traits, new.traits)
    yield from auth.of_operation(old.traits, new.traits, metadata)
    yield from traits.others(old.traits, new.traits, traits.OPERATION, done=("auth",))


def _http(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Fact]:
    if old == new:
        return
    if old.get("method") != new.get("method"):
        yield Fact("http-method-changed", traits.text(old.get("method")), traits.text(new.get("method")))
    yield from _uri(traits.text(old.get("requestUri")), traits.text(new.get("requestUri")))
    status = traits.text(old.get("responseCode", 200)), traits.text(new.get("responseCode", 200))
    if status[0] != status[1]:
        yield Fact("response-status-changed", *status)
    elif old.get("responseCode") != new.get("responseCode"):
        yield Fact("response-status-respelled", traits.pair("responseCode", old), traits.pair("responseCode", new))
    yield from traits.others(old, new, {}, done=("method", "requestUri", "responseCode"))


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
        kind = _type_kind(old.type, new.type)
        yield Fact(kind, old.type, new.type)
        if kind == "type-changed":
            return
    elif old.name != new.name:
        yield Fact("shape-renamed", old.name, new.name)
    if old.type == "structure":
        yield from _membership(old, new)
    yield from values.enums(old.enum, new.enum)
    yield from values.bounds(old, new)
    yield from values.patterns(old.pattern, new.pattern)
    if old.traits != new.traits:
        yield from traits.switches(old.traits, new.traits)
        yield from _error(old, new)
        yield from traits.bindings(old.traits, new.traits)
        yield from traits.others(old.traits, new.traits, traits.SHAPE, done=("error", "location", "locationName"))


def _type_kind(old: str, new: str) -> str:
    if (old, new) in _WIDENED:
        return "number-widened"
    return "number-narrowed" if (new, old) in _WIDENED else "type-changed"


def _membership(old: Shape, new: Shape) -> Iterator[Fact]:
    if old.members.keys() != new.members.keys():
        renamed = renames.members(old, new)
        for before, after in renamed.items():
            yield Fact("member-renamed", before, after, at=f".{before}")
        union = bool(old.traits.get("union") and new.traits.get("union"))
        told = {*renamed, *renamed.values()}
        for mine, theirs, action in ((new, old, "added"), (old, new, "removed")):
            for each in mine.members.values():
                if each.name not in theirs.members and each.name not in told:
                    subject = "union-member" if union else "required-member" if _needed(each) else "member"
                    yield _existence(each, subject, action)
                    if each.traits.get(traits.TOKEN):
                        yield _existence(each, "idempotency-token", action)
    yield from values.order("member-order-changed", [*old.members], [*new.members])


def _existence(member: Member, subject: str, action: str) -> Fact:
    texts = ("", member.name) if action == "added" else (member.name, "")
    return Fact(f"{subject}-{action}", *texts, at=f".{member.name}", note=_note(member, action))


def _note(member: Member, action: str) -> str:
    if action == "added" or not member.traits.get("deprecated"):
        return ""
    return f"was deprecated {traits.deprecation(member.traits)}".rstrip()


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
        yield from values.enums(_values(old), _values(new))
        yield from values.patterns(old.traits.get("pattern"), new.traits.get("pattern"))
        yield from traits.bindings(old.traits, new.traits)
        yield from traits.others(
            old.traits, new.traits, traits.SHAPE, done=("location", "locationName", "enum", "pattern")
        )


def _values(member: Member) -> tuple[str, ...] | None:
    return tuple(member.traits["enum"]) if "enum" in member.traits else None


def _necessity(member: Member) -> str:
    return "required" if member.required else "optional"


def _error(old: Shape, new: Shape) -> Iterator[Fact]:
    before, after = old.traits.get("error") or {}, new.traits.get("error") or {}
    if before == after:
        return
    statuses = before.get("httpStatusCode"), after.get("httpStatusCode")
    codes = traits.text(before.get("code", old.name)), traits.text(after.get("code", new.name))
    quiet = (before.keys() | after.keys()) - {"httpStatusCode", "code"}
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
            kind = "sender-fault-changed" if trait == "senderFault" else "annotation-changed"
            yield Fact(kind, traits.pair(trait, before), traits.pair(trait, after))
