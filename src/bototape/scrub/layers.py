"""
Text inside text: undo one encoding, and put a changed piece back in the encoding it had.

A `Layer` keeps, for every character of the decoded text, where it stands in the text as written, so that a change
of one piece leaves every other character as it was.
"""

from __future__ import annotations

import base64
import json
import re
import sys
import zlib
from bisect import bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from urllib.parse import quote
from xml.sax.saxutils import escape

__all__ = [
    "LARGEST",
    "Layer",
    "as_is",
    "backslashes",
    "base64_bytes",
    "entities",
    "json_string",
    "percents",
    "to_base64",
    "undone",
    "unwrap",
    "unzip",
    "zip_again",
]

_PERCENT = re.compile(r"(?:%[0-9A-Fa-f]{2})+")
_BACKSLASH = re.compile(r'\\(?:["\\/bfnrt]|u[0-9A-Fa-f]{4})')
_WINDOWS = re.compile(r"[A-Z]:\\Users\\(?!\\)", re.IGNORECASE)
_ENTITY = re.compile(r"&(?:amp|lt|gt|quot|apos|#[0-9]{1,7}|#x[0-9A-Fa-f]{1,6});")
_BREAK = re.compile(r"\r?\n[ \t]*")
_NAMED = {"amp": "&", "lt": "<", "gt": ">", "quot": '"', "apos": "'"}

#: What is packed is opened up to this size, in bytes.
LARGEST = 64 << 20

#: What an encoded character is read as: (characters of it as written, the decoded character).
Pieces = Iterator[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Layer:
    """
    A decoded text and its places in the text as written.

    *marks* are the places in *text* where the distance to the written text changes, *offsets* the written places
    of these; ``encode(new, written)`` spells *new* in the style of *written*, the piece that it replaces.
    """

    text: str
    marks: tuple[int, ...]
    offsets: tuple[int, ...]
    encode: Callable[[str, str], str]

    def written(self, place: int) -> int:
        """Return where the character at *place* of the decoded text starts as written."""
        index = bisect_right(self.marks, place) - 1
        return self.offsets[index] + place - self.marks[index]


def _layer(
    text: str, pattern: re.Pattern[str], pieces: Callable[[str], Pieces], encode: Callable[[str, str], str]
) -> Layer | None:
    parts: list[str] = []
    marks, offsets = [0], [0]
    done = length = 0
    for match in pattern.finditer(text):
        parts.append(text[done : match.start()])
        length += match.start() - done
        place = match.start()
        for raw, plain in pieces(match[0]):
            marks.append(length)
            offsets.append(place)
            parts.append(plain)
            length += len(plain)
            place += len(raw)
        marks.append(length)
        offsets.append(place)
        done = match.end()
    parts.append(text[done:])
    decoded = "".join(parts)
    return None if decoded == text else Layer(decoded, tuple(marks), tuple(offsets), encode)


def percents(text: str) -> Layer | None:
    """Return *text* with its percent escapes undone once (RFC 3986 section 2.1), or None if it has none."""
    return _layer(text, _PERCENT, _percent_pieces, _to_percents) if "%" in text else None


def _percent_pieces(run: str) -> Pieces:
    try:
        decoded = bytes.fromhex(run.replace("%", "")).decode("utf-8")
    except UnicodeDecodeError:
        yield run, run
        return
    place = 0
    for each in decoded:
        size = 3 * len(each.encode("utf-8"))
        yield run[place : place + size], each
        place += size


def _to_percents(new: str, written: str) -> str:
    if "%" not in written:
        return new
    spelled = quote(new, safe="")
    lower = not re.search(r"%[0-9]?[A-F]", written) and re.search(r"%[0-9]?[a-f]", written)
    return re.sub(r"%[0-9A-F]{2}", lambda match: match[0].lower(), spelled) if lower else spelled


def backslashes(text: str) -> Layer | None:
    """Return *text* with JSON's escapes undone once, wherever they stand, or None if it has none."""
    return _layer(text, _BACKSLASH, _backslash_pieces, _to_backslashes) if "\\" in text else None


def _backslash_pieces(run: str) -> Pieces:
    yield run, json.loads(f'"{run}"')


def _to_backslashes(new: str, written: str) -> str:
    spelled = json.dumps(new, ensure_ascii=False)[1:-1]
    return spelled.replace("/", "\\/") if "\\/" in written else spelled


def undone(text: str) -> Layer | None:
    """Return *text* without the first encoding of a whole text that it has, or None if it has none."""
    # A path of Windows has backslashes that escape nothing.
    return percents(text) or (None if _WINDOWS.search(text) else backslashes(text)) or entities(text)


def as_is(text: str) -> Layer:
    """Return *text* as a layer of its own, without an encoding."""
    return Layer(text, (0,), (0,), lambda new, _: new)


def json_string(raw: str) -> Layer:
    """Return what *raw*, all between the quotes of a JSON string, says."""
    return backslashes(raw) or Layer(raw, (0,), (0,), _to_backslashes)


def entities(text: str) -> Layer | None:
    """Return *text* with XML's character and predefined entity references undone once, or None if it has none."""
    return _layer(text, _ENTITY, _entity_pieces, lambda new, _: escape(new)) if "&" in text else None


def _entity_pieces(run: str) -> Pieces:
    name = run[1:-1]
    if name[0] != "#":
        yield run, _NAMED[name]
        return
    code = int(f"0{name[1:]}" if name[1] == "x" else name[1:].lstrip("0") or "0", base=0)
    yield run, chr(code) if code <= sys.maxunicode else run


def base64_bytes(run: str) -> bytes | None:
    """Return the bytes that *run* is base64 of, in either alphabet, padded or not, or None."""
    plain = run.rstrip("=").replace("-", "+").replace("_", "/")
    try:
        return base64.b64decode(plain + "=" * (-len(plain) % 4), validate=True)
    except ValueError:  # binascii.Error, or characters beyond ASCII
        return None


def to_base64(data: bytes, like: str) -> str:
    """Return *data* in base64 with the alphabet and padding of *like*."""
    spelled = base64.b64encode(data).decode()
    if "-" in like or "_" in like:
        spelled = spelled.replace("+", "-").replace("/", "_")
    padded = like.endswith("=") or len(like) % 4 == 0
    return spelled if padded else spelled.rstrip("=")


def unwrap(block: str) -> tuple[str, Callable[[str], str]]:
    """Return the lines of *block* as one, and what breaks another text in the same way."""
    first = _BREAK.search(block)
    width, mark = (first.start(), first[0]) if first else (max(len(block), 1), "")

    def wrap(text: str) -> str:
        return mark.join(text[at : at + width] for at in range(0, len(text), width)) if mark else text

    return _BREAK.sub("", block), wrap


def unzip(data: bytes) -> bytes:
    """Return what the gzip member *data* holds, at most 64 MiB. Raises zlib.error for anything else."""
    reader = zlib.decompressobj(31)  # 16: a gzip header and trailer; 15: the largest window
    found = reader.decompress(data, LARGEST)
    if not reader.eof or reader.unused_data:
        raise zlib.error("not one whole gzip member")
    return found


def zip_again(data: bytes) -> bytes:
    """Return *data* as one gzip member without a time (RFC 1952), the same bytes each time."""
    writer = zlib.compressobj(9, zlib.DEFLATED, 31)
    return writer.compress(data) + writer.flush()
