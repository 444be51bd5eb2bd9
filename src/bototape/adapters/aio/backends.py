"""The HTTP libraries below aiobotocore: how each is answered, and how an answer of its breaks off."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any, Protocol, Self

import aiohttp
from aiobotocore.awsrequest import AioAWSResponse
from aiobotocore.httpsession import AIOHTTPSession
from aiohttp.base_protocol import BaseProtocol
from botocore.awsrequest import AWSPreparedRequest
from botocore.exceptions import ConnectionClosedError, HTTPClientError, ReadTimeoutError
from yarl import URL

from bototape.faults import Broken
from bototape.interaction import Headers, Response

__all__ = ["Backend", "backends"]


class Backend(Protocol):
    """An HTTP library as aiobotocore uses it."""

    #: The class whose ``send`` is the seam.
    session: Any

    def limit(self, session: Any) -> float | None:
        """Return the read timeout of *session* in seconds."""

    async def breathe(self) -> None:
        """Let other tasks run."""

    async def answer(self, request: AWSPreparedRequest, response: Response) -> Any:
        """Return *response* as the session would."""

    async def cut_short(self, request: AWSPreparedRequest, response: Response, found: Broken) -> Any:
        """Return or raise what the session does when *response* breaks off as *found* says."""

    async def content_of(self, live: Any, request: AWSPreparedRequest) -> Response:
        """Return the live answer whole. Raises ConnectionClosedError, which botocore retries, for half of one."""


def backends() -> list[Backend]:
    """Return those that the installed aiobotocore can use."""
    try:
        from aiobotocore import httpxsession  # noqa: PLC0415 - from 2.22 on
    except ImportError:
        return [_Aiohttp()]
    library = getattr(httpxsession, "httpx", None)
    return [_Aiohttp(), *([_Httpx(httpxsession, library)] if library else [])]


class _Aiohttp:
    session: Any = AIOHTTPSession

    def limit(self, session: Any) -> float | None:
        return getattr(getattr(session, "_timeout", None), "sock_read", None)

    async def breathe(self) -> None:
        await asyncio.sleep(0)

    async def answer(self, request: AWSPreparedRequest, response: Response) -> Any:
        return await self._made(request, response, None)

    async def cut_short(self, request: AWSPreparedRequest, response: Response, found: Broken) -> Any:
        if found.how == "read-timeout":
            end: Exception = aiohttp.ServerTimeoutError("Timeout on reading data from socket")
        else:
            end = aiohttp.ClientPayloadError("Response payload is not completed")
        try:
            return await self._made(request, response, end)
        except aiohttp.ServerTimeoutError as error:
            raise ReadTimeoutError(endpoint_url=request.url, error=error) from error
        except aiohttp.ClientPayloadError as error:
            raise ConnectionClosedError(endpoint_url=request.url, request=request, error=error) from error

    async def content_of(self, live: Any, request: AWSPreparedRequest) -> Response:
        try:
            content = await live.content
        except aiohttp.ClientError as error:
            raise _closed(request, error) from error
        fields = tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in live.raw.raw_headers)
        return Response(live.status_code, live.raw.reason or "", fields, bytes(content))

    async def _made(self, request: AWSPreparedRequest, response: Response, end: Exception | None) -> Any:
        raw = _Raw(request.url, response, end)
        made = AioAWSResponse(request.url, response.status, _lower(response.headers), raw)
        if not getattr(request, "stream_output", False):
            await made.content
        return made


class _Reader(aiohttp.StreamReader):
    """aiohttp's reader of a body that is here; where it would wait for more, the connection breaks."""

    end: Exception | None = None

    async def _wait(self, func_name: str) -> None:
        if self.end is not None:
            raise self.end
        await super()._wait(func_name)


