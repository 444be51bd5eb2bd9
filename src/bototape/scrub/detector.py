"""What finds one form of identifier: a quick look that tells where it cannot be, and the search itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from bototape.scrub.edits import Edit
from bototape.scrub.names import Place

__all__ = ["Detector", "holds"]


@dataclass(frozen=True, slots=True)
class Detector:
    """
    Finds one form in a text.

    ``may(text, folded)`` is false only where *find* finds nothing, in *text* and in every piece of it; *folded* is
    *text* in lower case. ``find(text, place)`` yields edits, which may overlap.
    """

    may: Callable[[str, str], bool]
    find: Callable[[str, Place], Iterator[Edit]]


def holds(*hints: str) -> Callable[[str, str], bool]:
    """Return what tells whether a text holds one of *hints*, which are in lower case, in any case."""
    if len(hints) == 1:
        hint = hints[0]
        return lambda _, folded: hint in folded

    def may(_: str, folded: str) -> bool:
        for each in hints:  # noqa: SIM110 - a generator costs more than all the hints
            if each in folded:
                return True
        return False

    return may
