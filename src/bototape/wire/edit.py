"""
Put other values into a message, each in the spelling of the place it goes to, and leave every other byte alone.

Lengths and checksums inside the body (event-stream frames, aws-chunked framing, a content coding) are made right;
those in headers (Content-Length, digests, signatures) are the caller's.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TypeVar
from urllib.parse import quote, quote_plus

from bototape.errors import WireError
from bototape.interaction import Headers, Request, Response, header
from bototape.wire import cborbody, codings, frames, xmlbody
from bototape.wire.instance import Reading, Spot

__all__ = ["edited"]

_Change = tuple[Spot, object]
_Message = TypeVar("_Message", bound=Request | Response)
_FIELD_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_UNSAFE_IN_HEADERS = re.compile(r"[\r\n\0]")


def edited(message: _Message, changes: Iterable[_Change], *, keeps_gzip: bool) -> _Message:
    """
    Return *message* with the value at each `Spot` replaced by another one of the same type, as the instance has it.

    *keeps_gzip* is as for `codings.undone`. Raises WireError for a value its place cannot hold.
    """
    wanted = list(changes)
    headers = _headers(message.headers, [each for each in wanted if each[0].part == "header"])
    body = _body(message, [each for each in wanted if each[0].part == "body"], keeps_gzip=keeps_gzip)
    if isinstance(message, Request):
        uri = _spliced(message.uri, [each for each in wanted if each[0].part == "uri"])
        return replace(message, uri=uri, headers=headers, body=body)
    statuses = [int(str(value)) for spot, value in wanted if spot.part == "status"]
    return replace(message, status=[message.status, *statuses][-1], headers=headers, body=body)


def _body(message: Request | Response, changes: Sequence[_Change], *, keeps_gzip: bool) -> bytes:
    if not changes:
        return message.body
    reading = Reading("the body to edit", drops_nulls=False)
    content = codings.undone(message, reading, keeps_gzip=keeps_gzip).body
    cuts = []
    for spot, value in changes:
        old = content[spot.start : spot.end]
        cuts.append((spot.start, spot.end, _spelt(spot, old, value)))
    framed = (header(message.headers, "Content-Type") or "").startswith(frames.MEDIA_TYPE)
    splice = frames.splice if framed else _splice
    return codings.redone(message, splice(content, cuts), keeps_gzip=keeps_gzip).body


def _splice(content: bytes, cuts: Iterable[tuple[int, int, bytes]]) -> bytes:
    pieces, at = [], 0
    for start, end, new in sorted(cuts):
        pieces += [content[at:start], new]
        at = end
    return b"".join([*pieces, content[at:]])


def _spliced(text: str, changes: Sequence[_Change]) -> str:
    # One character is one byte in Latin-1, which is what header values and URIs are.
    raw = text.encode("latin-1", "strict") if changes else b""
    if not changes:
        return text
    cuts = [(spot.start, spot.end, _spelt(spot, raw[spot.start : spot.end], value)) for spot, value in changes]
    return _splice(raw, cuts).decode("latin-1")


def _headers(headers: Headers, changes: Sequence[_Change]) -> Headers:
    for each in changes:
        name = each[0].name.lower()
        at = next((at for at, (found, _) in enumerate(headers) if found.lower() == name), None)
        if at is None:
            raise WireError(f"the header {each[0].name}", "it is not in the message")
    names = {spot.name.lower() for spot, _ in changes}
    found, seen = [], set[str]()
    for name, value in headers:
        key = name.lower()
        if key in names and key not in seen:
            seen.add(key)
            mine = [each for each in changes if each[0].name.lower() == key]
            renamed = [each for each in mine if each[0].style == "name"]
            found.append((_spliced(name, renamed), _spliced(value, [each for each in mine if each not in renamed])))
        else:
            found.append((name, value))
    return tuple(found)


def _spelt(spot: Spot, old: bytes, value: object) -> bytes:
    style = "utf-8" if spot.style == "text" and spot.part == "body" else spot.style
    try:
        return _SPELLERS[style](old, value)
    except (ValueError, TypeError) as error:
        raise WireError(f"the {spot.part} at {spot.start}", f"a value cannot stand there: {error}") from None


def _json(old: bytes, value: object) -> bytes:
    text = json.dumps(value, ensure_ascii=old.isascii(), allow_nan=False)
    if b"\\/" in old:
        text = text.replace("/", "\\/")
    return text.encode("utf-8")


def _text(value: object) -> str:
    return json.dumps(value) if isinstance(value, bool | int | float) else str(value)


def _xml(old: bytes, value: object) -> bytes:
    return xmlbody.respell(old, _text(value))


def _attribute(old: bytes, value: object) -> bytes:
    return xmlbody.respell(old, _text(value), "attribute")


def _form(old: bytes, value: object) -> bytes:
    text = _text(value)
    return (quote(text, safe="-_.~") if b"%20" in old else quote_plus(text, safe="-_.~")).encode("ascii")


def _path(old: bytes, value: object) -> bytes:
    return quote(_text(value), safe="-_.~/" if b"/" in old else "-_.~").encode("ascii")


def _query(old: bytes, value: object) -> bytes:
    text = _text(value)
    return (quote_plus(text, safe="-_.~") if b"+" in old else quote(text, safe="-_.~")).encode("ascii")


def _header(old: bytes, value: object) -> bytes:
    del old
    text = _text(value)
    if _UNSAFE_IN_HEADERS.search(text):
        raise ValueError("a line break in a header")
    return text.encode("latin-1")


def _name(old: bytes, value: object) -> bytes:
    del old
    text = _text(value)
    if not _FIELD_NAME.fullmatch(text):
        raise ValueError("no name of a header")
    return text.encode("ascii")


def _plain(old: bytes, value: object) -> bytes:
    del old
    return _text(value).encode("utf-8")


def _base64(old: bytes, value: object) -> bytes:
    del old
    return base64.b64encode(json.dumps(value).encode("utf-8"))


def _raw(old: bytes, value: object) -> bytes:
    del old
    return base64.b64decode(str(value), validate=True)


_SPELLERS: Mapping[str, Callable[[bytes, object], bytes]] = {
    "json": _json,
    "xml": _xml,
    "attribute": _attribute,
    "form": _form,
    "path": _path,
    "query": _query,
    "text": _header,
    "name": _name,
    "utf-8": _plain,
    "base64": _base64,
    "raw": _raw,
    "cbor": cborbody.respell,
    "event": frames.respell,
}
