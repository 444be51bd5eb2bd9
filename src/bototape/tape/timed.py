"""Which clock a tape goes by, and how long its calls may be polled."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Literal

from bototape import clock as clocks
from bototape.adapters import active, models
from bototape.endless import Polls
from bototape.errors import UsageError
from bototape.interaction import Interaction
from bototape.tape.playing import Tape

if TYPE_CHECKING:
    from bototape.clock import VirtualClock

__all__ = ["asked", "clock", "limit", "polls", "running"]


def asked(name: str | None) -> Literal["virtual"] | None:
    """Return the clock asked for; raises UsageError for one that there is not."""
    if name not in (None, "virtual"):
        raise UsageError(f"there is no clock {name!r}", 'clock="virtual" takes the waiting away; None leaves it')
    return "virtual" if name else None


def limit(polls: int | None) -> int | None:
    """Return the limit asked for; raises UsageError for what is none."""
    if polls is not None and (type(polls) is not int or polls < 1):
        raise UsageError(f"poll_limit={polls!r} is no number of polls", "give a whole number, 1 or more, or None")
    return polls


def clock(name: Literal["virtual"] | None) -> VirtualClock | None:
    """Return the clock of the tape around, else a new one if *name* asks for it: time must not go back inside."""
    around = _current()
    return around if around is not None or name is None else clocks.VirtualClock()


def polls(interactions: Sequence[Interaction], name: str, clock: VirtualClock | None, most: int | None) -> Polls:
    """Return what notices that a call is polled without end."""
    slept = clock.latest if clock is not None else float
    return Polls(interactions, name, slept=slept, codec=models.codec, limit=most)


@contextmanager
def running(clock: VirtualClock, tape: Tape) -> Iterator[None]:
    """Let the code under test go by *clock*, and tell *tape* what it would have slept."""
    clock.listen(tape.slept_virtually)
    try:
        with clocks.virtual(_current):
            yield
    finally:
        clock.leave(tape.slept_virtually)


def _current() -> VirtualClock | None:
    handler = active.current()
    return handler.clock if isinstance(handler, Tape) else None
