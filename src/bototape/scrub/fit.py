"""Pseudonyms where the model leaves less room: other spellings of one, until the member's own pattern is met."""

from __future__ import annotations

import base64
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
_DIGITS = re.compile(r"\D")


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
    for dash in ("-", "_", ""):
        spelled = new.replace("-", dash)
        yield from (spelled, spelled.lower(), spelled.upper())


def _spellings(new: str, text: str, meaning: Meaning) -> Iterator[str]:
    """
    Yield *new* shorter, longer, in other cases and under a scheme; then what says nothing.

    That is the form of *text* with other letters and digits, a number, and JSON in base64.
    """
    for spelled in (new, "SCRUBBED"):
        for size in (len(spelled), len(spelled) // 4 * 4, len(text), meaning.least, meaning.most or 0):
            padded = spelled.ljust(size, "0")[:size] if size >= len("SCRUBBED") else ""
            yield from (padded, padded.lower())
    scheme = _SCHEME.match(text)
    if scheme:
        yield from (f"{scheme[0]}{new.lower()}", f"{scheme[0]}{new.lower()}/")
    start = scheme.end() if scheme else 0
    yield text[:start] + "".join(map(_blank, text[start:]))
    digits = f"1000{int(_DIGITS.sub('', new) or 0):06}"
    yield from ("0", digits, f"+{digits}", base64.b64encode(f'{{"SCRUBBED":"{new}"}}'.encode()).decode())


def _blank(character: str) -> str:
    if character.isdigit():
        return "0"
    if character.isalpha():
        return "E" if character.isupper() else "e"
    return character
