"""Find the release in which something first appeared, by bisection: a few probes for many questions at once."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import TypeVar

__all__ = ["first_seen"]

_T = TypeVar("_T")
_R = TypeVar("_R")


def first_seen(
    wanted: Collection[_T], releases: Sequence[_R], present: Callable[[_R, Collection[_T]], Collection[_T]]
) -> dict[_T, int]:
    """
    Return, for each of *wanted*, the place in *releases* (oldest first) of the one that it appeared in.

    *present* tells which of some things a release has. It is asked once at most for each release, the last one first,
    and ``ceil(log2(len(releases)))`` times more for each thing at most; things that appeared together share the
    questions. What the last release lacks is left out. Of something that came, went and came again, one of its
    appearances is found.
    """
    found: dict[_T, int] = {}
    if not releases:
        return found
    last = len(releases) - 1
    todo = [(-1, last, present(releases[last], wanted))]
    while todo:
        absent, there, things = todo.pop()
        if not things:
            continue
        if there - absent == 1:
            found |= dict.fromkeys(things, there)
            continue
        middle = (absent + there) // 2
        had = {*present(releases[middle], things)}
        todo.append((middle, there, [each for each in things if each not in had]))
        todo.append((absent, middle, [each for each in things if each in had]))
    return {each: found[each] for each in wanted if each in found}
