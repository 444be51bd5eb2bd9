"""
The seam: where recording and replay meet botocore, above urllib3 and below signing, retries and parsing.

Patched at class level, once per process, for clients, resources and credential fetchers made before or after, and
never taken back: without a tape each patch passes the call on.

``URLLib3Session.send``              answers from the tape, or sends and records
``Endpoint._do_get_response``        supplies operation model and attempt
``RequestSigner.get_auth_instance``  signs with dummy credentials while a tape plays
``boto3.s3.transfer._should_use_crt``  classic transfer while a tape is open (the CRT client passes by the seam)
"""

from __future__ import annotations

import importlib.util
import io
import os
import threading
from dataclasses import replace
from typing import Any

import botocore
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.credentials import Credentials
from botocore.endpoint import Endpoint
from botocore.exceptions import NoCredentialsError
from botocore.httpsession import URLLib3Session
from botocore.signers import RequestSigner
from botocore.tokens import FrozenAuthToken

from bototape.adapters import active, profiles, senders
from bototape.adapters.endpoints import aws_uri, is_aws
from bototape.adapters.hermetic import DUMMY_ACCESS_KEY_ID, DUMMY_SECRET_ACCESS_KEY
from bototape.adapters.prepared import UnderWay, attempt, call_under_way, pairs, request_of, under_way
from bototape.faults import Broken
from bototape.interaction import Call, Response

__all__ = ["install", "release"]

_DUMMY = Credentials(DUMMY_ACCESS_KEY_ID, DUMMY_SECRET_ACCESS_KEY)


class _Token:
    """Stands for a bearer token; older releases of botocore ask even a frozen one to be frozen."""

    def get_frozen_token(self) -> FrozenAuthToken:
        return FrozenAuthToken("example-token")


_lock = threading.Lock()
_installed: list[bool] = []


def release() -> str:
    """Return the installed botocore's version, the release that sends the calls."""
    return str(botocore.__version__)


def install() -> None:
    """Patch botocore, once per process; later calls do nothing."""
    with _lock:
        if not _installed:
            _patch_send()
            _patch_endpoint()
            _patch_signer()
            _patch_transfer()
            profiles.install()
            senders.install()
            _installed.append(True)


def _patch_send() -> None:
    original = URLLib3Session.send

    def send(self: Any, request: AWSPreparedRequest) -> AWSResponse:
        """Answer from the tape, or send and record."""
        __tracebackhide__ = True
        handler = active.current()
        if handler is None or _is_fetching(handler):
            return original(self, request)
        known = under_way.get()
        if known is not None:
            known.reached = True
        call = known.call if known else None
        sent = request_of(request, call, _body(request))
        found = handler.play(
            sent, call, attempt(request, sent, known, getattr(self, "_timeout", None)) if known else None
        )
        if found is None and known is not None:
            found = handler.sending(sent, known.call, _sender(self, known))
        if found is None:
            return _send_and_record(handler, original, self, request, call)
        return _broken(request, found) if isinstance(found, Broken) else _answer(request, found)

    URLLib3Session.send = send


def _is_fetching(handler: active.Handler) -> bool:
    """Tell whether credentials are got or renewed while something records: that goes its usual way."""
    return not handler.playing and senders.is_fetching()


def _sender(session: Any, known: UnderWay) -> senders.Sender:
    found = senders.sender(known.endpoint, session)
    if found.is_keyless:
        raise NoCredentialsError
    return found


def _send_and_record(
    handler: active.Handler, original: Any, session: Any, request: AWSPreparedRequest, call: Call | None
) -> AWSResponse:
    from bototape.adapters.whole import content_of  # noqa: PLC0415 - a replay does without

    sent = request_of(request, call, _body(request), whole=True)
    live = original(session, request)
    content = content_of(live, request)
    response = Response(live.status_code, live.raw.reason or "", pairs(live.raw.headers), content)
    uri = aws_uri(sent.uri, call.service, call.region) if call else sent.uri
    handler.record(replace(sent, uri=uri), response, call, custom=not is_aws(sent.uri))
    if not getattr(request, "stream_output", False):
        return live
    return _answer(request, response)


def _patch_endpoint() -> None:
    original = Endpoint._do_get_response  # noqa: SLF001 - the only place that knows both operation and attempt

    def _do_get_response(self: Any, request: Any, operation_model: Any, context: Any) -> Any:
        """Tell the seam below which call this is."""
        __tracebackhide__ = True
        handler = active.current()
        if handler is None or _is_fetching(handler):
            return original(self, request, operation_model, context)
        known = call_under_way(self, operation_model, context, tells=not handler.playing)
        token = under_way.set(known)
        try:
            result = original(self, request, operation_model, context)
        finally:
            under_way.reset(token)
        if not known.reached and result[0] is not None:
            handler.bypassed(known.call)
        return result

    Endpoint._do_get_response = _do_get_response  # noqa: SLF001 - see above


