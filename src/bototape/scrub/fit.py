"""Pseudonyms where the model leaves less room: other spellings of one, until the member's own pattern is met."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from bototape.scrub.edits import Edit
from bototape.scrub.kinds import stays
from bototape.scrub.meaning import Meaning
from bototape.scrub.pseudonyms import Pseudonyms

__all__ = ["fitted"]

#: Kinds of which a pseudonym may be spelled in any way that is still known for one.
_FREE = frozenset({"secret", "sensitive"})

#: What a place may be called by: kept, since a pattern may ask for it.
_SCHEME = re.compile(r"[a-z][a-z0-9]{1,7}://")
_SMALL, _CAPITAL, _DIGIT = re.compile(r"[a-z]"), re.compile(r"[A-Z]"), re.compile(r"\d")


def fitted(edit: Edit, text: str, kind: str, meaning: Meaning | None) -> Edit:
    """Return *edit*, which replaces all of *text*, a *kind*, with its pseudonym spelled so that *meaning* allows it."""
    if meaning is None or (meaning.fits is None and not meaning.least and meaning.most is None):
        return edit

    def render(pseudonyms: Pseudonyms) -> str:
        new = edit.render(pseudonyms)
        if new == text or not _is_valid(text, meaning) or _is_valid(new, meaning):
            return new
        spellings = _spellings(new, text, meaning) if kind in _FREE else _cased(new)
        return next((each for each in spellings if _is_valid(each, meaning) and stays(kind, each)), new)

    return replace(edit, render=render)


def _is_valid(text: str, meaning: Meaning) -> bool:
    size = len(text)
    if size < meaning.least or (meaning.most is not None and size > meaning.most):
        return False
    return meaning.fits is None or meaning.fits(text)


def _cased(new: str) -> Iterator[str]:
    yield new.lower()
    yield new.upper()


def _spellings(new: str, text: str, meaning: Meaning) -> Iterator[str]:
    """Yield *new* shorter, longer, in other cases, then the form of *text*: letters and digits that say nothing."""
    for spelled in (new, "SCRUBBED"):
        for size in (len(spelled), len(spelled) // 4 * 4, len(text), meaning.least, meaning.most or 0):
            padded = spelled.ljust(size, "0")[:size] if size >= len("SCRUBBED") else ""
            yield from (padded, padded.lower())
    scheme = _SCHEME.match(text)
    if scheme:
        yield from (f"{scheme[0]}{new.lower()}", f"{scheme[0]}{new.lower()}/")
    start = scheme.end() if scheme else 0
    yield text[:start] + _DIGIT.sub("0", _CAPITAL.sub("E", _SMALL.sub("e", text[start:])))
