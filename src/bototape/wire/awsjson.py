"""
AWS JSON 1.0 and 1.1: messages to member-named instances, and errors back.

Source: Smithy, "AWS JSON 1.0 protocol" and "AWS JSON 1.1 protocol". An instance has the model's member names
(``locationName`` undone), keeps members the model lacks, and holds scalars as the wire has them: a timestamp is
still a number, a blob still base64.
"""

from __future__ import annotations

import json
import re
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, NoReturn

from bototape.errors import WireError
from bototape.interaction import Headers, Request, Response, header
from bototape.jsontext import pointer
from bototape.shapes import Operation, Service, Shape, reach

__all__ = ["DEPTH", "Decoded", "decode_request", "decode_response", "encode_error", "is_error"]

#: How deep a body may nest. Bodies of AWS JSON services stay far below; the validator behind gives up at 255.
DEPTH = 100

#: How many bytes a compressed body may grow to.
_INFLATED = 256 * 2**20

_REDIRECT = 300
_NOT_BRACKETS = bytes(set(range(256)) - set(b"{}[]"))
_BRACKET_OR_STRING = re.compile(rb'"(?:[^"\\]|\\.)*"?|[{}\[\]]', re.DOTALL)
_DIGITS_ALIKE = bytes.maketrans(b"123456789E", b"000000000e")
_LONG = b"0" * 300
_SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]")

#: Member that names the type of an object; part of the protocol, of no shape.
_TYPE = "__type"

_Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Decoded:
    """
    What a response says.

    *error* is the name of the modeled error's shape, *code* the error code on the wire, namespace stripped; both
    are None for success, *error* alone for an error the model lacks. *nulls* are JSON pointers into the body of
    the null members that were left out (null means absent there).
    """

    instance: object
    error: str | None = None
    code: str | None = None
    nulls: tuple[str, ...] = ()


def is_error(response: Response) -> bool:
    """Tell whether *response* is an error: any status but 2xx."""
    return response.status >= _REDIRECT


def decode_request(service: Service, operation: Operation, request: Request) -> object:
    """
    Return the input of *operation* that *request* carries; an empty body is an empty input.

    Raises WireError when the body is not one JSON object that AWS JSON allows.
    """
    place = "the request body"
    document = _document(_inflated(request.body, request.headers, place), place)
    return _Reader(service, place, drops_nulls=False).root(document, operation.input)


def decode_response(service: Service, operation: Operation, response: Response) -> Decoded:
    """
    Return the output or the error that *response* carries; an empty body is an empty structure.

    Raises WireError when the body is not one JSON object that AWS JSON allows.
    """
    place = "the response body"
    content = _inflated(response.body, response.headers, place)
    document = _document(content, place)
    reader = _Reader(service, place, drops_nulls=True)
    if not is_error(response):
        if _is_as_modeled(service, operation.output, content):
            return Decoded(document)
        return Decoded(reader.root(document, operation.output), nulls=tuple(reader.nulls))
    code = _error_code(response.headers, document)
    error = _error_shape(service, operation, code)
    if error is None:
        return Decoded(document, None, code)
    modeled = {each.wire_name for each in service.shapes[error].members.values()}
    instance = reader.root(_error_members(document, modeled), error)
    return Decoded(instance, error, code, tuple(reader.nulls))


def encode_error(code: str, message: str, status: int = 400, *, version: str = "1.1") -> Response:
    """Return the response by which a service of AWS JSON *version* reports the error *code*."""
    body = json.dumps({_TYPE: code, "message": message}).encode()
    headers = (("Content-Type", f"application/x-amz-json-{version}"), ("Content-Length", str(len(body))))
    known = status in HTTPStatus._value2member_map_
    return Response(status, HTTPStatus(status).phrase if known else "", headers, body)


def _is_as_modeled(service: Service, root: str | None, content: bytes) -> bool:
    """Tell whether reading would change nothing, so that a large body need not be walked: no null, no rename."""
    if root is None or b"null" in content or _TYPE.encode() in content:
        return root is None
    shapes = (service.shapes[each] for each in reach(service, (root,)))
    return not any(each.wire_name != each.name for shape in shapes for each in shape.members.values())


def _document(content: bytes, place: str) -> dict[str, Any]:
    if not content:
        return {}
    _refuse_deep(content, place)
    # A callback per number is slow; only a large exponent or a long run of digits can give infinity.
    digits = content.translate(_DIGITS_ALIKE, b"+")
    parse_float = _finite if b"e000" in digits or _LONG in digits else None
    try:
        value = json.loads(content.decode("utf-8"), parse_constant=_refuse_constant, parse_float=parse_float)
    except UnicodeDecodeError as error:
        raise WireError(place, f"it is not UTF-8: byte {error.start} is 0x{content[error.start]:02x}") from None
    except (ValueError, RecursionError) as error:
        raise WireError(place, f"it is not JSON: {error}") from None
    if not isinstance(value, dict):
        raise WireError(place, f"expected a JSON object, found {_kind(value)}")
    if _SURROGATE.search(content):
        _refuse_lone_surrogates(value, place)
    return value


