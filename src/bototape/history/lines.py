"""A history folded for readers: what came together with the thing it is in shares its line."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from bototape.history.points import Point, parent
from bototape.history.trace import Appearance
from bototape.releases import Release

__all__ = ["Line", "folded", "unfolded"]


@dataclass(frozen=True, slots=True)
class Line:
    """
    Something that came with one release: *place*, or *values* of the enumeration there.

    *members* and *inner* count what came with it and is in it: operations, members and errors; values.
    """

    place: str
    values: tuple[str, ...]
    release: Release
    after: str
    exact: bool
    members: int = 0
    inner: int = 0


def folded(appearances: Iterable[Appearance]) -> list[Line]:
    """Return a line for each point that did not come with what it is in, values of one enumeration together."""
    known = {each.point: each for each in appearances}
    tops: dict[tuple[str, bool, str], list[Appearance]] = {}
    within: dict[str, list[Point]] = {}
    for each in known.values():
        top = _top(each, known)
        if top is not each:
            within.setdefault(top.point.place, []).append(each.point)
        tops.setdefault((top.point.place, bool(top.point.value), top.release.version), []).extend(
            [each] * (top is each)
        )
    return [_line(same, within.get(same[0].point.place, [])) for same in tops.values()]


def unfolded(appearances: Iterable[Appearance]) -> list[Line]:
    """Return a line for each operation, member and error, and for the values of one enumeration that came together."""
    lines: dict[tuple[str, bool, str], list[Appearance]] = {}
    for each in appearances:
        lines.setdefault((each.point.place, bool(each.point.value), each.release.version), []).append(each)
    return [_line(same, []) for same in lines.values()]


def _top(appearance: Appearance, known: dict[Point, Appearance]) -> Appearance:
    """Return the outermost point around *appearance* that everything between came with."""
    above = parent(appearance.point)
    while above is not None and above not in known:
        above = parent(above)
    outer = known[above] if above is not None else None
    if outer is None or outer.release.version != appearance.release.version:
        return appearance
    return _top(outer, known)


def _line(same: list[Appearance], within: list[Point]) -> Line:
    first = same[0]
    values = tuple(each.point.value for each in same if each.point.value)
    inner = [] if values else within
    members = sum(not each.value for each in inner)
    return Line(
        first.point.place, values, first.release, first.after, first.exact, members=members, inner=len(inner) - members
    )
