"""
What the RPC protocols share, JSON and CBOR: all members in the body, which is one object or an event stream.

Sources: Smithy, "AWS JSON 1.1 protocol", "Smithy RPC v2 CBOR protocol"; "Event stream specification", initial messages
of RPC protocols; "AWS query-compatible trait" for the former code of an error.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, Protocol

from bototape.interaction import Headers, Request, Response
from bototape.shapes import Operation, Service, Shape
from bototape.wire import events, jsonerrors
from bototape.wire.dialect import ErrorAnswer, answer, stream_member
from bototape.wire.instance import Decoded, Format, Reading, Spot, kind

__all__ = ["WRITING", "Rpc", "Syntax", "Tree", "document", "modeled"]

#: The reading that errors of writing are told by.
WRITING = Reading("the answer", drops_nulls=False)


class Syntax(NamedTuple):
    """How a value is written into bytes: *noun* is what the root must be."""

    parse: Callable[[bytes, Reading], Any]
    locate: Callable[[bytes, Reading], Any]
    dump: Callable[[object, Reading], bytes]
    noun: str


class Tree(Format, Protocol):
    """A format whose bytes are a tree of values first, to which a shape gives the members' names."""

    def convert(self, value: object, shape: Shape, reading: Reading) -> object:
        """Return the instance of *shape* that *value* is."""

    def revert(self, instance: object, shape: Shape) -> object:
        """Return what *instance* of *shape* is on the wire."""


def document(content: bytes, syntax: Syntax, reading: Reading) -> dict[str, Any]:
    """Return the object that *content* is, whatever its shape; empty content is an empty object. Raises WireError."""
    if not content:
        return {}
    value = (syntax.locate if reading.located else syntax.parse)(content, reading)
    if not isinstance(value, dict):
        found = value.value if isinstance(value, Spot) else value
        raise reading.fail(f"expected {syntax.noun}, found {kind(found)}")
    return value


def modeled(
    shapes: Mapping[str, Shape],
    operation: Operation,
    headers: Headers,
    told: Mapping[str, Any],
    found: Mapping[str, Any],
    tree: Tree,
    reading: Reading,
) -> Decoded:
    """Return the error whose body is *found*; *headers* and *told* of it are where this protocol has its code."""
    code = jsonerrors.code_of(headers, told)
    name = jsonerrors.shape_of(shapes, operation, headers, told)
    if name is None:
        return Decoded(found, None, code)
    shape = shapes[name]
    instance = tree.convert(jsonerrors.members_of(found, shape), shape, reading)
    return Decoded(instance, name, code, tuple(reading.nulls))


class Rpc:
    """An RPC protocol of one service: *tree* reads and writes shapes, *syntax* what has none."""

    name = ""

    def __init__(self, service: Service, tree: Tree, syntax: Syntax, headers: Headers = ()) -> None:
        self._shapes = service.shapes
        self._query_compatible = "awsQueryCompatible" in service.metadata
        self._tree = tree
        self._syntax = syntax
        self._headers = headers

    def read_request(self, operation: Operation, request: Request, reading: Reading) -> object:
        """Return the input that the body carries."""
        return self._read(operation.input, request.body, reading)

    def read_response(self, operation: Operation, response: Response, reading: Reading) -> object:
        """Return the output that the body carries."""
        return self._read(operation.output, response.body, reading)

    def write_response(self, operation: Operation, instance: Mapping[str, Any]) -> Response:
        """Return status 200 (or the model's) with all members in the body."""
        status = int(operation.http.get("responseCode", 200))
        stream = stream_member(self._shapes, operation.output)
        if stream is None:
            return answer(status, *self._written(instance, operation.output), self._headers)
        head = {key: value for key, value in instance.items() if key != stream.name}
        _, initial = self._written(head, operation.output)
        shape = self._shapes[stream.shape]
        body = events.write_events(instance.get(stream.name, ()), shape, self._shapes, self._tree, initial)
        return answer(status, events.MEDIA_TYPE, body, self._headers)

    def write_error(self, operation: Operation, error: ErrorAnswer) -> Response:
        """Return the response that reports *error* in its body, and under its former name in a header."""
        del operation
        members = self._tree.revert(dict(error.members), error.shape) if error.shape else error.members
        found = jsonerrors.wire_document(error, members if isinstance(members, dict) else {})
        body = self._syntax.dump(self._typed(found), WRITING)
        former = f"{error.code};{'Sender' if error.sender else 'Receiver'}"
        more = ((jsonerrors.QUERY_ERROR, former),) if self._query_compatible else ()
        return answer(error.status, self._tree.media_type, body, (*self._headers, *more))

    def _typed(self, found: dict[str, Any]) -> dict[str, Any]:
        """Return the body of an error with its type as this protocol spells it."""
        return found

    def _written(self, instance: Mapping[str, Any], shape: str | None) -> tuple[str, bytes]:
        if shape is None:
            return self._tree.media_type, self._syntax.dump(instance, WRITING)
        return self._tree.media_type, self._tree.write(dict(instance), self._shapes[shape])

    def _read(self, name: str | None, content: bytes, reading: Reading) -> object:
        if name is None:
            return document(content, self._syntax, reading)
        root = self._shapes[name]
        stream = stream_member(self._shapes, name)
        if stream is None:
            return self._tree.read(content, root, reading)
        shape = self._shapes[stream.shape]
        found, head = events.read_events(content, shape, self._shapes, self._tree, reading, root)
        return {**head, stream.name: found} if isinstance(head, dict) else head
