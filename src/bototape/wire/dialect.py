"""What a protocol does: HTTP messages of one service to instances and back. One implementation per family."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, Protocol

from bototape.interaction import Headers, Request, Response
from bototape.shapes import Member, Operation, Shape
from bototape.wire.instance import Decoded, Reading

__all__ = ["Dialect", "ErrorAnswer", "answer", "error_shape", "stream_member"]


@dataclass(frozen=True, slots=True)
class ErrorAnswer:
    """
    An error to be written.

    *shape* is the modeled error's, None for one the model lacks; *code* is the code on the wire; *sender* says that
    the caller is to blame; *members* is the instance, the message among them as ``message`` or the modeled member.
    """

    code: str
    status: int
    sender: bool = True
    shape: Shape | None = None
    members: Mapping[str, Any] = field(default_factory=dict)


class Dialect(Protocol):
    """
    One protocol of one service. Bodies come and go with their content coding undone.

    Every method raises WireError for what its protocol does not allow, and nothing else.
    """

    @property
    def name(self) -> str:
        """The protocol as models name it: ``json``, ``rest-json``, ``smithy-rpc-v2-cbor`` and so on."""

    def read_request(self, operation: Operation, request: Request, reading: Reading) -> object:
        """Return the input that *request* carries."""

    def read_response(self, operation: Operation, response: Response, reading: Reading) -> object:
        """Return the output that the successful *response* carries."""

    def read_error(self, operation: Operation, response: Response, reading: Reading) -> Decoded:
        """Return the error that *response* carries; without a modeled shape the instance is all that was read."""

    def write_response(self, operation: Operation, instance: Mapping[str, Any]) -> Response:
        """Return the response that carries *instance*, with the status and headers the protocol asks for."""

    def write_error(self, operation: Operation, error: ErrorAnswer) -> Response:
        """Return the response by which the service reports *error*."""


def error_shape(shapes: Mapping[str, Shape], operation: Operation, code: str | None) -> str | None:
    """
    Return the name of the modeled error that *code* stands for, or None.

    Those of *operation* come first, then any of the service, as botocore looks for them.
    """
    if not code:
        return None
    for name in operation.errors:
        if code in (name, _code(shapes[name])):
            return name
    named = shapes.get(code)
    if named is not None and named.traits.get("exception"):
        return code
    errors = (each for each in shapes.values() if each.traits.get("exception"))
    return next((each.name for each in errors if _code(each) == code), None)


def _code(shape: Shape) -> object:
    return shape.traits.get("error", {}).get("code")


def stream_member(shapes: Mapping[str, Shape], name: str | None) -> Member | None:
    """Return the member of the shape *name* that is an event stream, or None."""
    members = shapes[name].members.values() if name else ()
    return next((each for each in members if shapes[each.shape].traits.get("eventstream")), None)


def answer(status: int, media_type: str, body: bytes, more: Headers = ()) -> Response:
    """Return a response with RFC 9110's reason phrase, Content-Type (if any), Content-Length and *more* headers."""
    reason = HTTPStatus(status).phrase if status in HTTPStatus._value2member_map_ else ""
    kind = (("Content-Type", media_type),) if media_type else ()
    return Response(status, reason, (*kind, ("Content-Length", str(len(body))), *more), body)
