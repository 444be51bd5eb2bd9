"""
Members outside the body: labels of the URI, its query string, headers, the status.

Sources: Smithy, "HTTP binding traits"; botocore's models name them ``location`` (``uri``, ``querystring``,
``header``, ``headers`` with a prefix, ``statusCode``). The S3 bucket may stand in the host (Amazon S3 user guide,
"Virtual hosting of general purpose buckets").
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import unquote

from bototape.interaction import Headers, Request, Response, header
from bototape.shapes import Member, Operation, Shape
from bototape.wire import form, httpvalues
from bototape.wire.hosts import read_host, split_uri
from bototape.wire.instance import Key, Reading, Spot, Style
from bototape.wire.uritemplate import BUCKET, Template, template

__all__ = ["of_request", "of_response", "status_of", "written"]

_SIGNING = re.compile(
    r"x-amz-(?:algorithm|credential|date|expires|security-token|signature|signedheaders)|x-id", re.IGNORECASE
)

_Shapes = Mapping[str, Shape]


def of_request(shapes: _Shapes, operation: Operation, request: Request, reading: Reading) -> dict[str, Any]:
    """
    Return the members of *operation*'s input that URI and headers of *request* carry.

    Raises WireError when the path is not one of the operation's.
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
            text = unquote(request.uri[start:end])
            spot = Spot("uri", start, end, "path", text)
            found[member.name] = spot if reading.located else _scalar(text, shapes, member, "uri")
    found |= _query(shapes, pattern, list(members), request.uri, reading)
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
            found += [(prefix + key, httpvalues.write(text, each, inner.value, shapes)) for key, text in value.items()]
    return tuple(found)


def status_of(shape: Shape, instance: Mapping[str, Any]) -> int | None:
    """Return the status that a member of *instance* asks for, or None."""
    names = [each.name for each in shape.members.values() if each.traits.get("location") == "statusCode"]
    return next((int(instance[each]) for each in names if isinstance(instance.get(each), int)), None)


def _scalar(text: str, shapes: _Shapes, member: Member, location: httpvalues.Location) -> object:
    return httpvalues.read(text, shapes[member.shape], member, location)


def _labels(pattern: Template, uri: str, operation: Operation, reading: Reading) -> dict[str, tuple[int, int]]:
    """Return the spans of the labels in *uri*, the bucket's in the host where it stands there."""
    (start, end), path, _ = split_uri(uri)
    begin = uri.find("/", end) if path else 0
    reach = uri[: begin + len(path)]
    bucket = read_host(uri[start:end]).bucket if pattern.has_bucket else 0
    if bucket:
        spans = pattern.without_bucket().fit(reach, begin)
        found = None if spans is None else {BUCKET: (start, start + bucket), **spans}
    else:
        found = pattern.fit(reach, begin)
    if found is None:
        expected = operation.http.get("requestUri", "/")
        raise reading.fail(f"its path is not one of {operation.name}: expected {expected}", "the URI")
    return found


def _query(shapes: _Shapes, pattern: Template, members: list[Member], uri: str, reading: Reading) -> dict[str, Any]:
    bound = [each for each in members if each.traits.get("location") == "querystring"]
    if not bound:
        return {}
    pairs = list(form.of_uri(uri, reading))
    literals = {name for name, _ in pattern.literals}
    maps = [each for each in bound if shapes[each.shape].type == "map"]
    named = {each.wire_name: each for each in bound if each not in maps}
    found: dict[str, Any] = {}
    for pair in pairs:
        member = named.get(pair.name)
        if member is not None:
            _add(found, shapes, member, pair, reading)
        elif maps and pair.name not in literals and not _SIGNING.fullmatch(pair.name):
            for each in maps:
                _add_entry(found.setdefault(each.name, {}), shapes[each.shape], shapes, pair, uri, reading)
    return found


def _add(found: dict[str, Any], shapes: _Shapes, member: Member, pair: form.Pair, reading: Reading) -> None:
    shape = shapes[member.shape]
    spot = Spot("uri", pair.start, pair.end, "query", pair.value)
    if shape.type == "list" and shape.element:
        value = spot if reading.located else _scalar(pair.value, shapes, shape.element, "querystring")
        found.setdefault(member.name, []).append(value)
    elif member.name not in found:
        found[member.name] = spot if reading.located else _scalar(pair.value, shapes, member, "querystring")


def _add_entry(
    found: dict[str, Any], shape: Shape, shapes: _Shapes, pair: form.Pair, uri: str, reading: Reading
) -> None:
    key: str = pair.name
    value: object = pair.value
    if reading.located:
        start = max(uri.rfind("&", 0, pair.start), uri.rfind("?", 0, pair.start)) + 1
        end = pair.start - 1 if uri[pair.start - 1] == "=" else pair.start
        key = Key(pair.name, Spot("uri", start, end, "query", pair.name))
        value = Spot("uri", pair.start, pair.end, "query", pair.value)
    if shape.value and shapes[shape.value.shape].type == "list":
        found.setdefault(key, []).append(value)
    else:
        found.setdefault(key, value)


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
