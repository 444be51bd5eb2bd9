"""
The parameters of a request as far as the wire tells: no model is needed, and none of its names are known.

Of REST requests these are the query and the body; headers are not among them, for nothing tells a parameter from what
an SDK adds.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from bototape.errors import WireError
from bototape.interaction import Request, header
from bototape.wire.route import Route
from bototape.wire.speaks import CBOR
from bototape.wire.uris import split_uri

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

    from bototape.wire.instance import Reading

__all__ = ["call_key", "group_key", "parameters"]

#: Query parameters of a presigned URL and of SigV4 in the query (AWS General Reference, "Signature Version 4").
_SIGNING_QUERY = frozenset(
    {
        "x-amz-algorithm",
        "x-amz-credential",
        "x-amz-date",
        "x-amz-expires",
        "x-amz-security-token",
        "x-amz-signature",
        "x-amz-signedheaders",
    }
)
#: Those of version 2 (Amazon S3 user guide, "Signing and authenticating REST requests"); *Expires* has other uses.
_OLD_SIGNING = frozenset({"awsaccesskeyid", "signature", "expires"})


def _reading() -> Reading:
    from bototape.wire.instance import Reading  # noqa: PLC0415 - for other bodies than plain JSON

    return Reading("the request body", drops_nulls=False)


def group_key(request: Request, route: Route) -> str:
    """Return what narrows a request down to its operation: the target, else method and path."""
    return route.target or f"{request.method} {split_uri(request.uri)[1] or '/'}"


def parameters(request: Request, route: Route, without: Collection[str] = ()) -> dict[str, Any]:
    """
    Return the decoded parameters of *request*, top-level members named in *without* left out.

    Framing and compression of the body are undone. A body that is not what its protocol says is a parameter named
    ``body``, compared as text.
    """
    body = _plain(request)
    if route.protocol == "json":
        found = _members(body, _json)
    elif route.protocol == "query":
        found = _fields(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True))
    elif route.protocol == CBOR:
        found = _members(body, _cbor)
    else:
        found = _http_parameters(request, body, without)
    for name in without:
        found.pop(name, None)
        if route.protocol == "query":  # a model's name, and EC2's spelling of it (Smithy, "AWS EC2 query protocol")
            found.pop(name[:1].upper() + name[1:], None)
    return found


def call_key(found: Mapping[str, Any]) -> str:
    """Return equal text for equal parameters, whatever their order."""
    return _ENCODER.encode(found)


def _plain(request: Request) -> bytes:
    """Return the body with its codings undone, as far as they can be."""
    if header(request.headers, "Content-Encoding") is None:
        return request.body
    from bototape.wire import codings  # noqa: PLC0415 - as above

    try:
        unframed = codings.undone(request, _reading(), keeps_gzip=True)
    except WireError:
        return request.body
    try:
        return codings.undone(unframed, _reading(), keeps_gzip=False).body
    except WireError:
        return unframed.body


def _number(text: str) -> int | float:
    value = float(text)
    return int(value) if value.is_integer() else value


_DECODER = json.JSONDecoder(parse_float=_number)
_ENCODER = json.JSONEncoder(sort_keys=True, separators=(",", ":"))


def _json(body: bytes) -> object:
    return _DECODER.decode(body.decode("utf-8"))


def _cbor(body: bytes) -> object:
    from bototape.wire import cborbody  # noqa: PLC0415 - as above

    return cborbody.parse(body, _reading())


def _xml(body: bytes) -> object:
    from bototape.wire import xmlbody  # noqa: PLC0415 - as above

    root = xmlbody.parse(body, _reading())
    return {xmlbody.local(root.tag): _tree(root, xmlbody.local)}


def _tree(element: Element, local: Callable[[str], str]) -> object:
    """Return children by name, attributes with ``@``, repeated children as a list; of a leaf its text."""
    inside = [(local(each.tag), _tree(each, local)) for each in element if isinstance(each.tag, str)]
    attributes = [(f"@{local(name)}", value) for name, value in element.attrib.items()]
    if not inside and not attributes:
        return element.text or ""
    text = (element.text or "").strip() if not inside else ""
    return _fields([*attributes, *inside, *([("#text", text)] if text else [])])


def _members(body: bytes, decode: Callable[[bytes], object]) -> dict[str, Any]:
    try:
        found = decode(body) if body else {}
    except (ValueError, RecursionError, WireError):
        found = None
    return found if isinstance(found, dict) else {"body": _text(body)}


def _fields(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    """Return *pairs* by name; of several of one name a list."""
    gathered: dict[str, list[Any]] = {}
    for name, value in pairs:
        gathered.setdefault(name, []).append(value)
    return {name: values[0] if len(values) == 1 else values for name, values in gathered.items()}


def _http_parameters(request: Request, body: bytes, without: Collection[str]) -> dict[str, Any]:
    pairs = parse_qsl(split_uri(request.uri)[2], keep_blank_values=True)
    names = {name.lower() for name, _ in pairs}
    signing = _SIGNING_QUERY | (_OLD_SIGNING if {"awsaccesskeyid", "signature"} <= names else frozenset())
    found = _fields((f"query.{name}", value) for name, value in pairs if name.lower() not in signing)
    for name in without:
        found.pop(f"query.{name}", None)
    if body:
        document = _document(replace(request, body=body))
        if isinstance(document, dict):
            document = {name: value for name, value in document.items() if name not in without}
        found["body"] = document
    return found


def _document(request: Request) -> object:
    """Return what the body says, by what it looks like; text if it looks like nothing known."""
    kind = (header(request.headers, "Content-Type") or "").lower()
    start = request.body.lstrip()[:1]
    if kind.startswith("application/x-www-form-urlencoded"):
        return _fields(parse_qsl(request.body.decode("utf-8", "replace"), keep_blank_values=True))
    decode = _cbor if "cbor" in kind else _json if start in (b"{", b"[") else _xml if start == b"<" else None
    if decode is None:
        return _text(request.body)
    try:
        return decode(request.body)
    except (ValueError, RecursionError, WireError):
        return _text(request.body)


def _text(body: bytes) -> str:
    return body.decode("utf-8", "surrogateescape")
