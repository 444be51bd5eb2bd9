"""
Replay over HTTP: a loopback server that answers AWS calls of any SDK, CLI or child process from cassettes.

The host in a request does not matter: a call is found by its target, parameters and the region it was signed for.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

import uvicorn
from starlette.requests import ClientDisconnect
from starlette.requests import Request as Received
from starlette.responses import Response as Reply
from starlette.types import ASGIApp, Receive, Scope, Send

from bototape.errors import NoMatch, UsageError
from bototape.interaction import Request, Response
from bototape.interaction import header as header_of
from bototape.replay import Player
from bototape.wire.refusal import refusal

__all__ = ["application", "listen", "serve", "serving", "url_of"]

#: Fields about the connection the recording came by (RFC 9110 section 7.6.1), and the length, which is set anew.
_NOT_SENT = frozenset(
    {
        "connection",
        "content-length",
        "keep-alive",
        "proxy-authenticate",
        "proxy-connection",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
    }
)
#: Statuses that have no body and no length (RFC 9110 sections 15.3.5 and 15.4.5).
_BODILESS = frozenset({204, 304})

_REQUEST_ID = "00000000-0000-4000-8000-e00000000000"


def application(player: Player, on_miss: Callable[[NoMatch], None]) -> ASGIApp:
    """
    Return the ASGI application that answers from *player*; *on_miss* is told of each call without a recording.

    Such a call gets the AWS error ``NoMatch`` (HTTP 400) with the explanation as its message. A plain GET or HEAD of
    ``/`` gets the counts as JSON.
    """
    misses: list[NoMatch] = []

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        received = Received(scope, receive)
        try:
            request = _request(received, await received.body())
        except ClientDisconnect:  # there is nobody to answer
            return
        if _asks_status(request):
            reply = _status(player, len(misses))
        else:
            try:
                reply = _reply(player.play(request, None).response, request.method)
            except NoMatch as miss:
                misses.append(miss)
                on_miss(miss)
                reply = _reply(_no_match(miss, request), request.method)
        await reply(scope, receive, send)

    return answer


def _request(received: Received, body: bytes) -> Request:
    raw = received.scope.get("raw_path") or received.scope["path"].encode()
    query = received.scope["query_string"]
    target = raw + (b"?" + query if query else b"")
    headers = tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in received.headers.raw)
    host = header_of(headers, "host") or "localhost"
    return Request(received.method, f"http://{host}{target.decode('latin-1')}", headers, body)


def _asks_status(request: Request) -> bool:
    """Tell a look at the server from S3's unsigned and signed ``GET /``: it names no AWS header."""
    named = any(name == "authorization" or name.startswith("x-amz-") for name, _ in request.headers)
    path = request.uri.partition("//")[2].partition("/")[2]
    return request.method in ("GET", "HEAD") and not path and not named


def _status(player: Player, misses: int) -> Reply:
    counts = {
        "interactions": len(player.interactions),
        "played": sum(player.played.values()),
        "unplayed": len(player.unplayed),
        "misses": misses,
    }
    return Reply(json.dumps(counts) + "\n", media_type="application/json")


def _reply(response: Response, method: str) -> Reply:
    """Return the recorded response for the wire: fields as they were, repeated ones too, and the length of now."""
    bodiless = method == "HEAD" or response.status in _BODILESS
    reply = Reply(b"" if bodiless else response.body, status_code=response.status)
    raw = [(_ascii(name), _field(value)) for name, value in response.headers if name.lower() not in _NOT_SENT]
    length = str(len(response.body))
    if bodiless:  # of HEAD it is the length a GET would have
        told = (header_of(response.headers, "Content-Length") or "").strip()
        length = told if method == "HEAD" and told.isdecimal() else ""
    if length:
        raw.append((b"content-length", length.encode("latin-1")))
    reply.raw_headers = raw
    return reply


def _ascii(name: str) -> bytes:
    return name.encode("ascii", "replace")


def _field(value: str) -> bytes:
    """Return a field value that cannot end its line."""
    return value.encode("utf-8" if max(value, default="") > "\xff" else "latin-1").translate(_NO_BREAKS).strip()


_NO_BREAKS = bytes.maketrans(b"\r\n\0", b"   ")


def _no_match(miss: NoMatch, request: Request) -> Response:
    """Return the miss as an error of the request's own protocol."""
    told = refusal(request, "NoMatch", str(miss))
    return replace(told, headers=(*told.headers, ("x-amzn-RequestId", _REQUEST_ID)))


def listen(host: str, port: int) -> socket.socket:
    """
    Return a listening TCP socket; port 0 takes any free one.

    Raises UsageError when it cannot be had, such as a port in use.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family)
    except (OSError, OverflowError) as error:
        number = getattr(error, "errno", None) or 0
        reason = os.strerror(number) if number > 0 else str(error)  # a name that does not resolve is below zero
        raise UsageError(
            f"cannot serve on {host} port {port}: {reason}", "take another --port, or --port 0 for any free one"
        ) from error


def url_of(listening: socket.socket) -> str:
    """Return the URL of a listening socket."""
    host, port = listening.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


#: An answer takes no time: what is still open so many seconds after a signal is a client that hangs.
_PATIENCE_S = 0.3


def serve(player: Player, listening: socket.socket, on_ready: Callable[[], None]) -> None:
    """
    Answer until SIGTERM or SIGINT, then return; *on_ready* is called once connections are accepted.

    Each miss is one line on stderr.
    """
    _server(application(player, _tell), on_ready).run(sockets=[listening])


@contextmanager
def serving(player: Player, on_miss: Callable[[NoMatch], None]) -> Iterator[str]:
    """
    Answer on loopback, in a thread, while the block runs; yields the URL. *on_miss* is told of each miss.

    Raises UsageError when no port can be had.
    """
    listening = listen("127.0.0.1", 0)
    ready = threading.Event()
    server = _server(application(player, on_miss), ready.set)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, name="bototape serve", daemon=True)
    thread.start()
    try:
        ready.wait()
        yield url_of(listening)
    finally:
        server.should_exit = True
        thread.join()


def _server(answering: ASGIApp, on_ready: Callable[[], None]) -> _Server:
    config = uvicorn.Config(
        answering,
        access_log=False,
        date_header=False,
        http="h11",
        lifespan="off",
        log_config=None,
        log_level="error",
        loop="asyncio",
        server_header=False,
        timeout_graceful_shutdown=_PATIENCE_S,  # type: ignore[arg-type]  # asyncio takes fractions of a second
        ws="none",
    )
    return _Server(config, on_ready)


def _tell(miss: NoMatch) -> None:
    sys.stderr.write(f"bototape serve: {'; '.join(each.strip() for each in str(miss).splitlines())}\n")
    sys.stderr.flush()


class _Server(uvicorn.Server):
    """Says when it is ready, and takes a signal for a wish to end, not for a failure."""

    def __init__(self, config: uvicorn.Config, on_ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._on_ready = on_ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._on_ready()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        previous = {each: signal.signal(each, self.handle_exit) for each in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            for number, handler in previous.items():
                signal.signal(number, handler)
