"""
Who wants to know what tapes play: of each call as it is answered, and of each tape when it ends.

Light, so that a test run can ask before anything heavy is loaded. With nobody asking it costs a tape one look.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, TypeAlias
from weakref import WeakSet

if TYPE_CHECKING:
    from bototape.interaction import Call, Interaction, Request

__all__ = ["Answered", "Tape", "answered", "forget", "is_shared", "opened", "tell", "watch"]


class Tape(Protocol):
    """What is known of a tape; see `bototape.tape.Tape`."""

    path: Path

    @property
    def playing(self) -> bool:
        """Whether it only played."""
        ...

    @property
    def recorded(self) -> int:
        """How many answers it recorded."""
        ...

    @property
    def played(self) -> dict[int, int]:
        """How often each recording was played, by position."""
        ...

    @property
    def requests(self) -> Sequence[Request]:
        """The recorded requests."""
        ...


#: Takes the path of a tape, what was sent, the recording that answers it, and its number from 1.
Answered: TypeAlias = "Callable[[Path, Request, Call | None, Interaction, int], None]"

#: Those who want to know of each call. A tape looks here itself, so that nobody pays for what nobody asks for.
answered: list[Answered] = []

_ended: list[Callable[[Tape], None]] = []
_open: list[Tape] = []
_shared: WeakSet[Tape] = WeakSet()
_is_forking: list[bool] = []


def watch(told: Callable[[Tape], None]) -> None:
    """Let *told* know of each tape that ends from now on."""
    _ended.append(told)
    if not _is_forking and hasattr(os, "register_at_fork"):
        os.register_at_fork(before=_share)
        _is_forking.append(True)


def forget(told: Callable[[Tape], None]) -> None:
    """Tell *told* no more."""
    _ended[:] = [each for each in _ended if each != told]


def opened(tape: Tape) -> None:
    """Remember that *tape* is open."""
    if _ended:
        _open.append(tape)


def tell(tape: Tape) -> None:
    """Tell of a *tape* that ends."""
    _open[:] = [each for each in _open if each is not tape]
    for each in tuple(_ended):
        each(tape)


def is_shared(tape: Tape) -> bool:
    """Tell whether a child was forked while *tape* was open: what that played, nobody here knows."""
    return tape in _shared


def _share() -> None:
    _shared.update(_open)
