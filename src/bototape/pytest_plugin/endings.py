"""How a test ends: a miss is reported once, where it happened; what was recorded is kept only if all passed."""

from __future__ import annotations

import sys
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from bototape.errors import BototapeError, NetworkBlocked, NoMatch
from bototape.pytest_plugin import summary
from bototape.pytest_plugin.stash import GUARD, OPEN, TALLY, TAPES, UNUSED
from bototape.pytest_plugin.tally import Missed

if TYPE_CHECKING:
    from bototape.guard import Entry
    from bototape.tape import Tape

__all__ = ["ended", "reported_once", "torn_down", "unused"]

#: Packages whose frames are never where a call was made.
_NOT_THE_USERS = ("_pytest", "boto3", "botocore", "bototape", "pluggy")


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


def unused(item: pytest.Item) -> None:
    """Note what *item*, which passed to its last teardown, did not play; raise it where that is to fail the test."""
    __tracebackhide__ = True
    policy = item.stash.get(UNUSED, "ignore")
    for tape in item.stash.get(TAPES, []):
        if policy == "ignore":
            continue
        item.config.stash[TALLY].see(str(tape.path), len(tape.requests), tape.played)
        if policy == "fail" and tape.unplayed:
            pytest.fail(_left(item, tape), pytrace=False)


def _left(item: pytest.Item, tape: Tape) -> str:
    from bototape.wire.route import route  # noqa: PLC0415 - heavy, and few tests fail so

    requests = tape.requests
    names = {each: route(requests[each]).operation or requests[each].uri for each in tape.unplayed}
    listed = "".join(f"\n  #{each + 1} {name}" for each, name in names.items())
    again = f"pytest {summary.quoted(item.nodeid)} --bototape-record-mode=all"
    return (
        f"{item.nodeid} passed without playing all of {summary.shown(item.config, tape.path)}{listed}"
        f'\n  fix: record it again: {again}; or, where tests share it, unused="ignore"'
    )


def reported_once(item: pytest.Item) -> Generator[None, object, object]:
    """Run a phase of *item*; a miss that it swallowed is raised at its end, one that it did not is forgotten."""
    __tracebackhide__ = True
    try:
        result = yield
    except BaseException as error:
        if isinstance(error, BototapeError):
            _end_in_code_of_the_user(error)
        if isinstance(error, (NoMatch, NetworkBlocked)):
            _note(item, error)
        for each in _refusing(item):
            _forget(each)
        for tape in item.stash.get(TAPES, []):
            tape.unmet()
        raise
    for each in _refusing(item):
        swallowed = _swallowed(each)
        if swallowed is not None:
            _note(item, swallowed)
            _forget(each)
            _end_in_code_of_the_user(swallowed)
            raise swallowed
    return result


def torn_down(item: pytest.Item) -> Generator[None, object, object]:
    """Run the teardown of *item*; what its guard refused there is an error, swallowed or not."""
    __tracebackhide__ = True
    try:
        result = yield
    except (NoMatch, NetworkBlocked) as error:
        _note(item, error)
        raise
    if GUARD in item.stash and (blocked := item.stash[GUARD][1].blocked):
        _note(item, blocked[0])
        raise blocked[0]
    return result


def _refusing(item: pytest.Item) -> Iterator[Tape | Entry]:
    """Yield the tapes of a test, those that fixtures of a wider scope hold open (a miss is the test's), its guard."""
    mine = item.stash.get(TAPES, [])
    yield from mine
    active = sys.modules.get("bototape.adapters.active")  # where no tape was opened, nothing heavy is loaded
    yield from (each for each in active.opened() if each.playing and each not in mine) if active else ()
    if GUARD in item.stash:
        yield item.stash[GUARD][1]


def _swallowed(each: Tape | Entry) -> NoMatch | NetworkBlocked | None:
    if hasattr(each, "swallowed"):
        return each.swallowed()
    return each.blocked[0] if each.blocked else None


def _forget(each: Tape | Entry) -> None:
    if hasattr(each, "forget_misses"):
        each.forget_misses()
    else:
        each.blocked.clear()


def _note(item: pytest.Item, error: NoMatch | NetworkBlocked) -> None:
    """Remember for the end of the run that *error* fails *item*, and where the call stands if that is known."""
    path, line = item.location[0], (item.location[1] or 0) + 1
    entry = error.__traceback__
    while entry is not None:
        file = Path(entry.tb_frame.f_code.co_filename)
        if file.is_relative_to(item.config.rootpath) and "site-packages" not in file.parts:
            path, line = str(file.relative_to(item.config.rootpath)), entry.tb_lineno
        entry = entry.tb_next
    cassette = error.cassette if isinstance(error, NoMatch) else ""
    is_mended = "record-mode=new_episodes" in error.fix
    item.config.stash[TALLY].missed.append(Missed(item.nodeid, path, line, cassette, str(error), is_mended))


def _end_in_code_of_the_user(error: BototapeError) -> None:
    """Let the traceback of *error* end at the call, if there is one, not in botocore's and our own frames below it."""
    last, entry = None, error.__traceback__
    while entry is not None:
        if entry.tb_frame.f_globals.get("__name__", "").partition(".")[0] not in _NOT_THE_USERS:
            last = entry
        entry = entry.tb_next
    if last is not None:
        last.tb_next = None
