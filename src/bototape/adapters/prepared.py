"""What botocore is about to send, as ours: the call, the attempt and the request, for every seam alike."""

from __future__ import annotations

from contextvars import ContextVar
from dataclasses import dataclass
from functools import partial
from typing import Any

from botocore.awsrequest import AWSPreparedRequest

from bototape.adapters import models
from bototape.adapters.clients import attempt_of, invocation_of
from bototape.attempt import Attempt
from bototape.interaction import Call, Headers, Request

__all__ = ["UnderWay", "attempt", "call_under_way", "pairs", "request_of", "routing", "under_way"]

#: What an AWS JSON request says outside its body.
_ROUTING = ("Content-Type", "X-Amz-Target", "Authorization", "Content-Encoding")


@dataclass(slots=True)
class UnderWay:
    """A call between ``_do_get_response`` and ``send``: what the client knows of it."""

    call: Call
    model: Any
    invocation: str
    endpoint: str
    reached: bool = False


#: The call that the code of this context is in.
under_way: ContextVar[UnderWay | None] = ContextVar("bototape_call", default=None)


def call_under_way(endpoint: Any, operation_model: Any, context: Any, *, tells: bool) -> UnderWay:
    """
    Return the call that the client of *endpoint* makes.

    Its model is told to whoever matches it, or with *tells* to whoever scrubs it.
    """
    call = _call(operation_model, context)
    found = UnderWay(call, operation_model.service_model, invocation_of(context), str(endpoint.host))
    if call.protocol != "json" or tells:
        service = operation_model.service_model
        models.tell(service.service_name, service._service_description)  # noqa: SLF001 - it has no other door
    return found


def attempt(request: AWSPreparedRequest, sent: Request, under_way: UnderWay, limit: Any) -> Attempt:
    """Return the attempt that *sent* is; *limit* is the session's timeout."""
    # Newer releases of botocore let a call have a timeout of its own.
    own = (getattr(request, "context", None) or {}).get("read_timeout")
    headers = partial(pairs, request.headers)
    return attempt_of(
        under_way.call, under_way.invocation, under_way.model, sent, headers, own if own is not None else limit
    )


def request_of(request: AWSPreparedRequest, call: Call | None, body: bytes, *, whole: bool = False) -> Request:
    """Return *request* with the fields that tell one call from another, or with all if *whole* asks for them."""
    brief = call is not None and call.protocol == "json" and not whole
    return Request(request.method, request.url, routing(request) if brief else pairs(request.headers), body)


def routing(request: AWSPreparedRequest) -> Headers:
    """Return the fields that tell one call from another; decoding all of them costs 4 % of a call."""
    found = ((name, request.headers.get(name)) for name in _ROUTING)
    return tuple((name, _text(value)) for name, value in found if value is not None)


def pairs(headers: Any) -> Headers:
    """Return fields of botocore's as ours."""
    return tuple((_text(name), _text(value)) for name, value in headers.items())


def _call(operation_model: Any, context: Any) -> Call:
    service = operation_model.service_model
    retries = context.get("retries", {}) if isinstance(context, dict) else {}
    return Call(
        service.service_name,
        operation_model.name,
        str(context.get("client_region") or ""),
        str(getattr(service, "resolved_protocol", None) or service.protocol),
        int(retries.get("attempt", 1)),
        idempotency=_idempotency(operation_model),
    )


def _idempotency(operation_model: Any) -> tuple[str, ...]:
    names = operation_model.idempotent_members
    members = operation_model.input_shape.members if names else {}
    return tuple(str(members[name].serialization.get("name", name)) for name in names)


def _text(value: str | bytes) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else value
