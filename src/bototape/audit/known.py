"""Known values of an estate, in the spellings that no decoded layer shows."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple
from urllib.parse import quote

from bototape.audit.examples import is_example_account, is_made_up
from bototape.jsontext import texts

__all__ = ["SHORTEST", "Needle", "estate_values", "find", "needles"]

#: A shorter value would hit status codes, ports and parts of words, so it is not looked for.
SHORTEST = 5
#: Base64 and hex of less would hit by chance.
_SHORTEST_ENCODED = 9
_ACCOUNT = re.compile(r"[0-9]{12}")
_UNIQUE = re.compile(r"A[A-Z]{3}[A-Z0-9]{12,17}:")
_TELLING = re.compile(r"[0-9._@-]")


class Needle(NamedTuple):
    """
    One spelling to look for, in lower case unless *exact*.

    *lone* says that a digit on either side makes it part of a longer number.
    """

    text: str
    exact: bool
    lone: bool


def needles(known: Sequence[str]) -> list[Needle]:
    """
    Return the spellings of *known* values; documented examples and values below five characters have none.

    Percent, JSON and XML escapes are undone before the search, so only spellings that stay are listed: any case,
    dashed and spaced accounts, the number without leading zeros, hexadecimal, and base64 at its three alignments.
    """
    found: dict[Needle, None] = {}
    for value in known:
        if len(value) >= SHORTEST and not is_example_account(value) and not is_made_up(value):
            found.update(dict.fromkeys(_spellings(value)))
    return list(found)


def _spellings(value: str) -> Iterator[Needle]:
    lower = value.lower()
    yield Needle(lower, exact=False, lone=value.isdigit())
    yield Needle(quote(value, safe="").lower(), exact=False, lone=value.isdigit())
    if _ACCOUNT.fullmatch(value):
        for mark in "- ":
            yield Needle(mark.join((value[:4], value[4:8], value[8:])), exact=False, lone=True)
        number = str(int(value))
        if len(number) >= _SHORTEST_ENCODED:
            yield Needle(number, exact=False, lone=True)
    encoded = value.encode("utf-8", "surrogatepass")
    if len(encoded) >= _SHORTEST_ENCODED:
        yield Needle(encoded.hex(), exact=False, lone=False)
        for alignment in range(3):
            core = _base64_core(encoded, alignment)
            yield Needle(core, exact=True, lone=False)
            yield Needle(core.replace("+", "-").replace("/", "_"), exact=True, lone=False)


def _base64_core(value: bytes, alignment: int) -> str:
    """Return the base64 characters that depend on *value* alone, when *alignment* bytes stand before it."""
    text = base64.b64encode(b"\0" * alignment + value).decode()
    return text[-(-8 * alignment // 6) : 8 * (alignment + len(value)) // 6]


_ASCII_LOWER = {upper: upper + 32 for upper in range(ord("A"), ord("Z") + 1)}


def find(whole: str, wanted: Sequence[Needle]) -> Iterator[tuple[int, str]]:
    """Yield place and text of every spelling met in *whole*."""
    if not wanted:
        return
    lower = whole.lower()
    if len(lower) != len(whole):  # a few letters grow in lower case, and places would shift
        lower = whole.translate(_ASCII_LOWER)
    for needle in wanted:
        text = whole if needle.exact else lower
        at = text.find(needle.text)
        while at >= 0:
            end = at + len(needle.text)
            if not (needle.lone and _touches_digit(whole, at, end)):
                yield at, whole[at:end]
            at = text.find(needle.text, end)


def _touches_digit(whole: str, start: int, end: int) -> bool:
    return whole[start - 1 : start].isdigit() or whole[end : end + 1].isdigit()


def estate_values(estate: Mapping[str, object]) -> list[str]:
    """
    Return the values to look for of an estate as a mapping, its composites taken apart.

    An ARN also gives the names in it, a user id (``AROA…:dana``) its two parts; only telling ones, for a word such as
    ``admin`` would be found everywhere. Lists and mappings give each element.
    """
    found: dict[str, None] = {}
    for value in texts(estate):
        found.update(dict.fromkeys((value, *_parts(value))))
    return [each for each in found if each]


#: Paths that IAM itself gives to roles.
_PATHS = frozenset({"service-role", "aws-service-role", "aws-reserved"})


def _parts(value: str) -> list[str]:
    if value.startswith("arn:"):
        parts = value.split(":", 5)[-1].split("/")[1:]
    else:
        parts = value.split(":") if _UNIQUE.match(value) else []
    return [each for each in parts if len(each) >= SHORTEST and _TELLING.search(each) and each not in _PATHS]
