"""What botocore is about to send, as ours: the call, the attempt and the request, for every seam alike."""

from __future__ import annotations

from contextvars import ContextVar
from dataclasses import dataclass
from functools import partial
from typing import Any
from weakref import WeakKeyDictionary

from botocore.awsrequest import AWSPreparedRequest, _HeaderKey

from bototape.adapters import models
from bototape.adapters.clients import codec_maker, invocation_of, seconds_of
from bototape.attempt import Attempt
from bototape.interaction import Call, Headers, Request

__all__ = ["UnderWay", "attempt", "call_under_way", "pairs", "request_of", "routing", "under_way"]

#: The protocol whose requests say all but this in their body.
_BRIEF = "json"
_ROUTING = tuple((name, _HeaderKey(name)) for name in ("X-Amz-Target", "Authorization", "Content-Encoding"))

#: The calls of each operation of a client, by region and attempt: equal ones are one.
_calls: WeakKeyDictionary[Any, dict[tuple[str, int], Call]] = WeakKeyDictionary()


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
    if call.protocol != _BRIEF or tells:
        service = operation_model.service_model
        models.tell(service.service_name, service._service_description)  # noqa: SLF001 - it has no other door
    return found


def attempt(request: AWSPreparedRequest, sent: Request, under_way: UnderWay, limit: Any) -> Attempt:
    """Return the attempt that *sent* (of `request_of`, not whole) is; *limit* is the session's timeout."""
    # Newer releases of botocore let a call have a timeout of its own.
    own = (getattr(request, "context", None) or {}).get("read_timeout")
    headers = None if under_way.call.protocol == _BRIEF else partial(pairs, request.headers)
    seconds = seconds_of(own if own is not None else limit)
    return Attempt(under_way.call, sent, under_way.invocation, codec_maker(under_way.model), headers, seconds)


def request_of(request: AWSPreparedRequest, call: Call | None, body: bytes, *, whole: bool = False) -> Request:
    """Return *request* with the fields that tell one call from another, or with all if *whole* asks for them."""
    brief = call is not None and call.protocol == _BRIEF and not whole
    return Request(request.method, request.url, routing(request) if brief else pairs(request.headers), body)


def routing(request: AWSPreparedRequest) -> Headers:
    """Return the fields that tell one call from another; decoding all of them costs 4 % of a call."""
    fields = request.headers._dict  # noqa: SLF001 - asking by name costs 2 % of a call
    return tuple([(name, _text(value)) for name, key in _ROUTING if (value := fields.get(key)) is not None])


def pairs(headers: Any) -> Headers:
    """Return fields of botocore's as ours."""
    return tuple((_text(name), _text(value)) for name, value in headers.items())


def _call(operation_model: Any, context: Any) -> Call:
    told = context if isinstance(context, dict) else {}
    key = str(told.get("client_region") or ""), int(told.get("retries", {}).get("attempt", 1))
    known = _calls.get(operation_model)
    if known is None:
        known = _calls.setdefault(operation_model, {})
    found = known.get(key)
    if found is None:
        found = known.setdefault(key, _made(operation_model, *key))
    return found


def _made(operation_model: Any, region: str, attempt: int) -> Call:
    service = operation_model.service_model
    protocol = str(getattr(service, "resolved_protocol", None) or service.protocol)
    name, idempotency = operation_model.name, _idempotency(operation_model)
    return Call(service.service_name, name, region, protocol, attempt, idempotency=idempotency)


def _idempotency(operation_model: Any) -> tuple[str, ...]:
    names = operation_model.idempotent_members
    members = operation_model.input_shape.members if names else {}
    return tuple(str(members[name].serialization.get("name", name)) for name in names)


def _text(value: str | bytes) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else value
