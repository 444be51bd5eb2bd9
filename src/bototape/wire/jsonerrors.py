"""
Errors of the protocols with JSON (and CBOR) bodies: the code, the modeled shape, the members.

Sources: Smithy, "AWS JSON 1.1 protocol" and "AWS restJson1 protocol", operation error serialization: the code is in
``x-amzn-errortype`` or in the body's ``__type`` or ``code``, with a namespace before ``#`` and a URL after ``:``;
"AWS query-compatible trait": ``x-amzn-query-error`` has the code that the former query protocol used.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bototape.interaction import Headers, header
from bototape.shapes import Operation, Shape
from bototape.wire.dialect import ErrorAnswer, error_shape
from bototape.wire.instance import Spot

__all__ = ["QUERY_ERROR", "code_of", "members_of", "query_error", "shape_of", "wire_document"]

#: Header that holds ``code;Sender`` or ``code;Receiver`` of the former query protocol.
QUERY_ERROR = "x-amzn-query-error"

_TYPE = "__type"

#: What every SDK reads as one.
_TWINS = {"message": "Message", "Message": "message"}


def code_of(headers: Headers, document: Mapping[str, Any]) -> str | None:
    """Return the error code, namespace and URL stripped, or None when there is none."""
    former = query_error(headers)
    if former:
        return former
    named = [document.get(each) for each in (_TYPE, "code", "Code")]
    for found in (header(headers, "x-amzn-errortype"), *(_plain(each) for each in named)):
        if isinstance(found, str) and found:
            return found.partition(":")[0].rpartition("#")[2]
    return None


def query_error(headers: Headers) -> str:
    """Return the code in ``x-amzn-query-error``, or an empty string."""
    code, mark, fault = (header(headers, QUERY_ERROR) or "").partition(";")
    return code if mark and fault and ";" not in fault else ""


def _plain(value: object) -> object:
    return value.value if isinstance(value, Spot) else value


def shape_of(
    shapes: Mapping[str, Shape], operation: Operation, headers: Headers, document: Mapping[str, Any]
) -> str | None:
    """Return the name of the modeled error the response reports, or None."""
    kept = tuple(each for each in headers if each[0].lower() != QUERY_ERROR)
    codes = code_of(headers, document), code_of(kept, document)
    return next((found for code in codes if (found := error_shape(shapes, operation, code))), None)


def members_of(document: Mapping[str, Any], shape: Shape) -> dict[str, Any]:
    """
    Return what of *document* are members of the error *shape*, by wire name, and all that is neither code nor message.

    Every SDK reads ``message`` and ``Message`` as one and takes ``__type`` and ``code`` for the error code.
    """
    modeled = {each.wire_name for each in shape.members.values()}
    found: dict[str, Any] = {}
    for name, value in document.items():
        twin = _TWINS.get(name, "")
        if name in modeled:
            found[name] = value
        elif twin in modeled and twin not in document:
            found[twin] = value
        elif name not in (_TYPE, "code", "Code", "message", "Message"):
            found[name] = value
    return found


def wire_document(error: ErrorAnswer, members: Mapping[str, Any]) -> dict[str, Any]:
    """Return the body of *error*: its type, then *members*, which have wire names already."""
    name = error.shape.name if error.shape else error.code
    return {_TYPE: name, **{key: value for key, value in members.items() if key != _TYPE}}
