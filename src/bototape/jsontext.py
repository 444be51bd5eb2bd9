"""JSON as text: find each value's place and re-indent, with every token kept as it was written."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

__all__ = ["Leaf", "is_document", "leaves", "pointer", "reindent", "texts"]

_TOKEN = re.compile(r'[ \t\r\n]*("(?:[^"\\]|\\.)*"|[{}\[\]:,]|[^\s{}\[\]:,"]+)', re.DOTALL)


class Leaf(NamedTuple):
    """
    One scalar or one member name of a JSON text.

    *pointer* is its RFC 6901 pointer (for a name: that of its member), *start*/*end* its span in characters,
    quotes included.
    """

    pointer: str
    start: int
    end: int
    is_name: bool

    def raw(self, text: str) -> str:
        """Return the token as written."""
        return text[self.start : self.end]


def is_document(text: str) -> bool:
    """Tell whether *text* is one JSON object or array that the standard library reads."""
    if text.lstrip(" \t\r\n")[:1] not in ("{", "["):
        return False
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


def leaves(text: str) -> Iterator[Leaf]:
    """
    Yield the member names and scalars of *text* in the order written.

    *text* must be a JSON document (see `is_document`); a deeper nesting than Python's stack is fine.
    """
    path: list[str | int] = []  # a str: the member being read; an int: the index in an array
    expects_name: list[bool] = []
    for match in _TOKEN.finditer(text):
        token = match[1]
        first = token[0]
        if first in "{[":
            path.append("" if first == "{" else 0)
            expects_name.append(first == "{")
        elif first in "}]":
            path.pop()
            expects_name.pop()
        elif first == ",":
            _advance(path, expects_name)
        elif first == ":":
            expects_name[-1] = False
        elif expects_name and expects_name[-1]:
            path[-1] = json.loads(token, strict=False)
            yield Leaf(pointer(path), *match.span(1), is_name=True)
        else:
            yield Leaf(pointer(path), *match.span(1), is_name=False)


def _advance(path: list[str | int], expects_name: list[bool]) -> None:
    here = path[-1]
    if isinstance(here, int):
        path[-1] = here + 1
    else:
        expects_name[-1] = True


def pointer(path: Sequence[str | int]) -> str:
    """Return the RFC 6901 pointer of *path* (member names and indices); empty for the root."""
    return "".join(f"/{str(each).replace('~', '~0').replace('/', '~1')}" for each in path)


def reindent(text: str, indent: int = 2) -> str:
    """
    Return the JSON document *text* with one member or element a line; tokens are kept to the character.

    Empty containers stay on one line. Applying it twice changes nothing.
    """
    out: list[str] = []
    depth = 0
    previous = ""
    for match in _TOKEN.finditer(text):
        token = match[1]
        if token in "}]":
            depth -= 1
            if previous not in ("{", "["):
                out.append("\n" + " " * (indent * depth))
        elif previous in ("{", "[", ","):
            out.append("\n" + " " * (indent * depth))
        out.append(": " if token == ":" else token)
        if token in "{[":
            depth += 1
        previous = token
    return "".join(out)


def texts(value: object) -> Iterator[str]:
    """Yield every text in the JSON value *value*, in order; names of members are none."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for each in value.values():
            yield from texts(each)
    elif isinstance(value, list):
        for each in value:
            yield from texts(each)
