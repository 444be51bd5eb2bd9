"""
Which tape answers a call: the one of the context, else the innermost open one of the process.

Threads do not inherit context variables, so a context variable alone would let a pool's calls reach the network;
the process-wide stack behind it does not.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Protocol
from weakref import WeakKeyDictionary

if TYPE_CHECKING:
    from bototape.adapters.senders import Sender
    from bototape.attempt import Attempt
    from bototape.faults import Broken
    from bototape.interaction import Call, Request, Response

__all__ = [
    "Handler",
    "apart",
    "current",
    "enter",
    "forget",
    "is_playing",
    "is_sending",
    "leave",
    "opened",
    "sending",
    "strict",
]


class Handler(Protocol):
    """What the seams hand calls to: an open tape, or a closed one that must refuse them."""

    @property
    def playing(self) -> bool:
        """Whether calls are answered here and never sent."""
        ...

    def play(self, request: Request, call: Call | None, attempt: Attempt | None) -> Response | Broken | None:
        """
        Return the answer, or how the connection breaks, or raise NoMatch; *attempt* is what the client told.

        None says that the call is not recorded: it is sent, and its answer handed to `record`.
        """
        ...

    def sending(self, request: Request, call: Call, sender: Sender) -> Response | None:
        """
        Learn who is about to send a call that `play` left; raise to refuse it.

        Returns the answer after all, where it takes the sender to find it.
        """
        ...

    def record(self, request: Request, response: Response, call: Call | None, *, custom: bool) -> None:
        """Keep the live answer of a call; *custom* says that it did not come from an AWS host."""
        ...

    def fetch(self, request: Request) -> Response | None:
        """Answer a request of another HTTP library than botocore's, or raise NoMatch; None says that it is sent."""
        ...

    def fetched(self, request: Request, response: Response) -> None:
        """Keep the live answer of such a request."""
        ...

    def bypassed(self, call: Call) -> None:
        """Note a call that something else answered before it came here."""
        ...

    def slept(self, seconds: float) -> None:
        """Note a pause of botocore's that was left out."""
        ...


#: Those opened in this context, the innermost last; closed elsewhere, one stays here and refuses.
_of_context: ContextVar[tuple[Handler, ...]] = ContextVar("bototape", default=())
_apart: ContextVar[bool] = ContextVar("bototape_apart", default=False)
_lock = threading.Lock()
if hasattr(os, "register_at_fork"):
    # A child forked while another thread holds the lock would wait for ever.
    os.register_at_fork(before=_lock.acquire, after_in_parent=_lock.release, after_in_child=_lock.release)
_open: list[Handler] = []
#: Threads that were alive when a playing tape closed, and that tape: a late call of theirs is a miss on it.
_strays: WeakKeyDictionary[threading.Thread, Handler] = WeakKeyDictionary()
_last_closed: list[Handler] = []
_strict: list[bool] = [False]
_sending: ContextVar[bool] = ContextVar("bototape_sending", default=False)


def current() -> Handler | None:
    """Return the handler of this call, open or closed; None means that no tape has a say."""
    if _apart.get():
        return None
    mine = _of_context.get()
    if mine:
        return mine[-1]
    with _lock:
        if _open:
            return _open[-1]
        stray = _strays.get(threading.current_thread())
        if stray is not None:
            return stray
        return _last_closed[-1] if _strict[0] and _last_closed else None


@contextmanager
def apart() -> Iterator[None]:
    """While the block runs, no tape has a say in this context's calls: they are the recorder's own."""
    token = _apart.set(True)
    try:
        yield
    finally:
        _apart.reset(token)


def is_playing() -> bool:
    """Tell whether a call made here and now would be answered from a cassette."""
    handler = current()
    return handler is not None and handler.playing


def opened() -> list[Handler]:
    """Return the open handlers of the process, the innermost last."""
    with _lock:
        return list(_open)


@contextmanager
def sending() -> Iterator[None]:
    """While a seam sends a call, the HTTP library below it is no seam of its own."""
    token = _sending.set(True)
    try:
        yield
    finally:
        _sending.reset(token)


def is_sending() -> bool:
    """Tell whether a seam above is sending a call."""
    return _sending.get()


def enter(handler: Handler) -> None:
    """Open *handler* for this context and, after those already open, for the process."""
    with _lock:
        _open.append(handler)
    _of_context.set((*_of_context.get(), handler))


def leave(handler: Handler) -> None:
    """
    Close *handler*; tapes may close in any order. Late calls of threads still running meet it closed.

    So do those of the context it was opened in, if it is closed in another one (an async fixture).
    """
    with _lock:
        _open[:] = [each for each in _open if each is not handler]
        if handler.playing:
            here = threading.current_thread()
            _strays.update({each: handler for each in threading.enumerate() if each is not here})
            _last_closed[:] = [handler]
    _of_context.set(tuple(each for each in _of_context.get() if each is not handler))


def strict(*, on: bool) -> None:
    """While on, a call made after the last tape closed is a miss on it, whatever thread makes it."""
    with _lock:
        _strict[0] = on


def forget() -> None:
    """Forget the last closed tape: a new test begins. Threads left running by older tapes stay refused."""
    with _lock:
        _last_closed.clear()
