"""
Broken connections as botocore's session reports them: the same classes, raised at the same place.

Where a part of the body arrives, the standard library's and urllib3's own readers meet the end of it, so that what
comes of it is theirs.
"""

from __future__ import annotations

import http.client
import io
from collections.abc import Callable, Mapping
from typing import Any

from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.exceptions import (
    ConnectionClosedError,
    ConnectTimeoutError,
    EndpointConnectionError,
    ProxyConnectionError,
    ReadTimeoutError,
    SSLError,
)
from urllib3 import HTTPResponse
from urllib3.exceptions import ProtocolError
from urllib3.exceptions import ReadTimeoutError as URLLib3ReadTimeoutError

from bototape.faults import Broken
from bototape.interaction import Response, header

__all__ = ["FAILURES", "broken"]

_Failure = Callable[[AWSPreparedRequest], Exception]

#: What botocore raises for a connection that breaks before an answer, by how it breaks.
FAILURES: Mapping[str, _Failure] = {
    "connect-timeout": lambda request: ConnectTimeoutError(endpoint_url=request.url, error=TimeoutError("timed out")),
    "read-timeout": lambda request: ReadTimeoutError(endpoint_url=request.url, error=TimeoutError("timed out")),
    "refused": lambda request: EndpointConnectionError(
        endpoint_url=request.url, error=ConnectionRefusedError("Connection refused")
    ),
    "dns": lambda request: EndpointConnectionError(
        endpoint_url=request.url, error=OSError("Name or service not known")
    ),
    "reset": lambda request: ConnectionClosedError(
        endpoint_url=request.url, request=request, error=ConnectionResetError("Connection reset by peer")
    ),
    "tls": lambda request: SSLError(endpoint_url=request.url, error="certificate verify failed"),
    "proxy": lambda _: ProxyConnectionError(proxy_url="http://proxy.example.com:3128", error="refused"),
}

#: What a socket raises when the rest of a body does not come; nothing where it just ends.
_ENDS: Mapping[str | None, Exception | None] = {
    None: None,
    "read-timeout": TimeoutError("timed out"),
    "reset": ConnectionResetError(104, "Connection reset by peer"),
}


def broken(request: AWSPreparedRequest, found: Broken) -> AWSResponse:
    """
    Raise what botocore's session raises when the connection breaks as *found* says.

    Return the response where it tells nobody: a streamed body fails when it is read, and botocore takes a body that
    is too short as it is.
    """
    if found.response is None:
        raise FAILURES[str(found.how)](request)
    response = AWSResponse(request.url, found.response.status, dict(found.response.headers), _raw(request, found))
    if getattr(request, "stream_output", False):
        return response
    try:
        _ = response.content
    except URLLib3ReadTimeoutError as error:
        raise ReadTimeoutError(endpoint_url=request.url, error=error) from error
    except ProtocolError as error:
        raise ConnectionClosedError(endpoint_url=request.url, request=request, error=error) from error
    return response


class _Socket:
    """All that `http.client.HTTPResponse` asks of a socket: what arrived, and how it ends."""

    def __init__(self, arrived: bytes, end: Exception | None) -> None:
        self._file = io.BufferedReader(_Arriving(arrived, end))

    def makefile(self, *_: Any) -> io.BufferedReader[Any]:
        return self._file


class _Arriving(io.RawIOBase):
    """Bytes that arrived, then the end: an error or nothing."""

    def __init__(self, arrived: bytes, end: Exception | None) -> None:
        super().__init__()
        self._bytes = io.BytesIO(arrived)
        self._end = end

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        count = self._bytes.readinto(buffer)
        if not count and self._end is not None:
            raise self._end
        return count


def _raw(request: AWSPreparedRequest, found: Broken) -> HTTPResponse:
    """Return the response as urllib3's connection makes it of what the socket gives."""
    response = found.response or Response(0)
    socket: Any = _Socket(_written(response, found.whole), _ENDS[found.how])
    read = http.client.HTTPResponse(socket, method=request.method)
    read.begin()
    made: type[HTTPResponse] = HTTPResponse
    return made(
        body=read,
        headers=dict(response.headers),
        status=response.status,
        preload_content=False,
        decode_content=False,
        original_response=read,
        enforce_content_length=False,
        request_method=request.method,
    )


def _written(response: Response, whole: int) -> bytes:
    """Return what came over the wire: the head, and of a body of *whole* bytes those that arrived."""
    fields = "".join(f"{name}: {value}\r\n" for name, value in response.headers)
    head = f"HTTP/1.1 {response.status} {response.reason}\r\n{fields}\r\n".encode("latin-1")
    chunked = (header(response.headers, "Transfer-Encoding") or "").lower() == "chunked"
    return head + (b"%x\r\n" % whole if chunked else b"") + response.body