class _Raw:
    """All that aiobotocore asks of an ``aiohttp.ClientResponse``; the body is read by aiohttp's own reader."""

    def __init__(self, url: str, response: Response, end: Exception | None) -> None:
        loop = asyncio.get_running_loop()
        self.url = URL(url, encoded=True)
        self.status = response.status
        self.reason = response.reason
        self.headers = _lower(response.headers)
        self.raw_headers = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in response.headers]
        # The reader asks its connection to pause when it holds twice the limit: there is none.
        self.content = _Reader(BaseProtocol(loop), max(len(response.body), 2**16), loop=loop)
        self.content.end = end
        self.closed = False
        if response.body:
            self.content.feed_data(response.body)
        if end is None:
            self.content.feed_eof()

    async def read(self) -> bytes:
        return bytes(await self.content.read())

    def close(self) -> None:
        self.closed = True

    release = close

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        self.close()


class _Httpx:
    """httpx, or the fork httpx2, whichever the session uses; runs under trio as well."""

    def __init__(self, module: Any, library: Any) -> None:
        self.session: Any = module.HttpxSession
        self._library = library

    def limit(self, session: Any) -> float | None:
        return getattr(getattr(session, "_timeout", None), "read", None)

    async def breathe(self) -> None:
        import anyio  # noqa: PLC0415 - httpx needs it, aiohttp does not

        await anyio.lowlevel.checkpoint()

    async def answer(self, request: AWSPreparedRequest, response: Response) -> Any:
        return await self._made(request, response, None)

    async def cut_short(self, request: AWSPreparedRequest, response: Response, found: Broken) -> Any:
        ends: dict[str | None, type[Exception]] = {
            "read-timeout": self._library.ReadTimeout,
            "reset": self._library.ReadError,
        }
        end = ends.get(found.how, self._library.RemoteProtocolError)
        try:
            return await self._made(request, response, lambda: end("the connection broke"))
        except self._library.ReadTimeout as error:
            raise ReadTimeoutError(endpoint_url=request.url, error=error) from error
        except self._library.TransportError as error:
            raise HTTPClientError(error=error) from error

    async def content_of(self, live: Any, request: AWSPreparedRequest) -> Response:
        try:
            content = await live.content if not getattr(request, "stream_output", False) else await _raw_of(live.raw)
        except self._library.TransportError as error:
            raise _closed(request, error) from error
        fields = tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in live.raw.headers.raw)
        return Response(live.status_code, live.raw.reason_phrase, fields, bytes(content))

    async def _made(self, request: AWSPreparedRequest, response: Response, end: Callable[[], Exception] | None) -> Any:
        from aiobotocore.awsrequest import HttpxAWSResponse  # noqa: PLC0415 - where the session is, it is

        class _Stream(self._library.AsyncByteStream):  # type: ignore[misc,name-defined]  # one of two libraries
            """The body, and how it ends."""

            async def __aiter__(self) -> AsyncIterator[bytes]:
                yield response.body
                if end is not None:
                    raise end()

        raw = self._library.Response(
            response.status,
            headers=list(response.headers),
            stream=_Stream(),
            request=self._library.Request(request.method, request.url),
            extensions={"reason_phrase": response.reason.encode("latin-1")} if response.reason else None,
        )
        made = HttpxAWSResponse(request.url, response.status, _lower(response.headers), raw)
        if not getattr(request, "stream_output", False):
            await made.content
        return made


async def _raw_of(raw: Any) -> bytes:
    """Read the body of an ``httpx.Response`` as it came: httpx's own reading undoes a content coding."""
    content = b"".join([part async for part in raw.aiter_raw()])
    await raw.aclose()
    return content


def _closed(request: AWSPreparedRequest, error: Exception) -> ConnectionClosedError:
    # The query may hold a signature, and what a message shows is kept.
    return ConnectionClosedError(endpoint_url=request.url.partition("?")[0], request=request, error=error)


def _lower(headers: Headers) -> dict[str, str]:
    """Return fields as aiobotocore hands them on: the names of S3's metadata are in lower case."""
    return {name.lower(): value for name, value in headers}
