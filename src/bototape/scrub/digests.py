"""
Digests of one content that stand elsewhere in an interaction: made those of what the content has become.

A digest of the original beside the scrubbed text lets anyone try all 10^12 accounts. Where such digests stand: Amazon
SQS API reference (``MD5OfBody``, ``MD5OfMessageBody``, ``MD5OfMessageAttributes``), AWS Lambda API reference
(``CodeSha256``), Amazon S3 API reference (``ETag`` and ``x-amz-checksum-…`` in the answer to an upload).
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import TypeVar

from bototape.interaction import Request, Response
from bototape.scrub.documents import form_parts, is_form, is_json, is_xml, json_leaves, xml_parts
from bototape.scrub.integrity import COMPUTED
from bototape.scrub.layers import base64_bytes, json_string, percents

__all__ = ["relinked"]

#: Digests as they are written: 16, 20, 32 or 64 bytes in hexadecimal digits or in base64.
_DIGEST = re.compile(
    r"(?<![0-9A-Za-z+/])(?:[0-9a-fA-F]{32}(?:[0-9a-fA-F]{8}|[0-9a-fA-F]{32}|[0-9a-fA-F]{96})?(?![0-9A-Za-z+/=])"
    r"|[A-Za-z0-9+/]{22}==|[A-Za-z0-9+/]{27}=|[A-Za-z0-9+/]{43}=|[A-Za-z0-9+/]{86}==)"
)

#: What the name of a member that holds a digest has in it, in lower case.
_HINTS = ("md5", "sha", "etag", "digest", "checksum", "hash")

_ALGORITHMS: tuple[Callable[[bytes], bytes], ...] = (
    lambda data: hashlib.md5(data, usedforsecurity=False).digest(),
    lambda data: hashlib.sha1(data, usedforsecurity=False).digest(),
    lambda data: hashlib.sha256(data).digest(),
    lambda data: hashlib.sha512(data).digest(),
)

_ATTRIBUTES = "MessageAttributes"

#: The shortest base64 that is taken for a content of its own.
_SHORTEST_BLOB = 20

_CHECKSUM = "x-amz-checksum-"

_Exchange = tuple[Request, Response]
_Message = TypeVar("_Message", Request, Response)


def relinked(before: _Exchange, after: _Exchange) -> _Exchange:
    """
    Return *after*, which *before* has become, with every digest of a changed content that of the new content.

    A content is a body, a string in a body, and what the base64 in one stands for.
    """
    bodies = (before[0].body, after[0].body), (before[1].body, after[1].body)
    if all(old == new for old, new in bodies):
        return after
    seen = {match[0].lower() for each in before for text in _texts(each) for match in _DIGEST.finditer(text)}
    pairs = [pair for old, new in bodies for pair in _changed(old, new)] if seen else []
    found = {old: new for pair in pairs for old, new in _digests(*pair, seen)}
    request, response = after
    if found:
        request, response = _with(request, found), _with(response, found)
    return request, _checked(response, before[0].body, request.body)


def _texts(message: Request | Response) -> Iterator[str]:
    yield from (value for _, value in message.headers)
    text = message.body.decode("latin-1")
    folded = text.lower()
    if any(each in folded for each in _HINTS):
        yield text


def _changed(before: bytes, after: bytes) -> Iterator[tuple[bytes, bytes]]:
    if before == after:
        return
    yield before, after
    try:
        texts = before.decode("utf-8"), after.decode("utf-8")
    except UnicodeDecodeError:
        return
    yield from zip(_attributes(texts[0]), _attributes(texts[1]), strict=False)
    for was, now in zip(_strings(texts[0]), _strings(texts[1]), strict=False):
        if was != now:
            yield was.encode("utf-8", "surrogatepass"), now.encode("utf-8", "surrogatepass")
            blobs = base64_bytes(was), base64_bytes(now) if len(was) >= _SHORTEST_BLOB else None
            if blobs[0] and blobs[1]:
                yield blobs[0], blobs[1]


def _attributes(text: str) -> Iterator[bytes]:
    """
    Yield what the digest of each set of message attributes in the JSON document *text* is computed over.

    Source: Amazon SQS developer guide, "Calculating the MD5 message digest for message attributes".
    """
    todo = [json.loads(text)] if _ATTRIBUTES in text and is_json(text) else []
    while todo:
        here = todo.pop()
        if isinstance(here, list):
            todo += here
        elif isinstance(here, dict):
            todo += here.values()
            found = here.get(_ATTRIBUTES)
            if isinstance(found, dict) and all(isinstance(each, dict) for each in found.values()):
                yield b"".join(_attribute(name, found[name]) for name in sorted(found))


def _attribute(name: str, value: Mapping[str, object]) -> bytes:
    binary = value.get("BinaryValue")
    data = (base64_bytes(str(binary)) or b"") if binary else str(value.get("StringValue", "")).encode()
    pieces = name.encode(), str(value.get("DataType", "")).encode(), data
    sized = [len(each).to_bytes(4, "big") + each for each in pieces]
    return sized[0] + sized[1] + (b"\2" if binary else b"\1") + sized[2]


def _strings(text: str) -> Iterator[str]:
    """Yield the values in *text* in the order written: what scrubbing changes, not what it leaves out."""
    if is_json(text):
        yield from (json_string(leaf.raw).text for leaf in json_leaves(text) if not leaf.is_number)
    elif is_xml(text):
        yield from (part.layer.text for part in xml_parts(text))
    elif is_form(text):
        for part in form_parts(text):
            layer = percents(part.layer.text.replace("+", " "))
            yield layer.text if layer else part.layer.text.replace("+", " ")


def _digests(before: bytes, after: bytes, seen: set[str]) -> Iterator[tuple[str, str]]:
    for algorithm in _ALGORITHMS:
        old, new = algorithm(before), algorithm(after)
        if old.hex() in seen:
            yield old.hex(), new.hex()
        written = base64.b64encode(old).decode()
        if written.lower() in seen:
            yield written, base64.b64encode(new).decode()


def _with(message: _Message, found: dict[str, str]) -> _Message:
    def new(match: re.Match[str]) -> str:
        written = match[0]
        made = found.get(written) or found.get(written.lower())
        return written if made is None else made.upper() if written.isupper() and written.isalnum() else made

    headers = tuple((name, _DIGEST.sub(new, value)) for name, value in message.headers)
    body = _DIGEST.sub(new, message.body.decode("latin-1")).encode("latin-1")
    return replace(message, headers=headers, body=body)


def _checked(response: Response, before: bytes, after: bytes) -> Response:
    """Return *response* with checksums of the request's body *before* made those of the one *after*."""
    headers = []
    for name, value in response.headers:
        compute = COMPUTED.get(name.lower()) if name.lower().startswith(_CHECKSUM) else None
        made: str | None = value
        if compute and before != after and not response.body and "-" not in value:
            made = compute(after) if compute(before) in (value, None) else value
        if made is not None:
            headers.append((name, made))
    return replace(response, headers=tuple(headers))
