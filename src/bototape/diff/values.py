"""
What differs between the values two shapes or members allow: enums, bounds, patterns.

Every comparison is symmetric: swapped arguments give the mirrored facts.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bototape.diff import traits
from bototape.diff.traits import Fact
from bototape.shapes import Shape

__all__ = ["bounds", "enums", "order", "patterns"]

#: Types whose min and max count characters, bytes or entries, so that no minimum is a minimum of 0.
_SIZED = frozenset({"string", "blob", "list", "map"})


def enums(old: tuple[str, ...] | None, new: tuple[str, ...] | None) -> Iterator[Fact]:
    """Compare two enums, each value by itself; None is no enum."""
    if old == new:
        return
    if old is None or new is None:
        kind = "enum-introduced" if old is None else "enum-dropped"
        yield Fact(kind, " | ".join(sorted({*(old or ())})), " | ".join(sorted({*(new or ())})))
        return
    before, after = dict.fromkeys(old), dict.fromkeys(new)
    for value in after:
        if value not in before:
            yield Fact("enum-value-added", new=value)
    for value in before:
        if value not in after:
            yield Fact("enum-value-removed", old=value)
    yield from order("enum-order-changed", [*before], [*after])


def order(kind: str, old: Sequence[str], new: Sequence[str]) -> Iterator[Fact]:
    """Compare the order of what both have; the fact names the stretch that differs."""
    if old == new:
        return
    common = {*old} & {*new}
    before, after = ([each for each in names if each in common] for names in (old, new))
    if before != after:
        first = next(index for index, (one, other) in enumerate(zip(before, after, strict=True)) if one != other)
        last = next(index for index in range(len(before), 0, -1) if before[index - 1] != after[index - 1])
        yield Fact(kind, ", ".join(before[first:last]), ", ".join(after[first:last]))


def bounds(old: Shape, new: Shape) -> Iterator[Fact]:
    """Compare minimum and maximum of two shapes of one type, or of two numbers."""
    if old.min != new.min:
        floor = 0.0 if old.type in _SIZED else float("-inf")
        before, after = (floor if each is None else each for each in (old.min, new.min))
        kind = "respelled" if before == after else "raised" if before < after else "lowered"
        yield Fact(f"minimum-{kind}", traits.text(old.min), traits.text(new.min))
    if old.max != new.max:
        before, after = (float("inf") if each is None else each for each in (old.max, new.max))
        yield Fact(f"maximum-{'raised' if before < after else 'lowered'}", traits.text(old.max), traits.text(new.max))


def patterns(old: str | None, new: str | None) -> Iterator[Fact]:
    """Compare two patterns, which mean the full text."""
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
