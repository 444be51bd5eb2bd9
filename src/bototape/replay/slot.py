"""The recordings of one call in one region, handed out in recorded order."""

from __future__ import annotations

from collections import deque

__all__ = ["Slot"]


class Slot:
    """Those not yet played, by position, and the one that may repeat; *size* is how many plays there were."""

    __slots__ = ("repeat", "size", "waiting")

    def __init__(self) -> None:
        self.waiting: deque[int] = deque()
        self.repeat: int | None = None
        self.size = 0

    def add(self, position: int, repeat: bool | int = False) -> None:  # noqa: FBT001, FBT002 - what a cassette says
        """Put the recording at *position* behind the others: to play once, so many times, or (True) without end."""
        times = 1 if isinstance(repeat, bool) else repeat
        self.waiting.extend([position] * times)
        self.size += times
        self.repeat = position if repeat is True else None

    def take(self, *, keep: bool = False) -> int | None:
        """
        Return the next recording, or None after the last one; with *keep* it stays to be played.

        Safe under threads: ``popleft`` gives no recording to two of them.
        """
        try:
            return self.waiting[0] if keep else self.waiting.popleft()
        except IndexError:
            return self.repeat
