"""What a layer opens into, and bytes as text and back."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

__all__ = ["CAP", "Flat", "Opaque", "Tree", "bytes_of", "encoding_of", "text_of"]

#: text | bytes | number | None | list of trees | tuple of (name, tree) pairs | dict of trees.
Tree = Any

#: Most bytes that one compressed layer may grow to.
CAP = 16 * 1024 * 1024


class Flat(tuple[tuple[str, Tree], ...]):
    """Pairs of a name and a value out of many objects: no pair tells anything of another."""

    __slots__ = ()


class Opaque(NamedTuple):
    """A layer that is there and could not be opened, and why."""

    reason: str


_SAMPLE = 4096


def encoding_of(data: bytes) -> str:
    """Return the encoding that text in *data* has: UTF-8, or the two bytes a character of PowerShell's commands."""
    sample = data[:_SAMPLE]
    if 0 in sample:
        for high, encoding in ((1, "utf-16-le"), (0, "utf-16-be")):
            zeros, others = sample[high::2], sample[1 - high :: 2]
            if len(zeros) > 8 and zeros.count(0) * 4 > len(zeros) * 3 and 0 not in others:  # noqa: PLR2004 - less could be numbers
                return encoding
    return "utf-8"


def text_of(data: bytes) -> str:
    """Return bytes as text: UTF-8 or UTF-16 if they are that, else one character a byte."""
    try:
        return data.decode(encoding_of(data))
    except UnicodeDecodeError:
        return data.decode("latin-1")


def bytes_of(text: str) -> Iterator[bytes]:
    """Yield the bytes that *text* can stand for, one character a byte first; nothing for lone surrogates."""
    encodings = ("latin-1",) if text.isascii() else ("latin-1", "utf-8")
    for encoding in encodings:
        try:
            yield text.encode(encoding)
        except UnicodeEncodeError:
            continue
