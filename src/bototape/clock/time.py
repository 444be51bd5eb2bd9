"""Virtual time: what would have been slept, added to the real clocks; each thread has its own, none goes back."""

from __future__ import annotations

import threading
from collections.abc import Callable

__all__ = ["SECOND", "VirtualClock"]

#: Nanoseconds in a second.
SECOND = 1_000_000_000


class VirtualClock:
    """
    How far the time of each thread is ahead of the real clocks, in whole nanoseconds.

    Threads that sleep at the same time each sleep their own time: four times 30 s side by side are 30 s. A thread
    starts, when it first looks or sleeps, at the latest time of any. Threads that were alive when the clock was made,
    but for the one that made it, are none of its: they keep real time.
    """

    def __init__(self) -> None:
        here = threading.current_thread()
        self._strangers = frozenset(each for each in threading.enumerate() if each is not here)
        self._mine = threading.local()
        self._lock = threading.Lock()
        self._latest = 0
        self._listeners: list[Callable[[float], None]] = []

    def governs(self) -> bool:
        """Tell whether the time of this thread is virtual."""
        return threading.current_thread() not in self._strangers

    def ahead(self) -> int:
        """Return the nanoseconds by which this thread is ahead of the real clocks."""
        try:
            return int(self._mine.ahead)
        except AttributeError:
            self._mine.ahead = self._latest
            return self._latest

    def latest(self) -> float:
        """Return the seconds by which the thread that slept longest is ahead."""
        return self._latest / SECOND

    def advance(self, seconds: float) -> None:
        """Let *seconds* pass in this thread."""
        mine = self._mine.ahead = self.ahead() + round(seconds * SECOND)
        with self._lock:
            self._latest = max(self._latest, mine)

    def sleep(self, seconds: float) -> None:
        """Let *seconds* pass in this thread, and tell the innermost listener."""
        self.advance(seconds)
        with self._lock:
            listener = self._listeners[-1] if self._listeners else None
        if listener is not None:
            listener(seconds)

    def listen(self, listener: Callable[[float], None]) -> None:
        """Tell *listener* of each pause from now on, and nobody else until it leaves."""
        with self._lock:
            self._listeners.append(listener)

    def leave(self, listener: Callable[[float], None]) -> None:
        """Tell *listener* nothing more."""
        with self._lock:
            self._listeners.remove(listener)
