"""
Bodies in frames: event streams, chunked requests, multipart forms. A value may be cut in two by a frame.

Made apart from the codec, as all of the audit. Sources: Smithy, "Amazon Event Stream Specification"; Amazon S3 API
reference, "Signature calculations: transferring payload in multiple chunks"; RFC 9112, 7.1; RFC 7578.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator
from zlib import crc32

from bototape.audit.values import Tree, bytes_of, text_of

__all__ = ["chunked", "event_stream", "is_event_stream", "joined_events", "multipart"]

_PRELUDE = struct.Struct(">III")
_LEAST = 16
#: Bytes of a header's value by its type; 6 and 7 (bytes, text) give their length.
_FIXED = {0: 0, 1: 0, 2: 1, 3: 2, 4: 4, 5: 8, 8: 8, 9: 16}
_NUMBERS = frozenset({2, 3, 4, 5, 8})


def is_event_stream(data: bytes) -> bool:
    """Tell whether *data* begins with a message: its prelude has a checksum of its own."""
    if len(data) < _LEAST:
        return False
    length, headers, checksum = _PRELUDE.unpack_from(data)
    fits: bool = headers + _LEAST <= length and crc32(data[:8]) == checksum
    return fits


def event_stream(text: str) -> Tree | None:
    """
    Open an event stream given one character a byte: each message's headers by name, and its payload.

    What follows a message that is damaged or cut off is kept as it is.
    """
    return next((list(_messages(each)) for each in bytes_of(text) if is_event_stream(each)), None)


def joined_events(text: str) -> Tree | None:
    """Open the payloads of an event stream as one: a value may begin in one message and end in the next."""
    messages = event_stream(text) or []
    payloads = [dict(each).get("payload", b"") for each in messages]
    return b"".join(payloads) if len(payloads) > 1 else None


def _messages(data: bytes) -> Iterator[Tree]:
    at = 0
    while at < len(data):
        if not is_event_stream(data[at : at + _LEAST]):
            yield (("rest", data[at:]),)
            return
        length, headers, _ = _PRELUDE.unpack_from(data, at)
        start = at + _PRELUDE.size
        yield (*_headers(data[start : start + headers]), ("payload", data[start + headers : at + length - 4]))
        at += length


def _headers(block: bytes) -> Iterator[tuple[str, Tree]]:
    """Yield name and value of each header; what is left of a damaged block has no name."""
    at = 0
    while at < len(block):
        start = at
        name = block[at + 1 : at + 1 + block[at]]
        at += 1 + len(name)
        kind = block[at] if at < len(block) else -1
        size = _FIXED.get(kind, -1)
        at += 1
        if kind in (6, 7):
            size = int.from_bytes(block[at : at + 2])
            at += 2
        value = block[at : at + size]
        if size < 0 or len(value) < size:
            yield "", block[start:]
            return
        yield text_of(name), int.from_bytes(value, signed=True) if kind in _NUMBERS else value
        at += size


_CHUNK = re.compile(rb"([0-9a-fA-F]{1,8})(?:;[^\r\n]{0,1024})?\r\n")
_TRAILER = re.compile(rb"([!-9;-~]{1,256}):[ \t]*([^\r\n]{0,8192})\r\n")


def chunked(text: str) -> Tree | None:
    """Open a body sent in chunks (``aws-chunked`` as well): the chunks as one, and what follows the last by name."""
    return next(filter(None, map(_chunks, bytes_of(text))), None)


def _chunks(data: bytes) -> Tree | None:
    pieces: list[bytes] = []
    at = 0
    while match := _CHUNK.match(data, at):
        size = int(match[1], 16)
        at = match.end() + size
        if not size:
            trailers = [(text_of(each[1]), text_of(each[2])) for each in _TRAILER.finditer(data, at)]
            return (("body", b"".join(pieces)), *trailers) if pieces else None
        if data[at : at + 2] != b"\r\n":
            return None
        pieces.append(data[match.end() : at])
        at += 2
    return None


_PART_NAME = re.compile(r";\s{0,8}name=\"?([^\";\r\n]{1,256})")


def multipart(text: str) -> Tree | None:
    """Open a form in parts: each part's headers, and its value under the name that the part has."""
    boundary, _, rest = text.partition("\n")
    boundary = boundary.rstrip("\r")
    if not 3 <= len(boundary) <= 74 or not boundary.startswith("--"):  # noqa: PLR2004 - RFC 2046, 5.1.1
        return None
    parts = [_part(each) for each in rest.split(f"\n{boundary}") if each.strip("-\r\n")]
    return [each for each in parts if each] or None


def _part(text: str) -> Tree | None:
    mark = "\r\n\r\n" if "\r\n\r\n" in text else "\n\n"
    head, found, value = text.partition(mark)
    name = _PART_NAME.search(head)
    if not found or not name:
        return None
    said = (each.partition(":") for each in head.strip().splitlines())
    return (*((key, line.strip()) for key, _, line in said if line), (name[1], value.removesuffix("\r")))
