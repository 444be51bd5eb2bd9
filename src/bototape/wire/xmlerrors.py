"""
Error bodies of the protocols that answer in XML: the code, the modeled shape, the members.

Sources: Smithy, "AWS query protocol" and "AWS restXml protocol" (``<ErrorResponse><Error>``, with ``noErrorWrapping``
as in S3 a bare ``<Error>``), "AWS EC2 query protocol" (``<Response><Errors><Error>``, also sent by SimpleDB);
Amazon Route 53 API reference, InvalidChangeBatch (the root is named as the error).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Literal

from bototape.interaction import Response
from bototape.shapes import Operation, Shape
from bototape.wire import traits, xmlbody, xmlwrite
from bototape.wire.dialect import ErrorAnswer, error_shape
from bototape.wire.instance import Decoded, Reading
from bototape.wire.xmlbody import Element, local
from bototape.wire.xmlformat import XmlFormat

__all__ = ["REQUEST_ID", "ErrorBody", "Style", "decode", "members", "read", "write"]

#: The request id of answers that no service gave.
REQUEST_ID = "00000000-0000-0000-0000-000000000000"

#: How an error is wrapped: as in the query protocol (and REST in XML), in EC2's, in S3.
Style = Literal["query", "ec2", "s3"]

_TWINS = {"message": "Message", "Message": "message"}

#: What every error has and no shape needs to model.
_COMMON = frozenset({"Code", "Type", "Message", "message", "RequestId", "RequestID", "HostId"})

_PAGES = (b"<html", b"<!doctype html")


@dataclass(frozen=True, slots=True)
class ErrorBody:
    """
    An error as the body tells it.

    *code* is the HTTP status where the body names none. *element* holds the members; None for an empty body or a
    web page, as proxies and HEAD requests give.
    """

    code: str
    element: Element | None


def decode(operation: Operation, response: Response, xml: XmlFormat, reading: Reading) -> Decoded:
    """Return the error that the body of *response* reports. Raises WireError for a body that is not XML."""
    known = _codes(operation, xml.shapes)
    error = read(response.body, response.status, reading, known)
    name = error_shape(xml.shapes, operation, error.code)
    return Decoded(members(error, xml.shapes[name] if name else None, xml, reading), name, error.code)


def _codes(operation: Operation, shapes: Mapping[str, Shape]) -> set[str]:
    traited = (shapes[each].traits.get("error", {}).get("code") for each in operation.errors)
    return {*operation.errors, *(str(each) for each in traited if each)}


def read(content: bytes, status: int, reading: Reading, known: Collection[str] = ()) -> ErrorBody:
    """
    Return the error that *content* reports, in any of the wrappings.

    *known* are codes that the root may be named by. Raises WireError for a body that is not XML.
    """
    head = content.lstrip()[:20].lower()
    if not head or head.startswith(_PAGES):
        return ErrorBody(str(status), None)
    root = xmlbody.parse(content, reading)
    element = _error(root)
    code = _child(element, "Code")
    if code is not None and code.text and code.text.strip():
        return ErrorBody(code.text.strip(), element)
    name = local(root.tag)
    return ErrorBody(name if element is root and name in known else str(status), element)


def _error(root: Element) -> Element:
    inside = _child(root, "Errors")
    for above in (root, inside):
        found = _child(above, "Error") if above is not None else None
        if found is not None:
            return found
    return root


def _child(element: Element, name: str) -> Element | None:
    return next((each for each in element if local(each.tag) == name), None)


def members(error: ErrorBody, shape: Shape | None, xml: XmlFormat, reading: Reading) -> object:
    """
    Return the instance of *shape*: its members, and all that errors need not have; without a shape all there is.

    Every SDK reads ``Message`` and ``message`` as one.
    """
    if error.element is None:
        return {}
    if shape is not None:
        _fit(error.element, {name for each in shape.members.values() for name in traits.names(each, xml.shapes)})
    return xml.convert(error.element, shape, reading)


def _fit(element: Element, modeled: Collection[str]) -> None:
    found = {local(each.tag) for each in element}
    for child in list(element):
        name = local(child.tag)
        twin = _TWINS.get(name, "")
        if name in modeled:
            continue
        if twin in modeled and twin not in found:
            child.tag = twin
        elif name in _COMMON:
            element.remove(child)


def write(error: ErrorAnswer, xml: XmlFormat, style: Style, namespace: str | None = None) -> bytes:
    """
    Return the body that reports *error*, the wrapping one in *namespace*. Raises WireError.

    The message is in ``Message``, where services put it and every SDK looks for it, and in the modeled member too
    where that is called otherwise (``message``), as Smithy has it.
    """
    message = next((value for key, value in error.members.items() if key.lower() == "message"), None)
    modeled = {each: message for each in error.shape.members if each.lower() == "message"} if error.shape else {}
    known = {key: value for key, value in error.members.items() if key.lower() != "message"}
    common = {"Type": "Sender" if error.sender else "Receiver"} if style == "query" else {}
    metadata = {"RequestId": REQUEST_ID, "HostId": REQUEST_ID} if style == "s3" else {}
    every = {**common, **known, "Code": error.code, "Message": message, **modeled, **metadata}
    inside = xml.element("Error", every, error.shape)
    if style == "query":
        space = f' xmlns="{xmlbody.attribute(namespace)}"' if namespace else ""
        inside = f"<ErrorResponse{space}>{inside}<RequestId>{REQUEST_ID}</RequestId></ErrorResponse>"
    elif style == "ec2":
        inside = f"<Response><Errors>{inside}</Errors><RequestID>{REQUEST_ID}</RequestID></Response>"
    return (xmlwrite.DECLARATION + inside).encode("utf-8")
