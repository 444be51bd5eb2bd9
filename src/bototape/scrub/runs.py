"""Where in a text base64 may stand, and other bytes in its place."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from bototape.scrub.edits import Change
from bototape.scrub.layers import to_base64
from bototape.scrub.pseudonyms import Pseudonyms

__all__ = ["in_base64", "runs"]

_RUN = re.compile(r"(?<![A-Za-z0-9+/_-])([A-Za-z0-9+/_-]{20,}+={0,2})")


_WRAPPED = re.compile(r"(?<![A-Za-z0-9+/_=-])[A-Za-z0-9+/]{40,}+(?:\r?\n[ \t]*+[A-Za-z0-9+/]{4,}+)++={0,2}")


def runs(text: str) -> Iterator[tuple[int, int]]:
    """Yield where something may be base64: in one line, or in lines of one length."""
    for match in _RUN.finditer(text):
        yield match.span(1)
    if "\n" in text:
        for match in _WRAPPED.finditer(text):
            yield match.span()


def in_base64(change: Change, run: str, wrap: Callable[[str], str] = str) -> Callable[[Pseudonyms], str]:
    """Return what renders *change* in base64 like *run*, its lines broken by *wrap*."""

    def render(pseudonyms: Pseudonyms) -> str:
        new = change.made(pseudonyms)
        return wrap(run if new is None else to_base64(new, run))

    return render
