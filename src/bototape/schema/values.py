"""
Scalars as JSON Schema: numbers, timestamps and blobs as they stand in instances.

Sources: Smithy, "AWS JSON 1.1 protocol", shape serialization: numbers may be ``"NaN"``, ``"Infinity"``,
``"-Infinity"``, a blob is base64; "timestampFormat trait" and the protocols' pages for what a timestamp is by default.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from bototape.shapes import Shape, Side

__all__ = ["INTEGERS", "Form", "blob", "forms", "limits", "real", "timestamp", "whole"]

#: How a timestamp is written: ``unixtimestamp``, ``iso8601`` or ``rfc822``; models spell them in any case.
Form = str

_UNIX, _ISO_FORM, _HTTP_FORM = "unixtimestamp", "iso8601", "rfc822"

#: What a timestamp in a body is, by protocol, where the model does not say.
_BODIES = {"json": _UNIX, "rest-json": _UNIX, "query": _ISO_FORM, "ec2": _ISO_FORM, "rest-xml": _ISO_FORM}

#: RPC v2 CBOR tags the seconds, whatever the model says.
_CBOR = "smithy-rpc-v2-cbor"

#: What a timestamp outside of a body is, by its ``location``.
_PLACES = {"header": _HTTP_FORM, "uri": _ISO_FORM, "querystring": _ISO_FORM}

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


def forms(told: object, location: object, protocols: Iterable[str]) -> frozenset[Form]:
    """
    Return the forms a timestamp may have, one for each way it may come.

    *told* is the model's ``timestampFormat`` or None, *location* where the member is bound to, None for the body.
    """
    own = str(told).lower() if told else None
    if location in _PLACES:
        return frozenset({own or _PLACES[str(location)]})
    return frozenset(_UNIX if each == _CBOR else own or _BODIES.get(each, _UNIX) for each in protocols)


def timestamp(allowed: Collection[Form], side: Side) -> dict[str, Any]:
    """
    Return the schema of a timestamp in one of the forms *allowed*.

    A request must use one of them; a response may as well be a number or ISO 8601, which SDKs read alike.
    """
    number = {"minimum": _EPOCH[0], "maximum": _EPOCH[1]}
    wanted = {*allowed, _UNIX, _ISO_FORM} if side != "input" else {*allowed}
    texts = [text for form, text in ((_ISO_FORM, _ISO), (_HTTP_FORM, _HTTP_DATE)) if form in wanted]
    pattern = {"pattern": f"^(?:{'|'.join(texts)})$"} if texts else {}
    if _UNIX not in wanted:
        return {"type": "string", **pattern}
    return {"type": ["number", "string"] if texts else "number", **number, **pattern}


def blob(shape: Shape) -> dict[str, Any]:
    """Return the schema of a blob. The model counts decoded bytes; characters bound them to a group of three."""
    sizes = {key: -(-int(value) // 3) * 4 for key, value in limits(shape, "minLength", "maxLength").items()}
    return {"type": "string", "contentEncoding": "base64", **sizes, "pattern": f"^(?:{_BASE64})$"}
