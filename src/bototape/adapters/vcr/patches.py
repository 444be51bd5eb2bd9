"""
vcrpy's patches, put on once for all open tapes, with one cassette behind them that asks the active tape.

vcrpy's own cassettes have a race: to make or use a connection it puts all patches aside for a moment, in all threads
(``force_reset``), and what other threads do then goes to the network (vcrpy issues 212 and 849). Nothing here needs
that moment but ``http.client.HTTPSConnection``, which looks its own class up by its patched name; it gets a twin that
does not.
"""

from __future__ import annotations

import http.client
import threading
import types
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from typing import Any

import vcr.patch
import vcr.stubs

from bototape.adapters import active
from bototape.adapters.vcr.logs import silence
from bototape.adapters.vcr.messages import request_of, response_of, vcr_response
from bototape.errors import NoMatch
from bototape.plain import named

__all__ = ["patched"]

_lock = threading.Lock()
_on: list[ExitStack] = []
_depth = [0]
_reset: list[Callable[[], AbstractContextManager[Any]]] = []


@contextmanager
def patched() -> Iterator[None]:
    """Put the patches on while a block runs."""
    with _lock:
        if not _depth[0]:
            _on.append(_put_on())
        _depth[0] += 1
    try:
        yield
    finally:
        with _lock:
            _depth[0] -= 1
            if not _depth[0]:
                _on.pop().close()


def _put_on() -> ExitStack:
    _keep_patches_on()
    with ExitStack() as stack:
        for each in _Builder(_cassette).build():
            stack.enter_context(each)
        stack.enter_context(silence())  # after the patches: they load modules that have loggers of their own
        return stack.pop_all()


class _Cassette:
    """All that vcrpy's patches ask of a cassette; the active tape answers, or the request is sent."""

    _path = "bototape"
    custom_patches = ()
    skip_patchers = ()

    @property
    def write_protected(self) -> bool:
        """Whether a connection may wait until the request is known: vcrpy before 9 connects ahead for HTTPS."""
        return active.is_playing()

    def can_play_response_for(self, request: Any) -> bool:
        """Let the tape answer now, once for each request; raises NoMatch where vcrpy would go on to the network."""
        __tracebackhide__ = True
        if getattr(request, "answer", None) is not None:  # asked before: once to connect, once to read
            return True
        handler = active.current()
        if handler is None or active.is_sending():
            return False
        request.answer = handler.fetch(request_of(request))
        return request.answer is not None

    def play_response(self, request: Any) -> dict[str, Any]:
        """Return the answer; the request that a redirect leads to was not asked for before."""
        __tracebackhide__ = True
        if not self.can_play_response_for(request):
            sent = named(request_of(request))
            reason = "a recorded answer redirects to it; it may be sent, but aiohttp cannot leave the recording midway"
            raise NoMatch(sent, "the active tape", (reason,), "request it by itself: allow_redirects=False")
        return vcr_response(request.answer)

    def find_requests_with_most_matches(self, request: Any) -> list[tuple[Any, list[str], list[str]]]:
        """Return *request* alone: aiohttp's stub asks for the one that a redirect leads to."""
        return [(request, [], [])]

    def filter_request(self, request: Any) -> Any:
        """Return *request* if its answer is to be recorded; None lets vcrpy send it past a write-protected cassette."""
        return None if active.is_playing() or active.is_sending() else request

    def append(self, request: Any, response: dict[str, Any]) -> None:
        """Hand what was sent and answered to the tape."""
        handler = active.current()
        if handler is not None and self.filter_request(request) is not None:
            handler.fetched(request_of(request), response_of(response))


_cassette = _Cassette()


class _Builder(vcr.patch.CassettePatcherBuilder):  # type: ignore[misc]  # vcrpy has no types
    """vcrpy's patches without those for botocore: our own seam is above it."""

    def _boto3(self) -> tuple[()]:
        return ()

    def _build_cassette_subclass(self, base_class: type) -> type:
        made: type = super()._build_cassette_subclass(base_class)
        if base_class is vcr.stubs.VCRHTTPSConnection:
            setattr(made, "_baseclass", _Secure)  # noqa: B010 - vcrpy has no types
        return made


class _Secure(http.client.HTTPSConnection):
    """``HTTPSConnection`` whose constructor finds its class under the patched name's old value."""


_init = http.client.HTTPSConnection.__init__
_names = {**_init.__globals__, "HTTPSConnection": http.client.HTTPSConnection}
_twin = types.FunctionType(_init.__code__, _names, _init.__name__, _init.__defaults__, _init.__closure__)
_twin.__kwdefaults__ = _init.__kwdefaults__
setattr(_Secure, "__init__", _twin)  # noqa: B010 - a method made by hand


def _keep_patches_on() -> None:
    """Let vcrpy put patches aside for its own cassettes only; done once, and never taken back."""
    if _reset:
        return
    _reset.append(vcr.patch.force_reset)

    @contextmanager
    def force_reset() -> Iterator[None]:
        """Leave the patches on where they are ours: the innermost one tells."""
        if getattr(http.client.HTTPConnection, "cassette", None) is _cassette:
            yield
            return
        with _reset[0]():
            yield

    vcr.patch.force_reset = force_reset
