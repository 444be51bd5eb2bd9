"""Requests and responses of vcrpy as ours, and back."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from bototape.interaction import Headers, Request, Response, drop_headers, header, set_header

__all__ = ["as_read", "request_of", "response_of", "stored_response_of", "vcr_response"]

#: An answer that grows beyond this stays compressed.
_LARGEST = 64 << 20

#: How zlib is told of a coding (RFC 9110 section 8.4.1): 32 finds gzip and zlib by their first bytes.
_WINDOW = {"gzip": 32 + zlib.MAX_WBITS, "x-gzip": 32 + zlib.MAX_WBITS, "deflate": 32 + zlib.MAX_WBITS}

#: Fields that say how a body came over the wire, not what it is.
_FRAMING = frozenset({"content-encoding", "transfer-encoding"})


def request_of(request: Any) -> Request:
    """Return *request*, a ``vcr.request.Request``, as ours."""
    fields = ((str(name), _text(value)) for name, value in request.headers.items())
    return Request(str(request.method), str(request.uri), tuple(fields), _bytes(request.body))


def response_of(found: Mapping[str, Any]) -> Response:
    """Return *found*, a response as vcrpy's stubs make it, as ours: its body as the caller of the library reads it."""
    return as_read(stored_response_of(found))


def stored_response_of(found: Mapping[str, Any]) -> Response:
    """Return *found* as ours, with the content coding that it says it has."""
    status = found["status"]
    headers = tuple(
        (_text(name), _text(value))
        for name, values in found["headers"].items()
        for value in ([values] if isinstance(values, str | bytes) else values)
    )
    body = _bytes(found["body"].get("string") or b"")
    return Response(int(status["code"]), _text(status["message"] or ""), headers, body)


def vcr_response(response: Response) -> dict[str, Any]:
    """Return *response* as vcrpy's stubs take it, a fresh one: they change it."""
    found = as_read(response)
    headers: dict[str, list[str]] = {}
    for name, value in found.headers:
        headers.setdefault(name, []).append(value)
    return {
        "status": {"code": found.status, "message": found.reason},
        "headers": headers,
        "body": {"string": found.body},
    }


def as_read(response: Response) -> Response:
    """
    Return *response* with its content coding undone, and its fields in accord.

    vcrpy's stubs for urllib3 and aiohttp store the decoded body under the field of the coded one and decode nothing on
    replay, those for httpx store the coded body and decode it: only a body without coding is the same for all.
    """
    coding = (header(response.headers, "Content-Encoding") or "").strip().lower()
    if coding not in _WINDOW and coding not in ("", "identity"):
        return response
    body = _decoded(response.body, _WINDOW[coding]) if coding in _WINDOW else response.body
    kept: Headers = drop_headers(response.headers, _FRAMING)
    if len(kept) != len(response.headers):
        kept = set_header(kept, "Content-Length", str(len(body)))
    return replace(response, headers=kept, body=body)


def _decoded(body: bytes, window: int) -> bytes:
    """Return *body* decoded, or as it is when it is no coded one."""
    decoder = zlib.decompressobj(wbits=window)
    try:
        found = decoder.decompress(body, _LARGEST)
    except zlib.error:
        return body
    return found if decoder.eof else body


def _bytes(body: object) -> bytes:
    """Return what a library was given as a body; an object (aiohttp's ``json=``) as JSON."""
    match body:
        case None:
            return b""
        case bytes() | bytearray() | memoryview():
            return bytes(body)
        case str():
            return body.encode()
        case Mapping() | list() | tuple():
            return json.dumps(body, default=str).encode()
    reader: Any = body
    if hasattr(body, "read"):
        return _bytes(reader.read())
    if isinstance(body, Iterable):
        return b"".join(_bytes(each) for each in body)
    return b""


def _text(value: object) -> str:
    if isinstance(value, tuple | list):
        return _text(value[0]) if value else ""
    return value.decode("latin-1") if isinstance(value, bytes) else str(value)
