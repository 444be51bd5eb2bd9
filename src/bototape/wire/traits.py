"""
Traits as botocore resolves them: a member's own, else those of its shape.

Source: ``botocore/model.py``, ``ShapeResolver.resolve_shape_ref``: a reference's traits are laid over the shape's.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bototape.shapes import Member, Shape

__all__ = ["in_body", "is_flattened", "names", "trait"]


def trait(member: Member | None, shape: Shape, name: str, default: object = None) -> Any:
    """Return the trait *name* of *member*, or of its *shape*, or *default*."""
    if member is not None and name in member.traits:
        return member.traits[name]
    return shape.traits.get(name, default)


def is_flattened(member: Member | None, shape: Shape) -> bool:
    """Tell whether a list or map is written as repetitions of its own name."""
    return bool(trait(member, shape, "flattened"))


def names(member: Member, shapes: Mapping[str, Shape]) -> tuple[str, ...]:
    """
    Return the names that hold *member* in XML or a query form, the one to write first.

    A flattened list goes by its element's name if that has one (botocore), else by the member's (Smithy).
    """
    shape = shapes[member.shape]
    own = str(trait(member, shape, "locationName", member.name))
    if shape.type == "list" and shape.element and is_flattened(member, shape):
        inner = trait(shape.element, shapes[shape.element.shape], "locationName")
        if inner and inner != own:
            return str(inner), own
    return (own,)


def in_body(shape: Shape, *, rest: bool) -> list[Member]:
    """Return the members in the body; with *rest* not those bound to header, URI or status. Event headers never are."""
    bound = ("location", "eventheader") if rest else ("eventheader",)
    return [each for each in shape.members.values() if not any(name in each.traits for name in bound)]
