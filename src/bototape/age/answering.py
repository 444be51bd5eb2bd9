"""An answer cut to what a release knows, or why that release could not have given it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from xml.sax.saxutils import unescape

from bototape.age.then import Pair, Point, Way, steps
from bototape.interaction import Headers, Response
from bototape.scrub.integrity import repair
from bototape.shapes import Operation, Service, Shape
from bototape.wire import codings, speaks
from bototape.wire.codec import Codec, is_error
from bototape.wire.dialect import error_shape
from bototape.wire.instance import Decoded

__all__ = ["Cut", "cut"]

#: Says what an object is, in JSON; no member of anything. Nor is what begins with a colon: of an event's frame.
_TYPE = "__type"

#: The output of an operation that has none.
_NOTHING = Shape("", "structure", {}, None, None, None, None, None, None, None, {})
_XML = ("query", "ec2", "rest-xml")
_REQUEST_ID = re.compile(rb"<(RequestI[dD]|requestId|HostId)>([^<]*)<")
_MESSAGE = re.compile(rb"<[Mm]essage>([^<]*)<")


@dataclass(slots=True)
class Cut:
    """
    What became of an answer.

    *dropped* are the places left out; *newer* is what the release could not have said: points, and how each is named
    in a message.
    """

    response: Response
    dropped: list[str] = field(default_factory=list)
    newer: list[tuple[Point, str]] = field(default_factory=list)


def cut(then: Service, now: Codec, operation: str, response: Response, protocol: str | None) -> Cut:
    """
    Return *response* of *operation* as *then* has it; *now* reads and writes it. With something newer it is as it was.

    A value is newer if *now* lists it and *then*, which has an enumeration there, does not. What no release lists
    passes: services answer so. Raises WireError for an answer that is not what its protocol says.
    """
    protocol = protocol or speaks.of_response(response, now.protocols)
    modeled = now.service.operations[operation]
    decoded = now.decode_response(modeled, response, protocol)
    found = Cut(response)
    if not isinstance(decoded.instance, Mapping):
        return found
    pair, way = _root(then, now.service, operation, decoded, failed=is_error(response))
    if pair is None:
        found.newer.append((Point(way.place), f"the error {decoded.error}"))
        return found
    if pair.then is None:  # an error that no model has
        return found
    walk = _Walk(then.shapes, now.service.shapes, found)
    left = walk.structure(pair, decoded.instance, way)
    if found.dropped and not found.newer:
        found.response = _written(now, modeled, response, replace(decoded, instance=left), protocol, decoded)
    return found


def _root(then: Service, now: Service, name: str, decoded: Decoded, *, failed: bool) -> tuple[Pair | None, Way]:
    """Return the shape of the answer in both releases; no pair at all for an error that is newer than *then*."""
    old, new = then.operations[name], now.operations[name]
    if not failed:
        pair = Pair(_shape(then, old.output) or _NOTHING, _shape(now, new.output))
        return pair, Way(f"{name}.output")
    if decoded.error is None:
        return Pair(None, None), Way(f"{name}.error")
    known = error_shape(then.shapes, old, decoded.error) or error_shape(then.shapes, old, decoded.code)
    if known is None and decoded.error in new.errors:
        return None, Way(f"{name}.error.{decoded.error}")
    return Pair(_shape(then, known), _shape(now, decoded.error)), Way(f"{name}.error.{decoded.error}")


def _shape(service: Service, name: str | None) -> Shape | None:
    return service.shapes[name] if name else None


class _Walk:
    """Goes through an instance with both releases' shapes in hand."""

    def __init__(self, then: Mapping[str, Shape], now: Mapping[str, Shape], found: Cut) -> None:
        self._then = then
        self._now = now
        self._found = found

    def structure(self, pair: Pair, value: Mapping[str, Any], way: Way) -> dict[str, Any]:
        """Return *value* without what the release does not know."""
        kept = {}
        for key, step, below, each in steps(pair, value, self._then, self._now):
            there = way.to(step)
            name = str(key)
            if name == _TYPE or name.startswith(":"):
                kept[name] = each
                continue
            if below.then is None:
                self._unknown(pair, below, there)
                continue
            if step == "{}":
                self._key(pair, name, way)
            kept[name] = self._value(below, each, there)
        return kept

    def _unknown(self, pair: Pair, member: Pair, way: Way) -> None:
        """Leave a member out; of a union there is nothing left then, and an error in a stream is no mere event."""
        self._found.dropped.append(way.place)
        traits = pair.then.traits if pair.then else {}
        if traits.get("eventstream"):
            if member.now and member.now.traits.get("exception"):
                self._found.newer.append((Point(way.place), f"the error {member.now.name}"))
        elif traits.get("union"):
            self._found.newer.append((Point(way.place), way.path))

    def _value(self, pair: Pair, value: Any, way: Way) -> Any:
        shape = pair.then
        if shape is None or shape.traits.get("document"):
            return value
        if isinstance(value, Mapping):
            return self.structure(pair, value, way) if shape.type in ("structure", "map") else value
        if isinstance(value, list):
            return [*self._elements(pair, value, way)]
        if isinstance(value, str):
            self._enum(pair, value, way)
        return value

    def _elements(self, pair: Pair, value: list[Any], way: Way) -> Iterator[Any]:
        is_stream = bool(pair.then and pair.then.traits.get("eventstream"))
        for _, step, below, each in steps(pair, value, self._then, self._now):
            if not is_stream:
                yield self._value(below, each, way.to(step))
            elif isinstance(each, Mapping):
                event = self.structure(pair, each, way)
                if event:
                    yield event

    def _key(self, pair: Pair, key: str, way: Way) -> None:
        shapes = (
            (self._then[pair.then.key.shape] if pair.then and pair.then.key else None),
            (self._now[pair.now.key.shape] if pair.now and pair.now.key else None),
        )
        self._enum(Pair(*shapes), key, way.to("{key}"))

    def _enum(self, pair: Pair, value: str, way: Way) -> None:
        old, new = (each.enum if each else None for each in pair)
        if old is not None and new is not None and value in new and value not in old:
            self._found.newer.append((Point(way.place, value), f"{way.path} {value!r}"))