def _patch_signer() -> None:
    original = RequestSigner.get_auth_instance

    def get_auth_instance(self: Any, *args: Any, **kwargs: Any) -> Any:
        """
        Sign with dummy credentials while a tape plays: a client made without any would raise before the seam.

        A client without any may find its calls recorded in every mode; one that is to be sent is refused then.
        """
        handler = active.current()
        if handler is None or _is_fetching(handler):
            return original(self, *args, **kwargs)
        if not handler.playing:
            _wake(self)
        if not handler.playing and _has_credentials(self):
            return _signed(self, original, args, kwargs)
        keyless = object.__new__(type(self))
        keyless.__dict__.update(self.__dict__, _credentials=_DUMMY, _auth_token=_Token())
        kwargs.pop("request_credentials", None)
        auth = original(keyless, *args, **kwargs)
        if not handler.playing:
            senders.note(self, "", auth, is_keyless=True)
        return auth

    RequestSigner.get_auth_instance = get_auth_instance
    # Bound again: botocore keeps the old name as an alias of the function.
    RequestSigner.get_auth = get_auth_instance


def _wake(signer: Any) -> None:
    """Give *signer* its credentials back: those of a client or session first used while a tape played are dummies."""
    found = signer._credentials  # noqa: SLF001 - it has no other door
    is_dummy = type(found) is Credentials and found.method == "env" and found.access_key == DUMMY_ACCESS_KEY_ID
    if is_dummy and os.environ.get("AWS_ACCESS_KEY_ID") != DUMMY_ACCESS_KEY_ID:
        signer._credentials = senders.credentials_again(signer)  # noqa: SLF001 - as above


def _has_credentials(signer: Any) -> bool:
    return signer._credentials is not None or signer._auth_token is not None  # noqa: SLF001 - it has no other door


def _signed(signer: Any, original: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """Return the signature's maker, and note whose it is."""
    auth = original(signer, *args, **kwargs)
    own = signer._credentials if kwargs.get("request_credentials") is not None else None  # noqa: SLF001 - it has no other door
    region = kwargs.get("region_name", args[1] if len(args) > 1 else "")
    senders.note(signer, str(region or ""), auth, own=own.get_frozen_credentials() if own is not None else None)
    return auth


def _patch_transfer() -> None:
    if importlib.util.find_spec("boto3") is None:
        return
    from boto3.s3 import transfer  # noqa: PLC0415 - boto3 is optional

    original = getattr(transfer, "_should_use_crt", None)
    if original is None:
        return

    def _should_use_crt(config: Any) -> bool:
        """Keep transfers on the classic client while a tape is open."""
        return active.current() is None and bool(original(config))

    transfer._should_use_crt = _should_use_crt  # noqa: SLF001 - the one switch there is


def _body(request: AWSPreparedRequest) -> bytes:
    """Read the body once; one that cannot be rewound is put back as the bytes read."""
    body = request.body
    if body is None:
        return b""
    if isinstance(body, bytes | bytearray):
        return bytes(body)
    if isinstance(body, str):
        return body.encode("utf-8")
    data = body.read()
    try:
        body.seek(0)
    except (AttributeError, OSError):
        request.body = data
    return data if isinstance(data, bytes) else str(data).encode("utf-8")


class _Raw:
    """A body that was read already; all that `AWSResponse` asks of one."""

    def __init__(self, body: bytes) -> None:
        self._body = body

    def stream(self, *_: Any, **__: Any) -> list[bytes]:
        return [self._body]

    def read(self, *_: Any, **__: Any) -> bytes:
        body, self._body = self._body, b""
        return body


def _broken(request: AWSPreparedRequest, found: Broken) -> AWSResponse:
    __tracebackhide__ = True
    from bototape.adapters.breaking import broken  # noqa: PLC0415 - for planned faults only

    return broken(request, found)


def _answer(request: AWSPreparedRequest, response: Response) -> AWSResponse:
    headers = dict(response.headers)
    if not getattr(request, "stream_output", False):
        return AWSResponse(request.url, response.status, headers, _Raw(response.body))
    from urllib3 import HTTPResponse  # noqa: PLC0415 - for streaming outputs only

    raw = HTTPResponse(io.BytesIO(response.body), headers, response.status, preload_content=False, decode_content=False)
    return AWSResponse(request.url, response.status, headers, raw)
