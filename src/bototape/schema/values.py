"""
Scalars as JSON Schema: numbers, timestamps and blobs as the AWS JSON protocols write them.

Source: Smithy, "AWS JSON 1.1 protocol", shape serialization; awsJson numbers may be ``"NaN"``, ``"Infinity"``,
``"-Infinity"``, a timestamp is seconds since 1970 unless the model names another format, a blob is base64.
"""

from __future__ import annotations

from typing import Any

from bototape.shapes import Shape, Side

__all__ = ["INTEGERS", "blob", "limits", "real", "timestamp", "whole"]

#: Smallest and largest value of the model's integer types.
INTEGERS = {"integer": (-(2**31), 2**31 - 1), "long": (-(2**63), 2**63 - 1)}

#: Seconds since 1970 of the first and last second that a calendar of four-digit years has.
_EPOCH = (-62135596800, 253402300799)

_LONG_MONTHS = "(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])"
_SHORT_MONTHS = "(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)"
_FEBRUARY = "02-(?:0[1-9]|1[0-9]|2[0-8])"
_LEAP_DAY = "(?:[0-9]{2}(?:0[48]|[2468][048]|[13579][26])|(?:[02468][048]|[13579][26])00)-02-29"
_DATE = f"(?:[0-9]{{4}}-(?:{_LONG_MONTHS}|{_SHORT_MONTHS}|{_FEBRUARY})|{_LEAP_DAY})"
_CLOCK = "(?:[01][0-9]|2[0-3]):[0-5][0-9]:(?:[0-5][0-9]|60)"
_ISO = rf"{_DATE}T{_CLOCK}(?:\.[0-9]+)?(?:Z|[+\-](?:[01][0-9]|2[0-3]):[0-5][0-9])"
_MONTH = "(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)"
_HTTP_DATE = rf"(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), [0-9]{{2}} {_MONTH} [0-9]{{4}} {_CLOCK}(?:\.[0-9]+)? GMT"
_BASE64 = "(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?"


def limits(shape: Shape, low: str, high: str) -> dict[str, Any]:
    """Return the shape's ``min`` and ``max`` under the keywords *low* and *high*; a size of 0 or more says nothing."""
    found: dict[str, Any] = {}
    if shape.min is not None and (shape.min > 0 or low == "minimum"):
        found[low] = _plain(shape.min)
    if shape.max is not None:
        found[high] = _plain(shape.max)
    return found


def _plain(value: float) -> float:
    return int(value) if value == int(value) and abs(value) < 2**63 else value


def whole(shape: Shape) -> dict[str, Any]:
    """Return the schema of an integer: the model's limits inside those of its type."""
    low, high = INTEGERS[shape.type]
    own = limits(shape, "minimum", "maximum")
    return {
        "type": "integer",
        "minimum": max(low, own.get("minimum", low)),
        "maximum": min(high, own.get("maximum", high)),
    }


def real(shape: Shape) -> dict[str, Any]:
    """Return the schema of a float or double: a number, or one of the three words (keywords apply to one type each)."""
    words = {"pattern": "^(?:NaN|-?Infinity)$"}
    return {"type": ["number", "string"], **limits(shape, "minimum", "maximum"), **words}


def timestamp(form: str, side: Side) -> dict[str, Any]:
    """
    Return the schema of a timestamp in the format *form* (``unixTimestamp``, ``iso8601`` or ``rfc822``).

    A request must use that format; a response may as well be a number or ISO 8601, which SDKs read alike.
    """
    number = {"minimum": _EPOCH[0], "maximum": _EPOCH[1]}
    text = _HTTP_DATE if form == "rfc822" else _ISO
    if side == "input" and form == "unixTimestamp":
        return {"type": "number", **number}
    if side == "input":
        return {"type": "string", "pattern": f"^(?:{text})$"}
    either = f"{_ISO}|{_HTTP_DATE}" if form == "rfc822" else _ISO
    return {"type": ["number", "string"], **number, "pattern": f"^(?:{either})$"}


def blob(shape: Shape) -> dict[str, Any]:
    """Return the schema of a blob. The model counts decoded bytes; characters bound them to a group of three."""
    sizes = {key: -(-int(value) // 3) * 4 for key, value in limits(shape, "minLength", "maxLength").items()}
    return {"type": "string", "contentEncoding": "base64", **sizes, "pattern": f"^(?:{_BASE64})$"}
