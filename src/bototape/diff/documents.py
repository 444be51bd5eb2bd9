"""
What only the JSON of a model says: documentation, and the traits of references to inputs, outputs and errors.

`bototape.shapes` leaves these out. Every comparison is symmetric.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from bototape.diff import traits
from bototape.diff.traits import Fact
from bototape.shapes import Side

__all__ = ["Json", "of_operations", "of_service", "of_shapes", "references"]

Json = Mapping[str, Any]

_DOCUMENTATION = "documentation"

#: Keys at the top of a model that are compared here: about the client, not about one operation.
_TOP = ("clientContextParams", "deprecated", *traits.DETAILS)


def of_service(old: Json, new: Json) -> Iterator[Fact]:
    """Compare what stands at the top of two models beside metadata, operations and shapes."""
    before, after = ({key: each[key] for key in _TOP if key in each} for each in (old, new))
    yield from traits.switches(before, after)
    yield from traits.others(before, after, {**traits.METADATA, **traits.OPERATION})


def references(old: Json, new: Json) -> Iterator[tuple[Side, str, Fact]]:
    """Yield what differs in how two operations of one name refer to input, output and errors, and the step there."""
    for side in ("input", "output"):
        for fact in _reference(old.get(side), new.get(side)):
            yield side, f".{side}", fact
    before, after = ({each["shape"]: each for each in model.get("errors", ())} for model in (old, new))
    for name in sorted(before.keys() & after.keys()):
        for fact in _reference(before[name], after[name]):
            yield "error", f".error.{name}", fact


def _reference(old: Json | None, new: Json | None) -> Iterator[Fact]:
    if old and new and old != new:
        yield from traits.others(old, new, traits.REFERENCE, done=("shape", _DOCUMENTATION, *traits.DETAILS))


def of_operations(old: Json, new: Json) -> Iterator[Fact]:
    """Compare the documentation of two operations, or of two models."""
    yield from _texts(old, new, "")


def of_shapes(old: Json, new: Json) -> Iterator[Fact]:
    """Compare the documentation of two shapes and of what they have in common below them."""
    if old == new:
        return
    yield from _texts(old, new, "")
    before, after = old.get("members") or {}, new.get("members") or {}
    for name, member in before.items():
        if name in after:
            yield from _texts(member, after[name], f".{name}")
    for key, label in (("member", "[]"), ("key", "{key}"), ("value", "{}")):
        if key in old and key in new:
            yield from _texts(old[key], new[key], label)


def _texts(old: Json, new: Json, at: str) -> Iterator[Fact]:
    before, after = (" ".join(traits.text(each.get(_DOCUMENTATION)).split()) for each in (old, new))
    if before != after:
        yield Fact("documentation-changed", before, after, at)
