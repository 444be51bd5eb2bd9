"""
Content codings: what stands between the bytes of a body and the bytes its protocol speaks of.

Sources: RFC 9110, section 8.4 (Content-Encoding); Amazon S3 API reference, "Signature calculations: transferring
payload in multiple chunks" (``aws-chunked``); Smithy, "requestCompression trait" (``gzip``).
"""

from __future__ import annotations

import gzip
import zlib
from dataclasses import replace
from typing import TypeVar

from bototape.interaction import Headers, Request, Response, drop_headers, header, set_header
from bototape.wire import chunked
from bototape.wire.instance import Reading

__all__ = ["redone", "undone"]

#: How many bytes a compressed body may grow to.
_INFLATED = 256 * 2**20

_CHUNKED = "aws-chunked"
_CODING = "Content-Encoding"

_Message = TypeVar("_Message", bound=Request | Response)


def undone(message: _Message, reading: Reading, *, keeps_gzip: bool) -> _Message:
    """
    Return *message* with its codings undone and no longer named in the headers.

    With *keeps_gzip* the body is the caller's data (a blob payload), and its compression part of it. Raises
    WireError for a coding that is not known or a body that is not in it.
    """
    codings = _codings(message.headers)
    if not message.body or not codings:
        return message
    body, left = message.body, codings
    if left[-1] == _CHUNKED:
        body, left = chunked.undo(body, reading), left[:-1]
    if left == ["gzip"] and not keeps_gzip:
        body, left = _inflated(body, reading), []
    if left == codings and keeps_gzip:
        return message
    if left and not keeps_gzip:
        raise reading.fail(f"its content encoding is {left[-1]!r}, expected gzip or none")
    return replace(message, headers=_renamed(message.headers, left), body=body)


def redone(original: _Message, body: bytes, *, keeps_gzip: bool) -> _Message:
    """Return *original* with *body*, whose codings were undone, in the codings that *original* has."""
    codings = _codings(original.headers) if original.body else []
    if "gzip" in codings and not keeps_gzip:
        body = gzip.compress(body, mtime=0)
    if codings and codings[-1] == _CHUNKED:
        body = chunked.redo(original.body, body)
    return replace(original, body=body)


def _codings(headers: Headers) -> list[str]:
    named = (header(headers, _CODING) or "").split(",")
    return [each for each in (one.strip().lower() for one in named) if each not in ("", "identity")]


def _renamed(headers: Headers, codings: list[str]) -> Headers:
    if codings:
        return set_header(headers, _CODING, ",".join(codings))
    return drop_headers(headers, frozenset({_CODING.lower()}))


def _inflated(body: bytes, reading: Reading) -> bytes:
    inflater = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
    try:
        content = inflater.decompress(body, _INFLATED)
    except zlib.error as error:
        raise reading.fail(f"it is not gzip: {error}") from None
    if not inflater.eof:
        raise reading.fail(f"its gzip is cut short, or larger than {_INFLATED} bytes")
    return content
