"""Which random numbers the code under test gets while a tape is open."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from bototape.adapters import active
from bototape.tape.remembered import Remembered

if TYPE_CHECKING:
    from bototape.seeded import Seeded

__all__ = ["seeding"]


@contextmanager
def seeding(remembered: Remembered, *, asked: bool) -> Iterator[None]:
    """Give the code under test the numbers of *remembered* if they are *asked* for, else those of the tape around."""
    remembered.patched = remembered.seeded if asked else _current()
    if not remembered.patched:
        yield
        return
    from bototape.seeded import seeded  # noqa: PLC0415 - few tests ask

    with seeded(_current):
        yield


def _current() -> Seeded | None:
    handler = active.current()
    if handler is None or getattr(handler, "is_closed", False):
        return None
    remembered: Remembered | None = getattr(handler, "remembered", None)
    return remembered.patched if remembered else None
