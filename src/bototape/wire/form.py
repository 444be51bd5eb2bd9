"""
Forms: ``application/x-www-form-urlencoded`` text to ordered pairs and back, with the span of each name and value.

Source: URL Standard, "application/x-www-form-urlencoded"; a malformed percent escape stands for itself, as there.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple
from urllib.parse import quote_plus, unquote_to_bytes

from bototape.wire.instance import Reading

__all__ = ["Pair", "characters", "of_body", "of_uri", "write"]


_FIELD = re.compile(r"[^&]+")


class Pair(NamedTuple):
    """
    One field. *start* and *end* span its value as written (an empty span after the name if there is no ``=``).

    Spans count bytes of a body, characters of a URI.
    """

    name: str
    value: str
    start: int
    end: int


def of_body(body: bytes, reading: Reading) -> Iterator[Pair]:
    """Yield the fields of *body*. Raises WireError for what is not UTF-8."""
    return _pairs(body.decode("latin-1"), 0, "latin-1", reading)  # one character a byte


def of_uri(uri: str, reading: Reading) -> Iterator[Pair]:
    """Yield the fields of the query string of *uri*. Raises WireError for what is not UTF-8."""
    address = uri.partition("#")[0]
    mark = address.find("?")
    return _pairs(address, mark + 1, "utf-8", reading) if mark >= 0 else iter(())


def _pairs(text: str, start: int, encoding: str, reading: Reading) -> Iterator[Pair]:
    for match in _FIELD.finditer(text, start):
        name, mark, value = match[0].partition("=")
        at = match.start() + len(name) + len(mark)
        try:
            yield Pair(_characters(name, encoding), _characters(value, encoding), at, match.end())
        except UnicodeError as error:
            raise reading.fail(f"a field is not UTF-8: {error}", f"offset {match.start()}") from None


def characters(span: bytes) -> str:
    """Return what *span* of a form, a name or a value, says. Raises UnicodeError for what is not UTF-8."""
    return _characters(span.decode("latin-1"), "latin-1")


def _characters(written: str, encoding: str) -> str:
    if written.isascii() and "%" not in written and "+" not in written:
        return written
    return unquote_to_bytes(written.replace("+", " ").encode(encoding)).decode("utf-8")


def write(pairs: Iterable[tuple[str, str]]) -> bytes:
    """Return *pairs* as a form."""
    fields = (f"{quote_plus(name, safe='-_.~')}={quote_plus(value, safe='-_.~')}" for name, value in pairs)
    return "&".join(fields).encode("ascii")
