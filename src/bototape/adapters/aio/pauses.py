"""
aiobotocore's own waiting is left out while a tape plays, as botocore's is (`bototape.adapters.pauses`).

It waits in ``endpoint`` and ``waiter`` by ``asyncio.sleep`` (with httpx by ``anyio.sleep``), in the token bucket of
adaptive retries, and before it gives up long polling.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import aiobotocore.endpoint
import aiobotocore.retries.bucket
import aiobotocore.retries.standard
import aiobotocore.waiter

from bototape.adapters import active

__all__ = ["patch"]

_Sleep = Callable[[float], Awaitable[Any]]


class _Loop:
    """Stands for the module ``asyncio`` in one of aiobotocore's modules."""

    async def sleep(self, seconds: float) -> None:
        """Sleep, unless a tape plays."""
        await _pause(asyncio.sleep, seconds)

    def __getattr__(self, name: str) -> Any:
        return getattr(asyncio, name)


def patch() -> None:
    """Patch aiobotocore; without a playing tape each place sleeps as before."""
    for module, name in ((aiobotocore.endpoint, "AnyioEndpoint"), (aiobotocore.waiter, "AnyioWaiter")):
        setattr(module, "asyncio", _Loop())  # noqa: B010 - a patch
        if hasattr(module, name):
            _patch_sleep(getattr(module, name))
    _patch_bucket()
    _patch_long_polling()


async def _pause(sleep: _Sleep, seconds: float) -> None:
    handler = active.current()
    if handler is not None and handler.playing:
        handler.slept(seconds)
        seconds = 0
    await sleep(seconds)


def _patch_sleep(owner: Any) -> None:
    original = owner._sleep  # noqa: SLF001 - where it sleeps

    async def _sleep(self: Any, sleep_amount: float) -> None:
        async def slept(seconds: float) -> None:
            await original(self, seconds)

        await _pause(slept, sleep_amount)

    owner._sleep = _sleep  # noqa: SLF001 - see above


def _patch_bucket() -> None:
    bucket = aiobotocore.retries.bucket.AsyncTokenBucket
    original = bucket.acquire

    async def acquire(self: Any, amount: float = 1, block: bool = True) -> Any:  # noqa: FBT001, FBT002 - its signature
        """Give a token at once while a tape plays, as if the wait for it were over."""
        handler = active.current()
        if handler is None or not handler.playing or not block:
            return await original(self, amount, block)
        self._refill()
        handler.slept(max(0.0, self._sleep_amount(amount)))
        self._current_capacity = max(0.0, self._current_capacity - amount)
        return True

    bucket.acquire = acquire


def _patch_long_polling() -> None:
    """Give the handler a property of its own: that of botocore's handler (see `pauses`) sleeps without a loop."""
    owner = getattr(aiobotocore.retries.standard, "AioRetryHandler", None)
    if owner is None:
        return

    def get(self: Any) -> _Sleep:
        return lambda seconds: _pause(self.__dict__.get("_sleep", asyncio.sleep), seconds)

    def put(self: Any, value: _Sleep) -> None:
        self.__dict__["_sleep"] = value

    owner._sleep = property(get, put)  # noqa: SLF001 - where it is kept
