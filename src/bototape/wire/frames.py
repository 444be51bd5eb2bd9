"""
Event-stream frames: bytes to messages of headers and payload and back, with the span of every header's value.

Source: Smithy, "Amazon Event Stream Specification". A request's messages may stand inside signed ones, whose payload
they are (Amazon Transcribe developer guide, "Event stream encoding"): read are the inner ones.
"""

from __future__ import annotations

import base64
import struct
import uuid
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple
from zlib import crc32

from bototape.wire.instance import Reading, Spot

__all__ = ["MEDIA_TYPE", "Frame", "Header", "parse", "respell", "splice", "write"]

MEDIA_TYPE = "application/vnd.amazon.eventstream"

#: Header of a message that signs the one it holds.
_SIGNATURE = ":chunk-signature"
_TYPES = (":event-type", ":exception-type", ":error-code")

_PRELUDE = struct.Struct(">III")
_CRC = struct.Struct(">I")
_LENGTH = struct.Struct(">H")
_MILLISECONDS = 1000

#: What the specification allows; botocore refuses more.
_HEADERS_SIZE, _PAYLOAD_SIZE = 128 * 2**10, 24 * 2**20
_NAME_SIZE, _VALUE_SIZE = 255, 2**15 - 1

_TRUE, _FALSE, _BLOB, _STRING, _TIMESTAMP, _UUID = 0, 1, 6, 7, 8, 9
_INTEGERS = {2: struct.Struct(">b"), 3: struct.Struct(">h"), 4: struct.Struct(">i"), 5: struct.Struct(">q")}
_TICKS = _INTEGERS[5]

#: How many bytes follow the indicator, where that is fixed.
_SIZES = {_TRUE: 0, _FALSE: 0, 2: 1, 3: 2, 4: 4, 5: 8, _TIMESTAMP: 8, _UUID: 16}

#: The indicator of each type of header, by the name that shapes give the type (for boolean: of false).
_INDICATORS = {
    "boolean": _FALSE,
    "byte": 2,
    "short": 3,
    "integer": 4,
    "long": 5,
    "blob": _BLOB,
    "string": _STRING,
    "timestamp": _TIMESTAMP,
    "uuid": _UUID,
}

_REPLACING = Reading("the value", drops_nulls=False)


class Header(NamedTuple):
    """A header to be written: *type* is a shape's or ``byte``, ``short``, ``uuid``; *value* as in an instance."""

    name: str
    type: str
    value: object


@dataclass(frozen=True, slots=True)
class Frame:
    """
    One message.

    *headers* say where the value of each stands, its type's indicator included; *start* is where *payload* begins.
    """

    headers: Mapping[str, Spot]
    payload: bytes
    start: int

    def text(self, name: str) -> str:
        """Return the value of the header *name* if it is a string, else an empty one."""
        found = self.headers.get(name)
        return found.value if found and isinstance(found.value, str) else ""


class _Bounds(NamedTuple):
    """Where a message begins, where its headers and its payload do, where it ends."""

    begin: int
    headers: int
    payload: int
    end: int


def parse(content: bytes, reading: Reading) -> list[Frame]:
    """Return the messages in *content*. Raises WireError for a broken checksum, and anything cut short or malformed."""
    found: list[Frame] = []
    for frame in _frames(content, 0, reading):
        if _is_envelope(frame.headers):
            found += _frames(frame.payload, frame.start, reading)
        else:
            found.append(frame)
    return found


def write(headers: Iterable[Header], payload: bytes, reading: Reading = _REPLACING) -> bytes:
    """Return the message of *headers* and *payload*. Raises WireError for what is too long or not of its type."""
    pieces: list[bytes] = []
    for each in headers:
        name = _encoded(each.name, reading)
        if not 0 < len(name) <= _NAME_SIZE:
            raise reading.fail(f"the header name has {len(name)} bytes, expected 1 to {_NAME_SIZE}", each.name[:40])
        try:
            value = _value(_INDICATORS[each.type], each.value)
        except (KeyError, TypeError, ValueError, struct.error, OverflowError) as error:
            raise reading.fail(f"the header cannot be written as {each.type}: {error}", each.name) from None
        pieces += (bytes((len(name),)), name, value)
    return _framed(b"".join(pieces), payload, reading)


