"""What is noted while tests run: places read and sent, and the values of enums that were read."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from bototape.reads.seen import Seen

__all__ = ["Notes", "unseen"]

#: Where the way into an answer begins, and its steps, as `bototape.usage` has them.
_SIDE = re.compile(r"(\.output|\.error\.\w+)")
_STEP = re.compile(r"\.[^.\[\]{}]+|\[\]|\{\}|\{key\}")

_unseen: ContextVar[bool] = ContextVar("bototape_unseen", default=False)


@contextmanager
def unseen() -> Iterator[None]:
    """While the block runs, nothing that this context reads is noted: a paginator's or waiter's own reads."""
    token = _unseen.set(True)
    try:
        yield
    finally:
        _unseen.reset(token)


class Notes:
    """
    Takes down what is read and sent, by place (``sagemaker.DescribeAutoMLJob.output.BestCandidate``).

    Safe under threads: sets and lists only ever get one more entry.
    """

    def __init__(self) -> None:
        self._read: set[str] = set()
        self._sent: set[str] = set()
        self._whole: set[str] = set()
        self._values: list[tuple[str, str]] = []

    def read(self, place: str) -> None:
        """Note that *place* was read."""
        if not _unseen.get():
            self._read.add(place)

    def got(self, place: str) -> None:
        """Note that an answer, or an error, came: whoever called depends on that, whatever is read of it."""
        self._read.add(place)

    def value(self, place: str, value: str) -> None:
        """Note that *value*, that of an enum, was read at *place*."""
        if not _unseen.get():
            self._values.append((place, value))

    def whole(self, place: str) -> None:
        """Note that *place* was read, and that what is below it nobody sees being read: an event stream."""
        if not _unseen.get():
            self._read.add(place)
            self._whole.add(place)

    def sent(self, places: Iterable[str]) -> None:
        """Note *places* of a request; those that a paginator sends are the code's as well."""
        self._sent.update(places)

    def seen(self) -> Seen:
        """Return what was noted so far."""
        values: dict[str, Counter[str]] = {}
        for place, value in list(self._values):
            values.setdefault(place, Counter())[value] += 1
        read = {way for place in tuple(self._read) for way in _ways(place)}
        return Seen(frozenset(read), frozenset(self._sent), frozenset(self._whole), values)


def _ways(place: str) -> Iterator[str]:
    """Yield *place* and the places on the way to it: a paginator may have read those, and handed out this."""
    yield place
    head, side, _ = _SIDE.split(place, maxsplit=1) if _SIDE.search(place) else (place, "", "")
    start = len(head) + len(side)
    yield from (place[: start + step.end()] for step in _STEP.finditer(place[start:]))
