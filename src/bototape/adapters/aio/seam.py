"""
The seam in aiobotocore, the twin of `bototape.adapters.botocore`.

``AIOHTTPSession.send``, ``HttpxSession.send``  answer from the tape, or send and record
``AioEndpoint._do_get_response``                supplies operation model and attempt
``AioRequestSigner.get_auth_instance``          signs with dummy credentials while a tape plays
"""

from __future__ import annotations

import inspect
from collections.abc import AsyncIterable, Callable, Iterable
from dataclasses import replace
from typing import Any

from aiobotocore.credentials import AioCredentials, AioRefreshableCredentials
from aiobotocore.endpoint import AioEndpoint
from aiobotocore.signers import AioRequestSigner
from aiobotocore.tokens import AioDeferredRefreshableToken
from botocore.awsrequest import AWSPreparedRequest
from botocore.exceptions import NoCredentialsError
from botocore.tokens import FrozenAuthToken

from bototape.adapters import active, senders
from bototape.adapters.aio.backends import Backend, backends
from bototape.adapters.breaking import FAILURES
from bototape.adapters.endpoints import aws_uri, is_aws
from bototape.adapters.hermetic import DUMMY_ACCESS_KEY_ID, DUMMY_SECRET_ACCESS_KEY
from bototape.adapters.prepared import UnderWay, attempt, call_under_way, request_of, under_way
from bototape.faults import Broken
from bototape.interaction import Call

__all__ = ["patch"]

_DUMMY = AioCredentials(DUMMY_ACCESS_KEY_ID, DUMMY_SECRET_ACCESS_KEY)


class _Token:
    """A bearer token as aiobotocore keeps one."""

    async def get_frozen_token(self) -> FrozenAuthToken:
        return FrozenAuthToken("example-token")


def patch() -> None:
    """Patch aiobotocore's classes; without a tape each patch passes the call on."""
    for each in backends():
        _patch_send(each)
    _patch_endpoint()
    _patch_signer()
    _patch_renewal()


def _patch_send(backend: Backend) -> None:
    original = backend.session.send

    async def send(self: Any, request: AWSPreparedRequest) -> Any:
        """Answer from the tape, or send and record."""
        __tracebackhide__ = True
        handler = active.current()
        if handler is None or (not handler.playing and senders.is_fetching()):
            return await original(self, request)
        known = under_way.get()
        if known is not None:
            known.reached = True
        call, body = (known.call if known else None), await _body(request)
        sent = request_of(request, call, body)
        # A live call lets other tasks run; one that answers at once would let a polling loop starve them.
        await backend.breathe()
        found = handler.play(sent, call, attempt(request, sent, known, backend.limit(self)) if known else None)
        if found is None and known is not None:
            found = handler.sending(sent, known.call, _sender(known))
        if found is None:
            return await _send_and_record(handler, backend, original, self, request, call, body)
        if not isinstance(found, Broken):
            return await backend.answer(request, found)
        if found.response is None:
            raise FAILURES[str(found.how)](request)
        return await backend.cut_short(request, found.response, found)

    backend.session.send = send


async def _send_and_record(
    handler: active.Handler,
    backend: Backend,
    original: Any,
    session: Any,
    request: AWSPreparedRequest,
    call: Call | None,
    body: bytes,
) -> Any:
    sent = request_of(request, call, body, whole=True)
    with active.sending():  # vcrpy's patch of aiohttp or httpx may be on below
        live = await original(session, request)
    response = await backend.content_of(live, request)
    uri = aws_uri(sent.uri, call.service, call.region) if call else sent.uri
    handler.record(replace(sent, uri=uri), response, call, custom=not is_aws(sent.uri))
    return await backend.answer(request, response) if getattr(request, "stream_output", False) else live


def _patch_endpoint() -> None:
    original = AioEndpoint._do_get_response  # noqa: SLF001 - the only place that knows both operation and attempt

    async def _do_get_response(self: Any, request: Any, operation_model: Any, context: Any) -> Any:
        """Tell the seam below which call this is."""
        __tracebackhide__ = True
        handler = active.current()
        if handler is None or (not handler.playing and senders.is_fetching()):
            return await original(self, request, operation_model, context)
        known = call_under_way(self, operation_model, context, tells=not handler.playing)
        token = under_way.set(known)
        try:
            result = await original(self, request, operation_model, context)
        finally:
            under_way.reset(token)
        if not known.reached and result[0] is not None:
            handler.bypassed(known.call)
        return result

    AioEndpoint._do_get_response = _do_get_response  # noqa: SLF001 - see above


def _sender(known: UnderWay) -> senders.Sender:
    """Return who sends; whoever asks whose account it is asks with a client of botocore's own."""
    found = senders.sender(known.endpoint, None)
    if found.is_keyless:
        raise NoCredentialsError
    return found


def _patch_signer() -> None:
    original = AioRequestSigner.get_auth_instance

    async def get_auth_instance(self: Any, *args: Any, **kwargs: Any) -> Any:
        """
        Sign with dummy credentials while a tape plays: a client made without any would raise before the seam.

        A client without any may find its calls recorded in every mode; one that is to be sent is refused then.
        """
        handler = active.current()
        if handler is None or (not handler.playing and senders.is_fetching()):
            return await original(self, *args, **kwargs)
        if not handler.playing and (self._credentials is not None or self._auth_token is not None):
            own = self._credentials if kwargs.get("request_credentials") is not None else None
            auth = await original(self, *args, **kwargs)
            region = str(kwargs.get("region_name", args[1] if len(args) > 1 else "") or "")
            senders.note(self, region, auth, own=await own.get_frozen_credentials() if own is not None else None)
            return auth
        keyless = object.__new__(type(self))
        keyless.__dict__.update(self.__dict__, _credentials=_DUMMY, _auth_token=_Token())
        kwargs.pop("request_credentials", None)
        auth = await original(keyless, *args, **kwargs)
        if not handler.playing:
            senders.note(self, "", auth, is_keyless=True)
        return auth

    AioRequestSigner.get_auth_instance = get_auth_instance
    AioRequestSigner.get_auth = get_auth_instance


def _patch_renewal() -> None:
    for kind in (AioRefreshableCredentials, AioDeferredRefreshableToken):
        original = getattr(kind, "_refresh", None)
        if original is not None:
            setattr(kind, "_refresh", _renewing(original))  # noqa: B010 - a patch


def _renewing(original: Callable[..., Any]) -> Callable[..., Any]:
    async def _refresh(self: Any, *args: Any, **kwargs: Any) -> Any:
        """Renew credentials outside of any recording."""
        with senders.fetching():
            return await original(self, *args, **kwargs)

    return _refresh


async def _body(request: AWSPreparedRequest) -> bytes:
    """Read the body once; one that cannot be rewound is put back as the bytes read."""
    body = request.body
    match body:
        case None:
            return b""
        case bytes() | bytearray():
            return bytes(body)
        case str():
            return body.encode()
    data = await _read(body)
    try:
        body.seek(0)
    except (AttributeError, OSError):
        request.body = data
    return data


async def _read(body: Any) -> bytes:
    if hasattr(body, "read"):
        data = body.read()
        data = await data if inspect.isawaitable(data) else data
        return data if isinstance(data, bytes) else str(data).encode()
    if isinstance(body, AsyncIterable):
        return b"".join([part async for part in body])
    return b"".join(body) if isinstance(body, Iterable) else b""
