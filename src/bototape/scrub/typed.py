"""
What a service's model says of every value in the messages of a call.

A JSON body is followed name by name while it is read. Of every other protocol, and of URI and headers, the wire's own
reader tells where each value stands.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from bototape.errors import WireError
from bototape.interaction import Call, Request, Response, header
from bototape.scrub.classify import classified
from bototape.scrub.meaning import UNTOLD, Meaning, Node, Slot, Told
from bototape.shapes import Member, Operation, Service, Shape
from bototape.wire import bindings, frames
from bototape.wire.codec import Codec, is_error
from bototape.wire.instance import Key, Reading, Spot

__all__ = ["Typed", "Typing"]

_NO_SLOT: Slot = (None, None)
_SCALARS = frozenset({"string", "character", "blob", "integer", "long"})


class Typing:
    """What the model of one *service* says. Keep one per service: what is learnt about a shape is kept."""

    def __init__(self, service: Service) -> None:
        self.service = service
        self.codec = Codec(service)
        self._nodes: dict[tuple[str, bool, bool], _Node] = {}
        self._meanings: dict[tuple[str, str, str, bool], Meaning] = {}
        self._plain: dict[str, Told | None] = {}

    def of(self, call: Call | None) -> Typed | None:
        """Return *call* as the model knows it, or None for an operation that the model lacks."""
        operation = self.service.operations.get(call.operation) if call else None
        return Typed(self, operation, call.protocol or None) if operation and call else None

    def node(self, name: str, *, is_sensitive: bool = False, on_wire: bool = False) -> _Node:
        """Return the node of the shape *name*; with *on_wire* it goes by the names in a JSON body."""
        key = (name, is_sensitive, on_wire)
        found = self._nodes.get(key)
        if found is None:
            found = self._nodes[key] = _Node(self, self.service.shapes[name], is_sensitive, on_wire)
        return found

    def plain(self, name: str) -> Told | None:
        """Return what is told of every message that is the structure *name* as one JSON body, None for any other."""
        if name not in self._plain:
            shape = self.service.shapes[name]
            is_body = "payload" not in shape.traits and all(
                "location" not in each.traits for each in shape.members.values()
            )
            self._plain[name] = _told([], self.node(name, on_wire=True)) if is_body else None
        return self._plain[name]

    def slot(self, member: Member, parent: str, *, is_sensitive: bool, on_wire: bool) -> Slot:
        """Return what *member* of the shape *parent* is, below something sensitive or not."""
        shape = self.service.shapes[member.shape]
        hidden = is_sensitive or bool(member.traits.get("sensitive") or shape.traits.get("sensitive"))
        if shape.type == "blob" and self.service.shapes[parent].traits.get("event"):
            # The data of an event is what the body of a message is: looked into, never replaced as a whole.
            hidden = False
        if shape.type in ("structure", "list", "map"):
            if shape.traits.get("document"):
                return _NO_SLOT
            return None, self.node(member.shape, is_sensitive=hidden, on_wire=on_wire)
        if shape.type not in _SCALARS:
            return _NO_SLOT
        key = (parent, member.name, member.shape, hidden)
        found = self._meanings.get(key)
        if found is None:
            found = classified(member, shape, self.service.metadata, parent, is_sensitive=hidden)
            self._meanings[key] = found
        return found, None


class _Node:
    """One structure, list or map, below something sensitive or not."""

    __slots__ = ("_every", "_is_sensitive", "_members", "_on_wire", "_shape", "_typing")

    def __init__(self, typing: Typing, shape: Shape, is_sensitive: bool, on_wire: bool) -> None:  # noqa: FBT001 - a key's parts
        self._typing = typing
        self._shape = shape
        self._is_sensitive = is_sensitive
        self._on_wire = on_wire
        self._members: dict[str, Slot] = {}
        self._every: Slot | None = None

    def member(self, name: str) -> Slot:
        """Return what stands under *name*, in a map under any."""
        if self._shape.type == "map":
            return self.element()
        found = self._members.get(name)
        if found is None:
            members = self._shape.members
            member = next((each for each in members.values() if each.wire_name == name), None)
            member = member if self._on_wire else members.get(name)
            # What the model lacks is not kept: there is no end of such names.
            if member is None:
                return _NO_SLOT
            found = self._members[name] = self._slot(member)
        return found

    def element(self) -> Slot:
        """Return what stands in each place of a list or under each key of a map."""
        if self._every is None:
            member = self._shape.element or self._shape.value
            self._every = self._slot(member) if member else _NO_SLOT
        return self._every

    def _slot(self, member: Member) -> Slot:
        return self._typing.slot(member, self._shape.name, is_sensitive=self._is_sensitive, on_wire=self._on_wire)


@dataclass(frozen=True, slots=True, eq=False)
class Typed:
    """One call as its service's model knows it; *protocol* is botocore's name, None where the messages tell."""

    typing: Typing
    operation: Operation
    protocol: str | None = None

    def told(self, message: Request | Response) -> Told:
        """Return what the model says of *message*: nothing, when it is not what the model says it would be."""
        try:
            return self._json(message) if self._is_json(message) else self._located(message)
        except WireError:
            return UNTOLD

    def _is_json(self, message: Request | Response) -> bool:
        """Tell whether the body of *message* is one JSON document that is its input or output."""
        protocols = (self.protocol,) if self.protocol else self.typing.codec.protocols
        if not {"json", "rest-json"}.issuperset(protocols) or (isinstance(message, Response) and is_error(message)):
            return False
        return not (header(message.headers, "Content-Type") or "").startswith(frames.MEDIA_TYPE)

    def _json(self, message: Request | Response) -> Told:
        name = self.operation.input if isinstance(message, Request) else self.operation.output
        if name is None:
            return UNTOLD
        plain = self.typing.plain(name)
        if plain is not None:
            return plain
        shapes = self.typing.service.shapes
        payload = shapes[name].members.get(str(shapes[name].traits.get("payload")))
        bound = _flattened(self._bound(message, name))
        node = self.typing.node(name)
        if payload is None:
            return _told([(spot, _walked(node, way)) for way, spot in bound], self.typing.node(name, on_wire=True))
        meaning, inner = self.typing.slot(payload, name, is_sensitive=False, on_wire=True)
        body = {0: meaning} if meaning else {}
        return _told([(spot, _walked(node, way)) for way, spot in bound], inner, body)

    def _bound(self, message: Request | Response, name: str) -> object:
        """Return the located members of *message* that are outside of its body."""
        shapes = self.typing.service.shapes
        if not any("location" in each.traits for each in shapes[name].members.values()):
            return {}
        reading = Reading("the message", drops_nulls=False, located=True)
        if isinstance(message, Request):
            return bindings.of_request(shapes, self.operation, message, reading)
        return bindings.of_response(shapes, shapes[name], message, reading)

    def _located(self, message: Request | Response) -> Told:
        codec = self.typing.codec
        name = self.operation.input if isinstance(message, Request) else self.operation.output
        if isinstance(message, Response) and is_error(message):
            name = codec.decode_response(self.operation, message, self.protocol).error
        if name is None:
            return UNTOLD
        node = self.typing.node(name)
        places = codec.places(self.operation, message, self.protocol)
        return _told([(each.spot, _walked(node, each.pointer)) for each in places if not each.is_key])


def _walked(node: Node, pointer: str) -> Meaning | None:
    """Return the meaning of what *pointer* (RFC 6901) leads to from *node*."""
    slot: Slot = (None, node)
    for step in pointer.split("/")[1:]:
        here = slot[1]
        if here is None:
            return None
        name = step.replace("~1", "/").replace("~0", "~")
        slot = here.member(name)
        if slot == _NO_SLOT and name.isdigit():
            slot = here.element()
            # The events of a stream are members of one structure, each in its turn.
            slot = (None, here) if slot == _NO_SLOT else slot
    return slot[0]


def _told(
    found: list[tuple[Spot, Meaning | None]], root: Node | None = None, body: Mapping[int, Meaning] | None = None
) -> Told:
    at = dict(body or {})
    uri: list[tuple[int, int, Meaning]] = []
    headers: dict[str, Meaning] = {}
    for spot, meaning in found:
        if meaning is None:
            continue
        if spot.part == "body":
            at[spot.start] = meaning
        elif spot.part == "uri":
            uri.append((spot.start, spot.end, meaning))
        elif spot.part == "header":
            headers[spot.name.lower()] = meaning
    return Told(root, at, tuple(sorted(uri, key=lambda each: each[:2])), headers)


def _flattened(value: object, way: str = "") -> Iterator[tuple[str, Spot]]:
    if isinstance(value, Spot):
        yield way, value
    elif isinstance(value, dict):
        for key, each in value.items():
            name = str(key) if isinstance(key, Key) else key
            yield from _flattened(each, f"{way}/{name.replace('~', '~0').replace('/', '~1')}")
    elif isinstance(value, list):
        for at, each in enumerate(value):
            yield from _flattened(each, f"{way}/{at}")
