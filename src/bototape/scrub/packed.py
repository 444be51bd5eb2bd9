"""
Bytes that hold other contents: gzip, zlib, zip, CBOR, event streams, UTF-16; opened, and closed around new contents.

Sources: RFC 1950 and 1952; PKWARE APPNOTE.TXT (zip); RFC 8949 (CBOR); Smithy, "Amazon Event Stream Specification".
"""

from __future__ import annotations

import base64
import io
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from bototape.errors import WireError
from bototape.scrub.layers import LARGEST, unzip, zip_again
from bototape.scrub.names import NOWHERE, Place
from bototape.wire import cborbody, frames
from bototape.wire.instance import Key, Reading, Spot

__all__ = ["Box", "Piece", "opened"]

_READING = Reading("a body", drops_nulls=False)
_GZIP, _ZIP = b"\x1f\x8b", b"PK\x03\x04"
_PRELUDE = 12

#: First bytes of a CBOR map with something in it, or the tag that says that CBOR follows (RFC 8949, section 3.4.6).
_CBOR = frozenset(range(0xA1, 0xC0))
_BYTE_ORDERS = {b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}


#: How many characters of UTF-16 without a byte order mark tell that it is that.
_SHORTEST_UTF16 = 8


@dataclass(frozen=True, slots=True)
class Piece:
    """
    One content in a box: its *data*, where it stands, and the byte at which it starts.

    *is_whole* says that it is all there is, so that what is told of the box is true of it; *is_number* that it is the
    decimal digits of a number.
    """

    data: bytes
    place: Place = NOWHERE
    start: int = 0
    is_whole: bool = False
    is_number: bool = False


@dataclass(frozen=True, slots=True)
class Box:
    """
    The contents of some bytes, in the order written.

    ``close(new)`` returns the bytes around new contents, of which None stays as it was.
    """

    pieces: tuple[Piece, ...]
    close: Callable[[Sequence[bytes | None]], bytes] = field(compare=False)


def opened(data: bytes) -> Box | None:
    """Return what *data* holds, or None when it is nothing that can be opened. Never raises."""
    if data.startswith(_GZIP):
        return _gzip(data)
    if data.startswith(_ZIP):
        return _zip(data)
    if len(data) >= _PRELUDE and int.from_bytes(data[8:12], "big") == zlib.crc32(data[:8]):
        return _events(data)
    if data[:1] and data[0] in _CBOR:
        return _cbor(data)
    if data[:2] in _BYTE_ORDERS:
        return _utf16(data, data[:2], _BYTE_ORDERS[data[:2]])
    order = _order(data)
    if order:
        return _utf16(data, b"", order)
    if data[:1] == b"\x78" and int.from_bytes(data[:2], "big") % 31 == 0:  # RFC 1950, section 2.2
        return _zlib(data)
    return None


def _or(new: bytes | None, old: bytes) -> bytes:
    return old if new is None else new


def _gzip(data: bytes) -> Box | None:
    try:
        inner = unzip(data)
    except zlib.error:
        return None
    return Box((Piece(inner, is_whole=True),), lambda new: zip_again(_or(new[0], inner)))


def _zlib(data: bytes) -> Box | None:
    reader = zlib.decompressobj()
    try:
        inner = reader.decompress(data, LARGEST)
    except zlib.error:
        return None
    if not reader.eof or reader.unused_data:
        return None
    return Box((Piece(inner, is_whole=True),), lambda new: zlib.compress(_or(new[0], inner), 9))


def _order(data: bytes) -> str:
    """Return the encoding of *data* if it is UTF-16 without a byte order mark: every second byte is zero."""
    half, odd = divmod(len(data), 2)
    if odd or half < _SHORTEST_UTF16 or b"\0" not in data[:4]:
        return ""
    for first, order in ((1, "utf-16-le"), (0, "utf-16-be")):
        if data[first::2].count(0) > 0.9 * half and data[1 - first :: 2].count(0) == 0:
            return order
    return ""


def _utf16(data: bytes, mark: bytes, order: str) -> Box | None:
    try:
        inner = data[len(mark) :].decode(order).encode("utf-8")
    except UnicodeError:
        return None
    return Box((Piece(inner, is_whole=True),), lambda new: mark + _or(new[0], inner).decode("utf-8").encode(order))


