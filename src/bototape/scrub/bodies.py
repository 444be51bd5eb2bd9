"""Bodies as text and back: UTF-8, gzip, the ``aws-chunked`` framing of uploads; anything else byte by byte."""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable
from dataclasses import dataclass

from bototape.interaction import Headers, header
from bototape.scrub.integrity import COMPUTED, unframed
from bototape.scrub.layers import unzip, zip_again

__all__ = ["Body", "opened"]


@dataclass(frozen=True, slots=True)
class Body:
    """
    A body as *text*; ``close(changed)`` writes a changed text back in the form the body had.

    *readable* is false for bytes that are no text: there, only known values can be looked for. *signed* says that
    its framing carries signatures, so that it is written anew even when the text stays.
    """

    text: str
    close: Callable[[str], bytes]
    readable: bool = True
    signed: bool = False


def opened(body: bytes, headers: Headers) -> Body:
    """Return *body* as text, through the codings that *headers* name or its first bytes show."""
    if "aws-chunked" in (header(headers, "Content-Encoding") or "").lower():
        frames = unframed(body)
        if frames:
            inner = _plain(frames[0])
            signed = b";chunk-signature=" in body
            return Body(inner.text, lambda text: _framed(inner.close(text), frames[1]), inner.readable, signed)
    return _plain(body)


def _plain(body: bytes) -> Body:
    if body[:2] == b"\x1f\x8b":
        try:
            inner = _text(unzip(body))
        except zlib.error:
            return _text(body)
        return Body(inner.text, lambda text: zip_again(inner.close(text)), inner.readable)
    return _text(body)


def _text(body: bytes) -> Body:
    try:
        return Body(body.decode("utf-8"), lambda text: text.encode("utf-8"))
    except UnicodeDecodeError:
        # Latin-1 gives every byte a character of its own, and pseudonyms are ASCII.
        return Body(body.decode("latin-1"), lambda text: text.encode("latin-1"), readable=False)


def _framed(payload: bytes, trailer: bytes) -> bytes:
    """Return *payload* as one chunk with *trailer* made true; chunk signatures are gone (Signature Version 4)."""
    first = b"%x\r\n%b\r\n" % (len(payload), payload) if payload else b""
    return first + b"0\r\n" + re.sub(rb"(?m)^([a-z0-9-]+):([^\r\n]*)", lambda line: _trailer(line, payload), trailer)


def _trailer(line: re.Match[bytes], payload: bytes) -> bytes:
    compute = COMPUTED.get(line[1].decode())
    return line[1] + b":" + (compute(payload).encode() if compute else b"")
