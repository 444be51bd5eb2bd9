"""What a recording may cost: requests sent, retries included, and time; by one process or by several together."""

from __future__ import annotations

import copy
import os
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from bototape.errors import UsageError

__all__ = ["Budget", "BudgetSpent"]


class BudgetSpent(UsageError):
    """The next request, or the next pause, is more than was allowed; it was not made."""

    exit_code = 3


@dataclass(slots=True)
class Budget:
    """
    What all recordings of one run may cost together: *max_requests* to send, *max_duration_s*; None for any.

    *clock* tells seconds, the same ones in all processes. *counter* is a file that counts for all processes that have
    it, a byte a request; None counts *requests* here. Clean-up is not counted: what was made must go.
    """

    max_requests: int | None = None
    max_duration_s: float | None = None
    clock: Callable[[], float] = time.monotonic
    counter: Path | None = None
    requests: int = 0
    _since: float = field(init=False)

    def __post_init__(self) -> None:
        self._since = self.clock()

    def shared(self, counter: Path) -> Budget:
        """Return the same budget, counted in the file *counter* from here on: copies of it, pickled too, are one."""
        made = copy.copy(self)
        made.counter = counter
        counter.write_bytes(b"." * self.requests)
        return made

    def sending(self) -> None:
        """Count a request that is about to be sent; raises `BudgetSpent`."""
        self.lasts(0)
        if self.max_requests is not None and not self._takes(self.max_requests):
            reason = f"the budget is spent: {self.max_requests} of {self.max_requests} requests were sent"
            raise BudgetSpent(reason, "raise max_requests, or record less at a time")

    def _takes(self, most: int) -> bool:
        """Take one of *most* requests, and tell whether there was one left."""
        if self.counter is None:
            self.requests += 1
            return self.requests <= most
        handle = os.open(self.counter, os.O_WRONLY | os.O_APPEND)
        try:
            if os.fstat(handle).st_size >= most:
                return False
            os.write(handle, b".")  # at the end, whoever else writes there; the offset says which one it was
            return os.lseek(handle, 0, os.SEEK_CUR) <= most
        finally:
            os.close(handle)

    def lasts(self, seconds: float) -> None:
        """Raise `BudgetSpent` if there are not *seconds* left."""
        if self.max_duration_s is None:
            return
        gone = self.clock() - self._since
        if gone + seconds > self.max_duration_s:
            reason = f"the budget is spent: {gone:.0f} of {self.max_duration_s:.0f} seconds have gone"
            wait = f", and the next poll is due in {seconds:.0f}" if seconds else ""
            raise BudgetSpent(reason + wait, "raise max_duration, or record less at a time")
