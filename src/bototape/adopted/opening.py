"""Open what a suite opens through vcrpy."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from bototape import cassettes, modes
from bototape.adapters import active, aio, pauses
from bototape.adapters import botocore as seam
from bototape.adapters.hermetic import hermetic
from bototape.adopted.tape import AdoptedTape
from bototape.errors import CassetteMissing, CassetteUnreadable
from bototape.guard import allow
from bototape.interaction import Cassette, Interaction
from bototape.tape.taking import Take
from bototape.wire.route import told_region

if TYPE_CHECKING:
    from bototape.adapters.vcr.taken import Taken

__all__ = ["adoption"]

#: What a cassette of ours has, whatever wrote it last.
_MARK = "bototape:"


def adoption(closed: Callable[[AdoptedTape], object]) -> AbstractContextManager[None]:
    """
    Play and record what is opened through vcrpy while the block runs.

    *closed* gets each tape when it has closed, and ends it: what was recorded is kept or dropped there.
    """
    from bototape.adapters.vcr.taken import taken_over  # noqa: PLC0415 - vcrpy imports every HTTP library there is

    @contextmanager
    def opened(taken: Taken) -> Iterator[None]:
        seam.install()
        aio.install()
        pauses.install()
        with ExitStack() as opening:
            tape = _tape(taken, opening)
            opening.pop_all()
        active.enter(tape)
        try:
            yield
        finally:
            tape.close()
            active.leave(tape)
        is_raising = sys.exc_info()[1] is not None
        closed(tape)
        swallowed = tape.swallowed()
        if swallowed is not None and not is_raising:
            raise swallowed

    return taken_over(opened)


def _tape(taken: Taken, opening: ExitStack) -> AdoptedTape:
    loaded = taken.interactions()
    stored = _stored(taken, loaded)
    cassette = Cassette(_told(loaded, stored.interactions if stored and stored.provenance else ()))
    stack = opening.enter_context(ExitStack())
    if taken.plays_only:
        stack.enter_context(hermetic(_region(cassette.interactions)))
        return AdoptedTape(taken, cassette, None, stack)
    stack.enter_context(cassettes.held(taken.path))
    stack.enter_context(allow())
    mode = modes.mode_of({"any": "new_episodes"}.get(taken.mode, taken.mode), "record_mode")
    old = stored if stored is not None and mode != "all" else Cassette()
    return AdoptedTape(taken, cassette, Take(taken.path, mode, old, stack), stack)


def _stored(taken: Taken, loaded: Sequence[Interaction]) -> Cassette | None:
    """
    Return the file itself, if it is of use and one that we read: ours tells what each call is, and how often it plays.

    Raises CassetteUnreadable where vcrpy took a file that is there for absent.
    """
    try:
        if taken.plays_only and loaded and _MARK not in cassettes.text_of(taken.path):
            return None
        return cassettes.read(taken.path)
    except CassetteMissing:
        return None
    except CassetteUnreadable:
        if not loaded and not taken.unwritable:
            raise
        return None


def _told(loaded: Sequence[Interaction], stored: Sequence[Interaction]) -> tuple[Interaction, ...]:
    """Return what vcrpy loaded, with the calls that the file names; extra cassettes stand behind it."""
    if len(stored) > len(loaded):
        return tuple(loaded)
    told = (replace(each, call=known.call) for each, known in zip(loaded, stored, strict=False))
    return (*told, *loaded[len(stored) :])


def _region(interactions: Sequence[Interaction]) -> str:
    return next((place for each in interactions if (place := told_region(each.request))), "")
