"""
CBOR written: an instance's values to bytes.

Sources: RFC 8949, sections 3 and 4.1; Smithy, "Smithy RPC v2 CBOR protocol", numeric type serialization.
"""

from __future__ import annotations

import math
import struct
from typing import NamedTuple

from bototape.wire.instance import DEPTH, Reading

__all__ = [
    "ARRAY",
    "BIGNUM",
    "BYTES",
    "EPOCH",
    "LONGEST",
    "MAP",
    "NEGATIVE",
    "NEGATIVE_BIGNUM",
    "SIMPLE",
    "TAG",
    "TEXT",
    "UNSIGNED",
    "Tagged",
    "dump",
    "number",
]

#: Major types (RFC 8949, section 3.1).
UNSIGNED, NEGATIVE, BYTES, TEXT, ARRAY, MAP, TAG, SIMPLE = range(8)

#: The tags of a timestamp (seconds since 1970) and of integers without a head of their own (section 3.4).
EPOCH, BIGNUM, NEGATIVE_BIGNUM = 1, 2, 3

#: How many bytes an integer may have. Python prints none of more than 4300 digits.
LONGEST = 1024

#: What an instance has for floats that are no numbers.
_WORDS = {"NaN": math.nan, "Infinity": math.inf, "-Infinity": -math.inf}

_SINGLE, _DOUBLE = struct.Struct(">f"), struct.Struct(">d")


class Tagged(NamedTuple):
    """A value to be written under a tag."""

    number: int
    value: object


def dump(value: object, reading: Reading) -> bytes:
    """
    Return *value* as CBOR: definite lengths, the shortest head, floats of 32 bits where these hold the value.

    It may hold bytes and `Tagged`. Floats never have 16 bits, which not every client reads (Smithy, numeric type
    serialization). Raises WireError for what CBOR cannot hold.
    """
    pieces: list[bytes] = []
    try:
        _write(value, pieces, 0)
    except (TypeError, ValueError, RecursionError) as error:
        raise reading.fail(f"it cannot be written as CBOR: {error}") from None
    return b"".join(pieces)


def number(value: object) -> float | None:
    """Return the float that *value*, a number or one of the words for what is none, stands for; else None."""
    if isinstance(value, str):
        return _WORDS.get(value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        return float(value)
    except OverflowError:
        return None


def _write(value: object, pieces: list[bytes], depth: int) -> None:
    if isinstance(value, str):
        text = value.encode("utf-8")
        pieces += (_headed(TEXT, len(text)), text)
    elif isinstance(value, bool) or value is None:
        pieces.append(_headed(SIMPLE, 22 if value is None else 20 + value))
    elif isinstance(value, int):
        _write_integer(value, pieces, depth)
    elif isinstance(value, float):
        pieces.append(_float(value))
    elif isinstance(value, bytes):
        pieces += (_headed(BYTES, len(value)), value)
    elif isinstance(value, Tagged):
        pieces.append(_headed(TAG, value.number))
        _write(value.value, pieces, depth)
    elif not isinstance(value, dict | list | tuple):
        raise TypeError(f"{type(value).__name__} is no value of an instance")
    elif depth >= DEPTH:
        raise ValueError(f"it nests deeper than {DEPTH} levels")
    elif isinstance(value, dict):
        pieces.append(_headed(MAP, len(value)))
        for name, each in value.items():
            if not isinstance(name, str):
                raise TypeError(f"the name of a member is {type(name).__name__}, expected text")
            _write(name, pieces, depth)
            _write(each, pieces, depth + 1)
    else:
        pieces.append(_headed(ARRAY, len(value)))
        for each in value:
            _write(each, pieces, depth + 1)


def _write_integer(value: int, pieces: list[bytes], depth: int) -> None:
    major, size = (UNSIGNED, value) if value >= 0 else (NEGATIVE, -1 - value)
    if size < 2**64:  # from there on an integer has no head of its own
        pieces.append(_headed(major, size))
        return
    digits = size.to_bytes((size.bit_length() + 7) // 8, "big")
    if len(digits) > LONGEST:
        raise ValueError(f"an integer of {len(digits)} bytes, expected at most {LONGEST}")
    _write(Tagged(BIGNUM if value >= 0 else NEGATIVE_BIGNUM, digits), pieces, depth)


def _headed(major: int, argument: int) -> bytes:
    first = major << 5
    if argument < 24:  # noqa: PLR2004 - RFC 8949, section 3: smaller arguments are in the head itself
        return bytes((first | argument,))
    step = next(step for step in range(4) if not argument >> (8 << step))
    return bytes((first | 24 + step,)) + argument.to_bytes(1 << step, "big")


def _float(value: float) -> bytes:
    try:
        short = _SINGLE.pack(value)
    except OverflowError:
        return b"\xfb" + _DOUBLE.pack(value)
    if math.isnan(value) or _SINGLE.unpack(short)[0] == value:
        return b"\xfa" + short
    return b"\xfb" + _DOUBLE.pack(value)
