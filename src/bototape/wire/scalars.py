"""
Scalars of the protocols that write them as text (XML, forms, headers, query strings) to an instance's and back.

Sources: Smithy, "timestampFormat trait" and the simple type serialization of "AWS restXml protocol"; botocore's
models give the format of a timestamp as ``iso8601``, ``rfc822`` or ``unixTimestamp``.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

from bototape.wire.instance import kind

__all__ = ["ISO", "RFC822", "UNIX", "converter", "spell"]

#: Timestamp formats, in lower case: botocore compares them without case.
ISO, RFC822, UNIX = "iso8601", "rfc822", "unixtimestamp"

_INTEGER = re.compile(r"[+-]?[0-9]+")
_NUMBER = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_BOOLEANS = {"true": True, "false": False}
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def _boolean(text: str) -> object:
    return _BOOLEANS.get(text, text)


def _integer(text: str) -> object:
    digits = text.strip()
    if not _INTEGER.fullmatch(digits):
        return text
    try:
        return int(digits)
    except ValueError:  # more digits than Python converts
        return text


def _float(text: str) -> object:
    number = text.strip()
    if not _NUMBER.fullmatch(number):
        return text
    value = float(number)
    return value if math.isfinite(value) else text


def _epoch(text: str) -> object:
    value = _integer(text)
    return _float(text) if value is text else value


_CONVERTERS: Mapping[str, Callable[[str], object]] = {
    "boolean": _boolean,
    "integer": _integer,
    "long": _integer,
    "float": _float,
    "double": _float,
}


def converter(type_name: str, timestamp_format: str = ISO) -> Callable[[str], object] | None:
    """
    Return what makes the text of a scalar of *type_name* the instance's value, or None where the text is that value.

    Text that is not of its type stays text. *timestamp_format* is as in the model, that of the place by default.
    """
    if type_name == "timestamp":
        return _epoch if timestamp_format.lower() == UNIX else None
    return _CONVERTERS.get(type_name)


def spell(value: object, type_name: str, timestamp_format: str = ISO) -> str:
    """
    Return the text of *value*, a scalar of *type_name* in an instance; text is that text already.

    Raises ValueError for what is no scalar, and for a timestamp no date can tell.
    """
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if not isinstance(value, int | float):
        raise ValueError(f"expected a scalar, found {kind(value)}")
    if type_name == "timestamp" and timestamp_format.lower() != UNIX:
        return _date(value, timestamp_format.lower())
    return _digits(value) if math.isfinite(value) else _not_finite(value)


def _not_finite(value: float) -> str:
    return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"


def _digits(value: float) -> str:
    # An exponent is right for a number and unheard of in a timestamp; a float that counts seconds has none below 1e16.
    return str(int(value)) if isinstance(value, float) and value.is_integer() and abs(value) < 1e15 else str(value)  # noqa: PLR2004 - explained above


def _date(seconds: float, timestamp_format: str) -> str:
    try:
        moment = _EPOCH + timedelta(microseconds=round(seconds * 10**6))
    except (OverflowError, ValueError):
        raise ValueError("a time outside the years 1 to 9999") from None
    fraction = f".{moment.microsecond:06d}".rstrip("0") if moment.microsecond else ""
    if timestamp_format == RFC822:
        return format_datetime(moment, usegmt=True).replace(" GMT", f"{fraction} GMT")
    return f"{moment.replace(microsecond=0, tzinfo=None).isoformat()}{fraction}Z"
