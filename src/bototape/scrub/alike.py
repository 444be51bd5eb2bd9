"""
ARNs that differ in their last word only, as lists show them: what was found in one is found in all.

The word is too short, and has too few digits, to be or to end anything that is looked for by form; what is known, and
base64, is looked for in each all the same.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple

from bototape.scrub.arns import has_no_names
from bototape.scrub.edits import Edit
from bototape.scrub.known import Known
from bototape.scrub.layers import base64_bytes
from bototape.scrub.names import Place
from bototape.scrub.packed import opened
from bototape.scrub.runs import runs

__all__ = ["OTHER_WORD", "Alike", "Result", "head_of", "is_text", "is_word", "may_hold_base64"]

#: Nothing that ends in eight letters and digits after a dash, which ids of EC2 and of AWS Organizations do.
_WORD = re.compile(r"(?!.*(?:-[a-z0-9]{8}|A[A-Z0-9]{15}|xox))[A-Za-z_ -]{0,12}\d{0,7}")

#: An account is in it, so that no form reaches from what is before to what is behind it. The word is shorter than any
#: token but Slack's, and no id of EC2 or of AWS Organizations.
_ALIKE = re.compile(
    r"(arn:aws(?:-[a-z]{1,8}){0,3}:([a-z0-9-]{1,63}):[a-z0-9-]{0,40}:\d{12}:([a-z-]{1,40})/)"
    r"(?!r-|ou?-|xox|[a-z_-]*-[0-9a-f]{8})(?=.{1,19}\Z)[a-z_-]*+\d{0,7}"
)

#: Another last word: nothing may be found in it either.
OTHER_WORD = "zyxwvutsrqpo7654321"


def is_word(text: str) -> bool:
    """Tell whether *text* is so short a word that no form of identifier has it; only a place could make it one."""
    return _WORD.fullmatch(text) is not None


def head_of(text: str) -> str:
    """Return all of an ARN but its last word, or nothing where that word may change what is found."""
    found = _ALIKE.fullmatch(text)
    return found[1] if found and has_no_names(found[2], found[3]) else ""


def may_hold_base64(text: str) -> bool:
    """Tell whether something in the one line *text* may be base64 of a text or of what can be opened."""
    for start, end in runs(text):
        data = base64_bytes(text[start:end])
        if data and (opened(data) or is_text(data)):
            return True
    return False


def is_text(data: bytes) -> bool:
    """Tell whether *data* is UTF-8."""
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


class Result(NamedTuple):
    """What a text came to: its edits, and what in it stays."""

    edits: tuple[Edit, ...]
    staying: tuple[tuple[str, str], ...]

    @property
    def told(self) -> object:
        """What two results have in common that are the same, but for the texts."""
        return [(each.start, each.end, each.facts, each.rank) for each in self.edits], self.staying


#: How many ARNs are remembered.
_REMEMBERED = 100_000


class Alike:
    """Remembers what ARNs came to, by all but their last word."""

    def __init__(self) -> None:
        self._results: dict[object, Result | None] = {}

    def result(self, text: str, place: Place, known: Known, find: Callable[[str], Result | None]) -> Result | None:
        """
        Return what *text* at *place* comes to, if it is such an ARN, or None.

        *known* is what may be in it; *find* looks at one that is the first of its like.
        """
        head = head_of(text) if text.startswith("arn:") and (place.meaning is None or not place.meaning.enum) else ""
        if not head or known.may_be_in(text, len(head)) or may_hold_base64(text):
            return None
        key = head, place
        if key not in self._results:
            if len(self._results) > _REMEMBERED:
                self._results.clear()
            one, other = find(text), find(head + OTHER_WORD)
            is_same = one and other and one.told == other.told and all(each.end <= len(head) for each in one.edits)
            self._results[key] = one if is_same else None
        return self._results[key]
