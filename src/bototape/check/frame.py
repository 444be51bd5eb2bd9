"""
What the HTTP frame of a call must be, by its protocol, and whether a request is a call of a service at all.

Sources: Smithy's page of each protocol, "Protocol behaviors": method and path, the headers that name operation and
media type, status 200 for success unless the model names another; "HTTP binding traits" for REST.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from urllib.parse import parse_qs, urlsplit

from bototape.check.faults import Fault
from bototape.errors import WireError
from bototape.interaction import Interaction, Request, Response, header
from bototape.shapes import Operation, Service
from bototape.wire.codec import Codec
from bototape.wire.route import route
from bototape.wire.speaks import CBOR

__all__ = [
    "foreign",
    "null_faults",
    "protocol_of",
    "request_faults",
    "service_name",
    "status_faults",
    "unmodeled",
]

_SCOPE = re.compile(r"Credential=[^/,\s]+/\d{8}/[a-z0-9-]+/([a-z0-9-]+)/aws4_request")
_HOST = re.compile(r"(?:api\.)?([a-z0-9-]+)(?:\.[a-z0-9-]+)*\.amazonaws\.com(?:\.cn)?")
_FORM = "application/x-www-form-urlencoded"


def service_name(request: Request) -> str:
    """
    Return the service that *request* was signed for, or else sent to, or an empty string.

    For nearly every service of AWS JSON that is botocore's name for it.
    """
    scope = _SCOPE.search(header(request.headers, "Authorization") or "")
    host = _HOST.fullmatch(urlsplit(request.uri).hostname or "")
    return scope[1] if scope else host[1] if host else ""


def foreign(service: Service, interaction: Interaction) -> str:
    """Return why *interaction* cannot be a call of *service*, or an empty string."""
    prefix = route(interaction.request).target.rpartition(".")[0]
    wanted = str(service.metadata.get("targetPrefix", ""))
    named = route(interaction.request).protocol in ("json", CBOR)
    return f"it is a call of {prefix}, not of {wanted}" if named and prefix and prefix != wanted else ""


def protocol_of(codec: Codec, interaction: Interaction) -> str | Fault:
    """Return the protocol that *interaction* is in, or the fault that the service of *codec* does not speak it."""
    told = interaction.call.protocol if interaction.call else ""
    if told in codec.protocols:
        return told
    try:
        if not told:
            return codec.protocol(interaction.request)
    except WireError:
        told = route(interaction.request).protocol
    found = told if told != "http" else "none that is known"
    return next(_differs("protocol", " or ".join(codec.protocols), found))


def request_faults(service: Service, operation: Operation, request: Request, protocol: str) -> Iterator[Fault]:
    """Yield what is wrong with the request line and headers of a call of *operation*, but for members in them."""
    yield from _FRAMES[protocol](service, operation, request)


def _json(service: Service, operation: Operation, request: Request) -> Iterator[Fault]:
    target = f"{service.metadata.get('targetPrefix')}.{operation.name}"
    yield from _differs("method", "POST", request.method)
    yield from _differs("path", "/", urlsplit(request.uri).path or "/")
    yield from _differs("X-Amz-Target", target, header(request.headers, "X-Amz-Target") or "none")
    yield from _media_type(request, f"application/x-amz-json-{service.metadata.get('jsonVersion', '1.0')}")


def _cbor(service: Service, operation: Operation, request: Request) -> Iterator[Fault]:
    path = f"/service/{service.metadata.get('targetPrefix')}/operation/{operation.name}"
    yield from _differs("method", "POST", request.method)
    yield from _differs("path", path, urlsplit(request.uri).path)
    yield from _differs("smithy-protocol", "rpc-v2-cbor", header(request.headers, "smithy-protocol") or "none")
    if request.body:
        yield from _media_type(request, "application/cbor")


def _query(service: Service, operation: Operation, request: Request) -> Iterator[Fault]:
    asked = parse_qs(urlsplit(request.uri).query)
    if "Action" not in asked:  # a presigned call has all in its query string
        yield from _differs("method", "POST", request.method)
        yield from _media_type(request, _FORM)
        asked = parse_qs(request.body.decode("utf-8", "replace"))
    yield from _differs("Action", operation.name, asked.get("Action", ["none"])[0])
    yield from _differs("Version", str(service.metadata.get("apiVersion")), asked.get("Version", ["none"])[0])


def _rest(service: Service, operation: Operation, request: Request) -> Iterator[Fault]:
    method = str(operation.http.get("method", "POST"))
    kind = (header(request.headers, "Content-Type") or "").partition(";")[0].strip()
    if method == "GET" and request.method == "POST" and kind == _FORM:
        return  # botocore sends Amazon CloudSearch's GET so
    yield from _differs("method", method, request.method)
    if _has_document(service, operation) and request.body and kind:
        yield from _differs("Content-Type", "application/json", kind)


def _rest_xml(service: Service, operation: Operation, request: Request) -> Iterator[Fault]:
    del service  # clients give XML any media type or none
    yield from _differs("method", str(operation.http.get("method", "POST")), request.method)


_FRAMES: Mapping[str, Callable[[Service, Operation, Request], Iterator[Fault]]] = {
    "json": _json,
    "query": _query,
    "ec2": _query,
    "rest-json": _rest,
    "rest-xml": _rest_xml,
    CBOR: _cbor,
}


def _has_document(service: Service, operation: Operation) -> bool:
    """Tell whether the body of a request of *operation* is a document, and its media type no member's."""
    if operation.input is None:
        return False
    shape = service.shapes[operation.input]
    payload = shape.members.get(str(shape.traits.get("payload")))
    inner = service.shapes[payload.shape] if payload else None
    is_data = inner is not None and (inner.type in ("blob", "string") or bool(inner.traits.get("eventstream")))
    named = any(each.wire_name.lower() == "content-type" for each in shape.members.values())
    return not is_data and not named


