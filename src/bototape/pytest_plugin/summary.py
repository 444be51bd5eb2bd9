"""What is told at the end of a run: what was played, recorded, missed and never played, and what mends it."""

from __future__ import annotations

import datetime as dt
import os
import shlex
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from bototape.pytest_plugin.stash import RUN, TALLY
from bototape.pytest_plugin.tally import Tally, counted

if TYPE_CHECKING:
    from bototape.tape import Tape

__all__ = ["count", "count_recorded", "lines", "properties", "quoted", "shown"]

_STRANGE = (
    "note: the ledger was made with another key, so it recognised no value and all got new pseudonyms "
    "(fix: set BOTOTAPE_SCRUB_KEY to the key it was made with and record again)"
)
#: As many lines of a kind, and tests in a command, as are shown without -v.
_LINES = 10
_TESTS = 3


def shown(config: pytest.Config, path: Path | str) -> str:
    """Return *path* from the root directory on, where it is below."""
    text, root = str(path), f"{config.rootpath}{os.sep}"
    return text.removeprefix(root).replace(os.sep, "/") if text.startswith(root) else text


def quoted(test: str) -> str:
    """Return the id of a test as a shell takes it."""
    return shlex.quote(test)


def count(config: pytest.Config, tape: Tape) -> None:
    """Count what *tape* played."""
    tally, plays = config.stash[TALLY], tape.play_count
    if tape.playing or plays:
        tally.add("opened", shown(config, tape.path))
    tally.add("played", "", plays)
    own = sum(tape.sleeps)
    tally.add("not slept", "botocore", round((sum(tape.pauses) - own) * 1000))
    tally.add("not slept", "the code under test", round(own * 1000))
    for name in tape.variables.unused:
        tally.add("variable", f"the variable {name!r} of {tape.path.name}")
    for call in tape.bypasses:
        tally.add("elsewhere", call.name)
    max_age = config.stash[RUN].of("max_age").value
    if max_age is not None and tape.playing:
        _count_stale(config, tape, max_age)


def _count_stale(config: pytest.Config, tape: Tape, max_age: int) -> None:
    if not tape.remembered.date:
        return
    age = (dt.datetime.now(dt.UTC).date() - dt.date.fromisoformat(tape.remembered.date)).days
    if age > max_age:
        path = shown(config, tape.path)
        config.stash[TALLY].add(
            "stale", f"{path}: recorded {tape.remembered.date}; expected at most {max_age} days ago"
        )


def count_recorded(config: pytest.Config, tape: Tape) -> None:
    """Count what *tape* recorded, which is written or dropped by now."""
    tally = config.stash[TALLY]
    tally.add("recorded" if tape.is_written else "dropped", str(tape.path), tape.recorded)
    tally.add("strange ledger", "", int(tape.strange_ledger and tape.is_written))


def properties(config: pytest.Config, tape: Tape) -> Iterator[tuple[str, object]]:
    """Yield the properties of a test in a JUnit report."""
    yield "bototape.cassette", shown(config, tape.path)
    yield "bototape.record_mode", tape.record_mode
    yield "bototape.played", tape.play_count
    yield "bototape.unplayed", len(tape.unplayed)
    if tape.recorded:
        yield "bototape.recorded", tape.recorded


def lines(config: pytest.Config) -> Iterator[str]:
    """Yield the lines of the summary: details with -v, nothing where nothing happened."""
    tally = config.stash[TALLY]
    details = config.get_verbosity() > 0
    opened = tally.about("opened")
    if opened:
        yield f"{counted(tally.total('played'), 'call')} replayed from {counted(len(opened), 'cassette')}"
    if details:
        yield from (f"  {path}: opened {counted(number, 'time')}" for path, number in opened)
    for path, number in tally.about("recorded"):
        yield f"{counted(number, 'call')} recorded into {shown(config, path)}"
    for path, number in tally.about("dropped"):
        verb = "was" if number == 1 else "were"
        yield f"{counted(number, 'call')} recorded for {shown(config, path)} {verb} dropped: the test did not pass"
    if tally.total("strange ledger"):
        yield _STRANGE
    for who, milliseconds in tally.about("not slept"):
        yield f"{who} would have slept {milliseconds / 1000:.1f} s"
    told = [
        *_missed(tally),
        *_unused(config, tally),
        *(f"old: {each}" for each, _ in tally.about("stale")),
        *(f"never asked for: {each}" for each, _ in tally.about("variable")),
        *(
            f"{name}: {counted(number, 'call')} {'was' if number == 1 else 'were'} answered before the tape "
            "(by moto, a Stubber or a before-send handler)"
            for name, number in tally.about("elsewhere")
        ),
        *(each for each, _ in tally.about("finding")),
    ]
    yield from told if details else _cut(told)
    for each, _ in tally.about("crashed"):
        yield f"note: the worker {each} crashed: what its tests did is not counted"
    yield from _fixes(tally)


def _missed(tally: Tally) -> Iterator[str]:
    for each in tally.missed:
        yield f"missed: {each.text.partition(chr(10))[0]} ({each.path}:{each.line})"


def _unused(config: pytest.Config, tally: Tally) -> Iterator[str]:
    if tally.total("crashed"):
        return
    for path, left in tally.unused():
        numbers = ", ".join(f"#{each + 1}" for each in left[:_LINES])
        more = f" and {len(left) - _LINES} more" if len(left) > _LINES else ""
        yield f"never played: {numbers}{more} of {shown(config, path)}"


def _cut(told: Sequence[str]) -> Iterator[str]:
    yield from told[:_LINES]
    if len(told) > _LINES:
        yield f"… and {len(told) - _LINES} more lines (-v shows all)"


def _fixes(tally: Tally) -> Iterator[str]:
    tests = list(dict.fromkeys(each.test for each in tally.missed if each.is_mended))
    if tests:
        which = " ".join(map(quoted, tests)) if len(tests) <= _TESTS else "--lf"
        yield f"record what was missed: pytest {which} --bototape-record-mode=new_episodes"
    if tally.about("stale"):
        yield "record again what is old: pytest --bototape-record-mode=all"
    if tally.unused() and not tally.total("crashed"):
        yield "see which tests leave recordings unplayed: pytest --bototape-unused=fail"
