"""
Members outside the body: labels of the URI, its query string, headers, the status.

Sources: Smithy, "HTTP binding traits"; botocore's models name them ``location`` (``uri``, ``querystring``,
``header``, ``headers`` with a prefix, ``statusCode``). The S3 bucket may stand in the host (Amazon S3 user guide,
"Virtual hosting of general purpose buckets").
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple
from urllib.parse import unquote_to_bytes

from bototape.errors import WireError
from bototape.interaction import Headers, Request, Response, header
from bototape.shapes import Member, Operation, Shape
from bototape.wire import form, httpvalues
from bototape.wire.hosts import read_host
from bototape.wire.instance import Key, Part, Reading, Spot, Style
from bototape.wire.uris import split_uri
from bototape.wire.uritemplate import BUCKET, Template, template

__all__ = ["of_request", "of_response", "status_of", "written"]

#: Query parameters of signatures, of presigned URLs' makers, and of the operation's name: none of the call's own.
_SIGNING = re.compile(
    r"x-amz-(?:algorithm|content-sha256|credential|date|expires|security-token|signature|signedheaders|user-agent)|x-id",
    re.IGNORECASE,
)
_OLD_SIGNING = frozenset({"AWSAccessKeyId", "Signature", "Expires"})

#: RFC 9110, section 5.6.2.
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")

#: Endpoints with a path of their own, the stage of an API; others than AWS's may have one, too. How long it may be.
_STAGED, _STAGES = "execute-api", 4

_FORM = "application/x-www-form-urlencoded"

_Shapes = Mapping[str, Shape]


def of_request(shapes: _Shapes, operation: Operation, request: Request, reading: Reading) -> dict[str, Any]:
    """
    Return the members of *operation*'s input that URI and headers of *request* carry.

    A query parameter that the model lacks is kept under its name. Raises WireError when the path is not one of the
    operation's.
    """
    if operation.input is None:
        return {}
    members = shapes[operation.input].members.values()
    found: dict[str, Any] = {}
    pattern = template(str(operation.http.get("requestUri", "/")))
    spans = _labels(pattern, request.uri, operation, reading)
    for member in members:
        if member.traits.get("location") == "uri" and member.wire_name in spans:
            start, end = spans[member.wire_name]
            text = _decoded(request.uri[start:end], reading)
            spot = Spot("uri", start, end, "path", text)
            found[member.name] = spot if reading.located else _scalar(text, shapes, member, "uri")
    found |= _query(shapes, pattern, shapes[operation.input], _Asked.of(operation, request, reading), reading)
    return found | _headers(shapes, shapes[operation.input], request.headers, reading)


def of_response(shapes: _Shapes, shape: Shape, response: Response, reading: Reading) -> dict[str, Any]:
    """Return the members of *shape*, an output or an error, that status and headers of *response* carry."""
    found = _headers(shapes, shape, response.headers, reading)
    for member in shape.members.values():
        if member.traits.get("location") == "statusCode":
            spot = Spot("status", 0, 0, "text", response.status)
            found[member.name] = spot if reading.located else response.status
    return found


def written(shapes: _Shapes, shape: Shape, instance: Mapping[str, Any]) -> Headers:
    """Return the headers that carry members of *instance*. Raises WireError for a value that no header can hold."""
    found: list[tuple[str, str]] = []
    for member in shape.members.values():
        value, location = instance.get(member.name), member.traits.get("location")
        if value is None:
            continue
        inner = shapes[member.shape]
        if location == "header":
            found.append((member.wire_name, httpvalues.write(value, inner, member, shapes)))
        elif location == "headers" and isinstance(value, dict) and inner.value:
            each = shapes[inner.value.shape]
            prefix = str(member.traits.get("locationName", ""))
            pairs = ((_field_name(prefix + key, member), text) for key, text in value.items())
            found += [(name, httpvalues.write(text, each, inner.value, shapes)) for name, text in pairs]
    return tuple(found)


def _field_name(name: str, member: Member) -> str:
    if not _TOKEN.fullmatch(name):
        raise WireError(f"the headers of {member.name}", f"{name[:80]!r} is no name of a header")
    return name


def status_of(shape: Shape, instance: Mapping[str, Any]) -> int | None:
    """Return the status that a member of *instance* asks for, or None."""
    names = [each.name for each in shape.members.values() if each.traits.get("location") == "statusCode"]
    return next((int(instance[each]) for each in names if isinstance(instance.get(each), int)), None)


def _scalar(text: str, shapes: _Shapes, member: Member, location: httpvalues.Location) -> object:
    return httpvalues.read(text, shapes[member.shape], member, location)


def _decoded(text: str, reading: Reading) -> str:
    try:
        return unquote_to_bytes(text).decode("utf-8")
    except UnicodeError as error:
        raise reading.fail(f"its path is not UTF-8: {error}", "the URI") from None


def _labels(pattern: Template, uri: str, operation: Operation, reading: Reading) -> dict[str, tuple[int, int]]:
    """Return the spans of the labels in *uri*, the bucket's in the host where it stands there."""
    (start, end), path, _ = split_uri(uri)
    begin = uri.find("/", end) if path else 0
    reach = uri[: begin + len(path)]
    host = read_host(uri[start:end])
    if pattern.has_bucket and host.bucket:
        spans = pattern.without_bucket().fit(reach, begin)
        found = None if spans is None else {BUCKET: (start, start + host.bucket), **spans}
    else:
        found = pattern.fit(reach, begin)
        for _ in range(_STAGES if not host.endpoints or host.endpoints[-1] == _STAGED else 0):
            begin = reach.find("/", begin + 1)
            if found is not None or begin < 0:
                break
            found = pattern.fit(reach, begin)
    if found is None:
        expected = operation.http.get("requestUri", "/")
        raise reading.fail(f"its path is not one of {operation.name}: expected {expected}", "the URI")
    return found


