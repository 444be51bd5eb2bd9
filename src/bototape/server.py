"""
Replay over HTTP: cassettes answer any AWS client that can be given an endpoint URL.

Calls are matched as in process, by target, region of the credential scope and decoded parameters; the host does not
count, and signatures are not looked at.
"""

from __future__ import annotations

import signal
import socket
import sys
from collections.abc import Callable, Sequence
from xml.sax.saxutils import escape

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request as HttpRequest
from starlette.responses import JSONResponse
from starlette.responses import Response as HttpResponse
from starlette.routing import Route

from bototape.errors import NoMatch, UsageError
from bototape.interaction import Cassette, Request, Response
from bototape.replay import Player
from bototape.wire.awsjson import encode_error
from bototape.wire.route import route

__all__ = ["application", "merged", "serve"]

_METHODS = ["GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"]
#: Fields that belong to one connection (RFC 9110 section 7.6.1), and those the server writes itself.
_NOT_REPLAYED = frozenset(
    {"connection", "keep-alive", "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade", "content-length"}
)


def merged(cassettes: Sequence[Cassette]) -> Cassette:
    """Return one cassette with the interactions of all, in the order given."""
    return Cassette(tuple(each for cassette in cassettes for each in cassette.interactions))


def application(player: Player, missed: Callable[[NoMatch], None]) -> Starlette:
    """
    Return the ASGI application that answers from *player*.

    A call without a recording is told to *missed* and answered with HTTP 400 and the error ``NoMatch`` in the
    protocol of the request: no AWS client retries that. ``GET /``, unless recorded, tells what is served.
    """

    async def answer(request: HttpRequest) -> HttpResponse:
        sent = Request(
            request.method,
            str(request.url),
            tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in request.headers.raw),
            await request.body(),
        )
        try:
            return _sent(player.play(sent).response)
        except NoMatch as miss:
            if sent.method in ("GET", "HEAD") and request.url.path == "/" and not request.url.query:
                return JSONResponse({"interactions": len(player.interactions), "played": sum(player.played.values())})
            missed(miss)
            return _sent(_refusal(sent, str(miss)))

    return Starlette(routes=[Route("/{path:path}", answer, methods=_METHODS)])


def _sent(response: Response) -> HttpResponse:
    answer = HttpResponse(response.body, response.status)
    kept = [
        (name.encode("latin-1"), value.encode("latin-1"))
        for name, value in response.headers
        if name.lower() not in _NOT_REPLAYED
    ]
    answer.raw_headers = [*kept, (b"content-length", str(len(response.body)).encode())]
    return answer


def _refusal(sent: Request, message: str) -> Response:
    if route(sent).protocol != "query":
        return encode_error("NoMatch", message)
    body = (
        "<ErrorResponse><Error><Type>Sender</Type><Code>NoMatch</Code>"
        f"<Message>{escape(message)}</Message></Error></ErrorResponse>"
    )
    return Response(400, "Bad Request", (("Content-Type", "text/xml"),), body.encode("utf-8"))


def serve(player: Player, host: str, port: int, announce: Callable[[str], None]) -> None:
    """
    Serve until SIGTERM or SIGINT; *announce* gets the URL once connections are accepted.

    *port* 0 takes a free one. Raises UsageError when the address cannot be listened on.
    """
    listening = _listen(host, port)
    shown, taken = listening.getsockname()[:2]
    url = f"http://[{shown}]:{taken}" if ":" in shown else f"http://{shown}:{taken}"

    def missed(miss: NoMatch) -> None:
        print(miss, file=sys.stderr, flush=True)  # noqa: T201 - the server's log

    config = uvicorn.Config(
        application(player, missed),
        log_config=None,
        access_log=False,
        lifespan="off",
        server_header=False,
        date_header=False,
        timeout_graceful_shutdown=1,
    )
    server = uvicorn.Server(config)
    # uvicorn raises the signal again after it has stopped: by then the work is done, and the exit code is 0.
    for each in (signal.SIGTERM, signal.SIGINT):
        signal.signal(each, lambda *_: None)
    with listening:
        announce(url)
        server.run(sockets=[listening])


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
        listening.listen(128)
    except OSError as error:
        listening.close()
        raise UsageError(
            f"cannot listen on {host}:{port}: {error.strerror or error}", "choose another --port; 0 takes a free one"
        ) from None
    return listening
