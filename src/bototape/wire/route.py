"""
From a raw request to the call it is, read off the wire.

Sources: AWS JSON protocols put the operation into ``X-Amz-Target`` (Smithy, "AWS JSON 1.1 protocol"), the query
protocol into the form field ``Action``, RPC v2 CBOR into the path (Smithy, "Smithy RPC v2 CBOR protocol"); the signing
region stands in the credential scope (`bototape.wire.signing`), with a signature for several regions in
``X-Amz-Region-Set``, else often in the host name.
"""

from __future__ import annotations

import re
from typing import NamedTuple
from urllib.parse import parse_qs

from bototape.interaction import Request, header
from bototape.wire.signing import scope
from bototape.wire.speaks import CBOR
from bototape.wire.uris import split_uri

__all__ = ["Route", "route", "told_region"]

#: Compiled by their first use: clients say what these find.
_CBOR_PATH = r"/service/([^/]+)/operation/([^/]+)/?$"
_REGION = r"\b((?:af|ap|ca|cn|eu|il|me|mx|sa|us|us-gov|us-iso[a-z]?|eusc)(?:-[a-z]+)+-\d+)\b"
_FORM = "application/x-www-form-urlencoded"


class Route(NamedTuple):
    """
    A call as the wire names it.

    *target* is the whole ``X-Amz-Target`` (``SageMaker.DescribeAutoMLJob``), or ``Action=…&Version=…`` of a query
    request, or service and operation of RPC v2 CBOR (``Service.Operation``), or empty; *operation* its last part;
    *protocol* is ``json``, ``query``, ``smithy-rpc-v2-cbor`` or ``http`` (not recognised: another protocol, or a plain
    HTTP request).
    """

    target: str
    operation: str
    protocol: str


def route(request: Request) -> Route:
    """Return what *request* says of itself; never raises."""
    target = header(request.headers, "X-Amz-Target")
    if target:
        return Route(target, target.rpartition(".")[2], "json")
    form = _form(request)
    if "Action" in form:
        action, version = form["Action"][0], form.get("Version", [""])[0]
        return Route(f"Action={action}&Version={version}", action, "query")
    path = re.search(_CBOR_PATH, split_uri(request.uri)[1]) if header(request.headers, "smithy-protocol") else None
    if path:
        return Route(f"{path[1]}.{path[2]}", path[2], CBOR)
    return Route("", "", "http")


def told_region(request: Request) -> str:
    """Return the region that *request* is signed for, else the one of its host; empty when neither tells."""
    signed = scope(header(request.headers, "Authorization") or "", request.uri).region
    if signed:
        return signed
    several = header(request.headers, "X-Amz-Region-Set") or ""
    if re.fullmatch(_REGION, several):
        return several
    start, end = split_uri(request.uri)[0]
    found = re.search(_REGION, request.uri[start:end].lower())
    return found[1] if found else ""


def _form(request: Request) -> dict[str, list[str]]:
    kind = header(request.headers, "Content-Type") or ""
    if request.method != "POST" or not kind.lower().startswith(_FORM):
        return {}
    return parse_qs(request.body.decode("utf-8", "replace"), keep_blank_values=True)