class _Asked(NamedTuple):
    """The fields of a query string, those of the whole URI or of a form, and the *text* they stand in."""

    pairs: tuple[form.Pair, ...]
    text: str
    part: Part
    style: Style

    @classmethod
    def of(cls, operation: Operation, request: Request, reading: Reading) -> _Asked:
        media_type = header(request.headers, "Content-Type") or ""
        if operation.http.get("method") == "GET" and request.method == "POST" and media_type.startswith(_FORM):
            # botocore sends Amazon CloudSearch's GET so, lest the URI become too long.
            pairs = form.of_body(request.body, reading)
            return cls(tuple(pairs), request.body.decode("latin-1"), "body", "form")
        return cls(tuple(form.of_uri(request.uri, reading)), request.uri, "uri", "query")


def _query(shapes: _Shapes, pattern: Template, shape: Shape, asked: _Asked, reading: Reading) -> dict[str, Any]:
    if not asked.pairs:
        return {}
    bound = [each for each in shape.members.values() if each.traits.get("location") == "querystring"]
    maps = [each for each in bound if shapes[each.shape].type == "map"]
    named = {each.wire_name: each for each in bound if each not in maps}
    own = {name for name, _ in pattern.literals}
    names = {each.name for each in asked.pairs}
    own |= _OLD_SIGNING if {"AWSAccessKeyId", "Signature"} <= names else set()
    found: dict[str, Any] = {}
    for pair in asked.pairs:
        member = named.get(pair.name)
        if member is not None:
            _add(found, shapes, member, pair, asked, reading)
        elif pair.name not in own and not _SIGNING.fullmatch(pair.name):
            for each in maps:
                _add_entry(found.setdefault(each.name, {}), shapes[each.shape], shapes, pair, asked, reading)
            if not maps and pair.name not in shape.members:
                _keep(found, pair, asked, reading)
    return found


def _spot(pair: form.Pair, asked: _Asked) -> Spot:
    return Spot(asked.part, pair.start, pair.end, asked.style, pair.value)


def _add(
    found: dict[str, Any], shapes: _Shapes, member: Member, pair: form.Pair, asked: _Asked, reading: Reading
) -> None:
    shape = shapes[member.shape]
    if shape.type == "list" and shape.element:
        value = _spot(pair, asked) if reading.located else _scalar(pair.value, shapes, shape.element, "querystring")
        found.setdefault(member.name, []).append(value)
    elif member.name not in found:
        value = _spot(pair, asked) if reading.located else _scalar(pair.value, shapes, member, "querystring")
        found[member.name] = value


def _add_entry(
    found: dict[str, Any], shape: Shape, shapes: _Shapes, pair: form.Pair, asked: _Asked, reading: Reading
) -> None:
    key: str = pair.name
    value: object = pair.value
    if reading.located:
        text = asked.text
        start = max(text.rfind("&", 0, pair.start), text.rfind("?", 0, pair.start) if asked.part == "uri" else -1) + 1
        end = pair.start - 1 if pair.start > start and text[pair.start - 1] == "=" else pair.start
        key = Key(pair.name, Spot(asked.part, start, end, asked.style, pair.name))
        value = _spot(pair, asked)
    if shape.value and shapes[shape.value.shape].type == "list":
        found.setdefault(key, []).append(value)
    else:
        found.setdefault(key, value)


def _keep(found: dict[str, Any], pair: form.Pair, asked: _Asked, reading: Reading) -> None:
    """Keep a parameter the model lacks: its text, of several of one name a list."""
    value = _spot(pair, asked) if reading.located else pair.value
    if pair.name not in found:
        found[pair.name] = value
    elif isinstance(found[pair.name], list):
        found[pair.name].append(value)
    else:
        found[pair.name] = [found[pair.name], value]


def _headers(shapes: _Shapes, shape: Shape, headers: Headers, reading: Reading) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for member in shape.members.values():
        location = member.traits.get("location")
        if location == "header":
            text = header(headers, member.wire_name)
            if text is not None:
                found[member.name] = _header(text, shapes, member, reading)
        elif location == "headers":
            prefix = str(member.traits.get("locationName", ""))
            entries = dict(_prefixed(prefix, headers, reading))
            if entries or reading.drops_nulls:  # a client always gets the map of an answer
                found[member.name] = entries
    return found


def _header(text: str, shapes: _Shapes, member: Member, reading: Reading) -> object:
    shape = shapes[member.shape]
    if shape.type == "list" and shape.element:
        return httpvalues.read_list(text, shapes[shape.element.shape], shape.element, member.wire_name, reading)
    if reading.located:
        style: Style = "base64" if member.traits.get("jsonvalue") or shape.traits.get("jsonvalue") else "text"
        return Spot("header", 0, len(text), style, text, member.wire_name)
    return httpvalues.read(text, shape, member, "header")


def _prefixed(prefix: str, headers: Headers, reading: Reading) -> Iterator[tuple[str, object]]:
    for name, value in headers:
        if name.lower().startswith(prefix.lower()):
            key = name[len(prefix) :]
            if reading.located:
                spot = Spot("header", len(prefix), len(name), "name", key, name)
                yield Key(key, spot), Spot("header", 0, len(value), "text", value, name)
            else:
                yield key, value
