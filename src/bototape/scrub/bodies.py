"""What a body holds under the ``aws-chunked`` framing of uploads, and the framing around something else."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from bototape.interaction import Headers, header
from bototape.scrub.integrity import COMPUTED, unframed

__all__ = ["Payload", "payload"]


@dataclass(frozen=True, slots=True)
class Payload:
    """
    What a body holds; ``close(data)`` returns other *data* in the framing the body had.

    *is_signed* says that the framing carries signatures, so that it is written anew even when the data stays.
    """

    data: bytes
    close: Callable[[bytes], bytes]
    is_signed: bool = False


def payload(body: bytes, headers: Headers) -> Payload:
    """Return *body* without the framing that *headers* name."""
    if "aws-chunked" in (header(headers, "Content-Encoding") or "").lower():
        frames = unframed(body)
        if frames:
            return Payload(frames[0], lambda data: _framed(data, frames[1]), b";chunk-signature=" in body)
    return Payload(body, lambda data: data)


def _framed(payload: bytes, trailer: bytes) -> bytes:
    """Return *payload* as one chunk with *trailer* made true; chunk signatures are gone (Signature Version 4)."""
    first = b"%x\r\n%b\r\n" % (len(payload), payload) if payload else b""
    return first + b"0\r\n" + re.sub(rb"(?m)^([a-z0-9-]+):([^\r\n]*)", lambda line: _trailer(line, payload), trailer)


def _trailer(line: re.Match[bytes], payload: bytes) -> bytes:
    compute = COMPUTED.get(line[1].decode())
    return line[1] + b":" + ((compute(payload) or "").encode() if compute else b"")