def _media_type(request: Request, expected: str) -> Iterator[Fault]:
    kind = header(request.headers, "Content-Type")
    if kind is not None:
        yield from _differs("Content-Type", expected, kind.partition(";")[0].strip())


def status_faults(service: Service, operation: Operation, response: Response, error: str | None) -> Iterator[Fault]:
    """
    Yield what is wrong with the status of *response*; *error* is the shape of the modeled error it reports, if any.

    A member may be the status; then any success will do. An error without a status in the model may have any.
    """
    if error:
        wanted = service.shapes[error].traits.get("error", {}).get("httpStatusCode")
        if wanted:
            yield from _differs("status", str(wanted), str(response.status))
        return
    members = service.shapes[operation.output].members.values() if operation.output else ()
    if all(each.traits.get("location") != "statusCode" for each in members):
        yield from _differs("status", str(operation.http.get("responseCode", 200)), str(response.status))


def _differs(what: str, expected: str, found: str) -> Iterator[Fault]:
    if expected != found:
        sentence = f"{what}: expected {expected}, found {found}"
        yield Fault("binding-mismatch", member=what, expected=expected, found=found, sentence=sentence, value=found)


def null_faults(nulls: Iterable[str]) -> Iterator[Fault]:
    """Yield one fault for each JSON pointer in *nulls* to a member of a response that is null."""
    for each in nulls:
        yield Fault(
            "member-null", pointer=each, expected="no member", found="null", sentence="null member, read as absent"
        )


def unmodeled(operation: Operation, code: str | None) -> Fault:
    """Return the fault of an error with a *code* that *operation* does not list, or with none."""
    sentence = f"error {code} is not modeled for {operation.name}" if code else "the error has no code"
    expected = f"one of {', '.join(operation.errors)}" if operation.errors else "no modeled error"
    return Fault("error-unmodeled", expected=expected, found=code or "none", sentence=sentence, value=code or "")