def _written(
    now: Codec, operation: Operation, response: Response, left: Decoded, protocol: str, whole: Decoded
) -> Response:
    """Return *response* with the instance *left*; what is not of the instance stays, lengths and digests are true."""
    headers = _kept(now.service, operation, response.headers, left, whole)
    if not response.body:
        return replace(response, headers=headers)
    encoded = _encoded(now, operation, response, left, protocol)
    bare = replace(response, headers=headers)
    packed = codings.redone(bare, encoded, keeps_gzip=now.keeps_gzip(operation, response))
    return repair(packed, response.body)


def _encoded(now: Codec, operation: Operation, response: Response, left: Decoded, protocol: str) -> bytes:
    members = left.instance if isinstance(left.instance, Mapping) else {}
    if not is_error(response) and protocol == "rest-xml":  # an output without request ids, and perhaps somebody's XML
        return now.encode_response(operation, members, protocol).body
    if is_error(response):
        text = _MESSAGE.search(response.body)
        message = unescape(text[1].decode("utf-8", "replace")) if text else ""
        code = left.error or left.code or ""
        made = now.encode_error(operation, code, message, members=members, status=response.status, protocol=protocol)
    else:
        made = now.encode_response(operation, members, protocol)
    if protocol not in _XML:
        return made.body
    known: dict[bytes, bytes] = dict(_REQUEST_ID.findall(response.body))
    return _REQUEST_ID.sub(lambda each: b"<%s>%s<" % (each[1], known.get(each[1], each[2])), made.body)


def _kept(service: Service, operation: Operation, headers: Headers, left: Decoded, whole: Decoded) -> Headers:
    """Return *headers* without those that carry members which *left* has no more."""
    root = whole.error or (operation.output if whole.code is None else None)
    if root is None or not isinstance(whole.instance, Mapping) or not isinstance(left.instance, Mapping):
        return headers
    gone = [service.shapes[root].members.get(name) for name in whole.instance.keys() - left.instance.keys()]
    names = {each.wire_name.lower() for each in gone if each and each.traits.get("location") == "header"}
    prefixes = tuple(
        str(each.traits.get("locationName", "")).lower()
        for each in gone
        if each and each.traits.get("location") == "headers"
    )
    return tuple(each for each in headers if each[0].lower() not in names and not each[0].lower().startswith(prefixes))
