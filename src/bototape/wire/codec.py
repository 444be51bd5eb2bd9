"""
HTTP messages of one service to member-named instances and back, whatever protocol they are in.

The protocol is the one the message was made with. Sources: Smithy's protocol pages, botocore's parsers and
serializers; each dialect's module names its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, NamedTuple, TypeVar

from bototape.errors import WireError
from bototape.interaction import Request, Response
from bototape.jsontext import pointer
from bototape.shapes import Operation, Service
from bototape.wire import codings, speaks
from bototape.wire.dialect import Dialect, ErrorAnswer, error_shape
from bototape.wire.edit import edited
from bototape.wire.instance import Decoded, Key, Reading, Spot
from bototape.wire.query import Ec2, Query
from bototape.wire.rest import RestJson, RestXml
from bototape.wire.rpccbor import RpcCbor
from bototape.wire.rpcjson import RpcJson

__all__ = ["Codec", "Place", "is_error"]

_REDIRECT = 300

_Message = TypeVar("_Message", bound=Request | Response)

_DIALECTS: Mapping[str, Callable[[Service], Dialect]] = {
    "json": RpcJson,
    "ec2": Ec2,
    "query": Query,
    "rest-json": RestJson,
    "rest-xml": RestXml,
    "smithy-rpc-v2-cbor": RpcCbor,
}


class Place(NamedTuple):
    """Where one value of an instance stands: *pointer* leads to it in the instance, *is_key* to a map key's entry."""

    pointer: str
    spot: Spot
    is_key: bool = False


def is_error(response: Response) -> bool:
    """Tell whether *response* is an error: any status but 2xx."""
    return response.status >= _REDIRECT


class Codec:
    """
    Reads and writes the messages of *service*. Keep one per service: what is learnt about a shape is kept.

    Every method raises WireError, and nothing else, for a message that is not what its protocol says. *protocol* is
    botocore's name of the one the message is in, where the caller knows; else the message tells.
    """

    def __init__(self, service: Service) -> None:
        self.service = service
        self.protocols = speaks.spoken(service.metadata)
        self._dialects: dict[str, Dialect] = {}

    def protocol(self, request: Request) -> str:
        """Return the protocol *request* is in. Raises WireError when the service does not speak it."""
        return speaks.of_request(request, self.protocols)

    def decode_request(self, operation: Operation, request: Request, protocol: str | None = None) -> object:
        """Return the input of *operation* that *request* carries; an empty body is an empty input."""
        reading = Reading("the request body", drops_nulls=False)
        return self._request(operation, request, protocol, reading)

    def decode_response(self, operation: Operation, response: Response, protocol: str | None = None) -> Decoded:
        """Return the output or the error that *response* carries; an empty body is an empty structure."""
        return self._response(operation, response, protocol, Reading("the response body", drops_nulls=True))

    def places(self, operation: Operation, message: Request | Response, protocol: str | None = None) -> list[Place]:
        """Return where each scalar and each map key of the instance stands in *message*."""
        if isinstance(message, Request):
            reading = Reading("the request body", drops_nulls=False, located=True)
            return list(_flattened(self._request(operation, message, protocol, reading)))
        reading = Reading("the response body", drops_nulls=True, located=True)
        return list(_flattened(self._response(operation, message, protocol, reading).instance))

    def edit(self, operation: Operation, message: _Message, changes: Iterable[tuple[Place, object]]) -> _Message:
        """
        Return *message* with the value at each place replaced by another one, as instances have it.

        Every other byte stays, but for lengths and checksums inside the body. Those in headers are the caller's to
        repair.
        """
        spots = [(place.spot, value) for place, value in changes]
        return edited(message, spots, keeps_gzip=self.keeps_gzip(operation, message))

    def encode_response(
        self, operation: Operation, instance: Mapping[str, Any], protocol: str | None = None
    ) -> Response:
        """Return the successful response of *operation* that every SDK reads as *instance*."""
        return self._dialect(protocol or self.protocols[0]).write_response(operation, instance)

    def encode_error(
        self,
        operation: Operation,
        error: str,
        message: str = "",
        *,
        members: Mapping[str, Any] | None = None,
        status: int | None = None,
        protocol: str | None = None,
    ) -> Response:
        """
        Return the response by which the service reports *error*, the name of a modeled error or any code.

        *message* goes where the shape has its message. *status* is by default the model's, else 500 for a fault of
        the service and 400 for one of the caller.
        """
        dialect = self._dialect(protocol or self.protocols[0])
        return dialect.write_error(operation, self._error(operation, error, message, members or {}, status))

    def keeps_gzip(self, operation: Operation, message: Request | Response) -> bool:
        """Tell whether the body of *message* is the caller's own data, so that its compression is part of it."""
        if isinstance(message, Response) and is_error(message):
            return False
        root = operation.input if isinstance(message, Request) else operation.output
        shape = self.service.shapes[root] if root else None
        payload = shape.members.get(str(shape.traits.get("payload"))) if shape else None
        return payload is not None and self.service.shapes[payload.shape].type == "blob"

    def _error(
        self, operation: Operation, error: str, message: str, members: Mapping[str, Any], status: int | None
    ) -> ErrorAnswer:
        name = error_shape(self.service.shapes, operation, error) or (error if error in self.service.shapes else None)
        shape = self.service.shapes[name] if name else None
        if shape is None or shape.type != "structure":
            texts = {"message": message} if message else {}
            return ErrorAnswer(error, status or 400, members={**texts, **members})
        trait = shape.traits.get("error", {})
        sender = not shape.traits.get("fault") and trait.get("senderFault") is not False
        own = next((each for each in shape.members if each.lower() == "message"), "message")
        texts = {own: message} if message else {}
        normal = trait.get("httpStatusCode") or (400 if sender else 500)
        return ErrorAnswer(str(trait.get("code", name)), status or normal, sender, shape, {**texts, **members})

    def _request(self, operation: Operation, request: Request, protocol: str | None, reading: Reading) -> object:
        dialect = self._dialect(protocol or self.protocol(request))
        plain = codings.undone(request, reading, keeps_gzip=self.keeps_gzip(operation, request))
        return dialect.read_request(operation, plain, reading)

    def _response(self, operation: Operation, response: Response, protocol: str | None, reading: Reading) -> Decoded:
        dialect = self._dialect(protocol or speaks.of_response(response, self.protocols))
        plain = codings.undone(response, reading, keeps_gzip=self.keeps_gzip(operation, response))
        if is_error(response):
            return dialect.read_error(operation, plain, reading)
        return Decoded(dialect.read_response(operation, plain, reading), nulls=tuple(reading.nulls))

    def _dialect(self, protocol: str) -> Dialect:
        dialect = self._dialects.get(protocol)
        if dialect is None:
            if protocol not in _DIALECTS:
                raise WireError("the message", f"protocol {protocol!r} is not known")
            dialect = self._dialects[protocol] = _DIALECTS[protocol](self.service)
        return dialect


def _flattened(value: object, at: str = "") -> Iterator[Place]:
    todo = [(value, at)]
    while todo:
        here, way = todo.pop()
        if isinstance(here, Spot):
            yield Place(way, here)
        elif isinstance(here, dict):
            for key in here:
                if isinstance(key, Key):
                    yield Place(way + pointer((key,)), key.spot, is_key=True)
            todo.extend((each, way + pointer((key,))) for key, each in reversed(here.items()))
        elif isinstance(here, list):
            todo.extend((here[index], f"{way}/{index}") for index in range(len(here) - 1, -1, -1))
