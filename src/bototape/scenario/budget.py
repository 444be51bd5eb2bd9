"""What a recording may cost: requests sent, retries included, and time."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from bototape.errors import UsageError

__all__ = ["Budget", "BudgetSpent"]


class BudgetSpent(UsageError):
    """The next request, or the next pause, is more than was allowed; it was not made."""

    exit_code = 3


@dataclass(slots=True)
class Budget:
    """
    What all recordings of one run may cost together: *max_requests* to send, *max_duration_s*; None for any.

    *clock* tells seconds. Clean-up is not counted: what was made must go, whatever it costs.
    """

    max_requests: int | None = None
    max_duration_s: float | None = None
    clock: Callable[[], float] = time.monotonic
    requests: int = 0
    _since: float = field(init=False)

    def __post_init__(self) -> None:
        self._since = self.clock()

    def sending(self) -> None:
        """Count a request that is about to be sent; raises `BudgetSpent`."""
        if self.max_requests is not None and self.requests >= self.max_requests:
            reason = f"the budget is spent: {self.requests} of {self.max_requests} requests were sent"
            raise BudgetSpent(reason, "raise max_requests, or record fewer scenarios at a time")
        self.lasts(0)
        self.requests += 1

    def lasts(self, seconds: float) -> None:
        """Raise `BudgetSpent` if there are not *seconds* left."""
        if self.max_duration_s is None:
            return
        gone = self.clock() - self._since
        if gone + seconds > self.max_duration_s:
            reason = f"the budget is spent: {gone:.0f} of {self.max_duration_s:.0f} seconds have gone"
            wait = f", and the next poll is due in {seconds:.0f}" if seconds else ""
            raise BudgetSpent(reason + wait, "raise max_duration, or record fewer scenarios at a time")