def _zip(data: bytes) -> Box | None:
    """Open an archive: the name and the content of each member. One that is encrypted or too large stays closed."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = archive.infolist()
            if sum(each.file_size for each in members) > LARGEST:
                return None
            contents = [archive.read(each) for each in members]
            comment = archive.comment
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError, ValueError, EOFError, zlib.error, OSError):
        return None
    names = [each.filename.encode("utf-8", "surrogatepass") for each in members]
    pieces = [piece for both in zip(names, contents, strict=True) for piece in (Piece(both[0]), Piece(both[1]))]

    def close(new: Sequence[bytes | None]) -> bytes:
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w") as archive:
            archive.comment = _or(new[-1], comment)
            for at, member in enumerate(members):
                name = _or(new[2 * at], names[at]).decode("utf-8", "surrogatepass")
                archive.writestr(_renamed(member, name), _or(new[2 * at + 1], contents[at]))
        return out.getvalue()

    return Box((*pieces, Piece(comment)), close)


def _renamed(member: zipfile.ZipInfo, name: str) -> zipfile.ZipInfo:
    """Return the head of *member* under another *name*: date, mode and compression stay."""
    found = zipfile.ZipInfo(name, member.date_time)
    found.compress_type = member.compress_type
    found.external_attr, found.internal_attr = member.external_attr, member.internal_attr
    found.create_system, found.extra, found.comment = member.create_system, member.extra, member.comment
    return found


def _events(data: bytes) -> Box | None:
    """Open an event stream: texts in headers, and payloads."""
    try:
        found = frames.parse(data, _READING)
    except WireError:
        return None
    spots: list[Spot | None] = []
    pieces: list[Piece] = []
    for frame in found:
        for name, spot in frame.headers.items():
            if isinstance(spot.value, str):
                spots.append(spot)
                pieces.append(Piece(spot.value.encode(), Place(name.lstrip(":")), spot.start))
        spots.append(None)
        pieces.append(Piece(frame.payload, NOWHERE, frame.start))

    def close(new: Sequence[bytes | None]) -> bytes:
        cuts = []
        for piece, spot, content in zip(pieces, spots, new, strict=True):
            if content is not None and spot is None:
                cuts.append((piece.start, piece.start + len(piece.data), content))
            elif content is not None and spot is not None:
                cuts.append((spot.start, spot.end, frames.respell(data[spot.start : spot.end], content.decode())))
        return frames.splice(data, cuts)

    return Box(tuple(pieces), close)


def _cbor(data: bytes) -> Box | None:
    """Open a CBOR map: texts, byte strings, integers and names."""
    try:
        tree = cborbody.locate(data, _READING)
    except WireError:
        return None
    leaves = sorted(_leaves(tree, "", ""), key=lambda each: each[0].start)
    spots = [spot for spot, _ in leaves]
    pieces = tuple(_cbor_piece(data, spot, place) for spot, place in leaves)

    def close(new: Sequence[bytes | None]) -> bytes:
        out, done = [], 0
        for spot, piece, content in zip(spots, pieces, new, strict=True):
            if content is not None:
                out += [data[done : spot.start], _respelled(data, spot, piece, content)]
                done = spot.end
        return b"".join((*out, data[done:]))

    return Box(pieces, close)


def _leaves(value: object, name: str, around: str) -> Iterator[tuple[Spot, Place]]:
    if isinstance(value, Spot):
        if isinstance(value.value, str) or (isinstance(value.value, int) and not isinstance(value.value, bool)):
            yield value, Place(name, around)
    elif isinstance(value, list):
        for each in value:
            yield from _leaves(each, name, around)
    elif isinstance(value, dict):
        for key, each in value.items():
            if isinstance(key, Key):
                yield key.spot, NOWHERE
            yield from _leaves(each, str(key), name)


#: The major type of a byte string (RFC 8949, section 3.1).
_BYTES = 2


def _is_bytes(data: bytes, spot: Spot) -> bool:
    return data[spot.start] >> 5 == _BYTES


def _cbor_piece(data: bytes, spot: Spot, place: Place) -> Piece:
    if isinstance(spot.value, int):
        return Piece(str(spot.value).encode(), place, spot.start, is_number=True)
    text = str(spot.value)
    content = base64.b64decode(text) if _is_bytes(data, spot) else text.encode("utf-8", "surrogatepass")
    return Piece(content, place, spot.start)


def _respelled(data: bytes, spot: Spot, piece: Piece, content: bytes) -> bytes:
    if piece.is_number:
        number = int(content) if content.removeprefix(b"-").isdigit() else 0  # what stands for a secret is no number
        return cborbody.respell(data[spot.start : spot.end], number)
    if _is_bytes(data, spot):
        return cborbody.respell(data[spot.start : spot.end], base64.b64encode(content).decode())
    return cborbody.respell(data[spot.start : spot.end], content.decode("utf-8", "surrogatepass"))
