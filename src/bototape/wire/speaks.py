"""
Which protocol a message speaks: the one it was made with, whatever the model lists first.

Source: Smithy's pages of each protocol; a service may speak several (``metadata.protocols``) and change them from
release to release.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from bototape.errors import WireError
from bototape.interaction import Headers, Request, Response, header

__all__ = ["CBOR", "of_request", "of_response", "spoken"]

#: botocore's name of Smithy's RPC v2 CBOR.
CBOR = "smithy-rpc-v2-cbor"

_FORM = "application/x-www-form-urlencoded"
_CBOR_PATH = re.compile(r"/service/[^/]+/operation/[^/]+/?")
_ACTION = re.compile(r"(?:^|&)Action=")
_XML = ("text/xml", "application/xml")
_STREAM = "application/vnd.amazon.eventstream"


def spoken(metadata: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the protocols a service speaks, botocore's names, the preferred one first."""
    return tuple(metadata.get("protocols") or (str(metadata.get("protocol", "")),))


def of_request(request: Request, known: Sequence[str]) -> str:
    """
    Return the protocol of *request*, one of those *known* to the service.

    Raises WireError when it speaks another one, as a recording does that is older or newer than the model.
    """
    found = _of_request(request) or tuple(each for each in known if each.startswith("rest-")) or known
    return _among(found, known, "the request")


def of_response(response: Response, known: Sequence[str]) -> str:
    """
    Return the protocol of *response* among those *known* to the service, as far as its Content-Type tells.

    Raises WireError when none of them has such answers.
    """
    return _among(_of_response(_media_type(response.headers), known), known, "the response")


def _of_request(request: Request) -> tuple[str, ...]:
    """Return the protocols *request* says it is in; none when it says nothing, as a REST request does."""
    kind = _media_type(request.headers)
    if header(request.headers, "X-Amz-Target") or kind.startswith("application/x-amz-json"):
        return ("json",)
    path, _, query = request.uri.partition("#")[0].partition("?")  # urlsplit refuses some hosts
    if header(request.headers, "smithy-protocol") or (kind == "application/cbor" and _CBOR_PATH.search(path)):
        return (CBOR,)
    if _ACTION.search(query) or (kind == _FORM and _ACTION.search(request.body[:4096].decode("latin-1"))):
        return ("query", "ec2")
    return ()


def _of_response(kind: str, known: Sequence[str]) -> tuple[str, ...]:
    if kind.startswith("application/x-amz-json"):
        return ("json", "rest-json")
    if kind == "application/cbor":
        return (CBOR,)
    if kind in _XML:
        return tuple(each for each in known if each in ("query", "ec2", "rest-xml")) or ("query", "ec2", "rest-xml")
    return tuple(known)


def _among(found: Sequence[str], known: Sequence[str], place: str) -> str:
    for each in known:
        if each in found:
            return each
    raise WireError(
        place, f"it is in protocol {' or '.join(found)}, and this model's service speaks {', '.join(known)}"
    )


def _media_type(headers: Headers) -> str:
    return (header(headers, "Content-Type") or "").partition(";")[0].strip().lower()
