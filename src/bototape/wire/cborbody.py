"""
CBOR read: bytes to an instance's values, with the span of every value on request.

Read is what RFC 8949 calls well-formed and an AWS service may send (Smithy, "Smithy RPC v2 CBOR protocol", shape
serialization): definite and indefinite lengths, floats of every width, tag 1 (a timestamp, read as its number),
tags 2 and 3 (an integer), ``undefined`` as null, at most `DEPTH` levels, text as keys. Byte strings are read as base64
text, NaN and the infinities as words. Of members of one name the last one counts, as in botocore.
"""

from __future__ import annotations

import base64
import math
import struct
from typing import Any, NoReturn

from bototape.wire.cborwrite import (
    ARRAY,
    BIGNUM,
    BYTES,
    EPOCH,
    LONGEST,
    MAP,
    NEGATIVE,
    NEGATIVE_BIGNUM,
    SIMPLE,
    TAG,
    TEXT,
    UNSIGNED,
    Tagged,
    dump,
    number,
)
from bototape.wire.instance import DEPTH, Key, Reading, Spot

__all__ = ["locate", "parse", "respell"]

_INDEFINITE = 31
_CONSTANTS = {20: False, 21: True, 22: None, 23: None}
_FLOATS = {25: struct.Struct(">e"), 26: struct.Struct(">f"), 27: struct.Struct(">d")}
_KINDS = {
    UNSIGNED: "an integer",
    NEGATIVE: "an integer",
    BYTES: "bytes",
    TEXT: "text",
    ARRAY: "an array",
    MAP: "a map",
    TAG: "a tagged value",
    SIMPLE: "a simple value",
}
_REPLACING = Reading("the value", drops_nulls=False)


def parse(content: bytes, reading: Reading) -> Any:
    """Return the value that *content* is. Raises WireError for anything else."""
    return _Reader(content, reading).whole()


def locate(content: bytes, reading: Reading) -> Any:
    """Return the value `parse` returns with every scalar but null as a `Spot` and every name as a `Key`."""
    return _Locator(content, reading).whole()


def respell(old: bytes, value: object) -> bytes:
    """Return the CBOR item that says *value* where *old* stood: a value as `parse` gives it, of the same type."""
    major, info = old[0] >> 5, old[0] & 0x1F
    plain = value
    if major == BYTES:
        plain = base64.b64decode(str(value), validate=True)
    elif _Reader(old, _REPLACING).tag() == EPOCH:
        plain = Tagged(EPOCH, value)
    elif major == SIMPLE and info in _FLOATS:
        exact = number(value)
        plain = value if exact is None else exact
    return dump(plain, _REPLACING)


