"""
What the HTTP frame of an AWS JSON call must be, and whether a call is one.

Source: Smithy, "AWS JSON 1.0/1.1 protocol", "Protocol behaviors": POST to ``/``, ``X-Amz-Target``, Content-Type,
status 200 for success.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from urllib.parse import urlsplit

from bototape.check.faults import Fault
from bototape.interaction import Interaction, Request, Response, header
from bototape.shapes import Operation, Service
from bototape.wire.route import route

__all__ = [
    "foreign",
    "is_event_stream",
    "null_faults",
    "request_faults",
    "service_name",
    "status_faults",
    "unmodeled",
]

_SCOPE = re.compile(r"Credential=[^/,\s]+/\d{8}/[a-z0-9-]+/([a-z0-9-]+)/aws4_request")
_HOST = re.compile(r"(?:api\.)?([a-z0-9-]+)(?:\.[a-z0-9-]+)*\.amazonaws\.com(?:\.cn)?")
_EVENT_STREAM = "application/vnd.amazon.eventstream"


def service_name(request: Request) -> str:
    """
    Return the service that *request* was signed for, or else sent to, or an empty string.

    For nearly every service of AWS JSON that is botocore's name for it.
    """
    scope = _SCOPE.search(header(request.headers, "Authorization") or "")
    host = _HOST.fullmatch(urlsplit(request.uri).hostname or "")
    return scope[1] if scope else host[1] if host else ""


def foreign(service: Service, interaction: Interaction) -> str:
    """Return why *interaction* cannot be checked as an AWS JSON call of *service*, or an empty string."""
    spoken = service.metadata.get("protocols") or [service.metadata.get("protocol")]
    if "json" not in spoken:
        return f"protocol {spoken[0]} is not supported yet"
    if interaction.call and interaction.call.protocol != "json":
        return f"it was made with protocol {interaction.call.protocol}, which is not supported yet"
    target = route(interaction.request).target
    if not interaction.call and route(interaction.request).protocol != "json":
        return "its request names no operation of AWS JSON (there is no X-Amz-Target)"
    prefix = target.rpartition(".")[0]
    wanted = str(service.metadata.get("targetPrefix", ""))
    return f"it is a call of {prefix}, not of {wanted}" if prefix and prefix != wanted else ""


def request_faults(service: Service, operation: Operation, request: Request) -> Iterator[Fault]:
    """Yield what is wrong with the request line and headers of a call of *operation*."""
    target = f"{service.metadata.get('targetPrefix')}.{operation.name}"
    version = service.metadata.get("jsonVersion", "1.0")
    yield from _differs("method", "POST", request.method)
    yield from _differs("path", "/", urlsplit(request.uri).path or "/")
    yield from _differs("X-Amz-Target", target, header(request.headers, "X-Amz-Target") or "none")
    kind = header(request.headers, "Content-Type")
    if kind is not None:
        yield from _differs("Content-Type", f"application/x-amz-json-{version}", kind.partition(";")[0].strip())


def status_faults(operation: Operation, response: Response) -> Iterator[Fault]:
    """Yield what is wrong with the status of a successful *response*."""
    yield from _differs("status", str(operation.http.get("responseCode", 200)), str(response.status))


def _differs(what: str, expected: str, found: str) -> Iterator[Fault]:
    if expected != found:
        sentence = f"{what}: expected {expected}, found {found}"
        yield Fault("binding-mismatch", member=what, expected=expected, found=found, sentence=sentence)


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
    return Fault("error-unmodeled", expected=expected, found=code or "none", sentence=sentence)


def is_event_stream(response: Response) -> bool:
    """Tell whether *response* carries an event stream, not one document."""
    return (header(response.headers, "Content-Type") or "").startswith(_EVENT_STREAM)