def splice(content: bytes, cuts: Iterable[tuple[int, int, bytes]]) -> bytes:
    """
    Return *content* with each ``(start, end, new)`` span of a header's value or a payload replaced.

    Lengths and checksums are made right. Raises WireError when *content* is no event stream.
    """
    todo = sorted(cuts)
    starts = [cut[0] for cut in todo]
    done = 0
    pieces: list[bytes] = []
    for bounds in _bounded(content, 0, _REPLACING):
        upto = bisect_left(starts, bounds.end)
        mine, done = todo[done:upto], upto
        pieces.append(_spliced(content, bounds, mine) if mine else content[bounds.begin : bounds.end])
    return b"".join(pieces)


def respell(old: bytes, value: object) -> bytes:
    """Return a header's value, its indicator included, that says *value* where *old* stood, of the same type."""
    indicator = _FALSE if old[0] == _TRUE else old[0]
    try:
        return _value(indicator, value)
    except (struct.error, OverflowError) as error:
        raise ValueError(str(error)) from None


def _frames(content: bytes, base: int, reading: Reading) -> Iterator[Frame]:
    for _, head, start, end in _bounded(content, base, reading):
        headers = _headers(content, head, start, base, reading)
        yield Frame(headers, content[start : end - _CRC.size], base + start)


def _is_envelope(headers: Mapping[str, Spot]) -> bool:
    return _SIGNATURE in headers and not any(each in headers for each in _TYPES)


def _bounded(content: bytes, base: int, reading: Reading) -> Iterator[_Bounds]:
    view = memoryview(content)
    begin = 0
    while begin < len(content):
        at = f"byte {base + begin}"
        if len(content) - begin < _PRELUDE.size:
            raise reading.fail(f"it is cut short: {len(content) - begin} bytes are no message", at)
        total, size, checksum = _PRELUDE.unpack_from(content, begin)
        if crc32(view[begin : begin + 8]) != checksum:
            raise reading.fail("the checksum of a message's first bytes is wrong", at)
        head, end = begin + _PRELUDE.size, begin + total
        start = head + size
        if size > _HEADERS_SIZE or total - size > _PAYLOAD_SIZE + _PRELUDE.size + _CRC.size:
            raise reading.fail("a message is larger than the format allows", at)
        if start > end - _CRC.size:
            raise reading.fail(f"a message of {total} bytes says that {size} of them are headers", at)
        if end > len(content):
            raise reading.fail(f"it is cut short: a message has {total} bytes, {len(content) - begin} are left", at)
        if crc32(view[begin : end - _CRC.size]) != _CRC.unpack_from(content, end - _CRC.size)[0]:
            raise reading.fail("the checksum of a message is wrong", at)
        yield _Bounds(begin, head, start, end)
        begin = end


def _headers(content: bytes, at: int, end: int, base: int, reading: Reading) -> dict[str, Spot]:
    found: dict[str, Spot] = {}
    while at < end:
        start = at + 1 + content[at]
        if start >= end or not content[at]:
            raise reading.fail("the headers of a message are malformed", f"byte {base + at}")
        name = _decoded(content[at + 1 : start], base + at, reading)
        if name in found:
            raise reading.fail(f"a message has the header {name!r} twice", f"byte {base + at}")
        stop = start + _size(content, start)
        if not start < stop <= end:
            raise reading.fail(f"the header {name!r} of a message is malformed", f"byte {base + start}")
        value = _read(content[start:stop], base + start, reading)
        found[name] = Spot("body", base + start, base + stop, "event", value, name)
        at = stop
    return found


def _size(content: bytes, at: int) -> int:
    """Return how many bytes write the value at *at*, its indicator included, or 0 when it has no known type."""
    indicator = content[at]
    if indicator in (_BLOB, _STRING):
        return 3 + int.from_bytes(content[at + 1 : at + 3], "big")
    return 1 + _SIZES[indicator] if indicator in _SIZES else 0


