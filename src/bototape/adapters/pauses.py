"""
botocore's own waiting (retries, waiters, adaptive rate limiter, long-polling back-off) is left out while a tape plays.

Patched once, at the places that sleep in the supported releases (``endpoint``, ``waiter``, ``retries.bucket``,
``retries.standard``); without a playing tape each sleeps as before. What would have been slept is told to the tape.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

import botocore.endpoint
import botocore.retries.bucket
import botocore.retries.standard
import botocore.waiter

from bototape.adapters import active

__all__ = ["install"]

_lock = threading.Lock()
_installed: list[bool] = []


class _Clock:
    """Stands for the module ``time`` in one of botocore's modules."""

    def sleep(self, seconds: float) -> None:
        """Sleep, unless a tape plays."""
        _pause(time.sleep, seconds)

    def __getattr__(self, name: str) -> Any:
        return getattr(time, name)


def install() -> None:
    """Patch botocore, once per process; later calls do nothing."""
    with _lock:
        if not _installed:
            clock = _Clock()
            for module in (botocore.endpoint, botocore.waiter, botocore.retries.bucket):
                module.time = clock
            _patch_bucket()
            _patch_long_polling()
            _installed.append(True)


def _pause(sleep: Callable[[float], object], seconds: float) -> None:
    handler = active.current()
    if handler is not None and handler.playing:
        handler.slept(seconds)
    else:
        sleep(seconds)


def _patch_bucket() -> None:
    """Patch the token bucket of adaptive retries: it waits on a condition, not on the clock."""
    bucket = botocore.retries.bucket.TokenBucket
    original = bucket.acquire

    def acquire(self: Any, amount: float = 1, block: bool = True) -> Any:  # noqa: FBT001, FBT002 - botocore's signature
        """Give a token at once while a tape plays, as if the wait for it were over."""
        handler = active.current()
        if handler is None or not handler.playing or not block:
            return original(self, amount, block)
        with self._new_fill_rate_condition:
            self._refill()
            handler.slept(max(0.0, self._sleep_amount(amount)))
            self._current_capacity = max(0.0, self._current_capacity - amount)
        return True

    bucket.acquire = acquire


def _patch_long_polling() -> None:
    """``RetryHandler`` binds ``time.sleep`` when it is made; a property reaches handlers made before as well."""

    def get(self: Any) -> Callable[[float], None]:
        return lambda seconds: _pause(self.__dict__.get("_sleep", time.sleep), seconds)

    def put(self: Any, value: Callable[[float], object]) -> None:
        self.__dict__["_sleep"] = value

    botocore.retries.standard.RetryHandler._sleep = property(get, put)  # noqa: SLF001 - where it is kept
