"""
Many texts as one string, so that each pattern runs once over all of them.

A clean cassette has tens of thousands of short strings; a call per string and pattern would cost more than the search.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from functools import cached_property
from itertools import accumulate

__all__ = ["EDGE", "Sheet", "after", "before"]

#: Stands between texts; no pattern matches across it.
EDGE = "\0"


class Sheet:
    """*texts*, and *whole*: all of them joined."""

    def __init__(self, texts: Sequence[str]) -> None:
        self.texts = texts
        self.whole = EDGE.join(texts)

    @cached_property
    def _starts(self) -> list[int]:
        return [0, *accumulate(len(each) + 1 for each in self.texts)]

    def position(self, offset: int) -> int:
        """Return which of the texts holds the character at *offset* of the whole."""
        return bisect_right(self._starts, offset) - 1

    def start(self, position: int) -> int:
        """Return where a text starts in the whole."""
        return self._starts[position]


def before(whole: str, at: int, width: int) -> str:
    """Return up to *width* characters before *at*, from the same text."""
    low = max(0, at - width)
    return whole[max(low, whole.rfind(EDGE, low, at) + 1) : at]


def after(whole: str, at: int, width: int) -> str:
    """Return up to *width* characters from *at* on, from the same text."""
    edge = whole.find(EDGE, at, at + width)
    return whole[at : at + width if edge < 0 else edge]
