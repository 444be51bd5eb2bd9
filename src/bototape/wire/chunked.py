"""
The ``aws-chunked`` coding of uploads: undone, and redone around another payload in the manner of the first.

Sources: Amazon S3 API reference, "Signature calculations: transferring payload in multiple chunks" and its form with
trailing headers; RFC 9112, section 7.1. Trailing checksums: botocore's ``httpchecksum.py``.
"""

from __future__ import annotations

import base64
import hashlib
import re
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache

from bototape.wire.instance import Reading

__all__ = ["CHECKSUMS", "redo", "undo"]

_SIZE = re.compile(rb"([0-9a-fA-F]{1,16})(;[^\r\n]{0,1024})?\r\n")
_TRAILER = re.compile(rb"([!-9;-~]{1,256}):([^\r\n]{0,8192})\r\n")
_SIGNATURE = re.compile(rb"(;chunk-signature=)[0-9a-f]{64}\Z")

#: Stands for the signature of a chunk that nobody signed.
_UNSIGNED = rb"\g<1>" + b"0" * 64

_REPLACING = Reading("the aws-chunked body", drops_nulls=False)


@dataclass(frozen=True, slots=True)
class _Framing:
    """
    How a payload was framed.

    *sizes* and *extensions* are of the chunks with data, *last* is the extension of the one without, *trailers* are
    the lines that follow it, *end* is what stands after those.
    """

    payload: bytes
    sizes: tuple[int, ...]
    extensions: tuple[bytes, ...]
    last: bytes
    trailers: tuple[tuple[bytes, bytes], ...]
    end: bytes


def undo(body: bytes, reading: Reading) -> bytes:
    """Return the payload of *body*. Raises WireError when *body* is not framed as ``aws-chunked`` asks."""
    return _parsed(body, reading).payload


def redo(original: bytes, payload: bytes) -> bytes:
    """
    Return *payload* in the framing of *original*: its chunk size, its extensions, its trailers.

    Checksums in trailers are made right; one that cannot be computed here is left out. Signatures stay, stale as that
    in the Authorization header; a chunk that has none to keep gets zeros. Raises WireError for a malformed *original*.
    """
    framing = _parsed(original, _REPLACING)
    if framing.payload == payload:
        return original
    pieces: list[bytes] = []
    at = 0
    for index, size in enumerate(_sizes(framing, len(payload))):
        pieces += (b"%x" % size, _extension(framing, index), b"\r\n", payload[at : at + size], b"\r\n")
        at += size
    pieces += (b"0", framing.last, b"\r\n")
    for name, value in framing.trailers:
        checksum = _checksum(name, value, payload)
        if checksum is not None:
            pieces += (name, b":", checksum, b"\r\n")
    return b"".join((*pieces, framing.end))


def _parsed(body: bytes, reading: Reading) -> _Framing:
    at = 0
    parts: list[bytes] = []
    extensions: list[bytes] = []
    while True:
        head = _SIZE.match(body, at)
        if head is None:
            raise reading.fail("expected the size of a chunk, in hexadecimal digits", f"byte {at}")
        size, start = int(head[1], 16), head.end()
        if size == 0:
            break
        if body[start + size : start + size + 2] != b"\r\n":
            short = len(body) - start < size + 2
            why = "it is cut short: a chunk" if short else "no line break follows a chunk that"
            raise reading.fail(f"{why} has {size} bytes", f"byte {at}")
        parts.append(body[start : start + size])
        extensions.append(head[2] or b"")
        at = start + size + 2
    trailers: list[tuple[bytes, bytes]] = []
    at = start
    while line := _TRAILER.match(body, at):
        trailers.append((line[1], line[2]))
        at = line.end()
    # Some clients leave out the empty line at the end (RFC 9112 asks for it); more than that is no framing.
    if body[at:] not in (b"\r\n", b""):
        raise reading.fail("something follows after its last chunk and its trailers", f"byte {at}")
    sizes = tuple(len(each) for each in parts)
    return _Framing(b"".join(parts), sizes, tuple(extensions), head[2] or b"", tuple(trailers), body[at:])


def _sizes(framing: _Framing, total: int) -> list[int]:
    """Return the sizes of the chunks that hold *total* bytes: as they were, or all like the first but the last."""
    if sum(framing.sizes) == total:
        return list(framing.sizes)
    if len(framing.sizes) > 1:
        step = framing.sizes[0]
        return [step] * (total // step) + [total % step] * (total % step > 0)
    return [total] if total else []


def _extension(framing: _Framing, index: int) -> bytes:
    if index < len(framing.extensions):
        return framing.extensions[index]
    return _SIGNATURE.sub(_UNSIGNED, framing.last)


def _checksum(name: bytes, value: bytes, payload: bytes) -> bytes | None:
    lowered = name.decode("ascii").lower()
    algorithm = lowered.removeprefix("x-amz-checksum-")
    if algorithm == lowered:
        return value
    compute = CHECKSUMS.get(algorithm)
    return base64.b64encode(compute(payload)) if compute else None


@cache
def _table(polynomial: int) -> tuple[int, ...]:
    """Return the table of a reflected CRC: the remainder of each byte."""
    found = []
    for byte in range(256):
        rest = byte
        for _ in range(8):
            rest = rest >> 1 ^ (polynomial if rest & 1 else 0)
        found.append(rest)
    return tuple(found)


def _crc(payload: bytes, polynomial: int, size: int) -> bytes:
    """Return the CRC of *size* bytes, big-endian, initial value and final XOR all ones."""
    table = _table(polynomial)
    ones = (1 << (8 * size)) - 1
    rest = ones
    for byte in payload:
        rest = rest >> 8 ^ table[(rest ^ byte) & 0xFF]
    return (rest ^ ones).to_bytes(size, "big")


#: By the name in ``x-amz-checksum-…``. Polynomials, reflected: CRC-32C (RFC 3720, B.4), CRC-64/NVME (NVM Command Set).
CHECKSUMS: Mapping[str, Callable[[bytes], bytes]] = {
    "crc32": lambda payload: zlib.crc32(payload).to_bytes(4, "big"),
    "crc32c": lambda payload: _crc(payload, 0x82F63B78, 4),
    "crc64nvme": lambda payload: _crc(payload, 0x9A6C9329AC4BC9B5, 8),
    "md5": lambda payload: hashlib.md5(payload, usedforsecurity=False).digest(),
    "sha1": lambda payload: hashlib.sha1(payload, usedforsecurity=False).digest(),
    "sha256": lambda payload: hashlib.sha256(payload).digest(),
    "sha512": lambda payload: hashlib.sha512(payload).digest(),
}
