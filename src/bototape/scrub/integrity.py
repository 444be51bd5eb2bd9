"""
Lengths and digests of a changed body: computed again, or dropped where that cannot be done.

A digest of the original body beside the scrubbed one lets anyone try all 10^12 accounts, so none may stay.
Sources: RFC 9110 (Content-Length), RFC 1864 (Content-MD5), botocore 1.44.5 ``httpchecksum.py`` and
``parsers.py`` (which headers a client verifies).
"""

from __future__ import annotations

import base64
import hashlib
import re
import zlib
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TypeVar

from bototape.interaction import Headers, Request, Response
from bototape.wire.chunked import CHECKSUMS

__all__ = ["COMPUTED", "Message", "repair", "unframed"]

Message = TypeVar("Message", Request, Response)

_HEX_MD5 = re.compile(r'(W/)?"?([0-9a-fA-F]{32})"?')
_CHUNK = re.compile(rb"([0-9a-fA-F]{1,16})(?:;[^\r\n]{0,256})?\r\n")
_HEX_SHA256 = re.compile(r"[0-9a-fA-F]{64}")


#: A body is read in Python for this algorithm, a byte at a time: above this size, in bytes, the header is dropped.
_SLOW = {"crc32c": 4 << 20, "crc64nvme": 4 << 20}


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _md5(body: bytes) -> bytes:
    return hashlib.md5(body, usedforsecurity=False).digest()


def _checksum(algorithm: str) -> Callable[[bytes], str | None]:
    compute, most = CHECKSUMS[algorithm], _SLOW.get(algorithm)
    return lambda body: None if most and len(body) > most else _base64(compute(body))


#: Header → how its value follows from the body; None where that would take too long.
COMPUTED: Mapping[str, Callable[[bytes], str | None]] = {
    "content-length": lambda body: str(len(body)),
    "content-md5": lambda body: _base64(_md5(body)),
    "x-amz-crc32": lambda body: str(zlib.crc32(body)),
    **{f"x-amz-checksum-{name}": _checksum(name) for name in CHECKSUMS},
}

#: Digests that are not computed here, or that cover more than this body: dropped.
_DROPPED = re.compile(r"x-amz-checksum-.*|x-amz-sha256-tree-hash|x-amz-linear-hash|content-digest|repr-digest|digest")


def repair(message: Message, before: bytes) -> Message:
    """
    Return *message*, whose body was *before*, with every length and digest header true of its present body.

    A header that is absent is not added; without a body of its own (an answer to HEAD) nothing changes.
    """
    if not message.body and not before:
        return message
    headers: list[tuple[str, str]] = []
    for name, value in message.headers:
        fixed = _repaired(name.lower(), value, before, message.body)
        if fixed is not None:
            headers.append((name, fixed))
    found: Headers = tuple(headers)
    return message if found == message.headers else replace(message, headers=found)


def _repaired(name: str, value: str, before: bytes, body: bytes) -> str | None:
    compute = COMPUTED.get(name)
    if compute:
        if name.startswith("x-amz-checksum-") and (before == body or "-" in value):
            return value if before == body else None  # of parts, which nobody knows here
        return compute(body)
    if name == "x-amz-content-sha256":
        return hashlib.sha256(body).hexdigest() if _HEX_SHA256.fullmatch(value) else value
    if name == "x-amz-decoded-content-length":
        frames = unframed(body)
        return str(len(frames[0])) if frames else value
    if name == "etag":
        return _etag(value, before, body)
    if name in _LABELS or not _DROPPED.fullmatch(name) or before == body:
        return value
    return None


def unframed(body: bytes) -> tuple[bytes, bytes] | None:
    """
    Return the payload of an ``aws-chunked`` *body* and what follows its last chunk, or None when it is not one.

    Source: Signature Version 4, "Transferring payload in multiple chunks", and its form with trailing checksums.
    """
    parts: list[bytes] = []
    place = 0
    while True:
        chunk = _CHUNK.match(body, place)
        if not chunk:
            return None
        size = int(chunk[1], 16)
        if size == 0:
            return b"".join(parts), body[chunk.end() :]
        place = chunk.end() + size + 2
        if body[place - 2 : place] != b"\r\n":
            return None
        parts.append(body[chunk.end() : place - 2])


#: Headers that only name an algorithm or a kind.
_LABELS = frozenset({"x-amz-checksum-algorithm", "x-amz-checksum-type", "x-amz-checksum-mode"})


def _etag(value: str, before: bytes, body: bytes) -> str:
    found = _HEX_MD5.fullmatch(value)
    if not found or found[2].lower() != _md5(before).hex():
        return value
    return value.replace(found[2], _md5(body).hex())