class _Reader:
    """One pass over one body."""

    def __init__(self, content: bytes, reading: Reading) -> None:
        self._content = content
        self._reading = reading
        self._at = 0

    def whole(self) -> Any:
        try:
            value = self.item(0)
        except RecursionError:
            self._fail("it nests deeper than the stack that is left", self._at)
        if self._at != len(self._content):
            self._fail("something follows after its end", self._at)
        return value

    def item(self, depth: int) -> Any:
        major, info = self._head()
        if major == TEXT:
            return self._text(info)
        if major == UNSIGNED:
            return self._argument(info)
        if major == NEGATIVE:
            return -1 - self._argument(info)
        if major == SIMPLE:
            return self._simple(info)
        if major == BYTES:
            return base64.b64encode(self._string(BYTES, info)).decode("ascii")
        if major == TAG:
            return self._tagged(info)
        if depth >= DEPTH:
            self._fail(f"it nests deeper than {DEPTH} levels", self._at - 1)
        return self._map(info, depth + 1) if major == MAP else self._array(info, depth + 1)

    def tag(self) -> int | None:
        """Return the tag of the item that comes, or None when it has none."""
        major, info = self._head()
        return self._argument(info) if major == TAG else None

    def name(self) -> str:
        start = self._at
        major, info = self._head()
        if major != TEXT:
            self._fail(f"expected text as the name of a member, found {_KINDS[major]}", start)
        return self._text(info)

    def _fail(self, why: str, at: int) -> NoReturn:
        raise self._reading.fail(why, f"byte {at}")

    def _head(self) -> tuple[int, int]:
        try:
            first = self._content[self._at]
        except IndexError:
            self._fail("it is cut short: an item is missing", self._at)
        self._at += 1
        return first >> 5, first & 0x1F

    def _take(self, size: int) -> bytes:
        start, end = self._at, self._at + size
        if end > len(self._content):
            self._fail(f"it is cut short: {size} bytes were promised, {len(self._content) - start} are left", start)
        self._at = end
        return self._content[start:end]

    def _argument(self, info: int) -> int:
        if info < 24:  # noqa: PLR2004 - RFC 8949, section 3: smaller arguments are in the head itself
            return info
        if info > 27:  # noqa: PLR2004 - same place: 28 to 30 are reserved, 31 is no number
            self._fail(f"a head with the additional information {info}, which means no number", self._at - 1)
        return int.from_bytes(self._take(1 << (info - 24)), "big")

    def _ended(self) -> bool:
        if self._content[self._at : self._at + 1] != b"\xff":
            return False
        self._at += 1
        return True

    def _string(self, major: int, info: int) -> bytes:
        if info != _INDEFINITE:
            return self._take(self._argument(info))
        pieces: list[bytes] = []
        while not self._ended():
            start = self._at
            found, inner = self._head()
            if found != major or inner == _INDEFINITE:
                self._fail(f"expected {_KINDS[major]} of definite length as a part of one, found another item", start)
            pieces.append(self._take(self._argument(inner)))
        return b"".join(pieces)

    def _text(self, info: int) -> str:
        start = self._at
        try:
            return self._string(TEXT, info).decode("utf-8")
        except UnicodeDecodeError as error:
            self._fail(f"a text is not UTF-8: {error.reason}", start)

    def _count(self, info: int, least: int) -> int:
        start = self._at - 1
        count = self._argument(info)
        left = len(self._content) - self._at
        if count * least > left:
            self._fail(f"it is cut short: {count} elements were promised, {left} bytes are left", start)
        return count

    def _array(self, info: int, depth: int) -> list[Any]:
        if info != _INDEFINITE:
            return [self.item(depth) for _ in range(self._count(info, 1))]
        found = []
        while not self._ended():
            found.append(self.item(depth))
        return found

    def _map(self, info: int, depth: int) -> dict[str, Any]:
        found: dict[str, Any] = {}
        if info != _INDEFINITE:
            for _ in range(self._count(info, 2)):
                name = self.name()
                self._put(found, name, self.item(depth))
        else:
            while not self._ended():
                name = self.name()
                self._put(found, name, self.item(depth))
        return found

    def _put(self, found: dict[str, Any], name: str, value: object) -> None:
        found[name] = value

    def _simple(self, info: int) -> bool | float | str | None:
        if info in _CONSTANTS:
            return _CONSTANTS[info]
        if info not in _FLOATS:
            self._fail("a simple value that means nothing in this protocol", self._at - 1)
        layout = _FLOATS[info]
        value: float = layout.unpack(self._take(layout.size))[0]
        if math.isfinite(value):
            return value
        return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"

    def _tagged(self, info: int) -> int | float:
        start = self._at - 1
        tag = self._argument(info)
        major, inner = self._head()
        if tag == EPOCH:
            if major in (UNSIGNED, NEGATIVE):
                number = self._argument(inner)
                return number if major == UNSIGNED else -1 - number
            value = self._simple(inner) if major == SIMPLE else None
            if isinstance(value, float):
                return value
            self._fail(f"expected a finite number as a timestamp, found {_KINDS[major]}", start)
        if tag not in (BIGNUM, NEGATIVE_BIGNUM):
            self._fail(f"tag {tag}, expected {EPOCH} (a timestamp), 2 or 3 (an integer)", start)
        if major != BYTES:
            self._fail(f"expected bytes as a large integer, found {_KINDS[major]}", start)
        digits = self._string(BYTES, inner)
        if len(digits) > LONGEST:
            self._fail(f"an integer of {len(digits)} bytes, expected at most {LONGEST}", start)
        big = int.from_bytes(digits, "big")
        return big if tag == BIGNUM else -1 - big


class _Locator(_Reader):
    """A reader that says where each scalar and each name stands."""

    def item(self, depth: int) -> Any:
        start = self._at
        value = super().item(depth)
        if value is None or isinstance(value, dict | list):
            return value
        return Spot("body", start, self._at, "cbor", value)

    def name(self) -> str:
        start = self._at
        text = super().name()
        return Key(text, Spot("body", start, self._at, "cbor", text))

    def _put(self, found: dict[str, Any], name: str, value: object) -> None:
        found.pop(name, None)  # a dict keeps the first of equal keys, and the place wanted is that of the last
        found[name] = value
