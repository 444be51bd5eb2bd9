"""What stands for ``time.sleep``, the clocks of ``time``, ``asyncio.sleep`` and ``Event.wait`` in virtual time."""

from __future__ import annotations

import asyncio
import inspect
import operator
import sys
import threading
import time
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

from bototape.clock import loops
from bototape.clock.time import SECOND, VirtualClock
from bototape.substitutes import is_users, substituted

__all__ = ["virtual"]

#: What a thread leaves to the others when it does not sleep: enough for them to get on.
_TURN = 0.001

#: The functions themselves, whatever is done to their modules later.
_sleep, _time, _time_ns = time.sleep, time.time, time.time_ns
_monotonic, _monotonic_ns = time.monotonic, time.monotonic_ns
_perf_counter, _perf_counter_ns = time.perf_counter, time.perf_counter_ns
_asyncio_sleep = asyncio.sleep
_event_wait = threading.Event.wait

Which = Callable[[], VirtualClock | None]

#: Tells which clock a call is made under; the tape's, set with the first clock.
_which: list[Which] = []


def _clock(frame: FrameType) -> VirtualClock | None:
    """Return the clock of the code that runs in *frame*, None for real time."""
    if not _which or not is_users(frame):
        return None
    found = _which[-1]()
    return found if found is not None and found.governs() else None


def _ahead(frame: FrameType) -> int:
    clock = _clock(frame)
    return clock.ahead() if clock else 0


def sleep(seconds: float, /) -> None:
    """Let virtual time pass for the code under test; sleep for any other, and where ``time.sleep`` would raise."""
    clock = _clock(sys._getframe(1))  # noqa: SLF001 - whose call it is
    if clock is None:
        return _sleep(seconds)
    duration = seconds if isinstance(seconds, float) else operator.index(seconds)
    if not 0 <= duration <= threading.TIMEOUT_MAX:
        return _sleep(seconds)
    clock.sleep(duration)
    return _sleep(0 if threading.active_count() == 1 else _TURN)


def time_() -> float:
    """Return the virtual ``time.time``."""
    return _time() + _ahead(sys._getframe(1)) / SECOND  # noqa: SLF001 - whose call it is


def time_ns() -> int:
    """Return the virtual ``time.time_ns``."""
    return _time_ns() + _ahead(sys._getframe(1))  # noqa: SLF001 - whose call it is


def monotonic() -> float:
    """Return the virtual ``time.monotonic``."""
    return _monotonic() + _ahead(sys._getframe(1)) / SECOND  # noqa: SLF001 - whose call it is


def monotonic_ns() -> int:
    """Return the virtual ``time.monotonic_ns``."""
    return _monotonic_ns() + _ahead(sys._getframe(1))  # noqa: SLF001 - whose call it is


def perf_counter() -> float:
    """Return the virtual ``time.perf_counter``."""
    return _perf_counter() + _ahead(sys._getframe(1)) / SECOND  # noqa: SLF001 - whose call it is


def perf_counter_ns() -> int:
    """Return the virtual ``time.perf_counter_ns``."""
    return _perf_counter_ns() + _ahead(sys._getframe(1))  # noqa: SLF001 - whose call it is


def wait(self: threading.Event, timeout: float | None = None) -> bool:
    """Let the timeout pass where nobody can set the event: no other thread is alive. Else wait as ever."""
    clock = _clock(sys._getframe(1))  # noqa: SLF001 - whose call it is
    if clock is None or timeout is None or self.is_set() or threading.active_count() > 1:
        return _event_wait(self, timeout)
    clock.sleep(max(0.0, timeout))
    return self.is_set()


def sleep_async(delay: float, result: Any = None) -> Coroutine[Any, Any, Any]:
    """Return the virtual ``asyncio.sleep`` for the code under test."""
    clock = _clock(sys._getframe(1))  # noqa: SLF001 - whose call it is
    return _asyncio_sleep(delay, result) if clock is None else loops.sleep(clock, delay, result, _asyncio_sleep)


# Code that asks whether it is a coroutine function gets the original's answer.
if hasattr(inspect, "markcoroutinefunction"):
    inspect.markcoroutinefunction(sleep_async)
else:
    sleep_async._is_coroutine = asyncio.coroutines._is_coroutine  # type: ignore[attr-defined]  # noqa: SLF001 - as above, before 3.12

_TABLE: dict[str, tuple[Any, Any]] = {
    "time.sleep": (_sleep, sleep),
    "time.time": (_time, time_),
    "time.time_ns": (_time_ns, time_ns),
    "time.monotonic": (_monotonic, monotonic),
    "time.monotonic_ns": (_monotonic_ns, monotonic_ns),
    "time.perf_counter": (_perf_counter, perf_counter),
    "time.perf_counter_ns": (_perf_counter_ns, perf_counter_ns),
    "threading.Event.wait": (_event_wait, wait),
    "asyncio.sleep": (_asyncio_sleep, sleep_async),
}


@contextmanager
def virtual(which: Which) -> Iterator[None]:
    """
    Make time virtual for the code under test until the block ends, as *which* tells at each call.

    *which* returns the clock of the running thread and context, or None where time is real.
    """
    _which[:] = [which]
    with substituted(_TABLE), loops.watched():
        yield
