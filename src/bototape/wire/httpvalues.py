"""
Scalars and lists in headers, labels and query strings to an instance's values and back.

Sources: Smithy, "HTTP binding traits" (timestamps are ``http-date`` in headers, ``date-time`` in labels and query
strings; lists are comma-separated in headers, with quotes where an element has a comma or a quote) and "mediaType
trait" (``jsonvalue``: JSON in base64).
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, Literal

from bototape.errors import WireError
from bototape.shapes import Member, Shape
from bototape.wire import jsonbody, scalars, traits
from bototape.wire.instance import Reading, Spot

__all__ = ["Location", "read", "read_list", "write"]

#: Where a value stands, by the model's name of it.
Location = Literal["header", "uri", "querystring"]

_FORMATS: Mapping[Location, str] = {"header": scalars.RFC822, "uri": scalars.ISO, "querystring": scalars.ISO}

#: One element of a list in a header: quoted, or up to the next comma.
_ELEMENT = re.compile(r'\s*(?:"((?:[^"\\]|\\.)*+)"\s*|([^,]*))(?:,|$)', re.DOTALL)
_HTTP_DATES = re.compile(r"\s*([^,]*,[^,]*)(?:,|$)")
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_INSIDE = Reading("a JSON value in a header", drops_nulls=False)
_NO_VALUE = re.compile(r"[\r\n\0]")


def read(text: str, shape: Shape, member: Member | None, location: Location) -> object:
    """Return the value that *text* is, a scalar of *shape* named by *member*; text that is not of its type stays."""
    if location == "header" and traits.trait(member, shape, "jsonvalue"):
        return _json_value(text)
    convert = scalars.converter(shape.type, _format(shape, member, location))
    return convert(text) if convert else text


def _format(shape: Shape, member: Member | None, location: Location) -> str:
    return str(traits.trait(member, shape, "timestampFormat", _FORMATS[location]))


def _json_value(text: str) -> object:
    try:
        return jsonbody.parse(base64.b64decode(text, validate=True), _INSIDE)
    except (ValueError, WireError):
        return text


def read_list(text: str, element: Shape, member: Member | None, name: str, reading: Reading) -> list[object]:
    """Return the elements of the list that the value *text* of the header *name* is; a `Spot` each when located."""
    dated = element.type == "timestamp" and _format(element, member, "header").lower() == scalars.RFC822
    found: list[object] = []
    for start, end, plain in _dates(text) if dated else _elements(text):
        place = Spot("header", start, end, "text", plain, name)
        found.append(place if reading.located else read(plain, element, member, "header"))
    return found


def _dates(text: str) -> Iterator[tuple[int, int, str]]:
    for match in _HTTP_DATES.finditer(text):
        plain = match[1].rstrip()
        if plain:
            yield match.start(1), match.start(1) + len(plain), plain


def _elements(text: str) -> Iterator[tuple[int, int, str]]:
    at = 0
    while at < len(text):
        match = _ELEMENT.match(text, at)
        assert match  # noqa: S101 - its last alternative is whatever comes before a comma or the end
        at = match.end()
        if match[1] is not None:
            yield *match.span(1), _ESCAPED.sub(r"\1", match[1])
        elif match[2].strip():
            plain = match[2].rstrip()
            yield match.start(2), match.start(2) + len(plain), plain


def write(value: object, shape: Shape, member: Member | None, shapes: Mapping[str, Shape]) -> str:
    """
    Return *value* of *shape* as the value of a header. Raises WireError for what none can hold.

    Elements of a list are quoted where they must be.
    """
    place = f"the header of {member.name}" if member else "a header"
    try:
        text = _written(value, shape, member, shapes)
    except ValueError as error:
        raise WireError(place, str(error)) from None
    if _NO_VALUE.search(text) or max(text, default="") > "\xff":
        raise WireError(place, "a header holds no line break and no character past U+00FF")
    return text


def _written(value: object, shape: Shape, member: Member | None, shapes: Mapping[str, Shape]) -> str:
    if traits.trait(member, shape, "jsonvalue"):
        return base64.b64encode(json.dumps(value, separators=(",", ":")).encode("utf-8")).decode("ascii")
    if shape.type == "list" and shape.element and isinstance(value, list):
        element = shapes[shape.element.shape]
        return ",".join(_element(each, element, shape.element) for each in value if each is not None)
    return scalars.spell(value, shape.type, _format(shape, member, "header"))


def _element(value: Any, shape: Shape, member: Member) -> str:
    text = scalars.spell(value, shape.type, _format(shape, member, "header"))
    if shape.type != "timestamp" and ('"' in text or "," in text):
        return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return text
