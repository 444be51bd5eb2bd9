"""
HAR files, as browsers, mitmproxy and Playwright export them.

Source: HAR 1.2 (W3C Web Performance, "HTTP Archive (HAR) format"): contents are stored decoded, binary ones as base64.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlencode

from bototape.errors import CassetteUnreadable
from bototape.importers.imported import Imported
from bototape.importers.named import call_of, named
from bototape.interaction import Headers, Interaction, Request, Response, drop_headers, set_header

__all__ = ["read"]

_FIX = "export it again as HAR 1.2"
#: Fields that speak of the connection or of a coding that HAR has undone.
_OF_THE_WIRE = frozenset({"connection", "content-encoding", "keep-alive", "transfer-encoding"})


def read(text: str, where: str) -> Imported:
    """
    Return the calls of AWS in the HAR file *text*, in the order of its entries.

    Requests to others, those that never got an answer, and a browser's own (``OPTIONS``) are passed over and counted.
    Raises CassetteUnreadable, with the entry, for what is no HAR file.
    """
    kept: list[Interaction] = []
    others = unanswered = 0
    for number, entry in enumerate(_entries(text, where)):
        at = f"log.entries[{number}]"
        request = _request(_mapping(entry, "request", at, where), at, where)
        answer = _mapping(entry, "response", at, where)
        status = answer.get("status")
        if not isinstance(status, int) or status < 100:  # noqa: PLR2004 - no status of HTTP is below (RFC 9110 section 15)
            unanswered += 1
            continue
        call = None if request.method == "OPTIONS" else call_of(request)
        if call is None:
            others += 1
            continue
        kept.append(Interaction(request, _response(answer, status, at, where), call))
    notes = [f"{count} {what}" for count, what in ((others, _OTHERS), (unanswered, _UNANSWERED)) if count]
    return Imported(named(kept, "har"), notes)


_OTHERS = "passed over: no call of AWS that the installed botocore knows"
_UNANSWERED = "passed over: there was no answer"


def _entries(text: str, where: str) -> list[Any]:
    try:
        found = json.loads(text.removeprefix("\ufeff"))
    except (ValueError, RecursionError):
        raise CassetteUnreadable(where, "it is not JSON", _FIX) from None
    entries = _mapping(found, "log", "", where).get("entries")
    if not isinstance(entries, list):
        raise CassetteUnreadable(where, "log.entries: expected a list", _FIX)
    return entries


def _mapping(found: object, key: str, at: str, where: str) -> Mapping[str, Any]:
    value = found.get(key) if isinstance(found, Mapping) else None
    if not isinstance(value, Mapping):
        raise CassetteUnreadable(where, f"{f'{at}.' if at else ''}{key}: expected an object", _FIX)
    return value


def _request(found: Mapping[str, Any], at: str, where: str) -> Request:
    method, uri = found.get("method"), found.get("url")
    if not isinstance(method, str) or not isinstance(uri, str) or "://" not in uri:
        raise CassetteUnreadable(where, f"{at}.request: expected a method and an absolute url", _FIX)
    headers = drop_headers(_headers(found, f"{at}.request", where), _OF_THE_WIRE)
    return Request(method, uri, headers, _sent(found.get("postData"), f"{at}.request.postData", where))


def _sent(found: object, at: str, where: str) -> bytes:
    if not isinstance(found, Mapping):
        return b""
    parameters = found.get("params")
    if not found.get("text") and isinstance(parameters, list) and parameters:
        pairs = ((each.get("name", ""), each.get("value", "")) for each in parameters if isinstance(each, Mapping))
        return urlencode(list(pairs)).encode()
    return _bytes(found, at, where)


def _response(found: Mapping[str, Any], status: int, at: str, where: str) -> Response:
    content = found.get("content")
    body = _bytes(content, f"{at}.response.content", where) if isinstance(content, Mapping) else b""
    headers = drop_headers(_headers(found, f"{at}.response", where), _OF_THE_WIRE)
    headers = set_header(headers, "Content-Length", str(len(body)))
    return Response(status, str(found.get("statusText") or ""), headers, body)


def _bytes(found: Mapping[str, Any], at: str, where: str) -> bytes:
    text = found.get("text") or ""
    if not isinstance(text, str):
        raise CassetteUnreadable(where, f"{at}.text: expected text", _FIX)
    if found.get("encoding") != "base64":
        return text.encode("utf-8", "surrogatepass")
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise CassetteUnreadable(where, f"{at}.text: it is not base64, as its encoding says", _FIX) from None


def _headers(found: Mapping[str, Any], at: str, where: str) -> Headers:
    return tuple(_pairs(found.get("headers", []), at, where))


def _pairs(found: object, at: str, where: str) -> Iterator[tuple[str, str]]:
    for each in found if isinstance(found, list) else [None]:
        name, value = (each.get("name"), each.get("value")) if isinstance(each, Mapping) else (None, None)
        if not isinstance(name, str) or not isinstance(value, str):
            raise CassetteUnreadable(where, f"{at}.headers: expected a list of names and values", _FIX)
        if not name.startswith(":"):  # HTTP/2 has method, host and path among its fields
            yield name, value
