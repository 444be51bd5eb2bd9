"""
From a raw request to the call it is, read off the wire.

Sources: AWS JSON protocols put the operation into ``X-Amz-Target`` (Smithy, "AWS JSON 1.1 protocol"), the query
protocol into the form field ``Action``; the signing region stands in the credential scope of ``Authorization``
(Signature Version 4), else often in the host name.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

from bototape.interaction import Request, header

__all__ = ["Route", "route"]

_SCOPE = re.compile(r"Credential=[^/,\s]+/\d{8}/([a-z0-9-]+)/([a-z0-9-]+)/aws4_request")
_REGION = re.compile(r"\b((?:af|ap|ca|cn|eu|il|me|mx|sa|us|us-gov|us-iso[a-z]?|eusc)(?:-[a-z]+)+-\d+)\b")
_FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True, slots=True)
class Route:
    """
    A call as the wire names it.

    *target* is the whole ``X-Amz-Target`` (``SageMaker.DescribeAutoMLJob``), or ``Action=…&Version=…`` of a query
    request, or empty; *operation* its last part; *region* is empty when neither scope nor host tells;
    *protocol* is ``json``, ``query`` or ``http`` (not recognised: a plain HTTP request).
    """

    target: str
    operation: str
    region: str
    protocol: str


def route(request: Request) -> Route:
    """Return what *request* says of itself; never raises."""
    region = _region(request)
    target = header(request.headers, "X-Amz-Target")
    if target:
        return Route(target, target.rpartition(".")[2], region, "json")
    form = _form(request)
    if "Action" in form:
        action, version = form["Action"][0], form.get("Version", [""])[0]
        return Route(f"Action={action}&Version={version}", action, region, "query")
    return Route("", "", region, "http")


def _region(request: Request) -> str:
    scope = _SCOPE.search(header(request.headers, "Authorization") or "")
    if scope:
        return scope[1]
    host = urlsplit(request.uri).hostname or ""
    found = _REGION.search(host)
    return found[1] if found else ""


def _form(request: Request) -> dict[str, list[str]]:
    kind = header(request.headers, "Content-Type") or ""
    if request.method != "POST" or not kind.lower().startswith(_FORM):
        return {}
    return parse_qs(request.body.decode("utf-8", "replace"), keep_blank_values=True)
