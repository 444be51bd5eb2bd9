"""
The protocol Smithy RPC v2 CBOR: POST to ``/service/{service}/operation/{operation}``, all members in the body.

Sources: Smithy, "Smithy RPC v2 CBOR protocol"; "AWS query-compatible trait" for services that left the query protocol.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from bototape.interaction import Headers, Request, Response
from bototape.shapes import Operation, Service
from bototape.wire import cborbody, cborwrite, events, jsonerrors
from bototape.wire.cborformat import TYPE, CborFormat
from bototape.wire.dialect import ErrorAnswer, answer, stream_member
from bototape.wire.instance import Decoded, Reading, Spot, kind

__all__ = ["RpcCbor"]

_PROTOCOL = ("smithy-protocol", "rpc-v2-cbor")
_NO_IDENTIFIER = re.compile(r"[^a-z0-9]+")
_WRITING = Reading("the answer", drops_nulls=False)


class RpcCbor:
    """Smithy RPC v2 CBOR of one service."""

    name = "smithy-rpc-v2-cbor"

    def __init__(self, service: Service) -> None:
        self._shapes = service.shapes
        self._query_compatible = "awsQueryCompatible" in service.metadata
        # Models do not tell the namespace of their shapes; AWS makes it of the service's id. Clients strip it.
        identifier = _NO_IDENTIFIER.sub("", str(service.metadata.get("serviceId", "")).lower())
        self._namespace = f"com.amazonaws.{identifier}" if identifier else "com.amazonaws"
        self._format = CborFormat(service.shapes)

    def read_request(self, operation: Operation, request: Request, reading: Reading) -> object:
        """Return the input that the body carries."""
        return self._read(operation.input, request.body, reading)

    def read_response(self, operation: Operation, response: Response, reading: Reading) -> object:
        """Return the output that the body carries."""
        return self._read(operation.output, response.body, reading)

    def read_error(self, operation: Operation, response: Response, reading: Reading) -> Decoded:
        """Return the error that the body reports; of headers, only the former query protocol's code counts."""
        document = self._document(response.body, reading)
        headers = tuple(each for each in response.headers if each[0].lower() == jsonerrors.QUERY_ERROR)
        told = {key: each for key, each in document.items() if key == TYPE}
        code = jsonerrors.code_of(headers, told)
        name = jsonerrors.shape_of(self._shapes, operation, headers, told)
        if name is None:
            return Decoded(document, None, code)
        shape = self._shapes[name]
        instance = self._format.convert(jsonerrors.members_of(document, shape), shape, reading)
        return Decoded(instance, name, code, tuple(reading.nulls))

    def write_response(self, operation: Operation, instance: Mapping[str, Any]) -> Response:
        """Return status 200 with all members in the body, and no body for an operation without output."""
        if operation.output is None:
            return answer(200, "", b"", (_PROTOCOL,))
        root = self._shapes[operation.output]
        stream = stream_member(self._shapes, operation.output)
        if stream is None:
            return answer(200, self._format.media_type, self._format.write(dict(instance), root), (_PROTOCOL,))
        head = {key: value for key, value in instance.items() if key != stream.name}
        initial = self._format.write(head, root)
        shape = self._shapes[stream.shape]
        body = events.write_events(instance.get(stream.name, ()), shape, self._shapes, self._format, initial)
        return answer(200, events.MEDIA_TYPE, body, (_PROTOCOL,))

    def write_error(self, operation: Operation, error: ErrorAnswer) -> Response:
        """Return the response that reports *error* in its body, and under its former name in a header."""
        del operation
        members = self._format.revert(dict(error.members), error.shape) if error.shape else error.members
        document = jsonerrors.wire_document(error, members if isinstance(members, dict) else {})
        document[TYPE] = f"{self._namespace}#{document[TYPE]}"
        former = f"{error.code};{'Sender' if error.sender else 'Receiver'}"
        more: Headers = ((jsonerrors.QUERY_ERROR, former),) if self._query_compatible else ()
        return answer(error.status, self._format.media_type, cborwrite.dump(document, _WRITING), (_PROTOCOL, *more))

    def _read(self, name: str | None, content: bytes, reading: Reading) -> object:
        if name is None:
            return self._document(content, reading)
        stream = stream_member(self._shapes, name)
        root = self._shapes[name]
        if stream is None:
            return self._format.read(content, root, reading)
        shape = self._shapes[stream.shape]
        found, head = events.read_events(content, shape, self._shapes, self._format, reading, root)
        return {**head, stream.name: found} if isinstance(head, dict) else head

    def _document(self, content: bytes, reading: Reading) -> dict[str, Any]:
        if not content:
            return {}
        value = cborbody.locate(content, reading) if reading.located else cborbody.parse(content, reading)
        if not isinstance(value, dict):
            found = value.value if isinstance(value, Spot) else value
            raise reading.fail(f"expected a map, found {kind(found)}")
        return value