def _read(value: bytes, at: int, reading: Reading) -> object:
    indicator, rest = value[0], value[1:]
    if indicator in (_TRUE, _FALSE):
        return indicator == _TRUE
    if indicator in _INTEGERS:
        return _INTEGERS[indicator].unpack(rest)[0]
    if indicator == _BLOB:
        return base64.b64encode(rest[2:]).decode("ascii")
    if indicator == _STRING:
        return _decoded(rest[2:], at, reading)
    if indicator == _UUID:
        return str(uuid.UUID(bytes=rest))
    ticks: int = _TICKS.unpack(rest)[0]
    return ticks / _MILLISECONDS if ticks % _MILLISECONDS else ticks // _MILLISECONDS


def _value(indicator: int, value: object) -> bytes:
    """Return the type and the value of a header. Raises TypeError, ValueError, OverflowError or struct.error."""
    if indicator == _FALSE:
        if not isinstance(value, bool):
            raise TypeError("expected true or false")
        return bytes((_TRUE if value else _FALSE,))
    head = bytes((indicator,))
    if indicator in (_BLOB, _STRING):
        if not isinstance(value, str):
            raise TypeError("expected text")
        data = base64.b64decode(value, validate=True) if indicator == _BLOB else value.encode("utf-8")
        if len(data) > _VALUE_SIZE:
            raise ValueError(f"{len(data)} bytes, expected at most {_VALUE_SIZE}")
        return head + _LENGTH.pack(len(data)) + data
    if indicator == _UUID:
        return head + uuid.UUID(str(value)).bytes
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError("expected a number")
    if indicator == _TIMESTAMP:
        return head + _TICKS.pack(round(value * _MILLISECONDS))
    if value != int(value):
        raise ValueError("expected an integer")
    return head + _INTEGERS[indicator].pack(int(value))


def _framed(headers: bytes, payload: bytes, reading: Reading) -> bytes:
    if len(headers) > _HEADERS_SIZE or len(payload) > _PAYLOAD_SIZE:
        raise reading.fail(
            f"a message has {len(headers)} bytes of headers and {len(payload)} of payload, "
            f"expected at most {_HEADERS_SIZE} and {_PAYLOAD_SIZE}"
        )
    lengths = struct.pack(">II", _PRELUDE.size + len(headers) + len(payload) + _CRC.size, len(headers))
    message = b"".join((lengths, _CRC.pack(crc32(lengths)), headers, payload))
    return message + _CRC.pack(crc32(message))


def _spliced(content: bytes, bounds: _Bounds, cuts: Sequence[tuple[int, int, bytes]]) -> bytes:
    _, head, start, end = bounds
    above = [cut for cut in cuts if cut[0] < start]
    below = [(cut[0] - start, cut[1] - start, cut[2]) for cut in cuts if cut[0] >= start]
    payload = content[start : end - _CRC.size]
    if below:
        is_envelope = _is_envelope(_headers(content, head, start, 0, _REPLACING))
        payload = splice(payload, below) if is_envelope else _replaced(payload, below)
    headers = _replaced(content[head:start], [(cut[0] - head, cut[1] - head, cut[2]) for cut in above])
    return _framed(headers, payload, _REPLACING)


def _replaced(content: bytes, cuts: Iterable[tuple[int, int, bytes]]) -> bytes:
    pieces: list[bytes] = []
    at = 0
    for start, end, new in cuts:
        pieces += (content[at:start], new)
        at = end
    return b"".join((*pieces, content[at:]))


def _decoded(data: bytes, at: int, reading: Reading) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        raise reading.fail("a header of a message is not UTF-8", f"byte {at}") from None


def _encoded(text: str, reading: Reading) -> bytes:
    try:
        return text.encode("utf-8")
    except UnicodeEncodeError:
        raise reading.fail("the name of a header holds half of a surrogate pair, which is no character") from None
