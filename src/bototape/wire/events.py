"""
Event streams: frames to a list of events and back, each a dict of one member as a union is.

- An event or a modeled exception stands under its member's name: headers, payload or both, as its shape says.
- An error the model lacks is ``{":error": {":error-code": …, ":error-message": …}}``.
- An event the model lacks keeps its headers by name, and its payload in base64 as ``:payload``.

Sources: Smithy, "Amazon Event Stream Specification", semantics, and "eventHeader", "eventPayload"; botocore's
``BaseEventStreamParser``.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, NamedTuple

from bototape.jsontext import pointer
from bototape.shapes import Member, Shape
from bototape.wire import frames
from bototape.wire.frames import MEDIA_TYPE, Frame, Header
from bototape.wire.instance import Format, Key, Reading, Spot, kind

__all__ = ["MEDIA_TYPE", "read_events", "write_events"]

#: Name of an error that the model lacks, in an instance.
_ERROR = ":error"
_PAYLOAD = ":payload"

_KIND, _EVENT, _EXCEPTION, _CONTENT = ":message-type", ":event-type", ":exception-type", ":content-type"
_INITIAL = ("initial-response", "initial-request")
_BYTES, _TEXT, _JSON = "application/octet-stream", "text/plain", "application/json"
_WRITING = Reading("the event stream", drops_nulls=False)


def read_events(
    content: bytes,
    shape: Shape,
    shapes: Mapping[str, Shape],
    payloads: Format,
    reading: Reading,
    root: Shape | None = None,
) -> tuple[list[object], object]:
    """
    Return the events of *content*, whose union is *shape*, and the instance of *root* in its initial message.

    Without *root* or an initial message that instance is an empty dict. Pointers to nulls begin with the index and
    the name of their event. Raises WireError.
    """
    reader = _Reader(shapes, payloads)
    found: list[object] = []
    initial: object = {}
    for frame in frames.parse(content, reading):
        name = _name(frame, reading)
        if name in _INITIAL and frame.text(_EVENT):
            inner = replace(reading, place=f"{reading.place}, its initial message")
            initial = _moved(payloads.read(frame.payload, root, inner), frame.start) if root else {}
            continue
        inner = replace(reading, place=f"{reading.place}, event {len(found)} ({name})", nulls=[])
        member = shape.members.get(name)
        event = reader.event(frame, shapes[member.shape], inner) if member else _unknown(frame, inner)
        reading.nulls += [pointer((len(found), name)) + each for each in inner.nulls]
        found.append({name: event})
    return found, initial


def write_events(
    instances: object,
    shape: Shape,
    shapes: Mapping[str, Shape],
    payloads: Format,
    initial: bytes | None = None,
) -> bytes:
    """
    Return the frames of *instances*, events of the union *shape* as `read_events` gives them.

    *initial* is the payload of an initial response, which only RPC protocols have. Raises WireError.
    """
    if not isinstance(instances, list | tuple):
        raise _WRITING.fail(f"expected an array of events, found {kind(instances)}")
    writer = _Writer(shapes, payloads)
    written: list[bytes] = []
    if initial is not None:
        written.append(frames.write(_heads("event", _INITIAL[0], writer.media_type), initial))
    for at, each in enumerate(instances):
        reading = replace(_WRITING, place=f"event {at} of the stream")
        if not isinstance(each, dict) or len(each) != 1:
            raise reading.fail(f"expected an object of one member, found {kind(each)}")
        ((name, event),) = each.items()
        if not isinstance(event, dict):
            raise reading.fail(f"expected an object, found {kind(event)}", name)
        member = shape.members.get(name)
        if member is None:
            written.append(_write_unknown(name, event, reading))
        else:
            written.append(writer.event(name, event, shapes[member.shape], reading))
    return b"".join(written)


def _name(frame: Frame, reading: Reading) -> str:
    """Return the name of what *frame* carries: of an event or an exception, or ``:error``."""
    at = f"byte {frame.start}"
    kinds = {"": _EVENT, "event": _EVENT, "exception": _EXCEPTION, "error": ""}
    found = frame.text(_KIND)
    if found not in kinds:
        raise reading.fail(f"a message is of type {found!r}, expected event, exception or error", at)
    header = kinds[found]
    name = frame.text(header) if header else _ERROR
    if not name:
        raise reading.fail(f"a message has no header {header}", at)
    return name


class _Reader(NamedTuple):
    """Reads messages whose payloads hold *shapes*, written by *payloads*."""

    shapes: Mapping[str, Shape]
    payloads: Format

    def event(self, frame: Frame, shape: Shape, reading: Reading) -> object:
        told = {name: _shown(spot, reading) for name, spot in frame.headers.items() if not name.startswith(":")}
        payload = _payload_member(shape)
        if payload is None:
            body = _moved(self.payloads.read(frame.payload, shape, reading), frame.start) if frame.payload else {}
            return {**body, **told} if isinstance(body, dict) else body
        return {**told, payload.name: self._payload(frame, payload, reading)}

    def _payload(self, frame: Frame, member: Member, reading: Reading) -> object:
        shape = self.shapes[member.shape]
        if shape.type == "blob":
            return _shown(_blob_spot(frame), reading)
        if shape.type != "string":
            return _moved(self.payloads.read(frame.payload, shape, reading, member), frame.start)
        try:
            text = frame.payload.decode("utf-8")
        except UnicodeDecodeError as error:
            raise reading.fail("its payload is not UTF-8", f"byte {frame.start + error.start}") from None
        return _shown(Spot("body", frame.start, frame.start + len(frame.payload), "text", text), reading)


def _unknown(frame: Frame, reading: Reading) -> object:
    spots = {
        name: spot
        for name, spot in frame.headers.items()
        if name not in (_EVENT, _EXCEPTION) and (name, spot.value) not in ((_KIND, "event"), (_KIND, "error"))
    }
    if frame.payload:
        spots[_PAYLOAD] = _blob_spot(frame)
    return {name: _shown(spot, reading) for name, spot in spots.items()}


def _blob_spot(frame: Frame) -> Spot:
    value = base64.b64encode(frame.payload).decode("ascii")
    return Spot("body", frame.start, frame.start + len(frame.payload), "raw", value)


def _shown(spot: Spot, reading: Reading) -> object:
    return spot if reading.located else spot.value


def _payload_member(shape: Shape) -> Member | None:
    return next((each for each in shape.members.values() if each.traits.get("eventpayload")), None)


def _moved(value: Any, by: int) -> Any:
    """Return *value*, read from a payload, with every place in it counted from the start of the body."""
    if isinstance(value, Spot):
        return value._replace(start=value.start + by, end=value.end + by)
    if isinstance(value, list):
        return [_moved(each, by) for each in value]
    if isinstance(value, dict):
        return {_moved_key(key, by): _moved(each, by) for key, each in value.items()}
    return value


def _moved_key(key: str, by: int) -> str:
    return Key(str(key), _moved(key.spot, by)) if isinstance(key, Key) else key


class _Writer:
    """Writes messages whose payloads hold *shapes*, written by *payloads*."""

    def __init__(self, shapes: Mapping[str, Shape], payloads: Format) -> None:
        self._shapes = shapes
        self._payloads = payloads
        # Messages do not name the version of AWS JSON (the specification's examples).
        is_json = payloads.media_type.startswith("application/x-amz-json")
        self.media_type = _JSON if is_json else payloads.media_type

    def event(self, name: str, event: Mapping[str, Any], shape: Shape, reading: Reading) -> bytes:
        present = {key: each for key, each in event.items() if each is not None}
        payload = _payload_member(shape)
        bound = {key: each for key, each in present.items() if _is_header(shape, key, payload)}
        if payload:
            content, media_type = self._payload(payload, present.get(payload.name), reading)
        else:
            rest = {key: each for key, each in present.items() if key not in bound}
            content, media_type = self._rest(shape, rest)
        headers = [self._header(key, each, shape, reading) for key, each in bound.items()]
        message = "exception" if shape.traits.get("exception") else "event"
        return frames.write([*_heads(message, name, media_type), *headers], content, reading)

    def _rest(self, shape: Shape, instance: dict[str, Any]) -> tuple[bytes, str]:
        """Return the payload that holds what is in no header, and its media type; nothing where nothing can be."""
        if not instance and all(each.traits.get("eventheader") for each in shape.members.values()):
            return b"", ""
        return self._payloads.write(instance, shape), self.media_type

    def _payload(self, member: Member, value: object, reading: Reading) -> tuple[bytes, str]:
        shape = self._shapes[member.shape]
        if shape.type == "blob":
            return _bytes(value, reading, member.name), _BYTES
        if shape.type != "string":
            return (b"", "") if value is None else (self._payloads.write(value, shape, member), self.media_type)
        if not isinstance(value, str | None):
            raise reading.fail(f"expected a string, found {kind(value)}", member.name)
        try:
            return (value or "").encode("utf-8"), _TEXT
        except UnicodeEncodeError:
            raise reading.fail("it holds half of a surrogate pair, which is no character", member.name) from None

    def _header(self, key: str, value: object, shape: Shape, reading: Reading) -> Header:
        member = shape.members.get(key)
        return Header(key, self._shapes[member.shape].type, value) if member else _untyped(key, value, reading)


def _heads(message: str, name: str, media_type: str) -> list[Header]:
    header = _EXCEPTION if message == "exception" else _EVENT
    kinds = [Header(_KIND, "string", message), Header(header, "string", name)]
    return [*kinds, Header(_CONTENT, "string", media_type)] if media_type else kinds


def _is_header(shape: Shape, key: str, payload: Member | None) -> bool:
    member = shape.members.get(key)
    if member is None:
        return payload is not None  # beside a payload, only headers can hold what the model lacks
    return bool(member.traits.get("eventheader"))


def _untyped(key: str, value: object, reading: Reading) -> Header:
    if isinstance(value, bool):
        return Header(key, "boolean", value)
    if isinstance(value, str):
        return Header(key, "string", value)
    if isinstance(value, int | float):
        return Header(key, "long" if isinstance(value, int) else "timestamp", value)
    raise reading.fail(f"expected a scalar, as headers hold, found {kind(value)}", key)


def _write_unknown(name: str, event: Mapping[str, Any], reading: Reading) -> bytes:
    told = {key: each for key, each in event.items() if key != _PAYLOAD}
    message = "error" if name == _ERROR else told.pop(_KIND, "event")
    heads = {_KIND: message}
    if message != "error":
        heads[_EXCEPTION if message == "exception" else _EVENT] = name
    headers = [_untyped(key, value, reading) for key, value in {**heads, **told}.items()]
    return frames.write(headers, _bytes(event.get(_PAYLOAD), reading, _PAYLOAD), reading)


def _bytes(value: object, reading: Reading, at: str) -> bytes:
    try:
        return base64.b64decode(str(value or ""), validate=True)
    except (binascii.Error, ValueError):
        raise reading.fail("expected base64, as a blob is in an instance", at) from None
