"""
The REST protocols, JSON and XML: members in URI, headers and status, one payload or the rest of them in the body.

Sources: Smithy, "AWS restJson1 protocol", "AWS restXml protocol", "HTTP binding traits".
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from bototape.interaction import Headers, Request, Response
from bototape.shapes import Member, Operation, Service, Shape
from bototape.wire import bindings, events, jsonbody, rpc, traits, xmlerrors
from bototape.wire.dialect import ErrorAnswer, answer
from bototape.wire.instance import Decoded, Format, Reading, Spot
from bototape.wire.jsonformat import JsonFormat
from bototape.wire.rpcjson import JSON
from bototape.wire.xmlformat import XmlFormat

__all__ = ["RestJson", "RestXml"]

_BYTES, _TEXT = "application/octet-stream", "text/plain"
_NO_CONTENT = 204


class _Rest:
    """What both protocols share: everything but the syntax of structures and of errors."""

    name = ""

    def __init__(self, service: Service, body: Format) -> None:
        self._shapes = service.shapes
        self._body_format = body

    def read_request(self, operation: Operation, request: Request, reading: Reading) -> object:
        """Return the input in URI, headers and body."""
        bound = bindings.of_request(self._shapes, operation, request, reading)
        return self._merged(operation.input, request.body, bound, reading)

    def read_response(self, operation: Operation, response: Response, reading: Reading) -> object:
        """Return the output in status, headers and body; of an operation without output an empty structure."""
        if operation.output is None:
            return {}
        bound = bindings.of_response(self._shapes, self._shapes[operation.output], response, reading)
        return self._merged(operation.output, response.body, bound, reading)

    def write_response(self, operation: Operation, instance: Mapping[str, Any]) -> Response:
        """Return the status the model or a member asks for, headers and body with all members."""
        normal = int(operation.http.get("responseCode", 200))
        if operation.output is None:
            return answer(normal, "", b"")
        shape = self._shapes[operation.output]
        kind_of_body, body = self._written(shape, instance)
        headers = bindings.written(self._shapes, shape, instance)
        return _answer(bindings.status_of(shape, instance) or normal, kind_of_body, body, shape, headers)

    def _merged(self, root: str | None, content: bytes, bound: dict[str, Any], reading: Reading) -> object:
        if root is None:
            return {}
        found = self._read(self._shapes[root], content, reading)
        return {**found, **bound} if isinstance(found, dict) else found

    def _bound(self, found: Decoded, response: Response, reading: Reading) -> Decoded:
        """Return the error *found* in a body with the members that headers and status carry."""
        if found.error is None or not isinstance(found.instance, dict):
            return found
        bound = bindings.of_response(self._shapes, self._shapes[found.error], response, reading)
        return replace(found, instance={**found.instance, **bound})

    def _read(self, shape: Shape, content: bytes, reading: Reading) -> object:
        payload = shape.members.get(str(shape.traits.get("payload", "")))
        if payload is not None:
            value = self._payload(payload, content, reading)
            return {} if value is None else {payload.name: value}
        if not traits.in_body(shape, rest=True) and not content.lstrip().startswith(b"{"):
            return {}  # nothing is bound to the body, which may then be anything
        return self._body_format.read(content, shape, reading)

    def _payload(self, member: Member, content: bytes, reading: Reading) -> object:
        shape = self._shapes[member.shape]
        if shape.traits.get("eventstream"):
            return events.read_events(content, shape, self._shapes, self._body_format, reading)[0]
        if shape.type in ("blob", "string"):
            if not content and not reading.drops_nulls and not member.required:
                return None  # a request that gives nothing looks like one that gives an empty payload
            return _data(shape, content, reading)
        return self._body_format.read(content, shape, reading, member) if content else None

    def _written(self, shape: Shape, instance: Mapping[str, Any]) -> tuple[str, bytes]:
        payload = shape.members.get(str(shape.traits.get("payload", "")))
        if payload is None:
            if not traits.in_body(shape, rest=True):
                return "", b""
            inside = {key: value for key, value in instance.items() if not _is_bound(shape, key)}
            return self._body_format.media_type, self._body_format.write(inside, shape)
        inner, value = self._shapes[payload.shape], instance.get(payload.name)
        if inner.traits.get("eventstream"):
            return events.MEDIA_TYPE, events.write_events(value or (), inner, self._shapes, self._body_format)
        if value is None:
            return "", b""
        if inner.type == "blob":
            return _BYTES, _bytes(str(value))
        if inner.type == "string":
            return _TEXT, str(value).encode("utf-8", "surrogatepass")
        return self._body_format.media_type, self._body_format.write(value, inner, payload)


def _is_bound(shape: Shape, name: str) -> bool:
    return name in shape.members and "location" in shape.members[name].traits


def _data(shape: Shape, content: bytes, reading: Reading) -> object:
    """Return the payload that *content* is: base64 of a blob, a string as it is."""
    if shape.type == "blob":
        text = base64.b64encode(content).decode("ascii")
        return Spot("body", 0, len(content), "raw", text) if reading.located else text
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise reading.fail(f"it is not UTF-8: byte {error.start} is 0x{content[error.start]:02x}") from None
    return Spot("body", 0, len(content), "text", text) if reading.located else text


def _bytes(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except ValueError as error:
        raise rpc.WRITING.fail(f"a blob is not base64: {error}") from None


def _answer(status: int, media_type: str, body: bytes, shape: Shape | None, bound: Headers) -> Response:
    """Return a response in which a header that *shape* binds is there only if the instance has its member."""
    plain = answer(status, media_type if status != _NO_CONTENT else "", body)
    members = shape.members.values() if shape else ()
    names = {each.wire_name.lower() for each in members if each.traits.get("location") == "header"}
    kept = tuple(each for each in plain.headers if each[0].lower() not in names)
    return replace(plain, headers=(*kept, *bound))


class RestJson(_Rest):
    """REST with JSON bodies, of one service."""

    name = "rest-json"

    def __init__(self, service: Service) -> None:
        self._json = JsonFormat(service.shapes, rest=True)
        super().__init__(service, self._json)

    def read_error(self, operation: Operation, response: Response, reading: Reading) -> Decoded:
        """Return the error that headers and body report."""
        document = rpc.document(response.body if response.body.strip() else b"", JSON, reading)
        found = rpc.modeled(self._shapes, operation, response.headers, document, document, self._json, reading)
        return self._bound(found, response, reading)

    def write_error(self, operation: Operation, error: ErrorAnswer) -> Response:
        """Return the response that reports *error* in ``x-amzn-errortype`` and in its body."""
        del operation
        name = error.shape.name if error.shape else error.code
        members = self._json.revert(dict(error.members), error.shape) if error.shape else error.members
        bound = bindings.written(self._shapes, error.shape, error.members) if error.shape else ()
        body = jsonbody.dump(members, rpc.WRITING)
        more = (("x-amzn-errortype", name), *bound)
        return _answer(error.status, self._json.media_type, body, error.shape, more)


class RestXml(_Rest):
    """REST with XML bodies, of one service."""

    name = "rest-xml"

    def __init__(self, service: Service) -> None:
        self._namespace = service.metadata.get("xmlNamespace")
        self._xml = XmlFormat(service.shapes, namespace=self._namespace, rest=True)
        self._style: xmlerrors.Style = "s3" if service.metadata.get("endpointPrefix") == "s3" else "query"
        super().__init__(service, self._xml)

    def read_error(self, operation: Operation, response: Response, reading: Reading) -> Decoded:
        """Return the error that headers and body report."""
        return self._bound(xmlerrors.decode(operation, response, self._xml, reading), response, reading)

    def write_error(self, operation: Operation, error: ErrorAnswer) -> Response:
        """Return the response that reports *error* in its body."""
        del operation
        bound = bindings.written(self._shapes, error.shape, error.members) if error.shape else ()
        inside = {key: each for key, each in error.members.items() if not (error.shape and _is_bound(error.shape, key))}
        body = xmlerrors.write(replace(error, members=inside), self._xml, self._style, self._namespace)
        return _answer(error.status, self._xml.media_type, body, error.shape, bound)
