"""
CBOR, opened for what it says: numbers, text and bytes under their names.

The audit's own reader, made apart from the codec's: it keeps members that stand twice, and refuses what is not CBOR to
the last byte. Source: RFC 8949.
"""

from __future__ import annotations

import struct

from bototape.audit.values import Tree, text_of

__all__ = ["cbor"]

_DEEPEST = 64
_INDEFINITE = 31
_BREAK = object()
_LONGEST_NUMBER = 16
_HALF, _SINGLE, _DOUBLE = 25, 26, 27
_UNSIGNED, _NEGATIVE, _BYTES, _TEXT, _LIST, _MAP, _TAG = range(7)


class _NotCbor(ValueError):
    """The bytes are something else, or cut off."""


def cbor(data: bytes) -> Tree | None:
    """Return the tree of *data* if all of it is one CBOR map or list, also a tagged one; else None."""
    # Less than a map of one name with one value is not worth a guess.
    if len(data) < 4 or data[0] >> 5 not in (_LIST, _MAP, _TAG):  # noqa: PLR2004 - as the comment says
        return None
    reader = _Reader(data)
    try:
        tree = reader.item(0)
    except (_NotCbor, IndexError, struct.error):
        return None
    return tree if reader.at == len(data) and isinstance(tree, (list, tuple)) and tree else None


class _Reader:
    """Reads one item after the other; time is linear, for each byte is read once."""

    def __init__(self, data: bytes) -> None:
        self.at = 0
        self._data = data

    def item(self, depth: int) -> Tree:
        if depth > _DEEPEST:
            raise _NotCbor
        first = self._data[self.at]
        self.at += 1
        major, info = first >> 5, first & 31
        if major == 7:  # noqa: PLR2004 - simple values and floats
            return self._simple(info)
        if info == _INDEFINITE:
            return self._indefinite(major, depth)
        length = self._argument(info)
        match major:
            case 0:
                return length
            case 1:
                return -1 - length
            case 2:
                return self._take(length)
            case 3:
                return text_of(self._take(length))
            case 4:
                return [self._whole(self.item(depth + 1)) for _ in range(length)]
            case 5:
                return tuple(self._pair(self.item(depth + 1), depth) for _ in range(length))
        return self._tagged(length, self.item(depth + 1))

    def _argument(self, info: int) -> int:
        if info < 24:  # noqa: PLR2004 - the argument itself
            return info
        if info > _DOUBLE:
            raise _NotCbor
        return int.from_bytes(self._take(1 << (info - 24)))

    def _take(self, length: int) -> bytes:
        taken = self._data[self.at : self.at + length]
        if len(taken) < length:
            raise _NotCbor
        self.at += length
        return taken

    def _simple(self, info: int) -> Tree:
        match info:
            case 20 | 21:
                return info == 21  # noqa: PLR2004 - true
            case 22 | 23:
                return None
            case 25 | 26 | 27:
                width = {_HALF: "e", _SINGLE: "f", _DOUBLE: "d"}[info]
                return struct.unpack(f">{width}", self._take(struct.calcsize(width)))[0]
            case 31:
                return _BREAK
        raise _NotCbor

    def _indefinite(self, major: int, depth: int) -> Tree:
        if major not in (_BYTES, _TEXT, _LIST, _MAP):
            raise _NotCbor
        items: list[Tree] = []
        while (each := self.item(depth + 1)) is not _BREAK:
            items.append(self._pair(each, depth) if major == _MAP else each)
        if major == _LIST:
            return items
        if major == _MAP:
            return tuple(items)
        # A value that is sent in pieces is one value.
        if not all(isinstance(each, (str, bytes)) for each in items):
            raise _NotCbor
        return "".join(each if isinstance(each, str) else text_of(each) for each in items)

    def _pair(self, name: Tree, depth: int) -> tuple[str, Tree]:
        if isinstance(name, bytes):
            name = text_of(name)
        if name is _BREAK or isinstance(name, (list, tuple)):
            raise _NotCbor
        return str(name), self._whole(self.item(depth + 1))

    @staticmethod
    def _whole(value: Tree) -> Tree:
        if value is _BREAK:
            raise _NotCbor
        return value

    @staticmethod
    def _tagged(tag: int, value: Tree) -> Tree:
        if value is _BREAK:
            raise _NotCbor
        # A big number; one too long to be an account stays bytes, for writing it out in digits takes quadratic time.
        if tag in (2, 3) and isinstance(value, bytes) and len(value) <= _LONGEST_NUMBER:
            return int.from_bytes(value) if tag == 2 else -1 - int.from_bytes(value)  # noqa: PLR2004 - RFC 8949, 3.4.3
        return value