def _inflated(body: bytes, headers: Headers, place: str) -> bytes:
    coding = (header(headers, "Content-Encoding") or "identity").strip().lower()
    if coding in ("identity", "") or not body:
        return body
    if coding != "gzip":
        raise WireError(place, f"its content encoding is {coding!r}, expected gzip or none")
    inflater = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
    try:
        content = inflater.decompress(body, _INFLATED)
    except zlib.error as error:
        raise WireError(place, f"it is not gzip: {error}") from None
    if not inflater.eof:
        raise WireError(place, f"its gzip is cut short, or larger than {_INFLATED} bytes")
    return content


def _refuse_deep(content: bytes, place: str) -> None:
    # Removing innermost pairs takes one round per level, in C; only brackets inside strings need the slow count.
    brackets = content.translate(None, _NOT_BRACKETS)
    for _ in range(DEPTH):
        rest = brackets.replace(b"{}", b"").replace(b"[]", b"")
        if rest == brackets:
            break
        brackets = rest
    if brackets and _depth(content) > DEPTH:
        raise WireError(place, f"it nests deeper than {DEPTH} levels")


def _depth(content: bytes) -> int:
    depth = deepest = 0
    for match in _BRACKET_OR_STRING.finditer(content):
        first = match[0][:1]
        depth += (first in (b"{", b"[")) - (first in (b"}", b"]"))
        deepest = max(deepest, depth)
    return deepest


def _refuse_constant(token: str) -> NoReturn:
    raise ValueError(f"the bare word {token}: it must stand in quotes")


def _finite(token: str) -> float:
    value = float(token)
    if value in (float("inf"), float("-inf")):
        raise ValueError(f"the number {token[:40]} is out of range")
    return value


def _refuse_lone_surrogates(value: dict[str, Any], place: str) -> None:
    try:
        json.dumps(value, ensure_ascii=False).encode("utf-8")
    except UnicodeEncodeError:
        raise WireError(place, "it holds half of a surrogate pair, which is no character") from None


def _kind(value: object) -> str:
    names = {dict: "an object", list: "an array", str: "a string", bool: "a boolean", type(None): "null"}
    return names.get(type(value), "a number")


def _error_code(headers: Headers, document: Mapping[str, Any]) -> str | None:
    for found in (header(headers, "x-amzn-errortype"), document.get(_TYPE), document.get("code")):
        if isinstance(found, str) and found:
            return found.partition(":")[0].rpartition("#")[2]
    return None


def _error_shape(service: Service, operation: Operation, code: str | None) -> str | None:
    for name in operation.errors if code else ():
        if code in (name, service.shapes[name].traits.get("error", {}).get("code")):
            return name
    return None


def _error_members(document: Mapping[str, Any], modeled: set[str]) -> dict[str, Any]:
    # Every SDK reads "message" and "Message" as one and takes "__type" and "code" for the error code.
    twins = {"message": "Message", "Message": "message"}
    found: dict[str, Any] = {}
    for name, value in document.items():
        twin = twins.get(name, "")
        if name in modeled:
            found[name] = value
        elif twin in modeled and twin not in document:
            found[twin] = value
        elif name not in (_TYPE, "code", "message", "Message"):
            found[name] = value
    return found


class _Reader:
    """Renames members from wire to model on the way down the shapes; *nulls* are what it left out."""

    def __init__(self, service: Service, place: str, *, drops_nulls: bool) -> None:
        self.shapes = service.shapes
        self.place = place
        self.drops_nulls = drops_nulls
        self.nulls: list[str] = []

    def root(self, document: dict[str, Any], shape: str | None) -> object:
        if shape is None:
            return document
        return self._value(document, self.shapes[shape], ())

    def _value(self, value: object, shape: Shape, path: _Path) -> object:
        if isinstance(value, dict):
            if shape.type == "structure" and not shape.traits.get("document"):
                return self._structure(value, shape, path)
            if shape.type == "map" and shape.value:
                return self._map(value, shape, self.shapes[shape.value.shape], path)
        elif isinstance(value, list) and shape.type == "list" and shape.element:
            element = self.shapes[shape.element.shape]
            return [self._value(each, element, (*path, at)) for at, each in enumerate(value)]
        return value

    def _structure(self, value: dict[str, Any], shape: Shape, path: _Path) -> dict[str, Any]:
        by_wire = {each.wire_name: each for each in shape.members.values()}
        found: dict[str, Any] = {}
        for name, each in value.items():
            member = by_wire.get(name)
            if self._is_absent(each, (*path, name)) or (name == _TYPE and not member and self.drops_nulls):
                continue
            if member:
                found[member.name] = self._value(each, self.shapes[member.shape], (*path, name))
            elif name in shape.members:
                sent = shape.members[name].wire_name
                raise WireError(f"{self.place} at {pointer((*path, name))}", f"{name!r} must be spelt {sent!r}")
            else:
                found[name] = each
        return found

    def _map(self, value: dict[str, Any], shape: Shape, inner: Shape, path: _Path) -> dict[str, Any]:
        sparse = shape.traits.get("sparse")
        return {
            key: self._value(each, inner, (*path, key))
            for key, each in value.items()
            if sparse or not self._is_absent(each, (*path, key))
        }

    def _is_absent(self, value: object, path: _Path) -> bool:
        if value is None and self.drops_nulls:
            self.nulls.append(pointer(path))
            return True
        return False
