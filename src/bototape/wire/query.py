"""
The query protocol and EC2's: a form with ``Action`` and ``Version`` to one path, XML back.

Sources: Smithy, "AWS query protocol" and "AWS EC2 query protocol". Responses are ``<OpResponse><OpResult>…`` with
``ResponseMetadata`` beside (query) or the members right in ``<OpResponse>`` with ``requestId`` among them (EC2).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from bototape.interaction import Request, Response
from bototape.shapes import Operation, Service, Shape
from bototape.wire import form, traits, xmlbody, xmlerrors, xmlwrite
from bototape.wire.dialect import ErrorAnswer, answer
from bototape.wire.instance import Decoded, Reading
from bototape.wire.queryinput import Field, InputReader
from bototape.wire.xmlbody import Element, local
from bototape.wire.xmlformat import XmlFormat

__all__ = ["Ec2", "Query"]

_MEDIA_TYPE = "text/xml"

#: Fields of the protocol, and of signatures among the fields (Version 2; those of Version 4 start with ``X-Amz-``).
_PROTOCOL = frozenset({"Action", "Version"})
_SIGNING = frozenset(
    {"AWSAccessKeyId", "Signature", "SignatureMethod", "SignatureVersion", "SecurityToken", "Timestamp", "Expires"}
)


class Query:
    """The query protocol of one service."""

    name = "query"

    def __init__(self, service: Service) -> None:
        self._shapes = service.shapes
        self._namespace = service.metadata.get("xmlNamespace")
        self._xml = XmlFormat(service.shapes)
        self._inputs = InputReader(service.shapes, is_ec2=False)

    def read_request(self, operation: Operation, request: Request, reading: Reading) -> object:
        """Return the input in the form, which is the body or the query string."""
        return _input(self._inputs, operation, self._shapes, request, reading)

    def read_response(self, operation: Operation, response: Response, reading: Reading) -> object:
        """Return the output in ``<OpResult>``; without that element all there is but the metadata."""
        if not response.body:
            return {}
        root = xmlbody.parse(response.body, reading)
        result = next((each for each in root if local(each.tag) == f"{operation.name}Result"), None)
        if result is None:
            result = _without(root, "ResponseMetadata")
        return _output(self._xml, result, self._shapes, operation, reading)

    def read_error(self, operation: Operation, response: Response, reading: Reading) -> Decoded:
        """Return the error that the body reports."""
        return xmlerrors.decode(operation, response, self._xml, reading)

    def write_response(self, operation: Operation, instance: Mapping[str, Any]) -> Response:
        """Return ``<OpResponse>`` with the output in ``<OpResult>``, and the metadata."""
        name = operation.name
        shape = self._shapes[operation.output] if operation.output else None
        result = self._xml.element(f"{name}Result", dict(instance), shape) if shape or instance else ""
        metadata = self._xml.element("ResponseMetadata", {"RequestId": xmlerrors.REQUEST_ID}, None)
        space = f' xmlns="{xmlbody.attribute(self._namespace)}"' if self._namespace else ""
        body = f"{xmlwrite.DECLARATION}<{name}Response{space}>{result}{metadata}</{name}Response>"
        return answer(_status(operation), _MEDIA_TYPE, body.encode("utf-8"))

    def write_error(self, operation: Operation, error: ErrorAnswer) -> Response:
        """Return ``<ErrorResponse>``."""
        del operation
        return answer(error.status, _MEDIA_TYPE, xmlerrors.write(error, self._xml, "query", self._namespace))


class Ec2:
    """The query protocol as EC2 speaks it."""

    name = "ec2"

    def __init__(self, service: Service) -> None:
        self._shapes = service.shapes
        self._namespace = service.metadata.get("xmlNamespace")
        self._xml = XmlFormat(service.shapes)
        self._inputs = InputReader(service.shapes, is_ec2=True)

    def read_request(self, operation: Operation, request: Request, reading: Reading) -> object:
        """Return the input in the form, which is the body or the query string."""
        return _input(self._inputs, operation, self._shapes, request, reading)

    def read_response(self, operation: Operation, response: Response, reading: Reading) -> object:
        """Return the output, which is the document element without the request id."""
        if not response.body:
            return {}
        root = xmlbody.parse(response.body, reading)
        if not self._models_request_id(operation):
            root = _without(root, "requestId")
        return _output(self._xml, root, self._shapes, operation, reading)

    def read_error(self, operation: Operation, response: Response, reading: Reading) -> Decoded:
        """Return the error that the body reports."""
        return xmlerrors.decode(operation, response, self._xml, reading)

    def write_response(self, operation: Operation, instance: Mapping[str, Any]) -> Response:
        """Return ``<OpResponse>`` with the request id and the output."""
        shape = self._shapes[operation.output] if operation.output else None
        own = {} if self._models_request_id(operation) else {"requestId": xmlerrors.REQUEST_ID}
        body = self._xml.element(f"{operation.name}Response", {**own, **instance}, shape, None, self._namespace)
        return answer(_status(operation), _MEDIA_TYPE, (xmlwrite.DECLARATION + body).encode("utf-8"))

    def write_error(self, operation: Operation, error: ErrorAnswer) -> Response:
        """Return ``<Response><Errors><Error>``."""
        del operation
        return answer(error.status, _MEDIA_TYPE, xmlerrors.write(error, self._xml, "ec2"))

    def _models_request_id(self, operation: Operation) -> bool:
        shape = self._shapes[operation.output] if operation.output else None
        members = shape.members.values() if shape else ()
        return any("requestId" in traits.names(each, self._shapes) for each in members)


def _input(
    inputs: InputReader, operation: Operation, shapes: Mapping[str, Shape], request: Request, reading: Reading
) -> dict[str, Any]:
    shape = shapes[operation.input] if operation.input else _NO_INPUT
    known = inputs.names(shape)
    fields = (each for each in _fields(request, reading) if each.pair.name in known or not _is_own(each.pair.name))
    return inputs.read(fields, shape, reading)


_NO_INPUT = Shape("", "structure", {}, None, None, None, None, None, None, None, {})


def _fields(request: Request, reading: Reading) -> Iterator[Field]:
    yield from (Field(each, "uri") for each in form.of_uri(request.uri, reading))
    yield from (Field(each, "body") for each in form.of_body(request.body, reading))


def _is_own(name: str) -> bool:
    return name in _PROTOCOL or name in _SIGNING or name.startswith("X-Amz-")


def _output(
    xml: XmlFormat, element: Element, shapes: Mapping[str, Shape], operation: Operation, reading: Reading
) -> object:
    if operation.output:
        return xml.convert(element, shapes[operation.output], reading)
    return xml.convert(element, None, reading) if len(element) else {}


def _without(root: Element, name: str) -> Element:
    for child in [each for each in root if local(each.tag) == name]:
        root.remove(child)
    return root


def _status(operation: Operation) -> int:
    return int(operation.http.get("responseCode", 200))
