"""How a test ends: a miss is reported once, where it happened; what was recorded is kept only if all passed."""

from __future__ import annotations

import sys
from collections.abc import Generator
from typing import TYPE_CHECKING

import pytest

from bototape.errors import NoMatch
from bototape.pytest_plugin import summary
from bototape.pytest_plugin.stash import OPEN, TAPES

if TYPE_CHECKING:
    from bototape.tape import Tape

__all__ = ["ended", "reported_once"]


def ended(item: pytest.Item, *, keep: bool) -> None:
    """Write what *item* recorded, or drop it, once; raises why it cannot be written."""
    use = item.stash.get(OPEN, None)
    if use is None:
        return
    del item.stash[OPEN]
    try:
        use.end(keep=keep)
    finally:
        for tape in item.stash.get(TAPES, []):
            summary.count_recorded(item.config, tape)


def reported_once(item: pytest.Item) -> Generator[None, object, object]:
    """Run a phase of *item*; a miss that it swallowed is raised at its end, one that it did not is forgotten."""
    try:
        result = yield
    except BaseException as error:
        if isinstance(error, NoMatch):
            _end_in_code_of_the_user(error)
        for tape in _tapes(item):
            tape.forget_misses()
        for tape in item.stash.get(TAPES, []):
            tape.unmet()
        raise
    for tape in _tapes(item):
        swallowed = tape.swallowed()
        if swallowed is not None:
            tape.forget_misses()
            raise swallowed
    return result


def _tapes(item: pytest.Item) -> list[Tape]:
    """Return the tapes of a test, and those that fixtures of a wider scope hold open: a miss on one is the test's."""
    mine = item.stash.get(TAPES, [])
    active = sys.modules.get("bototape.adapters.active")  # where no tape was opened, nothing heavy is loaded
    shared = [each for each in active.opened() if each.playing and each not in mine] if active else []
    return [*mine, *shared]


def _end_in_code_of_the_user(miss: NoMatch) -> None:
    """Let the traceback of *miss* end at the call, not in botocore's and our own frames below it."""
    last = entry = miss.__traceback__
    while entry is not None:
        if entry.tb_frame.f_globals.get("__name__", "").partition(".")[0] not in ("boto3", "botocore", "bototape"):
            last = entry
        entry = entry.tb_next
    if last is not None:
        last.tb_next = None
