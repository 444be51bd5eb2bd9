"""
The call and the answer as Python, every member with a value of its type.

Source: ``botocore/docs/example.py`` and ``botocore/docs/shape.py`` (botocore 1.44.5), which make boto3's reference.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from bototape.shapes import Member, Service, Shape

__all__ = ["request_syntax", "response_syntax", "special"]

_VALUES = {
    "double": "123.0",
    "long": "123",
    "integer": "123",
    "string": "'string'",
    "blob": "b'bytes'",
    "boolean": "True|False",
    "timestamp": "datetime(2015, 1, 1)",
}

#: What stands for a kind of value that has no type of its own in Python.
_SPECIAL = {
    "document": "{...}|[...]|123|123.4|'string'|True|None",
    "json": "{...}|[...]|123|123.4|'string'|True|None",
    "streaming input": "b'bytes'|file",
    "streaming output": "StreamingBody()",
}

_RECURSIVE = "{'... recursive ...'}"


def request_syntax(service: Service, operation: str, method: str) -> str:
    """Return ``response = client.<method>(…)`` with every parameter of *operation*, by keyword."""
    root = service.operations[operation].input
    call = f"response = client.{method}"
    if root is None or not service.shapes[root].members:
        return f"{call}()"
    shape = service.shapes[root]
    values = [f"{each.name}={_value(service, each, shape, 'input', (root,))}" for each in shape.members.values()]
    return f"{call}({_block(values)})"


def response_syntax(service: Service, operation: str) -> str:
    """Return what *operation*, which has an output, returns, as a dict."""
    root = str(service.operations[operation].output)
    return _structure(service, service.shapes[root], service.shapes[root], "output", (root,))


def special(member: Member, shape: Shape, root: Shape, side: Literal["input", "output"]) -> str:
    """
    Return ``document``, ``json``, ``streaming input``, ``streaming output``, ``event stream``, or nothing.

    *shape* is that of *member*; *root* the input or output that it belongs to.
    """
    traits: Mapping[str, Any] = {**shape.traits, **member.traits}
    if traits.get("jsonvalue") and traits.get("location") == "header":
        return "json"
    if traits.get("document"):
        return "document"
    if traits.get("eventstream"):
        return "event stream"
    is_body = shape.type == "blob" and root.members.get(str(root.traits.get("payload"))) is member
    return f"streaming {side}" if is_body else ""


def _value(
    service: Service, member: Member, root: Shape, side: Literal["input", "output"], path: tuple[str, ...]
) -> str:
    shape = service.shapes[member.shape]
    if shape.name in path:
        return _RECURSIVE
    inner = (*path, shape.name)
    kind = special(member, shape, root, side)
    if kind in _SPECIAL:
        return _SPECIAL[kind]
    if shape.type == "structure":
        if kind and side == "input":
            return "{...}"
        text = _structure(service, shape, root, side, inner)
        return f"EventStream({text})" if kind else text
    if shape.element:
        return f"[{_block([f'{_value(service, shape.element, root, side, inner)},'])}]"
    if shape.value:
        value = _value(service, shape.value, root, side, inner)
        return "{" + _block([f"'string': {value}"]) + "}"
    if shape.enum:
        return "|".join(f"'{each}'" for each in shape.enum)
    return _VALUES.get(shape.type, "...")


def _structure(
    service: Service, shape: Shape, root: Shape, side: Literal["input", "output"], path: tuple[str, ...]
) -> str:
    values = [f"'{each.name}': {_value(service, each, root, side, path)}" for each in shape.members.values()]
    return "{" + _block(values) + "}" if values else "{}"


def _block(values: list[str]) -> str:
    """Return *values* on lines of their own, indented, between line breaks."""
    indented = [each.replace("\n", "\n    ") for each in values]
    return "\n    " + ",\n    ".join(indented) + "\n"
