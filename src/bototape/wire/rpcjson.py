"""
The protocols AWS JSON 1.0 and 1.1: POST to ``/``, the operation in ``X-Amz-Target``, all members in the body.

Sources: Smithy, "AWS JSON 1.0 protocol" and "AWS JSON 1.1 protocol"; for streams "Event stream specification",
initial messages of RPC protocols.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bototape.interaction import Request, Response
from bototape.shapes import Operation, Service
from bototape.wire import events, jsonbody, jsonerrors
from bototape.wire.dialect import ErrorAnswer, answer, stream_member
from bototape.wire.instance import Decoded, Reading, Spot, kind
from bototape.wire.jsonformat import JsonFormat

__all__ = ["RpcJson"]

_WRITING = Reading("the answer", drops_nulls=False)


class RpcJson:
    """AWS JSON of one service, in the version its model names."""

    name = "json"

    def __init__(self, service: Service) -> None:
        self._shapes = service.shapes
        version = service.metadata.get("jsonVersion", "1.0")
        self._query_compatible = "awsQueryCompatible" in service.metadata
        self._format = JsonFormat(service.shapes, rest=False, media_type=f"application/x-amz-json-{version}")

    def read_request(self, operation: Operation, request: Request, reading: Reading) -> object:
        """Return the input that the body carries."""
        return self._read(operation.input, request.body, reading)

    def read_response(self, operation: Operation, response: Response, reading: Reading) -> object:
        """Return the output that the body carries."""
        return self._read(operation.output, response.body, reading)

    def read_error(self, operation: Operation, response: Response, reading: Reading) -> Decoded:
        """Return the error that headers and body report."""
        document = self._document(response.body, reading)
        code = jsonerrors.code_of(response.headers, document)
        name = jsonerrors.shape_of(self._shapes, operation, response.headers, document)
        if name is None:
            return Decoded(document, None, code)
        shape = self._shapes[name]
        instance = self._format.convert(jsonerrors.members_of(document, shape), shape, reading)
        return Decoded(instance, name, code, tuple(reading.nulls))

    def write_response(self, operation: Operation, instance: Mapping[str, Any]) -> Response:
        """Return status 200 (or the model's) with all members in the body."""
        status = int(operation.http.get("responseCode", 200))
        stream = stream_member(self._shapes, operation.output)
        if stream is None:
            body = self._dump(instance, operation.output)
            return answer(status, self._format.media_type, body)
        head = {key: value for key, value in instance.items() if key != stream.name}
        shape = self._shapes[stream.shape]
        initial = self._dump(head, operation.output)
        body = events.write_events(instance.get(stream.name, ()), shape, self._shapes, self._format, initial)
        return answer(status, events.MEDIA_TYPE, body)

    def write_error(self, operation: Operation, error: ErrorAnswer) -> Response:
        """Return the response that reports *error* in its body, and under its former name in a header."""
        del operation
        members = self._format.revert(dict(error.members), error.shape) if error.shape else error.members
        body = jsonbody.dump(jsonerrors.wire_document(error, members if isinstance(members, dict) else {}), _WRITING)
        former = f"{error.code};{'Sender' if error.sender else 'Receiver'}"
        more = ((jsonerrors.QUERY_ERROR, former),) if self._query_compatible else ()
        return answer(error.status, self._format.media_type, body, more)

    def _dump(self, instance: Mapping[str, Any], shape: str | None) -> bytes:
        return self._format.write(dict(instance), self._shapes[shape]) if shape else jsonbody.dump(instance, _WRITING)

    def _read(self, name: str | None, content: bytes, reading: Reading) -> object:
        stream = stream_member(self._shapes, name)
        if name is None or stream is None:
            return self._document(content, reading) if name is None else self._read_shape(name, content, reading)
        root = self._shapes[name]
        found, head = events.read_events(content, self._shapes[stream.shape], self._shapes, self._format, reading, root)
        return {**head, stream.name: found} if isinstance(head, dict) else head

    def _read_shape(self, name: str, content: bytes, reading: Reading) -> object:
        return self._format.read(content, self._shapes[name], reading)

    def _document(self, content: bytes, reading: Reading) -> dict[str, Any]:
        if not content:
            return {}
        value = jsonbody.locate(content, reading) if reading.located else jsonbody.parse(content, reading)
        if not isinstance(value, dict):
            found = value.value if isinstance(value, Spot) else value
            raise reading.fail(f"expected a JSON object, found {kind(found)}")
        return value
