"""
Virtual time in an event loop: one that has nothing to do but to wait for a sleep of the code under test does not wait.

The loop goes on to its next timer, whosever that is, and its own clock with it. So tasks take turns as they would, and
``asyncio.wait_for`` and ``asyncio.timeout`` end after as many virtual seconds. A loop that waits for another thread
waits really, and one that has connections open gives them a moment first.
"""

from __future__ import annotations

import asyncio
import asyncio.futures
import threading
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from typing import Any
from weakref import WeakKeyDictionary

from bototape.clock.time import SECOND, VirtualClock

__all__ = ["sleep", "watched"]

#: How long what is connected may take to answer before time passes without it, in seconds.
_MOMENT = 0.01

_Sleep = Callable[..., Coroutine[Any, Any, Any]]

_lock = threading.Lock()
_users: list[None] = []
_loops: WeakKeyDictionary[asyncio.AbstractEventLoop, _Loop] = WeakKeyDictionary()
#: Futures that end when another thread has done its work, by loop.
_foreign: WeakKeyDictionary[asyncio.AbstractEventLoop, set[Any]] = WeakKeyDictionary()


class _Loop:
    """An event loop whose waiting is virtual while a task of the code under test sleeps."""

    def __init__(self, loop: Any, clock: VirtualClock) -> None:
        self._loop = loop
        self._selector = loop._selector  # noqa: SLF001 - where a loop waits; it has no other door
        self._select = self._selector.select
        self._real = loop.time
        self._own = loop.__dict__.get("time")
        self._clock = clock
        self._base = -clock.ahead()
        self._ahead = 0
        self.sleepers = 0
        self._selector.select = self.select
        loop.time = self.time

    def follow(self, clock: VirtualClock) -> None:
        """Go by *clock* from now on."""
        if clock is not self._clock:
            self._base = self._ahead - clock.ahead()
            self._clock = clock

    def time(self) -> float:
        """Return the loop's clock, which is as far ahead as its thread."""
        self._ahead = ahead = self._base + self._clock.ahead()
        return float(self._real() + ahead / SECOND)

    def select(self, timeout: float | None = None) -> Any:
        """Wait for what is ready; when nothing is, let *timeout* pass at once if a task sleeps virtually."""
        if not timeout or timeout < 0 or not self.sleepers or _foreign.get(self._loop):
            return self._select(timeout)
        has_peers = len(self._selector.get_map() or ()) > 1 if hasattr(self._selector, "get_map") else True
        moment = min(timeout, _MOMENT) if has_peers else 0
        ready = self._select(moment)
        if not ready:
            self._clock.sleep(timeout - moment)
        return ready

    def restore(self) -> None:
        """Wait as ever. A clock that went ahead stays so: timers were set by it."""
        del self._selector.select
        if self._ahead:
            real, shift = self._real, self._ahead / SECOND
            self._loop.time = lambda: real() + shift
        elif self._own is not None:
            self._loop.time = self._own
        else:
            del self._loop.time


async def sleep(clock: VirtualClock, delay: float, result: Any, original: _Sleep) -> Any:
    """Sleep *delay* virtual seconds, as *original* would, and return *result*."""
    loop = asyncio.get_running_loop()
    if not hasattr(loop, "_selector"):  # a loop that is not Python's own
        if delay > 0 and not _foreign.get(loop):
            clock.sleep(delay)
            delay = 0
        return await original(delay, result)
    with _lock:
        watch = _loops.get(loop)
        if watch is None:
            watch = _loops[loop] = _Loop(loop, clock)
    watch.follow(clock)
    watch.sleepers += 1
    try:
        return await original(delay, result)
    finally:
        watch.sleepers -= 1


@contextmanager
def watched() -> Iterator[None]:
    """Count what loops wait for in other threads, until the last such block ends; then loops wait as ever."""
    with _lock:
        _users.append(None)
        if len(_users) == 1:
            asyncio.wrap_future = asyncio.futures.wrap_future = _wrap_future
    try:
        yield
    finally:
        with _lock:
            _users.pop()
            if not _users:
                asyncio.wrap_future = asyncio.futures.wrap_future = _original_wrap_future
                for each in _loops.values():
                    each.restore()
                _loops.clear()


_original_wrap_future = asyncio.futures.wrap_future


def _wrap_future(future: Any, *, loop: Any = None) -> Any:
    wrapped = _original_wrap_future(future, loop=loop)
    if wrapped is not future:
        waiting = _foreign.setdefault(wrapped.get_loop(), set())
        waiting.add(wrapped)
        wrapped.add_done_callback(waiting.discard)
    return wrapped
