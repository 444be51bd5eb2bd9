"""
An operation as one release has it, laid out as boto3's reference does, with the constraints of the model.

Sections: Request Syntax, Parameters, Response Syntax, Response Structure, Exceptions. Prose is left out; what a caller
must hold to is not: required members, lengths, ranges, patterns, deprecation.
"""

from __future__ import annotations

from collections.abc import Iterator

from bototape.reference.structure import exceptions, parameters, response
from bototape.reference.syntax import request_syntax, response_syntax
from bototape.shapes import Service

__all__ = ["page", "request_syntax", "response_syntax"]


def page(service: Service, operation: str, method: str, title: str) -> str:
    """
    Return the page of *operation*, which *service* has and boto3 calls *method*, headed *title*; ends in a newline.

    Source of the layout: ``botocore.docs`` (``method.py``, ``example.py``, ``params.py``).
    """
    return "\n\n".join([_heading(service, operation, title), *_sections(service, operation, method)]) + "\n"


def _heading(service: Service, operation: str, title: str) -> str:
    traits = service.operations[operation].traits
    if not traits.get("deprecated"):
        return title
    return f"{title}\n\nDeprecated: {traits.get('deprecatedMessage') or 'it may not work as expected'}"


def _sections(service: Service, operation: str, method: str) -> Iterator[str]:
    yield _section("Request Syntax", request_syntax(service, operation, method))
    if told := parameters(service, operation):
        yield _section("Parameters", told)
    if service.operations[operation].output is None:
        yield _section("Response", "None")
    else:
        yield _section("Response Syntax", response_syntax(service, operation))
        yield _section("Response Structure", response(service, operation))
    if raised := exceptions(service, operation):
        yield _section("Exceptions", raised)


def _section(heading: str, text: str) -> str:
    return f"{heading}\n\n" + "\n".join(f"    {line}" if line else "" for line in text.split("\n"))
